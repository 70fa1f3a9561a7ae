/* Sizes: as people read them, and the largest that a file may state. Any thread. */
#ifndef COCO_IO_BASE_SIZE_H
#define COCO_IO_BASE_SIZE_H

#include <stdint.h>

/* The largest dimension of a model, number of features or number of words: a larger one is damage. */
enum { DIMENSION_MAX = 1 << 20 };

enum { SIZE_TEXT_LEN = 32 };

/* 999 -> "999 B", 1536 -> "1.5 kB", up to TB; powers of 1000. Returns the text. */
const char *size_text(int64_t bytes, char text[SIZE_TEXT_LEN]);

#endif
