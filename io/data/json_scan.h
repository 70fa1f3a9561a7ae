/* The bytes of JSON, for json.c and json_number.c. Texts end in NUL. */
#ifndef COCO_IO_DATA_JSON_SCAN_H
#define COCO_IO_DATA_JSON_SCAN_H

#include <stdbool.h>

/* The first byte that JSON forbids and cJSON would accept, with *why, or NULL. *large: there is a number of which
 * json_is_large holds. */
const char *json_scan(const char *text, const char *end, bool *large, const char **why);
/* The end of the number at s, or NULL if it is not one. */
const char *json_scan_number(const char *s);
/* Whether the number from s to end is an integer with more digits than a double is sure to hold. */
bool json_is_large(const char *s, const char *end);
/* The end of the string whose quote is at s, or NULL with *why if it is invalid. */
const char *json_scan_string(const char *s, const char **why);

#endif
