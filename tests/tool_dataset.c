/* Writes a small dataset directory, which must exist: `tool_dataset DIR [WIDTH [FEATURES [OFFSET]]]`.
 *
 * Splits train (24 images, 60 captions) and val (11 images, 20 captions; the last three images have none),
 * captions of WIDTH (9) numbers, FEATURES (12) numbers an image, to which OFFSET (0) is added, 30 words. What a
 * caption says follows from the image's kind, which its features tell: so training has something to learn. Some
 * images' names carry a COCO id. The same bytes on every run. */
#include "io/base/err.h"
#include "io/data/vocab.h"
#include "io/hdf5/h5.h"
#include "tests/support/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { V = 30, KINDS = 6, MAX_WIDTH = 64, MAX_D = 512, MAX_N = 64 };
enum { NONE, START, END, UNK, FIRST };

typedef struct {
    const char *dir;
    int width, D, offset;
    uint32_t noise;
} Maker;

static const char *const words[V] = {"<NULL>", "<START>", "<END>", "<UNK>", "a",     "red",         "blue", "café",
                                     "small",  "large",   "on",    "under", "near",  "the",         "ball", "cube",
                                     "house",  "tree",    "dog",   "cat",   "sits",  "stands",      "big",  "x1",
                                     "x2",     "x3",      "x4",    "x5",    "naïve", "\"quoted\"\\"};

static Err line;

static void need(int ok)
{
    if (ok)
        return;
    fprintf(stderr, "tool_dataset: %s\n", line.text);
    exit(1);
}

static FILE *make_file(const Maker *m, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", m->dir, name);
    FILE *f = fopen(path, "w");
    err_set(&line, "%.900s cannot be made", path);
    need(f != NULL);
    return f;
}

static H5 *make_h5(const Maker *m, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", m->dir, name);
    H5 *h5 = h5_create(path, &line);
    need(h5 != NULL);
    return h5;
}

/* Numbers from -1 to 1, always the same. */
static float draw(Maker *m)
{
    m->noise = m->noise * 1664525u + 1013904223u;
    return (float)(m->noise >> 8) / 8388608.0f - 1.0f;
}

static void put_vocab(const Maker *m)
{
    char path[4096];
    const Vocab vocab = {.word = (char **)(uintptr_t)words, .size = V};
    snprintf(path, sizeof path, "%s/coco2014_vocab.json", m->dir);
    need(!vocab_write(&vocab, path, &line));
}

/* START, words that follow from the kind, END, padding; the k-th caption of an image has k % 3 words more. */
static void put_caption(const Maker *m, int32_t *row, int kind, int k)
{
    int n = 3 + kind % 3 + k % 3, t = 0;
    row[t++] = START;
    for (int i = 0; i < n && t < m->width - 1; i++)
        row[t++] = i == 1 && k == 4 ? UNK : FIRST + (kind * 5 + i * 7 + k) % (V - FIRST);
    row[t++] = END;
    while (t < m->width)
        row[t++] = NONE;
}

static void put_captions(const Maker *m, H5 *h5, const char *split, int n, int described)
{
    int32_t captions[MAX_N * MAX_WIDTH], image[MAX_N];
    const int64_t dim[2] = {n, m->width};
    char name[64];
    for (int i = 0; i < n; i++) {
        image[i] = i % described;
        put_caption(m, captions + i * m->width, image[i] % KINDS, i / described);
    }
    snprintf(name, sizeof name, "%s_captions", split);
    need(!h5_write_ints(h5, name, 2, dim, captions, &line));
    snprintf(name, sizeof name, "%s_image_idxs", split);
    need(!h5_write_ints(h5, name, 1, dim, image, &line));
}

static void put_features(Maker *m, const char *split, int images)
{
    static float features[MAX_N * MAX_D];
    const int64_t dim[2] = {images, m->D};
    char name[64];
    for (int i = 0; i < images; i++)
        for (int j = 0; j < m->D; j++)
            features[i * m->D + j] = 0.1f * draw(m) + (j % KINDS == i % KINDS ? 1.0f : 0.0f) + (float)m->offset;
    snprintf(name, sizeof name, "%s2014_vgg16_fc7_pca.h5", split);
    H5 *h5 = make_h5(m, name);
    need(!h5_write_floats(h5, "features", 2, dim, features, &line));
    need(!h5_close(h5, &line));
}

static void put_lists(const Maker *m, const char *split, int images)
{
    char name[64];
    snprintf(name, sizeof name, "%s2014_urls.txt", split);
    FILE *urls = make_file(m, name);
    snprintf(name, sizeof name, "%s2014_images.txt", split);
    FILE *files = make_file(m, name);
    for (int i = 0; i < images; i++) {
        fprintf(urls, "http://localhost:9/%s/%d.jpg\n", split, i);
        if (i % 3 == 0)
            fprintf(files, "images/%s/COCO_%s2014_%012d.jpg\n", split, split, 391895 + i);
        else if (i % 3 == 1)
            fprintf(files, "images/%s/%012d.png\n", split, 139 + i);
        else
            fprintf(files, "images/%s/photo%d.jpg\n", split, i);
    }
    fclose(urls);
    fclose(files);
}

int main(int argc, char **argv)
{
    Maker m = {.width = argc > 2 ? whole_number(argv[2]) : 9,
               .D = argc > 3 ? whole_number(argv[3]) : 12,
               .offset = argc > 4 ? whole_number(argv[4]) : 0,
               .noise = 1};
    err_set(&line, "usage: tool_dataset DIR [WIDTH [FEATURES [OFFSET]]]");
    need(argc > 1 && m.offset >= 0 && m.width >= 2 && m.width <= MAX_WIDTH && m.D >= 1 && m.D <= MAX_D);
    m.dir = argv[1];
    put_vocab(&m);
    H5 *h5 = make_h5(&m, "coco2014_captions.h5");
    put_captions(&m, h5, "train", 60, 24);
    put_captions(&m, h5, "val", 20, 8);
    need(!h5_close(h5, &line));
    put_features(&m, "train", 24);
    put_features(&m, "val", 11);
    put_lists(&m, "train", 24);
    put_lists(&m, "val", 11);
    return 0;
}
