/* What the tests of contact sheets share: a directory with records and pictures, the sheet drawn from them, its
 * pixels. */
#ifndef COCO_TESTS_SUPPORT_SHEET_H
#define COCO_TESTS_SUPPORT_SHEET_H

#include "io/base/err.h"
#include "pipeline/sheet/sheet.h"
#include "tests/support/picture.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *dir, *records, *output;
    char warnings[8192];
    int n_warnings;
    SheetOptions options;
    SheetCount count;
    Report report;
    FILE *out;
} Fixture;

static inline void count_warning(void *ctx, const char *text)
{
    Fixture *f = ctx;
    size_t n = strlen(f->warnings);
    f->n_warnings++;
    snprintf(f->warnings + n, sizeof f->warnings - n, "%s\n", text);
}

static inline int setup(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    f->dir = tmp_make();
    f->records = tmp_path(f->dir, "captions.jsonl");
    f->output = tmp_path(f->dir, "sheet.png");
    f->options = sheet_defaults();
    f->options.input = f->records;
    f->options.output = f->output;
    f->options.where.images = f->dir;
    f->options.where.cache = f->dir;
    f->options.threads = 3;
    f->report = (Report){.warn = count_warning, .ctx = f};
    f->out = fopen(f->records, "w");
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    Fixture *f = *state;
    tmp_remove(f->dir);
    free(f->records);
    free(f->output);
    free(f);
    return 0;
}

/* Writes a picture of one colour to a file in the fixture's directory. */
static inline void picture(const Fixture *f, const char *name, int w, int h, unsigned color)
{
    char *path = tmp_path(f->dir, name);
    FILE *out = fopen(path, "wb");
    fprintf(out, "P6 %d %d 255\n", w, h);
    for (int i = 0; i < w * h; i++)
        for (int shift = 16; shift >= 0; shift -= 8)
            putc((int)(color >> shift & 255), out);
    fclose(out);
    free(path);
}

/* Closes the file of records, and draws them. */
static inline int try_render(Fixture *f, Err *err)
{
    if (f->out)
        fclose(f->out);
    f->out = NULL;
    SheetRecords *records = sheet_read(&f->options, err);
    int rc = records ? sheet_render(&f->options, records, &f->report, &f->count, err) : -1;
    sheet_records_free(records);
    return rc;
}

static inline void render(Fixture *f)
{
    Err err;
    assert_ok(try_render(f, &err));
}

static inline unsigned at(const Image *image, int x, int y)
{
    assert_in_range(x, 0, image->width - 1);
    assert_in_range(y, 0, image->height - 1);
    const unsigned char *p = image->rgb + ((size_t)y * (size_t)image->width + (size_t)x) * 3;
    return (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];
}

/* The first row from y on where this column has this colour. */
static inline int find_down(const Image *image, int x, int y, unsigned color)
{
    while (y < image->height && at(image, x, y) != color)
        y++;
    return y;
}

#endif
