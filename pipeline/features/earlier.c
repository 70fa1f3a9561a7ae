#include "pipeline/features/earlier.h"

#include "io/file/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool read_state(const char *text, PictureState *state)
{
    char *end;
    errno = 0;
    state->size = strtoll(text, &end, 10);
    if (end == text || *end != ' ' || state->size < 0)
        return false;
    text = end + 1;
    state->checksum = strtoull(text, &end, 16);
    return end == text + 16 && !*end && !errno;
}

/* The file's own time goes to all of them. */
static int read_states(Earlier *e, const char *path, int64_t time, Err *err)
{
    char **text = NULL;
    int64_t n;
    int rc = h5_has(e->h5, FEATURES_STATE, err);
    if (rc == 0)
        rc = err_set(err, "%s: does not say what its pictures were: make it without --update", path);
    if (rc < 0 || h5_read_strings(e->h5, FEATURES_STATE, &text, &n, err))
        return -1;
    e->n = n;
    rc = (e->state = calloc((size_t)n + 1, sizeof *e->state)) ? 0 : err_set(err, "out of memory");
    for (int64_t i = 0; i < n && !rc; i++) {
        e->state[i].modified = e->state[i].changed = time;
        if (!read_state(text[i], &e->state[i]))
            rc = err_set(err, "%s: %s: row %lld: '%.40s' is not a size and a checksum", path, FEATURES_STATE,
                         (long long)i, text[i]);
    }
    h5_free_strings(text, n);
    return rc;
}

static int read_names(Earlier *e, const char *path, Err *err)
{
    char **name = NULL;
    int64_t n;
    if (h5_read_strings(e->h5, FEATURES_FILES, &name, &n, err))
        return -1;
    int rc = n == e->n ? 0
                       : err_set(err, "%s: %s: %lld names for %lld pictures", path, FEATURES_FILES, (long long)n,
                                 (long long)e->n);
    e->names = hash_new();
    e->row = malloc(((size_t)n + 1) * sizeof *e->row);
    if (!rc && (!e->names || !e->row))
        rc = err_set(err, "out of memory");
    for (int64_t i = 0; i < n && !rc; i++) {
        int32_t known = hash_count(e->names), number = hash_add(e->names, name[i], strlen(name[i]));
        if (number < 0)
            rc = err_set(err, "out of memory");
        else if (number == known)
            e->row[number] = i;
    }
    h5_free_strings(name, n);
    return rc;
}

static void grid_shape(const Earlier *e, int64_t dim[3])
{
    dim[0] = e->n;
    dim[1] = (int64_t)e->info->grid_rows * e->info->grid_columns;
    dim[2] = e->info->grid_channels;
}

static int open_arrays(Earlier *e, Err *err)
{
    int64_t dim[3] = {e->n, e->info->features};
    if (h5_map(e->h5, FEATURES_ARRAY, H5_FLOATS, 2, dim, &e->features, err))
        return -1;
    grid_shape(e, dim);
    return dim[2] ? h5_expect_floats(e->h5, FEATURES_GRID, 3, dim, err) : 0;
}

int earlier_open(Earlier *e, const char *path, const FeatureSetting settings[FEATURE_SETTINGS], const CnnInfo *info,
                 Err *err)
{
    struct stat st;
    memset(e, 0, sizeof *e);
    int there = file_exists(path, err);
    if (there <= 0)
        return there;
    if (stat(path, &st)) /* before it is opened: of a file that others replace meanwhile, the older time */
        return err_set(err, "%s: %s", path, strerror(errno));
    e->info = info;
    if (!(e->h5 = h5_open(path, err)) || feature_settings_check(settings, e->h5, err) ||
        read_states(e, path, nanoseconds(&st.st_mtim), err) || read_names(e, path, err) || open_arrays(e, err) ||
        h5_attr_text(e->h5, "/", "cnn", &e->cnn, err) < 0) {
        earlier_close(e);
        return -1;
    }
    return 1;
}

void earlier_close(Earlier *e)
{
    h5_unmap(&e->features);
    h5_close(e->h5, NULL);
    hash_free(e->names);
    free(e->row);
    free(e->state);
    free(e->cnn);
    free(e->block);
    memset(e, 0, sizeof *e);
}

int64_t earlier_find(const Earlier *e, const char *name)
{
    int32_t number = e->names ? hash_find(e->names, name, strlen(name)) : -1;
    return number < 0 ? -1 : e->row[number];
}

/* Rows of the grid are read many at a time: each question to the process that reads costs as much as a small row. */
static int read_grid(Earlier *e, const int64_t dim[3], int64_t row, uint16_t *out, Err *err)
{
    enum { BLOCK_BYTES = 4 << 20 };
    size_t numbers = (size_t)(dim[1] * dim[2]);
    int64_t most = 1 + (int64_t)(BLOCK_BYTES / (numbers * sizeof *out));
    if (!e->block && !(e->block = malloc((size_t)most * numbers * sizeof *e->block)))
        return err_set(err, "out of memory");
    if (row < e->block_first || row >= e->block_first + e->block_rows) {
        e->block_rows = 0;
        int64_t n = most < e->n - row ? most : e->n - row;
        if (h5_read_halves(e->h5, FEATURES_GRID, 3, dim, row, n, e->block, err))
            return -1;
        e->block_first = row;
        e->block_rows = n;
    }
    memcpy(out, e->block + (size_t)(row - e->block_first) * numbers, numbers * sizeof *out);
    return 0;
}

int earlier_read(Earlier *e, int64_t row, void *out, Err *err)
{
    size_t features = (size_t)e->info->features;
    int64_t dim[3];
    memcpy(out, e->features.floats + (size_t)row * features, features * sizeof *e->features.floats);
    grid_shape(e, dim);
    return dim[2] ? read_grid(e, dim, row, (uint16_t *)((float *)out + features), err) : 0;
}
