/* Which instruction set computes: the best that this processor has, or the one that COCO_SIMD names. */
#ifndef COCO_PIPELINE_COMMON_INSTRUCTION_SET_H
#define COCO_PIPELINE_COMMON_INSTRUCTION_SET_H

#include "io/base/err.h"

/* Fails if COCO_SIMD names a set that is unknown or that this processor lacks; the line lists those that it has. */
int instruction_set_check(Err *err);

#endif
