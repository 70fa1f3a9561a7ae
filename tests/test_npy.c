/* NumPy's arrays: types, orders, shapes, damage. */
#include "tests/support/test.h"

#include "io/data/npy.h"

#include <stdlib.h>
#include <string.h>

static Err err;

/* An array with this dict, and n bytes of numbers. Returns its length; version 1 or 2. */
static size_t make(unsigned char *out, int version, const char *dict, const void *numbers, size_t n)
{
    size_t len = strlen(dict) + 1, skip = version == 1 ? 10 : 12;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (unsigned char)version, out[7] = 0;
    memset(out + 8, 0, skip - 8);
    out[8] = (unsigned char)len, out[9] = (unsigned char)(len >> 8);
    memcpy(out + skip, dict, len - 1);
    out[skip + len - 1] = '\n';
    if (n)
        memcpy(out + skip + len, numbers, n);
    return skip + len + n;
}

static void check(int version, const char *dict, const void *numbers, size_t n, int64_t rows, int64_t columns,
                  const float *want)
{
    unsigned char bytes[1024];
    float *got;
    int64_t r, c;
    size_t len = make(bytes, version, dict, numbers, n);
    assert_ok(npy_matrix(bytes, len, "x.npy", &got, &r, &c, &err));
    assert_int_equal(r, rows);
    assert_int_equal(c, columns);
    for (int64_t i = 0; i < r * c; i++)
        if (got[i] != want[i])
            fail_msg("%s: number %d is %g, not %g", dict, (int)i, (double)got[i], (double)want[i]);
    free(got);
}

static void types_and_orders(void **state)
{
    (void)state;
    const float want[6] = {1, -2, 3.5f, 0, 65504, -0.25f};
    const double wide[6] = {1, -2, 3.5, 0, 65504, -0.25};
    const uint16_t halves[6] = {0x3C00, 0xC000, 0x4300, 0, 0x7BFF, 0xB400};
    const float columns_first[6] = {1, 0, -2, 65504, 3.5f, -0.25f};
    unsigned char big[24];
    for (int i = 0; i < 24; i++)
        big[i] = ((const unsigned char *)want)[i / 4 * 4 + 3 - i % 4];
    check(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", want, sizeof want, 2, 3, want);
    check(2, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", wide, sizeof wide, 2, 3, want);
    check(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }", halves, sizeof halves, 2, 3, want);
    check(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", big, sizeof big, 2, 3, want);
    check(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", columns_first, sizeof want, 2, 3, want);
    check(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 1, 1), }", want, sizeof want, 2, 3, want);
    check(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 1, 3), }", want, sizeof want, 2, 3, want);
    check(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 1), }", want, sizeof want, 6, 1, want);
    const uint16_t tiny[2] = {1, 0x8001}; /* the smallest subnormals */
    const float smallest[2] = {0x1p-24f, -0x1p-24f};
    check(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 1), }", tiny, sizeof tiny, 2, 1, smallest);
}

static void refuse(const char *dict, size_t n, const char *why)
{
    unsigned char bytes[1024];
    static const float zeros[64];
    float *got;
    int64_t r, c;
    size_t len = make(bytes, 1, dict, zeros, n);
    assert_int_equal(npy_matrix(bytes, len, "x.npy", &got, &r, &c, &err), -1);
    assert_says(err.text, why);
}

static void damage(void **state)
{
    (void)state;
    float *got;
    int64_t r, c;
    refuse("{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }", 48, "x.npy: holds '<i8', not floats");
    refuse("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", 48, "holds '|O', not floats");
    refuse("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", 24, "not an array of numbers");
    refuse("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 20, "is cut off: (2,3) needs more bytes");
    refuse("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", 24,
           "shape (6), expected (images, features)");
    refuse("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }", 24, "shape (1,2,3)");
    refuse("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 24, "shape ()");
    refuse("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", 24, "shape (0,3)");
    refuse("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", 24, "is cut off");
    refuse("{'descr': '<f4', 'fortran_order': False, 'shape': (a), }", 24, "a damaged shape");
    refuse("{'descr': '<f4', 'shape': (2, 3), }", 24, "a damaged head");
    refuse("{}", 0, "not an array of numbers");
    assert_int_equal(npy_matrix("\x93NUMPY\1\0\xff\xff", 10, "x", &got, &r, &c, &err), -1);
    assert_int_equal(npy_matrix("\x93NUMPY\2\0\1", 9, "x", &got, &r, &c, &err), -1);
    assert_int_equal(npy_matrix("hello", 5, "x", &got, &r, &c, &err), -1);
    assert_says(err.text, "x: is not a .npy array");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_and_orders),
        cmocka_unit_test(damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
