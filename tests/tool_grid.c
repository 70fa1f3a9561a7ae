/* Adds a grid of features to a features file, for tests:
 *
 *   tool_grid FILE IMAGES PLACES CHANNELS [SEED]    random numbers, float16
 *   tool_grid --rows FILE                           prints the grid, a line per image, as training reads it */
#include "io/data/grid.h"
#include "model/base/rng.h"
#include "tests/support/number.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(const char *path, const int64_t dim[3], uint32_t seed, Err *err)
{
    size_t n = (size_t)(dim[1] * dim[2]);
    float *row = calloc(n, sizeof *row);
    H5Append *to = row ? h5_append_begin(path, "grid", 2, 3, dim, err) : NULL;
    Rng rng;
    int rc = to ? 0 : -1;
    rng_seed(&rng, seed);
    for (int64_t i = 0; i < dim[0] && rc == 0; i++) {
        for (size_t k = 0; k < n; k++)
            row[k] = (float)rng_randn(&rng);
        rc = h5_append_row(to, row, err);
    }
    free(row);
    if (rc)
        h5_append_abort(to);
    return rc ? -1 : h5_append_end(to, err);
}

static int print(const char *path, Err *err)
{
    Grid grid;
    int rc = grid_open(&grid, path, err);
    float *row = rc ? NULL : malloc(grid.rows.numbers * sizeof *row);
    for (int64_t i = 0; row && i < grid.rows.rows && rc == 0; i++) {
        rc = grid_row(&grid, i, row, err);
        for (size_t k = 0; k < grid.rows.numbers && rc == 0; k++)
            printf("%.9g%c", (double)row[k], k + 1 < grid.rows.numbers ? ' ' : '\n');
    }
    free(row);
    grid_close(&grid);
    return rc;
}

int main(int argc, char **argv)
{
    Err err = {{0}};
    int rc = -1, number[4] = {0, 0, 0, 1}; /* images, places, channels, seed */
    bool all = argc == 5 || argc == 6;
    for (int i = 0; all && i < argc - 2; i++)
        all = (number[i] = whole_number(argv[2 + i])) >= 0;
    if (argc == 3 && !strcmp(argv[1], "--rows"))
        rc = print(argv[2], &err);
    else if (all)
        rc = add(argv[1], (int64_t[]){number[0], number[1], number[2]}, (uint32_t)number[3], &err);
    else
        fprintf(stderr, "usage: tool_grid FILE IMAGES PLACES CHANNELS [SEED] | --rows FILE\n");
    if (rc)
        fprintf(stderr, "tool_grid: %s\n", err.text);
    return rc != 0;
}
