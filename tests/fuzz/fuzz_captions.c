/* libFuzzer: files for coco-prepare: captions of any format, and NumPy's arrays. */
#include "io/base/err.h"
#include "io/base/text.h"
#include "io/base/utf8.h"
#include "io/captions/captions.h"
#include "io/data/npy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    if (text && !utf8_valid(text, strlen(text)))
        abort();
}

static int take(void *ctx, const CaptionItem *item, Err *err)
{
    (void)ctx, (void)err;
    if (!*item->file || strpbrk(item->file, "\r\n"))
        abort();
    check_text(item->file);
    check_text(item->caption);
    check_text(item->split);
    check_text(item->url);
    check_text(item->number);
    char *words = text_simple_words(item->caption);
    /* The words of words are the same. */
    char *again = words ? text_simple_words(words) : NULL;
    if (!again || strcmp(words, again) != 0 || strstr(words, "  ") || *words == ' ')
        abort();
    free(again);
    free(words);
    return 0;
}

static void pass_over(void *ctx, const char *place, const char *why)
{
    (void)ctx;
    if (!*place || !*why || strchr(why, '\n'))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    Err err = {""};
    const char *format;
    float *numbers;
    int64_t rows, columns;
    int fd = memfd_create("captions", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int rc = captions_read(path, &(CaptionSink){.take = take, .skip = pass_over}, &format, &err);
    if ((rc != 0) != !!*err.text || strchr(err.text, '\n')) /* a failure is one line */
        abort();
    close(fd);
    if (npy_matrix(data, size, "x.npy", &numbers, &rows, &columns, &err) == 0 && (rows < 1 || columns < 1))
        abort();
    free(numbers);
    return 0;
}
