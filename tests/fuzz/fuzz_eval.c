/* libFuzzer: what coco-eval reads. The bytes up to the first NUL are the captions, those up to the next the
 * annotations, the rest document frequencies; absent parts are not given. */
#include "pipeline/eval/eval.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file in memory that holds the part at *data, and its path; *data moves past the part. NULL: no part. */
static const char *part(const uint8_t **data, const uint8_t *end, char path[32], int *fd)
{
    *fd = -1;
    if (!*data)
        return NULL;
    const uint8_t *stop = memchr(*data, '\0', (size_t)(end - *data));
    size_t n = (size_t)((stop ? stop : end) - *data);
    *fd = memfd_create("part", MFD_CLOEXEC);
    if (*fd < 0 || write(*fd, *data, n) != (ssize_t)n)
        abort();
    *data = stop ? stop + 1 : NULL;
    snprintf(path, 32, "/proc/self/fd/%d", *fd);
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *null;
    if (!null)
        null = fopen("/dev/null", "w");
    const uint8_t *at = data, *end = data + size;
    char path[3][32];
    Err err;
    int fd[3];
    EvalOptions o = {.tokens.kind = TOKENS_PTB, .allow_missing = true, .save_df = "/dev/null"};
    const char *input = size ? part(&at, end, path[0], &fd[0]) : NULL;
    if (!input)
        return 0;
    o.inputs = &input;
    o.n_inputs = 1;
    o.by = "split";
    o.statistics = true;
    o.refs = part(&at, end, path[1], &fd[1]);
    o.df = part(&at, end, path[2], &fd[2]);
    o.format = o.refs ? EVAL_JSON : EVAL_PER_IMAGE;
    o.tokens.kind = o.refs ? TOKENS_PTB : TOKENS_NONE;
    eval_run(&o, null, NULL, &err);
    for (int i = 0; i < 3; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    return 0;
}
