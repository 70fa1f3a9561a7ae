/* Where features come from: kept from a features file to a dataset and a model, and refused if it is damaged. */
#include "tests/support/test.h"

#include "io/hdf5/h5.h"
#include "pipeline/model_file/origin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static Err err;

enum { C = 3, D = 2 };
#define DIGEST "3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526"

/* How a file differs from a good one. */
typedef struct {
    const char *text, *text_value, *integer;
    int64_t integer_value;
    double mean, component; /* added to one number each */
    int64_t c, d, mean_c;   /* added to the shapes */
} Made;

static void put_text(H5 *h5, const Made *m, const char *object, const char *name, const char *value)
{
    const char *text = m->text && !strcmp(m->text, name) ? m->text_value : value;
    if (text)
        assert_ok(h5_put_text(h5, object, name, text, &err));
}

static char *make(const Made *m, const char *object)
{
    char *path = tmp_path(tmp_dir, "made.h5");
    const double mean[3] = {127, 126.5 + m->mean, 0.25}, scale[3] = {1, 0.5, 0.25};
    const int64_t shape[2] = {C + m->c, D + m->d}, mean_c = C + m->mean_c;
    float numbers[4 * 4] = {1, 2, 3, 4, 5, 8 + (float)m->component};
    H5 *h5 = h5_create(path, &err);
    assert_non_null(h5);
    if (object[1])
        assert_ok(h5_make_group(h5, object, &err));
    put_text(h5, m, object, "format", "coco-features");
    put_text(h5, m, object, "cnn", "a.onnx");
    put_text(h5, m, object, "cnn_sha256", DIGEST);
    put_text(h5, m, object, "layer", "pool");
    put_text(h5, m, object, "grid_layer", "");
    put_text(h5, m, object, "fit", "crop");
    put_text(h5, m, object, "order", "bgr");
    static const char *const ints[] = {"version",     "grid_rows",    "grid_columns",
                                       "input_width", "input_height", "exact"};
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        bool other = m->integer && !strcmp(m->integer, ints[i]);
        assert_ok(h5_put_int(h5, object, ints[i], other ? m->integer_value : i < 5 ? (int64_t)i + 1 : 1, &err));
    }
    assert_ok(h5_put_reals(h5, object, "mean", 3, mean, &err));
    assert_ok(h5_put_reals(h5, object, "scale", 3, scale, &err));
    assert_ok(h5_make_group(h5, "/pca", &err));
    assert_ok(h5_write_floats(h5, "/pca/mean", 1, &mean_c, numbers, &err));
    assert_ok(h5_write_floats(h5, "/pca/components", 2, shape, numbers, &err));
    assert_ok(h5_close(h5, &err));
    return path;
}

static int read_at(const char *path, const char *object, Origin *o)
{
    H5 *h5 = h5_open(path, &err);
    assert_non_null(h5);
    int rc = origin_read(o, h5, object, &err);
    h5_close(h5, NULL);
    return rc;
}

static void assert_good(const Origin *o)
{
    assert_string_equal(o->format, "coco-features");
    assert_string_equal(o->cnn, "a.onnx");
    assert_string_equal(o->sha256, DIGEST);
    assert_string_equal(o->layer, "pool");
    assert_string_equal(o->grid_layer, "");
    assert_string_equal(o->fit, "crop");
    assert_string_equal(o->order, "bgr");
    assert_true(o->version == 1 && o->grid_rows == 2 && o->grid_columns == 3);
    assert_true(o->input_width == 4 && o->input_height == 5 && o->exact && !o->truncated);
    assert_true(o->mean[0] == 127 && o->mean[1] == 126.5 && o->mean[2] == 0.25 && o->scale[2] == 0.25);
    assert_true(o->pca.C == C && o->pca.D == D && o->pca.mean[2] == 3 && o->pca.components[5] == 8);
}

static void from_a_file_to_a_model(void **state)
{
    (void)state;
    char *from = make(&(Made){0}, "/"), *to = tmp_path(tmp_dir, "to.h5");
    Origin o, back;
    assert_ok(origin_read_file(&o, from, &err));
    assert_good(&o);
    H5 *h5 = h5_create(to, &err);
    assert_non_null(h5);
    assert_ok(origin_write(&o, h5, "/cnn", &err));
    assert_ok(h5_close(h5, &err));
    assert_ok(read_at(to, "/cnn", &back));
    assert_good(&back);
    origin_free(&back);
    assert_ok(read_at(to, "/", &back)); /* where nothing is said of a CNN */
    assert_true(!back.sha256 && !back.cnn && back.pca.C == C && origin_known(&back));
    assert_ok(origin_agree(&o, "m", &back, "f", &err));
    assert_ok(origin_gives(&o, D, "f", "x", &err));
    assert_int_equal(origin_gives(&o, C, "f", "input_dim", &err), -1);
    assert_string_equal(err.text, "f: /pca/components: reduces to 2 numbers, but input_dim is 3");
    origin_free(&back);
    origin_free(&o);
    origin_free(&o);
    free(from), free(to);
}

/* Nothing is known, and nothing is written. */
static void nothing_known(void **state)
{
    (void)state;
    char *path = tmp_path(tmp_dir, "none.h5");
    Origin o;
    H5 *h5 = h5_create(path, &err);
    assert_non_null(h5);
    assert_ok(h5_put_text(h5, "/", "mean", "of another program", &err));
    assert_ok(h5_close(h5, &err));
    assert_ok(origin_read_file(&o, path, &err));
    assert_false(origin_known(&o));
    h5 = h5_create(path, &err);
    assert_non_null(h5);
    assert_ok(origin_write(&o, h5, "/cnn", &err));
    assert_ok(h5_close(h5, &err));
    h5 = h5_open(path, &err);
    assert_non_null(h5);
    assert_int_equal(h5_has(h5, "/cnn", &err), 0);
    assert_int_equal(h5_has(h5, "/pca", &err), 0);
    h5_close(h5, NULL);
    assert_int_equal(origin_read_file(&o, "nowhere.h5", &err), -1);
    origin_free(&o);
    free(path);
}

static void damage_is_refused(void **state)
{
    (void)state;
    char *longest = calloc(1, 300);
    memset(longest, 'x', 299);
    const struct {
        Made made;
        const char *says;
    } cases[] = {
        {{.text = "cnn_sha256", .text_value = "abc"}, "attribute 'cnn_sha256' is not a SHA-256"},
        {{.text = "cnn_sha256", .text_value = DIGEST "0"}, "attribute 'cnn_sha256' is not a SHA-256"},
        {{.text = "cnn", .text_value = ""}, "attribute 'cnn' is not"},
        {{.text = "cnn", .text_value = "../a.onnx"}, "attribute 'cnn' is not"},
        {{.text = "cnn", .text_value = ".."}, "attribute 'cnn' is not"},
        {{.text = "cnn", .text_value = "\xff"}, "attribute 'cnn' is not"},
        {{.text = "cnn", .text_value = longest}, "attribute 'cnn' is not"},
        {{.text = "layer", .text_value = "\xc3"}, "attribute 'layer' is not"},
        {{.text = "fit", .text_value = "stretch"}, "attribute 'fit' is not"},
        {{.text = "order", .text_value = "rbg"}, "attribute 'order' is not"},
        {{.text = "format", .text_value = "other"}, "attribute 'format' is not"},
        {{.integer = "input_width", .integer_value = -1}, "'input_width' is -1"},
        {{.integer = "input_height", .integer_value = INT64_MAX}, "'input_height' is 9223372036854775807"},
        {{.integer = "grid_rows", .integer_value = 1 << 21}, "'grid_rows' is 2097152"},
        {{.integer = "exact", .integer_value = 2}, "'exact' is 2"},
        {{.mean = NAN}, "attribute 'mean' is not finite"},
        {{.component = INFINITY}, "/pca/components: number 5 is not finite"},
        {{.c = -1, .d = 1}, "/pca/components: not of a shape (C, D)"},
        {{.c = -1}, "/pca/mean: "},
        {{.mean_c = 1}, "/pca/mean: "},
        {{.c = -C}, "/pca/components: not of a shape (C, D)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int in_model = 0; in_model < 2; in_model++) {
            const char *object = in_model ? "/cnn" : "/";
            Origin o;
            char *path = make(&cases[i].made, object);
            assert_int_equal(read_at(path, object, &o), -1);
            assert_says(err.text, cases[i].says);
            assert_says(err.text, "made.h5: ");
            assert_true(!o.sha256 && !o.pca.mean);
            free(path);
        }
    free(longest);
}

static void networks_agree_by_digest(void **state)
{
    (void)state;
    const Origin a = {.sha256 = DIGEST, .cnn = "a.onnx"}, renamed = {.sha256 = DIGEST, .cnn = "b.onnx"}, none = {0};
    Origin other = {.sha256 = "0" DIGEST, .cnn = "c.onnx"};
    assert_ok(origin_agree(&a, "m.h5", &renamed, "f.h5", &err));
    assert_ok(origin_agree(&a, "m.h5", &none, "f.h5", &err));
    assert_ok(origin_agree(&none, "m.h5", &a, "f.h5", &err));
    assert_int_equal(origin_agree(&a, "m.h5", &other, "f.h5", &err), -1);
    assert_string_equal(err.text,
                        "f.h5: features of the network c.onnx (SHA-256 03f03fdef724), but m.h5 takes those of "
                        "a.onnx (3f03fdef724b)");
}

/* Another PCA of the same network's features makes other numbers; with one alone, nothing contradicts. */
static void reductions_agree_by_content(void **state)
{
    (void)state;
    float mean[C] = {1, 2, 3}, components[C * D] = {0};
    const Origin a = {.sha256 = DIGEST, .pca = {C, D, mean, components, 1}}, unreduced = {.sha256 = DIGEST};
    float other_mean[C] = {1, 2, 4};
    const Origin same = {.pca = {C, D, mean, components, .5}}, other = {.pca = {C, D, other_mean, components, 1}};
    const Origin grid = {.grid_pca = {C, D, mean, components, 1}}, other_grid = {.grid_pca = other.pca};
    assert_ok(origin_agree(&a, "m.h5", &same, "f.h5", &err));
    assert_ok(origin_agree(&a, "m.h5", &unreduced, "f.h5", &err));
    assert_ok(origin_agree(&unreduced, "m.h5", &a, "f.h5", &err));
    assert_int_equal(origin_agree(&a, "m.h5", &other, "f.h5", &err), -1);
    assert_string_equal(err.text, "f.h5: features reduced by another PCA than those that m.h5 was trained on");
    assert_int_equal(origin_agree(&grid, "m.h5", &other_grid, "f.h5", &err), -1);
    assert_ok(origin_same_cnn(&a, "m.h5", &other, "f.h5", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(from_a_file_to_a_model, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(nothing_known, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(damage_is_refused, tmp_setup, tmp_teardown),
        cmocka_unit_test(networks_agree_by_digest),
        cmocka_unit_test(reductions_agree_by_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
