#include "pipeline/dataset/shapes_files.h"

#include "io/base/err.h"
#include "io/base/memory_stream.h"
#include "io/data/dataset_files.h"
#include "io/file/file.h"
#include "io/hdf5/h5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char readme_title[] = "Shapes: pictures and captions drawn by coco-fetch shapes\n";

/* --- captions and names --- */

int shapes_vocab(Vocab *vocab, Err *err)
{
    int n = VOCAB_SPECIAL, missing = 0;
    while (scene_words[n - VOCAB_SPECIAL])
        n++;
    char **word = calloc((size_t)n, sizeof *word);
    if (!word)
        return err_set(err, "out of memory");
    for (int i = 0; i < n; i++) {
        word[i] = strdup(i < VOCAB_SPECIAL ? vocab_special[i] : scene_words[i - VOCAB_SPECIAL]);
        missing += !word[i];
    }
    if (missing) {
        for (int i = 0; i < n; i++)
            free(word[i]);
        free(word);
        return err_set(err, "out of memory");
    }
    return vocab_take(vocab, word, n, "shapes", err);
}

void shapes_encode(const char *caption, const Vocab *vocab, int32_t row[SHAPES_CAPTION_WIDTH])
{
    int t = 0;
    memset(row, 0, SHAPES_CAPTION_WIDTH * sizeof *row);
    row[t++] = VOCAB_START;
    for (const char *p = caption; *p;) {
        size_t n = strcspn(p, " ");
        for (int w = VOCAB_SPECIAL; w < vocab->size; w++)
            if (strlen(vocab->word[w]) == n && !memcmp(vocab->word[w], p, n))
                row[t++] = w;
        p += n + (p[n] == ' ');
    }
    row[t] = VOCAB_END;
}

void shapes_image_name(char *name, size_t size, const ShapesSplit *split, int64_t id)
{
    snprintf(name, size, "images/%s/%012lld.png", split->name, (long long)id);
}

/* --- the files --- */

/* The path of a file, by its name in the course's dataset. */
static char *course_path(const char *dir, DatasetFile kind, const char *split)
{
    char name[DATASET_NAME_LEN];
    return path_join(dir, dataset_file_name(kind, DATASET_COURSE, split, name));
}

static H5 *create_h5(const char *dir, DatasetFile kind, const char *split, Err *err)
{
    char *path = course_path(dir, kind, split);
    H5 *h5 = path ? h5_create(path, err) : NULL;
    if (!path)
        err_set(err, "out of memory");
    free(path);
    return h5;
}

static int write_captions(const char *dir, const ShapesSplit split[], int n_splits, Err *err)
{
    H5 *h5 = create_h5(dir, DATASET_FILE_CAPTIONS, "", err);
    int rc = h5 ? 0 : -1;
    for (int s = 0; rc == 0 && s < n_splits; s++) {
        char name[64];
        int64_t dim[2] = {split[s].n * SCENE_CAPTIONS, SHAPES_CAPTION_WIDTH};
        snprintf(name, sizeof name, "%s_captions", split[s].name);
        rc = h5_write_ints(h5, name, 2, dim, split[s].captions, err);
        snprintf(name, sizeof name, "%s_image_idxs", split[s].name);
        if (rc == 0)
            rc = h5_write_ints(h5, name, 1, dim, split[s].image, err);
    }
    return h5_close(h5, rc ? NULL : err) || rc ? -1 : 0;
}

static int write_features(const char *dir, const ShapesSplit *split, Err *err)
{
    int64_t dim[2] = {split->n, SCENE_FEATURES};
    H5 *h5 = create_h5(dir, DATASET_FILE_FEATURES, split->name, err);
    int rc = h5 ? h5_write_floats(h5, "features", 2, dim, split->features, err) : -1;
    return h5_close(h5, rc ? NULL : err) || rc ? -1 : 0;
}

/* Writes the content of a text file. */
typedef void Writer(FILE *f, const void *what, const char *target);

static int write_text(const char *dir, const char *name, Writer *writer, const void *what, const char *target,
                      Err *err)
{
    char *path = path_join(dir, name);
    FILE *f = path ? fopen(path, "we") : NULL;
    if (!f) {
        err_set(err, "%s: %s", name, strerror(errno));
        free(path);
        return -1;
    }
    writer(f, what, target);
    int bad = ferror(f), closed = fclose(f);
    int rc = bad || closed ? err_set(err, "%s: %s", path, strerror(errno)) : 0;
    free(path);
    return rc;
}

static void put_images(FILE *f, const void *what, const char *target)
{
    const ShapesSplit *split = what;
    char name[64];
    (void)target;
    for (int64_t i = 0; i < split->n; i++) {
        shapes_image_name(name, sizeof name, split, split->first_id + i);
        fprintf(f, "%s\n", name);
    }
}

/* A path inside a URL: everything except RFC 3986's unreserved characters and the slash becomes %XX. */
static void put_url_path(FILE *f, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    for (const char *p = path; *p; p++)
        if (strchr(plain, *p))
            fputc(*p, f);
        else
            fprintf(f, "%%%02X", (unsigned char)*p);
}

static void put_urls(FILE *f, const void *what, const char *target)
{
    const ShapesSplit *split = what;
    char name[64];
    for (int64_t i = 0; i < split->n; i++) {
        shapes_image_name(name, sizeof name, split, split->first_id + i);
        fputs("file://", f);
        put_url_path(f, target);
        fprintf(f, "/%s\n", name);
    }
}

static void put_readme(FILE *f, const void *what, const char *target)
{
    const ShapesOptions *options = what;
    (void)target;
    fprintf(f, "%s\n", readme_title);
    fprintf(f, "coco-fetch shapes --train %lld --val %lld --seed %lld\n\n", (long long)options->train,
            (long long)options->val, (long long)options->seed);
    fputs(
        "Pictures of one to three coloured shapes, 128 x 128, with five captions each. The features are measured\n"
        "on the pixels: for each patch of colour, the largest first, whether it exists, its colour, how similar\n"
        "its form is to each kind's, its size, position and extent; for each pair the direction from the first\n"
        "to the second. Each number is standardised: minus its mean, divided by its standard deviation, both\n"
        "over the train split.\n",
        f);
}

int shapes_write(const ShapesOptions *options, const OutDir *out, const ShapesSplit split[], int n_splits,
                 const Vocab *vocab, Err *err)
{
    char *path = course_path(out->path, DATASET_FILE_VOCAB, "");
    int rc = path ? vocab_write(vocab, path, err) : err_set(err, "out of memory");
    free(path);
    if (rc || write_captions(out->path, split, n_splits, err))
        return -1;
    for (int s = 0; s < n_splits; s++) {
        char urls[DATASET_NAME_LEN], images[DATASET_NAME_LEN];
        dataset_file_name(DATASET_FILE_URLS, DATASET_COURSE, split[s].name, urls);
        dataset_file_name(DATASET_FILE_IMAGES, DATASET_COURSE, split[s].name, images);
        if (write_features(out->path, &split[s], err) ||
            write_text(out->path, urls, put_urls, &split[s], out->target, err) ||
            write_text(out->path, images, put_images, &split[s], out->target, err))
            return -1;
    }
    return write_text(out->path, "README.txt", put_readme, options, out->target, err);
}

/* The caller frees; NULL: there is none that can be read. */
static char *read_readme(const char *dir)
{
    size_t len;
    char *path = path_join(dir, "README.txt");
    char *text = path ? file_read(path, 1 << 20, &len, NULL) : NULL;
    free(path);
    return text;
}

int shapes_wrote(const char *dir)
{
    char *text = read_readme(dir);
    int ours = text && !strncmp(text, readme_title, strlen(readme_title));
    free(text);
    return ours;
}

int shapes_made(const ShapesOptions *options)
{
    char *there = read_readme(options->dir), *wanted = NULL;
    size_t len;
    FILE *memory = there ? open_memstream(&wanted, &len) : NULL;
    if (memory)
        put_readme(memory, options, options->dir);
    int same = memory && !memory_stream_close(memory, &wanted) && !strcmp(there, wanted);
    free(there);
    free(wanted);
    return same;
}
