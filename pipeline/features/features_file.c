#include "pipeline/features/features_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t grid_numbers(const CnnInfo *info)
{
    return (size_t)info->grid_rows * (size_t)info->grid_columns * (size_t)info->grid_channels;
}

size_t features_row_bytes(const CnnInfo *info)
{
    return (size_t)info->features * sizeof(float) + grid_numbers(info) * sizeof(uint16_t);
}

int64_t nanoseconds(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

/* More than HDF5 needs for its own structures, and for texts. */
static int64_t room_for(const FeaturesFile *f)
{
    enum { EACH = 512, BASE = 1 << 20 };
    int64_t room = BASE + f->n * ((int64_t)features_row_bytes(f->info) + EACH);
    for (int64_t i = 0; i < f->n; i++)
        room += (int64_t)strlen(f->name[i]);
    return room;
}

static int write_rows(const FeaturesFile *f, H5 *h5, Err *err)
{
    int64_t dim[3] = {f->n, f->info->features};
    bool grid = grid_numbers(f->info) > 0;
    if (h5_make_floats(h5, FEATURES_ARRAY, 2, dim, err))
        return -1;
    dim[1] = (int64_t)f->info->grid_rows * f->info->grid_columns;
    dim[2] = f->info->grid_channels;
    if (grid && h5_make_halves(h5, FEATURES_GRID, 3, dim, err))
        return -1;
    float *row = malloc(features_row_bytes(f->info));
    int rc = row ? 0 : err_set(err, "out of memory");
    for (int64_t i = 0; i < f->n && !rc; i++) {
        rc = f->read(f->ctx, i, row, err) || h5_put_floats(h5, FEATURES_ARRAY, i, 1, row, err) ||
                     (grid && h5_put_halves(h5, FEATURES_GRID, i, 1, (uint16_t *)(row + f->info->features), err))
                 ? -1
                 : 0;
    }
    free(row);
    return rc;
}

/* "SIZE CHECKSUM" of each. */
static int write_states(const FeaturesFile *f, H5 *h5, Err *err)
{
    enum { ROOM = 40 };
    char *text = malloc((size_t)f->n * ROOM);
    const char **line = malloc((size_t)f->n * sizeof *line);
    int rc = text && line ? 0 : err_set(err, "out of memory");
    for (int64_t i = 0; i < f->n && !rc; i++) {
        line[i] = text + i * ROOM;
        snprintf(text + i * ROOM, ROOM, "%" PRId64 " %016" PRIx64, f->state[i].size, f->state[i].checksum);
    }
    if (!rc)
        rc = h5_write_strings(h5, FEATURES_STATE, f->n, line, err);
    free(text);
    free(line);
    return rc;
}

int features_file_write(const FeaturesFile *file, Err *err)
{
    H5 *h5 = h5_create_large(file->path, room_for(file), &file->modified, err);
    if (!h5)
        return -1;
    if (feature_settings_put(file->settings, h5, err) || write_rows(file, h5, err) ||
        h5_write_strings(h5, FEATURES_FILES, file->n, file->name, err) || write_states(file, h5, err)) {
        h5_discard(h5);
        return -1;
    }
    return h5_commit(h5, err);
}
