/* What the running program works with: an instruction set, if it computes, and libraries. Main thread. */
#ifndef COCO_PIPELINE_COMMON_PARTS_H
#define COCO_PIPELINE_COMMON_PARTS_H

#include <stdio.h>

/* Writes the lines that follow the name in --version:
 *
 *   instruction set: avx2 (this processor has base, avx2)
 *   libraries: HDF5 1.10.8, cJSON 1.7.15
 *
 * each if there is anything to tell. ONNX Runtime is loaded for it; if it cannot be, it is "not found". */
void parts_print(FILE *out);

#endif
