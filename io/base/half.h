/* IEEE 754's binary16, in memory as the machine has it. Any thread. */
#ifndef COCO_IO_BASE_HALF_H
#define COCO_IO_BASE_HALF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The nearest one, ties to even; infinity from 65520 on. */
uint16_t half_of(float x);
/* n of them, at any address, as floats. False if one is not finite. */
bool half_floats(size_t n, const void *halves, float *out);

#endif
