#include "io/cnn/onnxruntime.h"

#include "io/base/libraries.h"
#include "io/file/program_path.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const OrtSlot *(*get_api)(uint32_t version);
    const char *(*version)(void);
} ApiBase;

enum { API_VERSION = 1, LOG_FATAL = 4, ARENA_ALLOCATOR = 1, MEMORY_DEFAULT = 0 };

static OnnxRuntime engine;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define CALL(slot, type) ((type)engine.api[slot])

int ort_judge(OrtStatus status, Err *err)
{
    if (!status)
        return 0;
    const char *text = CALL(GET_ERROR_MESSAGE, const char *(*)(OrtStatus))(status);
    err_set(err, "ONNX Runtime: %.*s", (int)strcspn(text, "\n"), text);
    CALL(RELEASE_STATUS, void (*)(OrtStatus))(status);
    return -1;
}

/* --- finding the library --- */

/* "…/bin/coco-features" and "/../lib/coco/x.so" -> where that file would be. */
static void *open_beside(const char *relative)
{
    enum { ROOM = 64 };
    char path[PATH_MAX + ROOM];
    if (!program_path(path))
        return NULL;
    snprintf(strrchr(path, '/'), ROOM, "%s", relative);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static void *open_library(Err *err)
{
    static const char *const BESIDE[] = {"/../lib/coco/libonnxruntime.so", "/lib/libonnxruntime.so",
                                         "/../lib/libonnxruntime.so"};
    static const char *const SYSTEM[] = {"libonnxruntime.so", "libonnxruntime.so.1", "libonnxruntime.so.1.21"};
    const char *named = getenv("COCO_ONNXRUNTIME");
    void *library = NULL;
    if (named && *named) {
        if (!(library = dlopen(named, RTLD_NOW | RTLD_LOCAL)))
            err_set(err, "COCO_ONNXRUNTIME: %s", dlerror());
        return library;
    }
    for (size_t i = 0; i < sizeof BESIDE / sizeof *BESIDE && !library; i++)
        library = open_beside(BESIDE[i]);
    for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM && !library; i++)
        library = dlopen(SYSTEM[i], RTLD_NOW | RTLD_LOCAL);
    if (!library)
        err_set(err, "there is no ONNX Runtime, which runs networks: 'scripts/setup photos' installs it, or "
                     "COCO_ONNXRUNTIME names its library");
    return library;
}

/* The library stays loaded, and its environment alive, until the process ends. */
static void load_engine(void)
{
    void *library = open_library(&engine.why);
    if (!library)
        return;
    const ApiBase *(*base)(void) = (const ApiBase *(*)(void))(uintptr_t)dlsym(library, "OrtGetApiBase");
    const OrtSlot *api = base ? base()->get_api(API_VERSION) : NULL;
    if (!api) {
        err_set(&engine.why, "the library that was found is not ONNX Runtime: it has no API of version %d",
                API_VERSION);
        return;
    }
    engine.api = api;
    engine.version = base()->version();
    if (ort_judge(CALL(CREATE_ENV, OrtStatus(*)(int, const char *, void **))(LOG_FATAL, "coco", &engine.env),
                  &engine.why) ||
        ort_judge(CALL(CREATE_CPU_MEMORY_INFO, OrtStatus(*)(int, int, void **))(ARENA_ALLOCATOR, MEMORY_DEFAULT,
                                                                                &engine.memory),
                  &engine.why))
        engine.api = NULL;
}

const OnnxRuntime *onnxruntime(void)
{
    pthread_once(&once, load_engine);
    return &engine;
}

void library_onnxruntime(char version[LIBRARY_VERSION])
{
    const OnnxRuntime *loaded = onnxruntime();
    snprintf(version, LIBRARY_VERSION, "%s", loaded->api ? loaded->version : "not found");
}
