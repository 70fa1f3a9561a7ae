/* Names for code that is compiled once per instruction set: SIMD_NAME appends the set's name, which the Makefile
 * passes as SIMD_SET. */
#ifndef COCO_MODEL_SIMD_NAME_H
#define COCO_MODEL_SIMD_NAME_H

#define SIMD_PASTE2(a, b) a##_##b
#define SIMD_PASTE(a, b) SIMD_PASTE2(a, b)
#define SIMD_NAME(name) SIMD_PASTE(name, SIMD_SET)
#define SIMD_TEXT2(a) #a
#define SIMD_TEXT(a) SIMD_TEXT2(a)

#endif
