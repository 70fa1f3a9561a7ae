#include "io/picture/picture_writer.h"

#include "io/picture/encoder_jpeg.h"
#include "io/picture/encoder_webp.h"
#include "io/picture/pngwriter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUALITY = 90 };

static int jpeg(const Image *image, double dpi, unsigned char **bytes, size_t *len, Err *err)
{
    if (encode_jpeg(image, QUALITY, true, bytes, len, err))
        return -1;
    jpeg_note_dpi(*bytes, *len, dpi);
    return 0;
}

static int webp(const Image *image, double dpi, unsigned char **bytes, size_t *len, Err *err)
{
    (void)dpi;
    return encode_webp(image, QUALITY, bytes, len, err);
}

/* Formats whose encoder takes a whole picture. */
typedef struct {
    const char *ending, *name;
    int most; /* pixels of a side */
    int (*encode)(const Image *image, double dpi, unsigned char **bytes, size_t *len, Err *err);
} Format;

static const Format FORMATS[] = {
    {".jpg", "JPEG", 65500, jpeg}, {".jpeg", "JPEG", 65500, jpeg}, {".webp", "WebP", 16383, webp}};

struct PictureWriter {
    FILE *out;
    PngWriter *png; /* NULL: */
    const Format *format;
    double dpi;
    Image image;
    int rows; /* of it that have come */
};

static const Format *format_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (!strcasecmp(ending, FORMATS[i].ending))
            return &FORMATS[i];
    return NULL;
}

bool picture_writer_knows(const char *name)
{
    const char *ending = strrchr(name, '.');
    return format_of(name) || (ending && !strcasecmp(ending, ".png"));
}

static int begin_whole(PictureWriter *w, int width, int height, Err *err)
{
    int most = w->format->most;
    if (width > most || height > most)
        return err_set(err, "%d x %d pixels are too many for %s, whose sides may be up to %d", width, height,
                       w->format->name, most);
    w->image = (Image){width, height, malloc((size_t)width * (size_t)height * 3)};
    return w->image.rgb ? 0 : err_set(err, "out of memory for %d x %d pixels", width, height);
}

PictureWriter *picture_writer_new(const char *name, FILE *out, int width, int height, double dpi, Err *err)
{
    PictureWriter *w = calloc(1, sizeof *w);
    if (!w) {
        err_set(err, "out of memory");
        return NULL;
    }
    *w = (PictureWriter){.out = out, .format = format_of(name), .dpi = dpi};
    if (!w->format)
        w->png = pngwriter_new(out, width, height, err);
    if (w->format ? begin_whole(w, width, height, err) : !w->png) {
        picture_writer_free(w);
        return NULL;
    }
    if (w->png && dpi > 0)
        pngwriter_dpi(w->png, dpi);
    return w;
}

void picture_writer_free(PictureWriter *w)
{
    if (!w)
        return;
    pngwriter_free(w->png);
    image_free(&w->image);
    free(w);
}

int picture_writer_rows(PictureWriter *w, const unsigned char *rgb, int n, Err *err)
{
    size_t row = (size_t)w->image.width * 3;
    if (w->png)
        return pngwriter_rows(w->png, rgb, n, err);
    if (n > w->image.height - w->rows)
        return err_set(err, "%s: more rows than the picture has", w->format->name);
    memcpy(w->image.rgb + (size_t)w->rows * row, rgb, (size_t)n * row);
    w->rows += n;
    return 0;
}

int picture_writer_end(PictureWriter *w, Err *err)
{
    unsigned char *bytes;
    size_t len;
    if (w->png)
        return pngwriter_end(w->png, err);
    if (w->rows != w->image.height)
        return err_set(err, "%s: %d of %d rows", w->format->name, w->rows, w->image.height);
    if (w->format->encode(&w->image, w->dpi, &bytes, &len, err))
        return -1;
    errno = 0;
    bool whole = fwrite(bytes, 1, len, w->out) == len;
    free(bytes);
    return whole ? 0 : err_set(err, "%s: %s", w->format->name, errno ? strerror(errno) : "write error");
}
