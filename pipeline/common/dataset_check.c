#include "pipeline/common/dataset_check.h"

int check_captions(const Dataset *d, const Report *report, Err *err)
{
    Err line;
    if (!dataset_captions_odd(d, &line))
        return 0;
    if (!caption_layout_trains(&d->layout))
        return err_set(err, "%s", line.text);
    report_warn(report, "%s", line.text);
    return 0;
}

ZeroRows count_zero_rows(const H5Matrix *features)
{
    ZeroRows z = {.rows = features->rows};
    for (int64_t row = 0; row < features->rows; row++)
        if (features_zero(features, row) && z.zero++ == 0)
            z.first = row;
    return z;
}

int check_zero_rows(const H5Matrix *features, const char *path, bool *warned, const Report *report, Err *err)
{
    if (*warned)
        return 0;
    *warned = true;
    ZeroRows z = count_zero_rows(features);
    /* One image alone is all zeros once its mean is taken off. */
    if (z.zero == z.rows && z.rows > 1)
        return err_set(err, "%s: features: every number is zero, as if it had never been written", path);
    report_warn(report,
                "%s: features: %lld of %lld rows are all zeros, as if never computed: the first is row %lld", path,
                (long long)z.zero, (long long)z.rows, (long long)z.first);
    return 0;
}
