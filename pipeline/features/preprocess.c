#include "pipeline/features/preprocess.h"

#include "io/picture/resample.h"
#include "pipeline/common/choice.h"
#include "pipeline/features/cnn_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One number for all channels, or three. */
static bool read_three(const char *text, double out[3])
{
    int n = 0;
    for (; n < 3; n++) {
        char *end;
        text += strspn(text, " ,");
        out[n] = strtod(text, &end);
        if (end == text || !isfinite(out[n]))
            break;
        text = end;
    }
    if (text[strspn(text, " ,")] || (n != 1 && n != 3))
        return false;
    if (n == 1)
        out[1] = out[2] = out[0];
    return true;
}

static int choose_word(int *out, const Cnn *cnn, int wish, const char *key, const char *words, Err *err)
{
    const char *said = cnn_metadata(cnn, key);
    *out = wish >= 0 ? wish : said ? choice_index(words, said) : 0;
    return *out < 0 ? err_set(err, "the model's metadata: %s: '%.40s' is not one of %s", key, said, words) : 0;
}

static int choose_numbers(double out[3], const char *option, const char *wish, const char *said, Err *err)
{
    const char *text = wish ? wish : said;
    if (!text)
        return err_set(
            err,
            "neither the model's file nor the table of known networks says how pictures are prepared for "
            "it: say it with %s",
            option);
    return read_three(text, out) ? 0 : err_set(err, "%s: '%.60s': expected one number or three", option, text);
}

int preprocess_choose(Preprocess *p, const Cnn *cnn, const PreprocessWish *wish, Err *err)
{
    const char *mean = cnn_metadata(cnn, "coco.mean"), *scale = cnn_metadata(cnn, "coco.scale"),
               *std = cnn_metadata(cnn, "coco.std");
    const KnownCnn *known = cnn_list_by_digest(cnn_info(cnn)->sha256);
    if (known && !mean && !scale && !std) {
        mean = known->mean;
        scale = known->scale;
    }
    bool by_std = !wish->scale && !scale && std;
    if (choose_numbers(p->mean, "--mean", wish->mean, mean, err) ||
        choose_numbers(p->scale, "--scale", wish->scale, by_std ? std : scale, err) ||
        choose_word(&p->bgr, cnn, wish->order, "coco.order", PREPROCESS_ORDERS, err) ||
        choose_word(&p->crop, cnn, wish->fit, "coco.fit", PREPROCESS_FITS, err))
        return -1;
    for (int c = 0; c < 3 && by_std; c++)
        p->scale[c] = 1 / p->scale[c];
    return 0;
}

void preprocess_least(const CnnInfo *info, int *w, int *h)
{
    *w = 2 * info->width;
    *h = 2 * info->height;
}

/* The smallest size of the picture's aspect ratio that covers the input. */
static void cover(const Image *image, const CnnInfo *info, int *w, int *h)
{
    double x = (double)info->width / image->width, y = (double)info->height / image->height;
    *w = x >= y ? info->width : (int)(image->width * y + 0.5);
    *h = y >= x ? info->height : (int)(image->height * x + 0.5);
    *w = *w < info->width ? info->width : *w;
    *h = *h < info->height ? info->height : *h;
}

int preprocess_fill(const Preprocess *p, const CnnInfo *info, const Image *image, float *input, Err *err)
{
    Image fitted;
    int w = info->width, h = info->height;
    if (p->crop)
        cover(image, info, &w, &h);
    if (image_resample(&fitted, image, w, h, err))
        return -1;
    size_t pixel = info->channels_last ? 3 : 1,
           channel = info->channels_last ? 1 : (size_t)info->width * (size_t)info->height;
    float value[3][256];
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < 256; i++)
            value[c][i] = (float)((i - p->mean[c]) * p->scale[c]);
    for (int y = 0; y < info->height; y++) {
        const unsigned char *in =
            fitted.rgb + ((size_t)((h - info->height) / 2 + y) * (size_t)w + (size_t)((w - info->width) / 2)) * 3;
        for (int x = 0; x < info->width; x++, in += 3, input += pixel)
            for (int c = 0; c < 3; c++)
                input[(size_t)c * channel] = value[c][in[p->bgr ? 2 - c : c]];
    }
    image_free(&fitted);
    return 0;
}
