/* Where the rows of a large array are in the file. Runs in the process that h5_cage.c starts. */
#include "io/base/err.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>

/* Bytes of a number that can be used in place; 0: none. */
static int64_t width_of(hid_t set)
{
    hid_t type = H5Dget_type(set), half = h5_half_type();
    int64_t width = H5Tequal(type, half) > 0 ? 2 : H5Tequal(type, H5T_IEEE_F32LE) > 0 ? 4 : 0;
    H5Tclose(half);
    H5Tclose(type);
    return width;
}

/* A chunk for each row, not compressed. */
static bool one_chunk_a_row(hid_t plan, const ArrayWish *wish)
{
    hsize_t chunk[H5S_MAX_RANK];
    if (H5Pget_nfilters(plan) || H5Pget_chunk(plan, H5S_MAX_RANK, chunk) != wish->rank || chunk[0] != 1)
        return false;
    for (int i = 1; i < wish->rank; i++)
        if (chunk[i] != (hsize_t)wish->dim[i])
            return false;
    return true;
}

static int chunk_offsets(H5 *h5, hid_t set, const ArrayWish *wish, int64_t *offset, Err *err)
{
    hsize_t place[H5S_MAX_RANK] = {0}, size;
    unsigned mask;
    for (int64_t i = 0; i < wish->dim[0]; i++) {
        haddr_t at;
        place[0] = (hsize_t)i;
        if (H5Dget_chunk_info_by_coord(set, place, &mask, &at, &size) < 0)
            return h5_fail(h5, wish->name, "cannot be read", err);
        if (at == HADDR_UNDEF || at > INT64_MAX)
            return err_set(err, "%s: %s: row %lld was never written", h5->path, wish->name, (long long)i);
        offset[i] = (int64_t)at;
    }
    return 0;
}

static int contiguous_offsets(hid_t set, const ArrayWish *wish, int64_t bytes, int64_t *offset)
{
    haddr_t at = H5Dget_offset(set);
    for (int64_t i = 0; i < wish->dim[0]; i++)
        offset[i] = (int64_t)at + i * bytes;
    return at != HADDR_UNDEF && at <= INT64_MAX ? 0 : -1;
}

int lib_row_offsets(H5 *h5, const ArrayWish *wish, int64_t *width, int64_t *offset, Err *err)
{
    H5Kind stored;
    hid_t set = lib_open_numbers(h5, wish, &stored, err);
    if (set < 0)
        return -1;
    hid_t plan = H5Dget_create_plist(set);
    H5D_layout_t layout = H5Pget_layout(plan);
    int64_t bytes = *width = width_of(set);
    for (int i = 1; i < wish->rank; i++)
        bytes *= wish->dim[i];
    int rc = -1;
    if (bytes > 0 && layout == H5D_CHUNKED && one_chunk_a_row(plan, wish))
        rc = chunk_offsets(h5, set, wish, offset, err);
    else if (bytes <= 0 || layout != H5D_CONTIGUOUS || H5Pget_external_count(plan) > 0 ||
             contiguous_offsets(set, wish, bytes, offset))
        err_set(err, "%s: %s: its rows cannot be used in place; 'h5repack -l %s:CONTI -f %s:NONE' rewrites it",
                h5->path, wish->name, wish->name, wish->name);
    else
        rc = 0;
    H5Pclose(plan);
    H5Dclose(set);
    return rc;
}
