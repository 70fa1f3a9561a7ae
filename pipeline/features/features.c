#include "pipeline/features/features.h"

#include "io/base/checksum.h"
#include "io/file/file.h"
#include "io/ranks/ranks.h"
#include "pipeline/common/pipe.h"
#include "pipeline/common/plural.h"
#include "pipeline/common/replace.h"
#include "pipeline/common/team.h"
#include "pipeline/common/team_rounds.h"
#include "pipeline/features/cnn_find.h"
#include "pipeline/features/feature_settings.h"
#include "pipeline/features/features_alike.h"
#include "pipeline/features/picture_list.h"
#include "pipeline/features/row_store.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { AHEAD = 4 }; /* pictures in progress or waiting, for each thread */

/* One picture on its way. */
typedef struct {
    int64_t i;
    float *input;
    float *row;  /* the vector, then the grid in float16 */
    float *grid; /* NULL where none is wanted */
    RowSource source;
    RowPlace at;
    Err why; /* it is broken */
} Item;

typedef struct {
    const FeaturesOptions *options;
    const Report *report;
    TeamRounds rounds;
    PictureList list;
    Cnn *cnn;
    Extractor extractor;
    FeatureSetting settings[FEATURE_SETTINGS];
    RowStore store;  /* rank 0's */
    KnownRow *known; /* of this rank's pictures */
    Item *items;
    int n_items;
    int64_t taken; /* pictures, by this rank */
    int64_t broken;
    bool computing; /* it has begun to */
    bool stopped;
} Run;

/* --- one picture --- */

/* Picture i is rank i mod ranks'. */
static int take_picture(void *ctx, void *item, Err *err)
{
    Run *r = ctx;
    Item *it = item;
    (void)err;
    it->i = r->rounds.rank + r->taken * r->rounds.ranks;
    if (it->i >= r->list.n)
        return 0;
    r->taken++;
    return 1;
}

static int look_at(const char *path, PictureState *state, Err *err)
{
    struct stat st;
    if (stat(path, &st))
        return err_set(err, "%s: %s", path, strerror(errno));
    *state = (PictureState){
        .size = st.st_size, .modified = nanoseconds(&st.st_mtim), .changed = nanoseconds(&st.st_ctim)};
    return 0;
}

/* Whether all numbers of the row are finite, and a grid's are in float16, too. */
static bool is_finite(const CnnInfo *info, const float *row, const uint16_t *grid, size_t n)
{
    for (int k = 0; k < info->features; k++)
        if (!isfinite(row[k]))
            return false;
    for (size_t k = 0; k < n; k++)
        if ((grid[k] & H5_HALF_INFINITY) == H5_HALF_INFINITY)
            return false;
    return true;
}

/* -1: the engine fails, with its reason in err. */
static int compute(const Run *r, Item *it, const Image *image, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    uint16_t *grid = (uint16_t *)(it->row + info->features);
    size_t n = (features_row_bytes(info) - (size_t)info->features * sizeof *it->row) / sizeof *grid;
    if (extractor_compute(&r->extractor, image, &(PictureNumbers){it->input, it->row, it->grid}, err))
        return -1;
    if (it->grid)
        h5_to_halves(it->grid, n, grid);
    if (is_finite(info, it->row, grid, n))
        it->source = ROW_COMPUTED;
    else
        err_set(&it->why, "%s: the network gives numbers that are not finite, or too large for float16",
                r->list.path[it->i]);
    return 0;
}

static int work_picture(void *ctx, void *item, Err *err)
{
    const Run *r = ctx;
    Item *it = item;
    const char *path = r->list.path[it->i];
    const KnownRow *known = &r->known[it->i / r->rounds.ranks];
    Image image = {0};
    size_t len;
    it->source = ROW_BROKEN;
    if (look_at(path, &it->at.state, &it->why))
        return 0;
    if (!r->options->by_content && (it->source = known_row_of(known, false, &it->at)) != ROW_BROKEN)
        return 0;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, &it->why);
    if (!bytes)
        return 0;
    it->at.state.size = (int64_t)len;
    it->at.state.checksum = checksum(0, bytes, len);
    it->source = known_row_of(known, true, &it->at);
    bool is_known = it->source != ROW_BROKEN;
    int bad = is_known ? 0 : extractor_decode(&r->extractor, bytes, len, &image, &it->why);
    free(bytes);
    if (bad)
        err_prefix(&it->why, "%s: ", path);
    if (is_known || bad)
        return 0;
    int rc = compute(r, it, &image, err);
    image_free(&image);
    return rc;
}

/* --- what came of it --- */

/* A picture that is done, and what came of it: its numbers, or why it is broken. The rate of progress is that of
 * computing: it leaves out the rows that are found at the beginning. */
static int take_result(Run *r, int64_t i, RowSource source, const RowPlace *at, const void *numbers,
                       const char *why, int why_len, Err *err)
{
    int rc = 0;
    if (source != ROW_BROKEN)
        rc = row_store_add(&r->store, r->list.name[i], source, at, numbers, err);
    else
        report_warn(r->report, "%.*s", why_len, why);
    r->broken += source == ROW_BROKEN;
    r->computing |= source == ROW_COMPUTED;
    if (rc == 0 && r->computing)
        report_progress(r->report, r->store.n + r->broken, r->list.n);
    return rc;
}

/* --- several ranks --- */

enum { ROUND = 8 }; /* pictures that each computes until they meet; threads go on meanwhile */

static int send_result(Run *r, const Item *it, Err *err)
{
    FILE *out = r->rounds.out;
    fwrite(&it->at, sizeof it->at, 1, out);
    if (it->source == ROW_COMPUTED)
        fwrite(it->row, features_row_bytes(cnn_info(r->cnn)), 1, out);
    else if (it->source == ROW_BROKEN)
        fputs(it->why.text, out);
    return ferror(out) ? err_set(err, "out of memory") : team_rounds_add(&r->rounds, it->i, it->source, err);
}

static int take_entry(void *ctx, const TeamEntry *e, const char *bytes, Err *err)
{
    RowPlace at;
    memcpy(&at, bytes, sizeof at);
    bytes += sizeof at;
    return take_result(ctx, e->place, (RowSource)e->kind, &at, bytes, bytes, (int)(e->bytes - (int64_t)sizeof at),
                       err);
}

/* --- the run --- */

static int list_pictures(Run *r, Err *err)
{
    const FeaturesOptions *o = r->options;
    int rc = o->data ? picture_list_add_split(&r->list, o->data, o->split, o->images, err) : 0;
    report_wait(r->report, true);
    for (int i = 0; i < o->n_operands && !rc; i++)
        rc = picture_list_add(&r->list, o->operands[i], o->nul, err);
    report_wait(r->report, false);
    return !rc && !r->list.n ? err_set(err, "no pictures") : rc;
}

static int make_items(Run *r, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    size_t input = (size_t)info->width * (size_t)info->height * 3,
           grid = (size_t)info->grid_rows * (size_t)info->grid_columns * (size_t)info->grid_channels;
    r->n_items = r->options->threads * AHEAD;
    r->items = calloc((size_t)r->n_items, sizeof *r->items);
    r->known = calloc((size_t)(r->list.n / r->rounds.ranks + 1), sizeof *r->known);
    for (int i = 0; r->items && i < r->n_items; i++) {
        Item *item = &r->items[i];
        item->input = malloc(input * sizeof *item->input);
        item->row = malloc(features_row_bytes(info));
        item->grid = grid ? malloc(grid * sizeof *item->grid) : NULL;
        if (!item->input || !item->row || (grid && !item->grid))
            return err_set(err, "out of memory");
    }
    return r->items && r->known ? 0 : err_set(err, "out of memory");
}

/* 1: a picture was taken; 0: there are no more. */
static int take_one(Run *r, Pipe *pipe, Err *err)
{
    void *item;
    int rc = pipe_next(pipe, &item, err);
    const Item *it = item;
    if (rc <= 0)
        return rc;
    if (it->source == ROW_BROKEN && r->options->data)
        rc = err_set(err, "%s", it->why.text);
    else if (r->rounds.ranks > 1)
        rc = send_result(r, it, err);
    else
        rc = take_result(r, it->i, it->source, &it->at, it->row, it->why.text, (int)strlen(it->why.text), err);
    return rc ? -1 : 1;
}

static int take_alone(Run *r, Pipe *pipe, Err *err)
{
    int rc = 1;
    while (rc > 0 && !report_stop(r->report))
        rc = take_one(r, pipe, err);
    r->stopped = report_stop(r->report);
    return r->stopped ? 0 : rc;
}

static int take_together(Run *r, Pipe *pipe, Err *err)
{
    int64_t rounds = ((r->list.n - 1) / r->rounds.ranks) / ROUND + 1;
    int rc = 0;
    for (int64_t i = 0; i < rounds && rc == 0; i++) {
        int more = 1;
        for (int k = 0; k < ROUND && more > 0 && !report_stop(r->report); k++)
            more = take_one(r, pipe, err);
        rc = team_rounds_end(&r->rounds, more < 0 ? more : 0, report_stop(r->report), take_entry, r, err);
    }
    r->stopped = rc > 0;
    return rc < 0 || team_rounds_agree(&r->rounds, 0, err) ? -1 : team_rounds_sum(&r->rounds, &r->broken, err);
}

static int take_rows(Run *r, Err *err)
{
    Pipe *pipe = pipe_start(&(PipeSpec){.take = take_picture,
                                        .work = work_picture,
                                        .ctx = r,
                                        .items = r->items,
                                        .item_size = sizeof *r->items,
                                        .depth = r->n_items,
                                        .workers = r->options->threads},
                            err);
    if (team_rounds_agree(&r->rounds, pipe ? 0 : -1, err)) {
        pipe_stop(pipe);
        return -1;
    }
    int rc = r->rounds.ranks > 1 ? take_together(r, pipe, err) : take_alone(r, pipe, err);
    pipe_stop(pipe);
    return rc;
}

static int open_network(Run *r, Err *err)
{
    const FeaturesOptions *o = r->options;
    r->cnn = cnn_open_named(o->cnn, &o->network, err);
    r->extractor = (Extractor){.cnn = r->cnn, .wish = o->pictures};
    return r->cnn ? preprocess_choose(&r->extractor.prepare, r->cnn, &o->prepare, err) : -1;
}

/* All that a rank prepares by itself. */
static int prepare(Run *r, Err *err)
{
    const FeaturesOptions *o = r->options;
    if (r->rounds.rank == 0 && replace_check(o->output, FEATURES_ARRAY, err))
        return -1;
    if (team_check_operands(o->operands, o->n_operands, err) || open_network(r, err) || list_pictures(r, err) ||
        make_items(r, err))
        return -1;
    feature_settings_list(r->settings, o, cnn_info(r->cnn), &r->extractor.prepare);
    return 0;
}

static int find_known(Run *r, Err *err)
{
    int rc = r->rounds.rank
                 ? 0
                 : row_store_open(&r->store, r->options, r->settings, cnn_info(r->cnn), r->list.n, r->report, err);
    if (team_rounds_agree(&r->rounds, rc, err))
        return -1;
    rc = known_rows(r->known, r->list.name, r->list.n, r->store.journal, &r->store.earlier, err);
    if (rc)
        team_fail_alone();
    return rc;
}

/* What was written. */
static void tell(const Run *r)
{
    const CnnInfo *info = cnn_info(r->cnn);
    char grid[96] = "";
    if (info->grid_channels)
        snprintf(grid, sizeof grid, ", a grid of %d x %d places of %d", info->grid_rows, info->grid_columns,
                 info->grid_channels);
    report_note(r->report, "%s: %lld picture%s, %d numbers each%s", r->options->output, (long long)r->store.n,
                plural(r->store.n), info->features, grid);
}

static int run(Run *r, Err *err)
{
    int rc = team_rounds_begin(&r->rounds, err);
    if (rc == 0)
        rc = prepare(r, err);
    if (team_rounds_agree(&r->rounds, rc, err) ||
        features_alike(&r->rounds, &r->extractor, r->settings, &r->list, err) || find_known(r, err) ||
        take_rows(r, err))
        return -1;
    if (r->stopped) {
        report_note(r->report, "interrupted; run the same command again to resume");
        return 0;
    }
    if (r->broken == r->list.n)
        return err_set(err, "none of %lld pictures can be read", (long long)r->list.n);
    if (r->rounds.rank)
        return 0;
    if (row_store_write(&r->store, err))
        return -1;
    tell(r);
    return 0;
}

int features_run(const FeaturesOptions *options, const Report *report, int64_t *broken, Err *err)
{
    Run r = {.options = options, .report = report};
    ranks_limit((double)options->mpi_timeout);
    int rc = run(&r, err);
    *broken = r.broken;
    for (int i = 0; r.items && i < r.n_items; i++) {
        free(r.items[i].input);
        free(r.items[i].row);
        free(r.items[i].grid);
    }
    free(r.items);
    free(r.known);
    row_store_close(&r.store, !rc && !r.stopped);
    picture_list_free(&r.list);
    cnn_free(r.cnn);
    team_rounds_free(&r.rounds);
    return rc;
}
