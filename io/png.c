#include "io/png.h"

#include "io/err.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct PngWriter {
    png_structp png;
    png_infop info;
    FILE *out;
    int width, height, row;
    char why[256]; /* libpng's last complaint */
};

/* Z_RLE of zlib: matches of distance one only. With level 1 and filter sub a photographic sheet takes a
 * seventh of the default's time for a tenth more bytes. */
enum { COMPRESSION_LEVEL = 1, STRATEGY_RLE = 3, BUFFER_BYTES = 1 << 16 };

/* libpng leaves its calls by longjmp; every entry below sets the place to land. */
static _Noreturn void on_error(png_structp png, png_const_charp text)
{
    PngWriter *w = png_get_error_ptr(png);
    snprintf(w->why, sizeof w->why, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t len)
{
    PngWriter *w = png_get_io_ptr(png);
    errno = 0;
    if (fwrite(bytes, 1, len, w->out) != len)
        png_error(png, errno ? strerror(errno) : "write error");
}

static void flush_bytes(png_structp png)
{
    (void)png; /* the stream is the caller's to flush */
}

static int write_header(PngWriter *w)
{
    if (setjmp(png_jmpbuf(w->png)))
        return -1;
    png_set_write_fn(w->png, w, write_bytes, flush_bytes);
    png_set_user_limits(w->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_compression_level(w->png, COMPRESSION_LEVEL);
    png_set_compression_strategy(w->png, STRATEGY_RLE);
    png_set_compression_buffer_size(w->png, BUFFER_BYTES);
    png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_IHDR(w->png, w->info, (png_uint_32)w->width, (png_uint_32)w->height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(w->png, w->info);
    return 0;
}

static int write_trailer(PngWriter *w)
{
    if (setjmp(png_jmpbuf(w->png)))
        return -1;
    png_write_end(w->png, NULL);
    return 0;
}

PngWriter *png_begin(FILE *out, int width, int height, char *err, size_t errlen)
{
    if (width < 1 || height < 1) {
        err_set(err, errlen, "PNG: a picture without pixels");
        return NULL;
    }
    PngWriter *w = calloc(1, sizeof *w);
    if (!w) {
        err_set(err, errlen, "PNG: out of memory");
        return NULL;
    }
    w->out = out;
    w->width = width;
    w->height = height;
    w->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, w, on_error, on_warning);
    w->info = w->png ? png_create_info_struct(w->png) : NULL;
    if (!w->info) {
        err_set(err, errlen, "PNG: out of memory");
        png_abort(w);
        return NULL;
    }
    if (write_header(w)) {
        err_set(err, errlen, "PNG: %s", w->why);
        png_abort(w);
        return NULL;
    }
    return w;
}

int png_rows(PngWriter *w, const unsigned char *rgb, int n, char *err, size_t errlen)
{
    if (n > w->height - w->row)
        return err_set(err, errlen, "PNG: more than %d rows", w->height);
    if (setjmp(png_jmpbuf(w->png)))
        return err_set(err, errlen, "PNG: %s", w->why);
    for (int i = 0; i < n; i++) {
        png_write_row(w->png, rgb + (size_t)i * (size_t)w->width * 3);
        w->row++;
    }
    return 0;
}

int png_end(PngWriter *w, char *err, size_t errlen)
{
    int rc = 0;
    if (w->row < w->height)
        rc = err_set(err, errlen, "PNG: %d of %d rows", w->row, w->height);
    else if (write_trailer(w))
        rc = err_set(err, errlen, "PNG: %s", w->why);
    png_abort(w);
    return rc;
}

void png_abort(PngWriter *w)
{
    if (!w)
        return;
    if (w->png)
        png_destroy_write_struct(&w->png, &w->info);
    free(w);
}
