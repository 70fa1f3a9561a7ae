/* Arrays that are written and read by rows, float16, and the checksum of bytes. */
#include "io/base/checksum.h"
#include "io/file/file.h"
#include "io/hdf5/h5.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Err err;

static void test_checksum(void **state)
{
    (void)state;
    /* xz's file format says of its CRC-64: the checksum of these digits. */
    assert_true(checksum(0, "123456789", 9) == 0x995dc9bbdf1939fa);
    assert_true(checksum(checksum(0, "1234", 4), "56789", 5) == 0x995dc9bbdf1939fa);
}

/* IEEE 754's own examples, ties, the ends of the range. */
static void test_halves(void **state)
{
    static const struct {
        float x;
        uint16_t half;
    } all[] = {{1, 0x3c00},
               {-2, 0xc000},
               {0, 0},
               {-0.0f, 0x8000},
               {65504, 0x7bff},
               {65519.996f, 0x7bff},
               {65520, 0x7c00},
               {-1e30f, 0xfc00},
               {INFINITY, 0x7c00},
               {0.333251953125f, 0x3555},
               {3.9995f, 0x4400},
               {1.00048828125f, 0x3c00}, /* 1 + 2^-11: to even, down */
               {1.00146484375f, 0x3c02}, /* 1 + 3·2^-11: to even, up */
               {6.103515625e-5f, 0x0400},
               {6.097555160522461e-5f, 0x03ff},
               {5.960464477539063e-8f, 0x0001},
               {2.98023223876953e-8f, 0},
               {2.98023259404090e-8f, 0x0001}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uint16_t half;
        h5_to_halves(&all[i].x, 1, &half);
        assert_int_equal(half, all[i].half);
    }
    uint16_t nan;
    h5_to_halves(&(float){NAN}, 1, &nan);
    assert_int_equal(nan & 0x7fff, 0x7e00);
}

enum { ROWS = 70, WIDTH = 5 };

/* Every float16 there is, by rows: the same bits come back, and as floats what they stand for. */
static void test_rows(void **state)
{
    static uint16_t halves[1 << 16], back[1 << 16];
    static float floats[1 << 16];
    const int64_t dim[3] = {256, 64, 4}, plain[2] = {ROWS, WIDTH};
    const struct timespec then = {.tv_sec = 1234567890, .tv_nsec = 500};
    char *path = tmp_path(tmp_dir, "rows.h5");
    float row[ROWS * WIDTH];
    H5 *h5 = h5_create_large(path, 1 << 20, &then, &err);
    struct stat st;
    (void)state;
    assert_non_null(h5);
    assert_ok(h5_make_halves(h5, "halves", 3, dim, &err));
    assert_ok(h5_make_floats(h5, "floats", 2, plain, &err));
    for (int i = 0; i < 1 << 16; i++)
        halves[i] = (uint16_t)i;
    for (int64_t i = 255; i >= 0; i--)
        assert_ok(h5_put_halves(h5, "halves", i, 1, halves + i * 256, &err));
    for (int i = 0; i < ROWS * WIDTH; i++)
        row[i] = (float)i / 7;
    assert_ok(h5_put_floats(h5, "floats", 3, ROWS - 3, row + 3 * WIDTH, &err));
    assert_ok(h5_put_floats(h5, "floats", 0, 3, row, &err));
    assert_int_equal(file_exists(path, &err), 0);
    assert_int_not_equal(h5_put_floats(h5, "floats", ROWS, 1, row, &err), 0);
    assert_ok(h5_commit(h5, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mtim.tv_sec, then.tv_sec);

    assert_non_null(h5 = h5_open(path, &err));
    assert_ok(h5_read_halves(h5, "halves", 3, dim, 0, 100, back, &err));
    assert_ok(h5_read_halves(h5, "halves", 3, dim, 100, 156, back + 100 * 256, &err));
    assert_memory_equal(back, halves, sizeof halves);
    assert_int_not_equal(h5_read_halves(h5, "halves", 3, dim, 200, 57, back, &err), 0);
    assert_int_not_equal(h5_read_halves(h5, "floats", 2, plain, 0, 1, back, &err), 0);
    assert_says(err.text, "floats: holds float32, not float16");
    assert_ok(h5_read_floats(h5, "halves", 3, dim, floats, &err));
    for (int i = 0; i < 1 << 16; i++)
        if ((i & 0x7c00) != 0x7c00) {
            h5_to_halves(&floats[i], 1, &back[0]);
            assert_int_equal(back[0], i);
        }
    float again[ROWS * WIDTH];
    assert_ok(h5_read_floats(h5, "floats", 2, plain, again, &err));
    assert_memory_equal(again, row, sizeof row);
    h5_close(h5, NULL);
    free(path);
}

/* Nothing is left of a file that is given up, and a device cannot be one. */
static void test_discard(void **state)
{
    char *path = tmp_path(tmp_dir, "none.h5");
    H5 *h5 = h5_create_large(path, 1 << 20, NULL, &err);
    struct stat st;
    (void)state;
    assert_non_null(h5);
    h5_discard(h5);
    assert_int_equal(stat(tmp_dir, &st), 0);
    assert_int_equal(file_exists(path, &err), 0);
    assert_int_equal(rmdir(tmp_dir), 0); /* empty */
    assert_int_equal(mkdir(tmp_dir, 0777), 0);
    assert_null(h5_create_large("/dev/null", 1 << 20, NULL, &err));
    assert_says(err.text, "/dev/null: is not a regular file");
    assert_null(h5_create_large(path, INT64_MAX / 2, NULL, &err));
    assert_says(err.text, path);
    assert_int_equal(file_exists(path, &err), 0);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_halves),
        cmocka_unit_test_setup_teardown(test_rows, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(test_discard, tmp_setup, tmp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
