#include "pipeline/model_file/weight_average.h"

#include "model/base/memory.h"
#include "pipeline/model_file/tensor_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char WEIGHTS[] = "/train/weights", KEPT[] = "/train/average";
enum { KEPT_NAME = 64 };

static int set_mean(WeightAverage *a, size_t numbers)
{
    if (!a->mean && !(a->mean = model_alloc(numbers, sizeof *a->mean)))
        return -1;
    for (size_t k = 0; k < numbers; k++) {
        double sum = 0;
        for (int64_t i = 0; i < a->n; i++)
            sum += a->kept[i][k];
        a->mean[k] = (real)(sum / (double)a->n);
    }
    return 0;
}

int average_add(WeightAverage *a, int64_t most, const Params *weights)
{
    real *newest = a->n < most ? model_alloc(weights->n, sizeof *newest) : a->kept[0];
    if (!newest)
        return -1;
    if (newest == a->kept[0])
        memmove(a->kept, a->kept + 1, (size_t)--a->n * sizeof *a->kept);
    memcpy(newest, weights->data, weights->n * sizeof *newest);
    a->kept[a->n++] = newest;
    return set_mean(a, weights->n);
}

static const char *kept_group(int64_t i, char out[KEPT_NAME])
{
    snprintf(out, KEPT_NAME, "%s/%lld", KEPT, (long long)i);
    return out;
}

int average_read(WeightAverage *a, int64_t most, const Params *weights, H5 *h5, Err *err)
{
    char group[KEPT_NAME];
    if (!a->n)
        return 0;
    if (a->n > most)
        return err_set(err, "%s: /train: 'average_checks' is %lld, but 'average' is %lld", h5_path(h5),
                       (long long)a->n, (long long)most);
    for (int64_t i = 0; i < a->n; i++) {
        if (tensors_expect(h5, kept_group(i, group), weights, err))
            return -1;
        if (!(a->kept[i] = model_alloc(weights->n, sizeof **a->kept)))
            return err_set(err, "%s: out of memory", h5_path(h5));
        if (tensors_read(h5, group, weights, a->kept[i], err))
            return -1;
    }
    if (set_mean(a, weights->n))
        return err_set(err, "%s: out of memory", h5_path(h5));
    return tensors_read(h5, WEIGHTS, weights, weights->data, err);
}

int average_write(const WeightAverage *a, const Params *weights, H5 *h5, Err *err)
{
    char group[KEPT_NAME];
    if (!a->n)
        return 0;
    if (h5_make_group(h5, WEIGHTS, err) || tensors_write(h5, WEIGHTS, weights, weights->data, err) ||
        h5_make_group(h5, KEPT, err))
        return -1;
    for (int64_t i = 0; i < a->n; i++)
        if (h5_make_group(h5, kept_group(i, group), err) || tensors_write(h5, group, weights, a->kept[i], err))
            return -1;
    return 0;
}

void average_free(WeightAverage *a)
{
    for (int i = 0; i < SETTING_AVERAGE_MAX; i++)
        free(a->kept[i]);
    free(a->mean);
    memset(a, 0, sizeof *a);
}
