/* Arrays of numbers. Runs in the process that h5_cage.c starts. */
#include "io/base/err.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- kinds and shapes --- */

static const char *kind_name(H5Kind kind)
{
    return kind == H5_INTEGERS ? "integers" : kind == H5_FLOATS ? "floats" : "strings";
}

static void print_shape(char *out, size_t room, int rank, const int64_t *dim)
{
    size_t at = (size_t)snprintf(out, room, "(");
    for (int i = 0; i < rank && at < room; i++)
        at += (size_t)snprintf(out + at, room - at, "%s%lld", i ? "," : "", (long long)dim[i]);
    if (at < room)
        snprintf(out + at, room - at, ")");
}

static int check_shape(const H5 *h5, const char *name, const H5Info *info, int rank, const int64_t *dim, Err *err)
{
    char have[96], want[96];
    int same = info->rank == rank;
    for (int i = 0; same && i < rank; i++)
        same = info->dim[i] == dim[i];
    if (same)
        return 0;
    print_shape(have, sizeof have, info->rank, info->dim);
    print_shape(want, sizeof want, rank, dim);
    return err_set(err, "%s: %s: shape %s, expected %s", h5->path, name, have, want);
}

/* Integers and floats are taken for each other if the wish is not strict. */
static int check_kind(const H5 *h5, const ArrayWish *wish, const H5Info *info, Err *err)
{
    bool number = info->kind == H5_INTEGERS || info->kind == H5_FLOATS;
    if (wish->strict ? info->kind == wish->kind : number)
        return 0;
    return err_set(err, "%s: %s: holds %s, not %s", h5->path, wish->name, info->type, kind_name(wish->kind));
}

/* Returns HDF5's hid_t, and the kind that is stored. */
static hid_t open_numbers(H5 *h5, const ArrayWish *wish, H5Kind *stored, Err *err)
{
    H5Info info;
    hid_t set = lib_open_set(h5, wish->name, err);
    if (set < 0)
        return -1;
    int rc = lib_describe(h5, wish->name, set, &info, err) || check_kind(h5, wish, &info, err) ? -1 : 0;
    if (rc == 0 && !wish->strict)
        h5_squeeze(&info, wish->rank);
    if (rc == 0)
        rc = check_shape(h5, wish->name, &info, wish->rank, wish->dim, err);
    if (rc == 0)
        rc = lib_check_written(h5, wish->name, set, err);
    *stored = info.kind;
    if (rc == 0)
        return set;
    H5Dclose(set);
    return -1;
}

int lib_expect(H5 *h5, const ArrayWish *wish, Err *err)
{
    H5Kind stored;
    hid_t set = open_numbers(h5, wish, &stored, err);
    if (set < 0)
        return -1;
    H5Dclose(set);
    return 0;
}

int lib_offset(H5 *h5, const ArrayWish *wish, int64_t *offset, Err *err)
{
    H5Kind stored;
    hid_t set = open_numbers(h5, wish, &stored, err);
    if (set < 0)
        return -1;
    hid_t type = H5Dget_type(set), plan = H5Dget_create_plist(set);
    bool native = H5Tequal(type, wish->kind == H5_FLOATS ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT32) > 0;
    bool here = H5Pget_external_count(plan) == 0;
    haddr_t at = native && here ? H5Dget_offset(set) : HADDR_UNDEF;
    *offset = at == HADDR_UNDEF || at > INT64_MAX ? -1 : (int64_t)at;
    H5Pclose(plan);
    H5Tclose(type);
    H5Dclose(set);
    return 0;
}

/* --- floats as integers --- */

/* Converts floats to the integers they are; those outside int32 are clamped. Returns the place of the first that is not
 * a whole number, or n. */
static int64_t to_whole(const double *in, int64_t n, int32_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        if (isinf(in[i]) || in[i] != floor(in[i])) /* NaN equals nothing */
            return i;
        out[i] = in[i] <= INT32_MIN ? INT32_MIN : in[i] >= INT32_MAX ? INT32_MAX : (int32_t)in[i];
    }
    return n;
}

/* Reads floats that should be whole numbers, some rows at a time. */
static int read_whole(const H5 *h5, hid_t set, const ArrayWish *wish, int32_t *out, Err *err)
{
    enum { BLOCK = 1 << 22 };
    int64_t rows = wish->dim[0], columns = wish->rank == 2 ? wish->dim[1] : 1;
    int64_t n = BLOCK / (columns ? columns : 1) + 1;
    n = n < rows ? n : rows;
    double *block = malloc((size_t)n * (size_t)columns * sizeof *block + 1);
    int rc = block ? 0 : err_set(err, "%s: %s: out of memory", h5->path, wish->name);
    for (int64_t row = 0; row < rows && rc == 0; row += n) {
        n = n < rows - row ? n : rows - row;
        int64_t numbers = n * columns;
        if (lib_read_rows(set, H5_FLOAT64, row, n, block)) {
            rc = h5_fail(h5, wish->name, "cannot be read", err);
            break;
        }
        int64_t bad = to_whole(block, numbers, out + row * columns);
        if (bad < numbers)
            rc = err_set(err, "%s: %s: row %lld: %g is not a whole number: integers are expected", h5->path,
                         wish->name, (long long)(row + bad / columns), block[bad]);
    }
    free(block);
    return rc;
}

/* --- reading --- */

/* float16 is not converted: its rows come as they are stored. */
static int check_halves(const H5 *h5, const ArrayWish *wish, hid_t set, Err *err)
{
    H5Info info;
    if (lib_describe((H5 *)h5, wish->name, set, &info, err))
        return -1;
    return strcmp(info.type, "float16")
               ? err_set(err, "%s: %s: holds %s, not float16", h5->path, wish->name, info.type)
               : 0;
}

int lib_read(H5 *h5, const ArrayWish *wish, H5Number number, int64_t first, int64_t rows, void *out, Err *err)
{
    H5Kind stored;
    hid_t set = open_numbers(h5, wish, &stored, err);
    if (set < 0)
        return -1;
    int rc = number == H5_FLOAT16 ? check_halves(h5, wish, set, err) : 0;
    if (!rc && number == H5_INT32 && stored == H5_FLOATS)
        rc = read_whole(h5, set, wish, out, err);
    else if (!rc && lib_read_rows(set, number, first, rows, out))
        rc = h5_fail(h5, wish->name, "cannot be read", err);
    H5Dclose(set);
    return rc;
}
