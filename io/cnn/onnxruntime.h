/* ONNX Runtime's C API (onnxruntime_c_api.h), a library that is loaded when it is first needed; for io/cnn/.
 *
 * The API is a table of functions that only ever grows. All used here are of its first version. Every call but a
 * release answers with a status: NULL is success. Any thread. */
#ifndef COCO_IO_CNN_ONNXRUNTIME_H
#define COCO_IO_CNN_ONNXRUNTIME_H

#include "io/base/err.h"

#include <stdint.h>

typedef void *OrtStatus;

enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION_FROM_ARRAY = 8,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_INTRA_OP_NUM_THREADS = 24,
    CREATE_TENSOR_WITH_DATA = 49,
    GET_TENSOR_MUTABLE_DATA = 51,
    GET_TENSOR_ELEMENT_TYPE = 60,
    GET_DIMENSIONS_COUNT = 61,
    GET_DIMENSIONS = 62,
    GET_TENSOR_TYPE_AND_SHAPE = 65,
    CREATE_CPU_MEMORY_INFO = 69,
    RELEASE_STATUS = 93,
    RELEASE_MEMORY_INFO = 94,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = 99,
    RELEASE_SESSION_OPTIONS = 100
};

typedef void (*OrtSlot)(void);
enum { TYPE_FLOAT = 1 }; /* ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT */

typedef struct {
    const OrtSlot *api; /* NULL: there is no library, and why says so */
    const char *version;
    void *env;
    void *memory; /* OrtMemoryInfo of the CPU */
    Err why;
} OnnxRuntime;

/* Loads the library on the first call; it stays loaded until the process ends. */
const OnnxRuntime *onnxruntime(void);

/* The function in a slot of the table, of a type that onnxruntime_c_api.h gives. */
#define ORT_CALL(slot, type) ((type)onnxruntime()->api[slot])

/* 0 for success; else puts the engine's reason, on one line, into err, and returns -1. */
int ort_judge(OrtStatus status, Err *err);

#endif
