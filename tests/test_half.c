/* binary16: every one of them as a float and back, against the definition; rounding. And arrays that are written and
 * read by rows. */
#include "io/base/half.h"
#include "io/hdf5/h5.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* By the definition of IEEE 754, in double. */
static double value_of(uint16_t half)
{
    int exponent = half >> 10 & 31, mantissa = half & 1023;
    double size = exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);
    return half & 0x8000 ? -size : size;
}

static void every_half(void **state)
{
    (void)state;
    for (int i = 0; i < 1 << 16; i++) {
        uint16_t half = (uint16_t)i;
        char bytes[3];
        float x;
        memcpy(bytes + 1, &half, sizeof half); /* at any address */
        bool finite = half_floats(1, bytes + 1, &x);
        assert_int_equal(finite, (i & 0x7c00) != 0x7c00);
        if (finite) {
            assert_true((double)x == value_of(half) && !signbit(x) == !(i >> 15));
            assert_int_equal(half_of(x), half);
        }
    }
}

static void rounding(void **state)
{
    (void)state;
    assert_int_equal(half_of(3.9995f), half_of(4));
    assert_int_equal(half_of(1 + 0x1p-11f), half_of(1)); /* ties to even */
    assert_int_equal(half_of(1 + 3 * 0x1p-11f), half_of(1 + 0x1p-9f));
    assert_int_equal(half_of(65519), 0x7bff);
    assert_int_equal(half_of(65520), 0x7c00);
    assert_int_equal(half_of(-0x1p-26f), 0x8000);
    assert_int_equal(half_of(NAN) & 0x7e00, 0x7e00);
}

enum { ROWS = 3, NUMBERS = 6 };
static const int64_t DIM[] = {ROWS, 2, 3};

static char *small_file(Err *err)
{
    char *path = tmp_path(tmp_dir, "a.h5");
    H5 *h5 = h5_create(path, err);
    assert_non_null(h5);
    assert_int_equal(h5_put_int(h5, "/", "version", 1, err), 0);
    assert_int_equal(h5_commit(h5, err), 0);
    return path;
}

static void appended_with(int width)
{
    Err err;
    char *path = small_file(&err);
    float row[NUMBERS], back[NUMBERS];
    H5Rows rows;
    H5Append *to = h5_append_begin(path, "grid", width, 3, DIM, &err);
    assert_non_null(to);
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < NUMBERS; k++)
            row[k] = i == 2 && k == 5 ? NAN : (float)(10 * i + k) / 4;
        assert_ok(h5_append_row(to, row, &err));
    }
    assert_int_equal(h5_append_row(to, row, &err), -1);
    assert_says(err.text, "more than its 3 rows");
    assert_ok(h5_append_end(to, &err));
    H5 *h5 = h5_open(path, &err);
    assert_non_null(h5);
    assert_int_equal(h5_map_rows(h5, "grid", 3, (int64_t[]){ROWS, 3, 2}, &rows, &err), -1);
    assert_says(err.text, "shape");
    assert_ok(h5_map_rows(h5, "grid", 3, DIM, &rows, &err));
    assert_ok(h5_close(h5, &err));
    assert_int_equal(rows.width, width);
    for (int i = 1; i >= 0; i--) {
        assert_true(h5_row(&rows, i, back));
        for (int k = 0; k < NUMBERS; k++)
            assert_true(back[k] == (float)(10 * i + k) / 4);
    }
    assert_false(h5_row(&rows, 2, back));
    h5_unmap_rows(&rows);
    free(path);
}

static void appended(void **state)
{
    (void)state;
    appended_with(2);
    appended_with(4);
}

static void unfinished(void **state)
{
    Err err;
    char *path = small_file(&err);
    float row[NUMBERS] = {0};
    (void)state;
    H5Append *to = h5_append_begin(path, "grid", 2, 3, DIM, &err);
    assert_non_null(to);
    assert_ok(h5_append_row(to, row, &err));
    assert_int_equal(h5_append_end(to, &err), -1);
    assert_says(err.text, "grid: 2 of 3 rows are missing");
    free(path);
    path = tmp_path(tmp_dir, "none.h5");
    assert_null(h5_append_begin(path, "grid", 2, 3, DIM, &err));
    assert_says(err.text, "none.h5: ");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half),
        cmocka_unit_test(rounding),
        cmocka_unit_test_setup_teardown(appended, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(unfinished, tmp_setup, tmp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
