/* fault.h, the counting and the place of a call. */
#include "tests/faults/fault.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const NAMES[KINDS] = {"alloc", "read",   "shortread", "write", "shortwrite",
                                         "sync",  "rename", "open",      "thread"};

typedef struct {
    _Atomic int64_t failed, calls[KINDS];
} Count;

static Count own_count, *count = &own_count;
static Kind chosen = KINDS; /* none */
static int64_t at;
static bool on, started;
static int trace = -1;
/* What we call ourselves does not count. */
static __thread bool busy __attribute__((tls_model("initial-exec")));

void *fault_next(const char *name)
{
    bool was = busy;
    busy = true;
    void *next = dlsym(RTLD_NEXT, name);
    busy = was;
    if (!next)
        abort();
    return next;
}

/* --- the place --- */

enum { FRAMES = 28, ROOM = 4096 };

static void write_place(int64_t k)
{
    void *frame[FRAMES];
    char line[ROOM];
    int n = backtrace(frame, FRAMES), len = snprintf(line, sizeof line, "%lld", (long long)k);
    for (int i = 0; i < n; i++) {
        Dl_info info;
        if (!dladdr(frame[i], &info) || !info.dli_fname)
            continue;
        const char *slash = strrchr(info.dli_fname, '/'), *object = slash ? slash + 1 : info.dli_fname;
        if (!strcmp(object, "fault.so") || len > ROOM - 200)
            continue;
        len += snprintf(line + len, sizeof line - (size_t)len, " %lx@%.100s",
                        (unsigned long)((char *)frame[i] - (char *)info.dli_fbase), object);
    }
    line[len++] = '\n';
    (void)!syscall(SYS_write, trace, line, len);
}

/* --- counting --- */

bool fault(Kind kind)
{
    if (!started || busy)
        return false;
    int64_t k = atomic_fetch_add(&count->calls[kind], 1) + 1;
    if (kind != chosen)
        return false;
    bool fails = at && (on ? k >= at : k == at);
    bool first = fails && atomic_fetch_add(&count->failed, 1) == 0;
    if (trace >= 0 && (first || !at)) {
        busy = true;
        write_place(k);
        busy = false;
    }
    return fails;
}

static void open_count(const char *path)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    void *map = MAP_FAILED;
    if (fd >= 0)
        map = (void *)syscall(SYS_mmap, NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        count = map;
    if (fd >= 0)
        syscall(SYS_close, fd);
}

/* The trace's descriptor is far from those that the commands count on. */
static void open_trace(const char *path)
{
    enum { FAR = 900 };
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    trace = fd < 0 ? -1 : (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, FAR);
    if (fd >= 0)
        syscall(SYS_close, fd);
}

__attribute__((constructor)) static void start(void)
{
    const char *kind = getenv("FAULT_KIND"), *k = getenv("FAULT_AT"), *path;
    void *frame[FRAMES];
    if (!kind)
        return;
    for (int i = 0; i < KINDS; i++)
        if (!strcmp(kind, NAMES[i]))
            chosen = (Kind)i;
    if (chosen == KINDS) {
        dprintf(STDERR_FILENO, "fault.so: FAULT_KIND: '%s'\n", kind);
        _exit(125);
    }
    at = k ? atoll(k) : 0;
    on = getenv("FAULT_ON") != NULL;
    if ((path = getenv("FAULT_COUNT")))
        open_count(path);
    if ((path = getenv("FAULT_TRACE")))
        open_trace(path);
    (void)backtrace(frame, FRAMES); /* loads the unwinder */
    fault_take_streams();
    started = true;
}
