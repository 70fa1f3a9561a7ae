#include "pipeline/model_file/tensor_file.h"

#include <math.h>
#include <stdio.h>

typedef int (*TensorFn)(H5 *h5, const char *name, int rank, const int64_t *dim, float *data, size_t n, Err *err);

/* Calls fn for each tensor of the table, with its name in a group of the file and its part of the block `data`. */
static int each_tensor(H5 *h5, const char *group, const Params *table, float *data, TensorFn fn, Err *err)
{
    for (int i = 0; i < table->n_tensors; i++) {
        const Tensor *t = &table->tensor[i];
        int64_t dim[H5_MAX_RANK];
        char name[64];
        snprintf(name, sizeof name, "%s/%s", group, t->name);
        for (int k = 0; k < t->rank; k++)
            dim[k] = t->dim[k];
        if (fn(h5, name, t->rank, dim, data ? data + t->offset : NULL, t->size, err))
            return -1;
    }
    return 0;
}

static int check_finite(H5 *h5, const char *name, const float *v, size_t n, Err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return err_set(err, "%s: %s: number %zu is not finite", h5_path(h5), name, i);
    return 0;
}

static int expect_tensor(H5 *h5, const char *name, int rank, const int64_t *dim, float *data, size_t n, Err *err)
{
    (void)data, (void)n;
    return h5_expect_floats(h5, name, rank, dim, err);
}

static int read_tensor(H5 *h5, const char *name, int rank, const int64_t *dim, float *data, size_t n, Err *err)
{
    return h5_read_floats(h5, name, rank, dim, data, err) || check_finite(h5, name, data, n, err) ? -1 : 0;
}

static int write_tensor(H5 *h5, const char *name, int rank, const int64_t *dim, float *data, size_t n, Err *err)
{
    return check_finite(h5, name, data, n, err) || h5_write_floats(h5, name, rank, dim, data, err) ? -1 : 0;
}

int tensors_expect(H5 *h5, const char *group, const Params *table, Err *err)
{
    return each_tensor(h5, group, table, NULL, expect_tensor, err);
}

int tensors_read(H5 *h5, const char *group, const Params *table, float *data, Err *err)
{
    return each_tensor(h5, group, table, data, read_tensor, err);
}

int tensors_write(H5 *h5, const char *group, const Params *table, float *data, Err *err)
{
    return each_tensor(h5, group, table, data, write_tensor, err);
}
