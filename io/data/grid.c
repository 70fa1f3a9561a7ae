#include "io/data/grid.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 20 }; /* places, and channels */

static const char GRID[] = "grid";

/* Its shape, as far as the attributes agree with the array. */
static int read_shape(H5 *h5, Grid *g, Err *err)
{
    if (h5_attr_int(h5, "/", "grid_rows", &g->down, err) < 0 ||
        h5_attr_int(h5, "/", "grid_columns", &g->across, err) < 0)
        return -1;
    if (g->down < 1 || g->across < 1 || g->down > g->places || g->down * g->across != g->places)
        g->down = g->across = 0;
    return 0;
}

static int read_grid(H5 *h5, Grid *g, Err *err)
{
    H5Info info;
    int there = h5_has(h5, GRID, err);
    if (there < 0)
        return -1;
    if (!there)
        return err_set(err, "%s: has no grid of features; coco-features --grid makes one", g->path);
    if (h5_info(h5, GRID, &info, err))
        return -1;
    if (info.rank != 3 || info.dim[0] < 1 || info.dim[1] < 1 || info.dim[1] > MOST || info.dim[2] < 1 ||
        info.dim[2] > MOST)
        return err_set(err, "%s: %s: not of a shape (images, places, channels)", g->path, GRID);
    g->places = (int)info.dim[1];
    g->channels = (int)info.dim[2];
    return h5_map_rows(h5, GRID, 3, info.dim, &g->rows, err) || read_shape(h5, g, err) ? -1 : 0;
}

int grid_open(Grid *g, const char *path, Err *err)
{
    *g = (Grid){.path = strdup(path)};
    if (!g->path)
        return err_set(err, "out of memory");
    H5 *h5 = h5_open(path, err);
    int rc = h5 ? read_grid(h5, g, err) : -1;
    h5_close(h5, NULL);
    return rc;
}

void grid_close(Grid *g)
{
    h5_unmap_rows(&g->rows);
    free(g->path);
    memset(g, 0, sizeof *g);
}

int grids_alike(const Grid *a, const Grid *b, Err *err)
{
    if (a->places == b->places && a->channels == b->channels)
        return 0;
    return err_set(err, "%s: the grid has %d places of %d numbers, that of %s %d of %d", b->path, b->places,
                   b->channels, a->path, a->places, a->channels);
}

int grid_row(const Grid *g, int64_t row, float *out, Err *err)
{
    return h5_row(&g->rows, row, out)
               ? 0
               : err_set(err, "%s: %s: row %lld: a number is not finite", g->path, GRID, (long long)row);
}
