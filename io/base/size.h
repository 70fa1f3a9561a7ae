/* Sizes as people read them. Any thread. */
#ifndef COCO_IO_BASE_SIZE_H
#define COCO_IO_BASE_SIZE_H

#include <stdint.h>

enum { SIZE_TEXT_LEN = 32 };

/* 999 -> "999 B", 1536 -> "1.5 kB", up to TB; powers of 1000. Returns the text. */
const char *size_text(int64_t bytes, char text[SIZE_TEXT_LEN]);

#endif
