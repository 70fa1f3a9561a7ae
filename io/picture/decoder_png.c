#include "io/picture/decoder.h"

#include "io/base/err.h"
#include "io/picture/color.h"
#include "io/picture/png_error.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    png_structp png;
    png_infop info;
    const unsigned char *bytes;
    size_t left;
    unsigned char *pixels;
    png_bytep *rows;
    int w, h, channels; /* 3, or 4 with alpha */
    Err why;            /* libpng's complaint */
} Reader;

/* libpng leaves its functions by longjmp; each function below that calls it sets the place to land, and says there what
 * libpng complained of. */
static int corrupt(const Reader *r, Err *err)
{
    if (strstr(r->why.text, "emory"))
        return err_set(err, "out of memory");
    return err_set(err, "corrupt PNG (%s)", r->why.text);
}

static void read_bytes(png_structp png, png_bytep out, size_t n)
{
    Reader *r = png_get_io_ptr(png);
    if (n > r->left)
        png_error(png, "truncated");
    memcpy(out, r->bytes, n);
    r->bytes += n;
    r->left -= n;
}

static int read_header(Reader *r, Err *err)
{
    if (setjmp(png_jmpbuf(r->png)))
        return corrupt(r, err);
    png_set_read_fn(r->png, r, read_bytes);
    png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* image.c has limits of its own */
    png_set_chunk_malloc_max(r->png, IMAGE_FILE_MAX); /* no file has a longer one; a profile may say that it is */
    /* Only pixels, transparency and the colour profile are read: a broken profile or text does no harm. */
    png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "iCCP", 1);
    /* Some writers name too small a window, or end the stream in a wrong checksum, and other programs read their files.
     * Each chunk still has its CRC. */
    png_set_option(r->png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    png_set_option(r->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    png_read_info(r->png, r->info);
    r->w = (int)png_get_image_width(r->png, r->info);
    r->h = (int)png_get_image_height(r->png, r->info);
    return 0;
}

/* Asks for 8 bits of RGB, or of RGBA if anything is transparent. */
static int set_transforms(Reader *r, Err *err)
{
    if (setjmp(png_jmpbuf(r->png)))
        return corrupt(r, err);
    png_set_expand(r->png); /* palettes, grey of fewer bits, transparent colours */
    png_set_strip_16(r->png);
    png_set_gray_to_rgb(r->png);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    r->channels = png_get_channels(r->png, r->info);
    return 0;
}

static int allocate(Reader *r, Err *err)
{
    size_t stride = (size_t)r->w * (size_t)r->channels;
    r->pixels = malloc(stride * (size_t)r->h);
    r->rows = malloc((size_t)r->h * sizeof *r->rows);
    if (!r->pixels || !r->rows)
        return err_set(err, "out of memory for %d x %d pixels", r->w, r->h);
    for (int y = 0; y < r->h; y++)
        r->rows[y] = r->pixels + (size_t)y * stride;
    return 0;
}

static int read_rows(Reader *r, Err *err)
{
    if (setjmp(png_jmpbuf(r->png)))
        return corrupt(r, err);
    png_read_image(r->png, r->rows);
    png_read_end(r->png, NULL); /* chunks after the pixels have CRCs too */
    return 0;
}

static void to_srgb(Reader *r)
{
    png_charp name;
    png_bytep profile;
    png_uint_32 len;
    int compression;
    if (png_get_iCCP(r->png, r->info, &name, &compression, &profile, &len) == PNG_INFO_iCCP)
        color_to_srgb(r->pixels, (size_t)r->w * (size_t)r->h, r->channels, profile, len);
}

static int reader_open(Reader *r, const void *bytes, size_t len, Err *err)
{
    *r = (Reader){.bytes = bytes, .left = len};
    r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r->why, png_error_keep, png_error_ignore);
    r->info = r->png ? png_create_info_struct(r->png) : NULL;
    return r->info ? read_header(r, err) : err_set(err, "out of memory");
}

static void reader_close(Reader *r)
{
    png_destroy_read_struct(&r->png, &r->info, NULL);
    free(r->rows);
    free(r->pixels);
}

static int size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    Reader r;
    int rc = reader_open(&r, bytes, len, err);
    *w = r.w;
    *h = r.h;
    reader_close(&r);
    return rc;
}

static int decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    Reader r;
    (void)min_w;
    (void)min_h;
    int rc = reader_open(&r, bytes, len, err) || set_transforms(&r, err) || allocate(&r, err) || read_rows(&r, err)
                 ? -1
                 : 0;
    if (!rc) {
        to_srgb(&r);
        *image = r.channels == 4 ? decoder_over_white(r.pixels, r.w, r.h) : (Image){r.w, r.h, r.pixels};
        r.pixels = NULL;
    }
    reader_close(&r);
    return rc;
}

const Decoder decoder_png = {.size = size, .decode = decode};
