#include "pipeline/dataset/dataset_show.h"

#include "io/base/err.h"
#include "io/base/size.h"
#include "io/data/dataset.h"
#include "io/data/dataset_files.h"
#include "io/data/record.h"
#include "io/file/file.h"
#include "io/hdf5/h5.h"
#include "model/base/rng.h"
#include "pipeline/common/dataset_check.h"
#include "pipeline/common/ground_truth.h"
#include "pipeline/common/plural.h"
#include "pipeline/common/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char train[] = "train";

static const DatasetFile features_kinds[] = {DATASET_FILE_FEATURES, DATASET_FILE_RAW_FEATURES};
enum { N_FEATURES = sizeof features_kinds / sizeof *features_kinds };

/* The splits for which a directory has captions or features. */
static int find_splits(const char *dir, DatasetSplits *splits, Err *err)
{
    unsigned kinds = 1u << DATASET_FILE_CAPTIONS | 1u << DATASET_FILE_FEATURES | 1u << DATASET_FILE_RAW_FEATURES;
    if (dataset_splits(splits, dir, kinds, err))
        return -1;
    return splits->n ? 0 : err_set(err, "%s: is not a dataset: neither captions nor features", dir);
}

/* --- arrays --- */

/* A line, whose names and filters are those of files. */
static void put_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put_line(FILE *out, const char *fmt, ...)
{
    char text[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    terminal_put(out, text);
    putc('\n', out);
}

typedef struct {
    H5 *h5;
    FILE *out;
    Err *err;
} ArrayList;

static int show_array(void *ctx, const char *name, int is_dataset)
{
    ArrayList *list = ctx;
    H5Info info;
    char shape[128] = "", size[SIZE_TEXT_LEN];
    int at = 0;
    if (!is_dataset) {
        char phrase[512];
        int broken = h5_broken_link(list->h5, name, phrase, sizeof phrase, list->err);
        put_line(list->out, "  %-18s %s", name, broken > 0 ? phrase : "group");
        return broken < 0 ? -1 : 0;
    }
    if (h5_info(list->h5, name, &info, list->err))
        return -1;
    for (int i = 0; i < info.rank; i++)
        at += snprintf(shape + at, sizeof shape - (size_t)at, "%s%lld", i ? ", " : "", (long long)info.dim[i]);
    char bracketed[132];
    snprintf(bracketed, sizeof bracketed, "(%s)", shape);
    put_line(list->out, "  %-18s %-8s %-16s %s, %s", name, info.type, bracketed, info.layout,
             size_text(info.stored_bytes, size));
    return 0;
}

/* The file's name in the directory, written as a line. */
static void show_name(const char *path, FILE *out)
{
    const char *slash = strrchr(path, '/');
    put_line(out, "%s", slash ? slash + 1 : path);
}

/* The arrays of a file, if it exists. */
static int show_file(const ShowSpec *spec, const char *split, DatasetFile kind, Err *err)
{
    char *path = dataset_file_path(spec->dir, kind, split);
    int there = path ? file_exists(path, err) : err_set(err, "out of memory"), rc = there < 0 ? -1 : 0;
    if (there > 0) {
        H5 *h5 = h5_open(path, err);
        ArrayList list = {h5, spec->out, err};
        show_name(path, spec->out);
        rc = h5 ? h5_each(h5, "/", show_array, &list, err) : -1;
        h5_close(h5, NULL);
    }
    free(path);
    return rc;
}

/* What its numbers stand for. */
static const char *entries(const Vocab *vocab)
{
    return *vocab_joiner(vocab) ? "words" : "characters or pieces";
}

static int show_vocab(const ShowSpec *spec, const Vocab *vocab, Err *err)
{
    char *path = dataset_file_path(spec->dir, DATASET_FILE_VOCAB, "");
    if (!path)
        return err_set(err, "out of memory");
    show_name(path, spec->out);
    fprintf(spec->out, "  %d %s\n", vocab->size, entries(vocab));
    free(path);
    return 0;
}

/* --- one split --- */

/* With its lists and its index; the reduced features if both kinds are there. The caller closes, also after
 * a failure. */
static int open_split(Dataset *d, const char *dir, const char *split, int flags, Err *err)
{
    char *reduced = dataset_file_path(dir, DATASET_FILE_FEATURES, split);
    char *raw = dataset_file_path(dir, DATASET_FILE_RAW_FEATURES, split);
    int reduced_there = reduced ? file_exists(reduced, err) : err_set(err, "out of memory"), raw_there = 0;
    if (reduced_there == 0)
        raw_there = raw ? file_exists(raw, err) : err_set(err, "out of memory");
    if (raw_there > 0)
        flags |= DATASET_RAW;
    free(reduced);
    free(raw);
    if (reduced_there < 0 || raw_there < 0) {
        memset(d, 0, sizeof *d);
        return -1;
    }
    return dataset_open(d, dir, split, flags | DATASET_LISTS, err) || dataset_index(d, err) ? -1 : 0;
}

/* Captions alone can be shown too. */
static bool has_features(const Dataset *d)
{
    return d->features.columns > 0;
}

static int check_features(const Dataset *d, Err *err)
{
    if (!has_features(d))
        return 0;
    for (int64_t row = 0; row < d->features.rows; row++)
        if (!dataset_features(d, row, err))
            return -1;
    bool warned = false;
    return check_zero_rows(&d->features, d->features_path, &warned, NULL, err);
}

/* What training would warn of. */
static void show_warnings(const Dataset *d, FILE *out)
{
    Err line;
    if (dataset_captions_odd(d, &line))
        put_line(out, "  %s", line.text);
    if (!has_features(d))
        return;
    ZeroRows z = count_zero_rows(&d->features);
    if (z.zero)
        fprintf(out, "  %lld feature rows are all zeros: the first is row %lld\n", (long long)z.zero,
                (long long)z.first);
}

typedef struct {
    int64_t words, unknown, shortest, longest;
} CaptionCount;

static CaptionCount count_captions(const Dataset *d)
{
    CaptionCount c = {.shortest = INT64_MAX};
    for (int64_t i = 0; i < d->n; i++) {
        int64_t words = 0;
        for (int t = 0; t < d->width; t++) {
            int32_t w = d->captions.ints[i * d->width + t];
            if (w == VOCAB_END)
                break;
            words += w >= VOCAB_UNK;
            c.unknown += w == VOCAB_UNK;
        }
        c.words += words;
        c.shortest = words < c.shortest ? words : c.shortest;
        c.longest = words > c.longest ? words : c.longest;
    }
    return c;
}

/* "5 each", or "3 to 5 each, 4.92 on average". */
static void put_spread(FILE *out, int64_t least, int64_t most, const char *unit, double mean)
{
    if (least == most)
        fprintf(out, "%lld %s", (long long)least, unit);
    else
        fprintf(out, "%lld to %lld %s, %.2f on average", (long long)least, (long long)most, unit, mean);
}

static void show_captions(const Dataset *d, FILE *out)
{
    int64_t without = 0, least = INT64_MAX, most = 0;
    char unit[40];
    CaptionCount c = count_captions(d);
    for (int64_t row = 0; row < d->features.rows; row++) {
        int64_t n = d->caption_at[row + 1] - d->caption_at[row];
        without += n == 0;
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    fprintf(out, "  %lld caption%s of %lld image%s: ", (long long)d->n, plural(d->n), (long long)d->features.rows,
            plural(d->features.rows));
    put_spread(out, least, most, "each", (double)d->n / (double)d->features.rows);
    if (without)
        fprintf(out, "; %lld image%s none", (long long)without, without == 1 ? " has" : "s have");
    fputs("\n  ", out);
    snprintf(unit, sizeof unit, "%s a caption", entries(&d->vocab));
    put_spread(out, c.shortest, c.longest, unit, (double)c.words / (double)d->n);
    fprintf(out, "; %.2f %% of them <UNK>\n", c.words ? 100.0 * (double)c.unknown / (double)c.words : 0.0);
}

static int show_split(const ShowSpec *spec, const char *split, int *vocab_shown, Err *err)
{
    Dataset d;
    int flags = spec->must_train ? 0 : DATASET_FEATURES_OPTIONAL;
    if (!spec->must_train || strcmp(split, train) != 0)
        flags |= DATASET_CAPTIONS_OPTIONAL;
    int rc = open_split(&d, spec->dir, split, flags, err);
    if (rc == 0)
        rc = check_features(&d, err) || check_captions(&d, NULL, err) ? -1 : 0;
    if (rc == 0 && !(*vocab_shown)++)
        rc = show_vocab(spec, &d.vocab, err);
    if (rc == 0) {
        put_line(spec->out, "%s", split);
        if (d.n)
            show_captions(&d, spec->out);
        else
            fprintf(spec->out, "  no captions of %lld image%s\n", (long long)d.features.rows,
                    plural(d.features.rows));
        fprintf(spec->out, "  %s URLs, %s image paths%s\n", d.urls.n ? "with" : "no", d.files.n ? "with" : "no",
                d.texts.n ? ", with the original words of <UNK>" : "");
        if (!has_features(&d))
            fputs("  no features\n", spec->out);
        show_warnings(&d, spec->out);
    }
    dataset_close(&d);
    return rc;
}

static int show_all(const ShowSpec *spec, const DatasetSplits *splits, const Report *report, Err *err)
{
    int vocab_shown = 0;
    if (show_file(spec, "", DATASET_FILE_CAPTIONS, err))
        return -1;
    for (int s = 0; s < splits->n; s++)
        for (int k = 0; k < N_FEATURES; k++)
            if (show_file(spec, splits->name[s], features_kinds[k], err))
                return -1;
    for (int s = 0; s < splits->n && !report_stop(report); s++)
        if (show_split(spec, splits->name[s], &vocab_shown, err))
            return -1;
    return 0;
}

int show_summary(const ShowSpec *spec, const Report *report, Err *err)
{
    DatasetSplits splits = {NULL, 0};
    h5_allow_external(spec->allow_external);
    int rc = spec->split ? dataset_split_check(spec->split, err) : 0;
    if (rc == 0 && spec->must_train)
        rc = dataset_splits_add(&splits, train, strlen(train), err);
    if (rc == 0)
        rc = spec->split ? dataset_splits_add(&splits, spec->split, strlen(spec->split), err)
                         : find_splits(spec->dir, &splits, err);
    if (rc == 0)
        rc = show_all(spec, &splits, report, err);
    dataset_splits_free(&splits);
    return rc;
}

/* --- ground truth --- */

/* One image: its k-th reference becomes the caption. */
static int write_truth(const Dataset *d, int64_t row, int64_t k, FILE *out, Err *err)
{
    Record record;
    if (truth_record(d, row, &record, err))
        return -1;
    record.caption = truth_take(&record, k);
    int rc = record_write(out, &record, err);
    record_free(&record);
    return rc;
}

/* One caption, which is one of its image's. */
static int write_caption(const Dataset *d, int64_t caption, FILE *out, Err *err)
{
    int64_t row = d->image.ints[caption];
    return write_truth(d, row, dataset_place_of(d, caption), out, err);
}

/* The rows of images that have captions, in order or shuffled. The caller frees. */
static int64_t *rows_to_show(const Dataset *d, bool random, int64_t seed, int64_t *n)
{
    size_t images = (size_t)d->features.rows;
    int64_t *rows = malloc((images + 1) * sizeof *rows);
    int64_t *order = malloc((images + 1) * sizeof *order);
    *n = 0;
    if (rows && order) {
        Rng rng;
        rng_seed(&rng, (uint32_t)seed);
        if (random)
            rng_permutation(&rng, (int64_t)images, order);
        for (int64_t i = 0; i < (int64_t)images; i++) {
            int64_t row = random ? order[i] : i;
            if (d->caption_at[row + 1] > d->caption_at[row])
                rows[(*n)++] = row;
        }
        free(order);
        return rows;
    }
    free(rows);
    free(order);
    return NULL;
}

static int write_images(const Dataset *d, const ShowRecords *what, FILE *out, const Report *report, Err *err)
{
    int64_t there, *rows = rows_to_show(d, what->choice == SHOW_RANDOM, what->seed, &there);
    int rc = rows ? 0 : err_set(err, "out of memory");
    for (int64_t i = 0; rc == 0 && i < what->n && i < there && !report_stop(report); i++)
        rc = write_truth(d, rows[i], 0, out, err);
    free(rows);
    return rc;
}

static int write_minibatch(const Dataset *d, const ShowRecords *what, FILE *out, const Report *report, Err *err)
{
    Rng rng;
    int rc = 0;
    rng_seed(&rng, (uint32_t)what->seed);
    for (int64_t i = 0; rc == 0 && i < what->n && d->n > 0 && !report_stop(report); i++)
        rc = write_caption(d, rng_randint(&rng, d->n), out, err);
    return rc;
}

int show_records(const ShowSpec *spec, const ShowRecords *what, const Report *report, Err *err)
{
    Dataset d;
    Err line;
    bool minibatch = what->choice == SHOW_MINIBATCH;
    h5_allow_external(spec->allow_external);
    const char *split = spec->split ? spec->split : minibatch ? train : "val";
    int rc = open_split(&d, spec->dir, split, DATASET_FEATURES_OPTIONAL, err);
    if (rc == 0 && dataset_captions_odd(&d, &line))
        report_warn(report, "%s", line.text);
    if (rc == 0)
        lines_free(&d.texts); /* what is shown is what training sees */
    if (rc == 0)
        rc = (minibatch ? write_minibatch : write_images)(&d, what, spec->out, report, err);
    dataset_close(&d);
    return rc;
}
