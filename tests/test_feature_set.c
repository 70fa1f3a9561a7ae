/* Features from several files: names, what has made them, and what does not fit together. */
#include "tests/support/test.h"

#include "io/hdf5/h5.h"
#include "pipeline/prepare/feature_set.h"

#include <stdlib.h>
#include <string.h>

static Err err;

enum { N = 3, D = 2 };

/* A file as coco-features writes it: `first` is the first number. */
static void make(const char *name, float first, const char *const *files, const char *cnn, bool reduced)
{
    char *path = tmp_path(tmp_dir, name);
    const int64_t dim[2] = {N, D}, C = 4, shape[2] = {4, D};
    const double mean[3] = {127, 126.5, 0.25};
    const float numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    float x[N * D];
    for (int i = 0; i < N * D; i++)
        x[i] = first + (float)i;
    H5 *h5 = h5_create(path, &err);
    assert_non_null(h5);
    assert_ok(h5_write_floats(h5, "features", 2, dim, x, &err));
    if (files)
        assert_ok(h5_write_strings(h5, "files", N, files, &err));
    assert_ok(h5_put_text(h5, "/", "cnn_sha256", cnn, &err));
    assert_ok(h5_put_int(h5, "/", "input_width", 240, &err));
    assert_ok(h5_put_reals(h5, "/", "mean", 3, mean, &err));
    if (reduced) {
        assert_ok(h5_make_group(h5, "/pca", &err));
        assert_ok(h5_write_floats(h5, "/pca/mean", 1, &C, numbers, &err));
        assert_ok(h5_write_floats(h5, "/pca/components", 2, shape, numbers, &err));
    }
    assert_ok(h5_close(h5, &err));
    free(path);
}

static int add(FeatureSet *set, const char *name)
{
    char *path = tmp_path(tmp_dir, name);
    int rc = feature_set_add(set, path, &err);
    free(path);
    return rc;
}

static void rows_by_name(void **state)
{
    (void)state;
    static const char *const one[] = {"a/x.jpg", "b/x.jpg", "./y.jpg"}, *const two[] = {"y.jpg", "c/z.jpg", "w"};
    FeatureSet set;
    make("one.h5", 0, one, "1", false);
    make("two.h5", 100, two, "1", false);
    assert_ok(feature_set_init(&set, &err));
    assert_ok(add(&set, "one.h5"));
    assert_ok(add(&set, "two.h5"));
    assert_int_equal(set.rows, 2 * N);
    assert_ok(feature_set_read_names(&set, NULL, 0, &err));
    assert_int_equal(name_index_find(&set.names, "b/x.jpg", NULL), 1);
    assert_int_equal(name_index_find(&set.names, "y.jpg", NULL), 2); /* the first of that name */
    assert_int_equal(name_index_find(&set.names, "z.jpg", NULL), 4);
    assert_int_equal(name_index_find(&set.names, "photos/w", NULL), 5);
    const float *x = feature_set_row(&set, 4, &err);
    assert_true(x[0] == 102 && x[1] == 103);
    static const char *const list[] = {"names"};
    assert_int_equal(feature_set_read_names(&set, list, 1, &err), -1);
    assert_says(err.text, "names: not needed");
    feature_set_free(&set);
    feature_set_free(&set);
}

static void unlike_files(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c"};
    FeatureSet set;
    make("one.h5", 0, names, "1", false);
    make("other.h5", 0, names, "2", false);
    make("reduced.h5", 0, names, "1", true);
    assert_ok(feature_set_init(&set, &err));
    assert_ok(add(&set, "one.h5"));
    assert_int_equal(add(&set, "other.h5"), -1);
    assert_says(err.text, "other.h5: made by another CNN than ");
    assert_int_equal(add(&set, "reduced.h5"), -1);
    assert_says(err.text, "reduced.h5: reduced by a PCA, ");
    feature_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_by_name, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(unlike_files, tmp_setup, tmp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
