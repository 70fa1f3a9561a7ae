#include "pipeline/features/features.h"

#include "io/base/checksum.h"
#include "io/file/file.h"
#include "pipeline/common/pipe.h"
#include "pipeline/features/cnn_find.h"
#include "pipeline/features/earlier.h"
#include "pipeline/features/feature_settings.h"
#include "pipeline/features/features_file.h"
#include "pipeline/features/journal.h"
#include "pipeline/features/picture_list.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { AHEAD = 4 }; /* pictures in progress or waiting, for each thread */

/* Where a picture's row is. */
typedef enum { BROKEN, COMPUTED, IN_JOURNAL, IN_EARLIER } Source;

/* One picture on its way. */
typedef struct {
    int64_t i;
    float *input;
    float *row;  /* the vector, then the grid in float16 */
    float *grid; /* NULL where none is wanted */
    Source source;
    int64_t place; /* in the journal or the earlier file */
    PictureState state;
    Err why; /* it is broken */
} Item;

/* A row of the file to be written. */
typedef struct {
    Source source; /* the journal or the earlier file */
    int64_t place;
} Row;

typedef struct {
    const FeaturesOptions *options;
    const Report *report;
    PictureList list;
    Cnn *cnn;
    Extractor extractor;
    FeatureSetting settings[FEATURE_SETTINGS];
    Journal *journal;
    Earlier earlier;
    Item *items;
    int n_items;
    int64_t taken;
    Row *rows; /* (pictures); the first n_done are filled, here and below */
    PictureState *states;
    const char **names;
    int64_t n_done, broken;
} Run;

/* --- one picture --- */

static int take_picture(void *ctx, void *item, Err *err)
{
    Run *r = ctx;
    (void)err;
    if (r->taken == r->list.n)
        return 0;
    ((Item *)item)->i = r->taken++;
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

/* Whether the picture is the one that a row was computed from: by its times, before it is read, and by its content
 * after that. A row in the journal has the picture's times; those in the earlier file, the time before which all
 * pictures were as they are there. */
static bool find_row(const Run *r, Item *it, bool content)
{
    const char *name = r->list.name[it->i];
    PictureState was, now = it->state;
    int64_t place = journal_find(r->journal, name, &was);
    bool known =
        place >= 0 && was.size == now.size &&
        (content ? was.checksum == now.checksum : was.modified == now.modified && was.changed == now.changed);
    it->source = IN_JOURNAL;
    if (!known && (place = earlier_find(&r->earlier, name)) >= 0) {
        was = r->earlier.state[place];
        known = was.size == now.size &&
                (content ? was.checksum == now.checksum : now.modified < was.modified && now.changed < was.changed);
        it->source = IN_EARLIER;
    }
    if (!known) {
        it->source = BROKEN;
        return false;
    }
    it->place = place;
    it->state.checksum = was.checksum;
    return true;
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
        it->source = COMPUTED;
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
    Image image = {0};
    size_t len;
    it->source = BROKEN;
    if (look_at(path, &it->state, &it->why) || (!r->options->by_content && find_row(r, it, false)))
        return 0;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, &it->why);
    if (!bytes)
        return 0;
    it->state.size = (int64_t)len;
    it->state.checksum = checksum(0, bytes, len);
    bool known = find_row(r, it, true);
    int bad = known ? 0 : extractor_decode(&r->extractor, bytes, len, &image, &it->why);
    free(bytes);
    if (bad)
        err_prefix(&it->why, "%s: ", path);
    if (known || bad)
        return 0;
    int rc = compute(r, it, &image, err);
    image_free(&image);
    return rc;
}

/* --- the file --- */

static int read_row(void *ctx, int64_t i, void *row, Err *err)
{
    Run *r = ctx;
    return r->rows[i].source == IN_EARLIER ? earlier_read(&r->earlier, r->rows[i].place, row, err)
                                           : journal_read(r->journal, r->rows[i].place, row, err);
}

/* Whether a new file would be the earlier one. */
static bool is_earlier(const Run *r)
{
    if (!r->earlier.h5 || r->n_done != r->earlier.n || !r->earlier.cnn)
        return false;
    for (int64_t i = 0; i < r->n_done; i++)
        if (r->rows[i].source != IN_EARLIER || r->rows[i].place != i)
            return false;
    for (int i = 0; i < FEATURE_SETTINGS; i++)
        if (!strcmp(r->settings[i].attribute, "cnn"))
            return !strcmp(r->settings[i].text, r->earlier.cnn);
    return false;
}

/* The file's time is that of the run's beginning: what changes from then on is newer. */
static int write_file(Run *r, Err *err)
{
    const struct timespec began = journal_began(r->journal), times[2] = {{.tv_nsec = UTIME_OMIT}, began};
    const FeaturesFile file = {.path = r->options->output,
                               .settings = r->settings,
                               .info = cnn_info(r->cnn),
                               .n = r->n_done,
                               .name = r->names,
                               .state = r->states,
                               .read = read_row,
                               .ctx = r,
                               .modified = began};
    if (!is_earlier(r))
        return features_file_write(&file, err);
    if (utimensat(AT_FDCWD, r->options->output, times, 0))
        return err_set(err, "%s: %s", r->options->output, strerror(errno));
    return 0;
}

static int keep(Run *r, const Item *item, Err *err)
{
    Row row = {item->source, item->place};
    if (item->source == COMPUTED) {
        row = (Row){IN_JOURNAL, journal_add(r->journal, r->list.name[item->i], &item->state, item->row, err)};
        if (row.place < 0)
            return -1;
    }
    r->rows[r->n_done] = row;
    r->states[r->n_done] = item->state;
    r->names[r->n_done++] = r->list.name[item->i];
    return 0;
}

/* --- the run --- */

static int list_pictures(Run *r, Err *err)
{
    const FeaturesOptions *o = r->options;
    int rc = o->data ? picture_list_add_split(&r->list, o->data, o->split, err) : 0;
    for (int i = 0; i < o->n_operands && !rc; i++)
        rc = picture_list_add(&r->list, o->operands[i], o->nul, err);
    return !rc && !r->list.n ? err_set(err, "no pictures") : rc;
}

static int make_items(Run *r, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    size_t input = (size_t)info->width * (size_t)info->height * 3,
           grid = (size_t)info->grid_rows * (size_t)info->grid_columns * (size_t)info->grid_channels,
           n = (size_t)r->list.n;
    r->n_items = r->options->threads * AHEAD;
    r->items = calloc((size_t)r->n_items, sizeof *r->items);
    r->rows = calloc(n, sizeof *r->rows);
    r->states = calloc(n, sizeof *r->states);
    r->names = calloc(n, sizeof *r->names);
    for (int i = 0; r->items && i < r->n_items; i++) {
        Item *item = &r->items[i];
        item->input = malloc(input * sizeof *item->input);
        item->row = malloc(features_row_bytes(info));
        item->grid = grid ? malloc(grid * sizeof *item->grid) : NULL;
        if (!item->input || !item->row || (grid && !item->grid))
            return err_set(err, "out of memory");
    }
    return r->items && r->rows && r->states && r->names ? 0 : err_set(err, "out of memory");
}

/* The journal, and with --update the file as it is. */
static int open_known(Run *r, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    char *other, *text;
    feature_settings_list(r->settings, r->options, info, &r->extractor.prepare);
    if (r->options->update && earlier_open(&r->earlier, r->options->output, r->settings, info, err) < 0)
        return -1;
    if (!(text = feature_settings_text(r->settings)))
        return err_set(err, "out of memory");
    r->journal = journal_open(r->options->output, text, features_row_bytes(info), &other, err);
    free(text);
    if (!r->journal)
        return -1;
    if (other)
        report_note(r->report, "rows of an unfinished run are dropped: it was made with %s", other);
    else if (journal_rows(r->journal))
        report_note(r->report, "an unfinished run goes on: it has computed %lld rows",
                    (long long)journal_rows(r->journal));
    free(other);
    return 0;
}

static int take_item(Run *r, const Item *it, Err *err)
{
    int rc = 0;
    if (it->source != BROKEN)
        rc = keep(r, it, err);
    else if (r->options->data)
        rc = err_set(err, "%s", it->why.text);
    else
        report_warn(r->report, "%s", it->why.text);
    r->broken += it->source == BROKEN;
    return rc;
}

/* The rate of progress is that of computing: it leaves out the rows that are found at the beginning. */
static int take_rows(Run *r, Err *err)
{
    void *item;
    int rc = 0;
    bool computing = false;
    Pipe *pipe = pipe_start(&(PipeSpec){.take = take_picture,
                                        .work = work_picture,
                                        .ctx = r,
                                        .items = r->items,
                                        .item_size = sizeof *r->items,
                                        .depth = r->n_items,
                                        .workers = r->options->threads},
                            err);
    if (!pipe)
        return -1;
    while (!report_stop(r->report) && (rc = pipe_next(pipe, &item, err)) > 0 && !(rc = take_item(r, item, err))) {
        computing = computing || ((const Item *)item)->source == COMPUTED;
        if (computing)
            report_progress(r->report, r->n_done + r->broken, r->list.n);
    }
    pipe_stop(pipe);
    return report_stop(r->report) ? 0 : rc;
}

static int open_network(Run *r, Err *err)
{
    const FeaturesOptions *o = r->options;
    r->cnn = cnn_open_named(o->cnn, &o->network, err);
    r->extractor = (Extractor){.cnn = r->cnn, .wish = o->pictures};
    return r->cnn ? preprocess_choose(&r->extractor.prepare, r->cnn, &o->prepare, err) : -1;
}

static int run(Run *r, Err *err)
{
    if (open_network(r, err) || list_pictures(r, err) || make_items(r, err) || open_known(r, err) ||
        take_rows(r, err))
        return -1;
    if (report_stop(r->report)) {
        report_note(r->report, "stopped; the same command goes on here");
        return 0;
    }
    if (!r->n_done)
        return err_set(err, "none of %lld pictures can be read", (long long)r->list.n);
    return write_file(r, err);
}

int features_run(const FeaturesOptions *options, const Report *report, int64_t *broken, Err *err)
{
    Run r = {.options = options, .report = report};
    int rc = run(&r, err);
    *broken = r.broken;
    for (int i = 0; r.items && i < r.n_items; i++) {
        free(r.items[i].input);
        free(r.items[i].row);
        free(r.items[i].grid);
    }
    free(r.items);
    free(r.rows);
    free(r.states);
    free(r.names);
    earlier_close(&r.earlier);
    journal_close(r.journal, !rc && !report_stop(report));
    picture_list_free(&r.list);
    cnn_free(r.cnn);
    return rc;
}
