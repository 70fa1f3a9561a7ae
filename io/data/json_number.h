/* Shared by json.c and json_number.c; not for anybody else. */
#ifndef COCO_IO_DATA_JSON_NUMBER_H
#define COCO_IO_DATA_JSON_NUMBER_H

#include "io/data/json.h"

/* Keeps the digits of large integers in a tree that was parsed from this text. -1: out of memory. */
int json_keep_digits(Json *json, const char *text);

#endif
