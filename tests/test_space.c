/* Whether a file system has room. */
#include "io/file/space.h"
#include "tests/support/test.h"

static void test_room(void **state)
{
    Err err;
    (void)state;
    assert_ok(space_check(tmp_dir, 0, "x", &err));
    assert_ok(space_check(tmp_dir, 1, "x", &err));
    assert_int_equal(space_check(tmp_dir, INT64_MAX, "big.zip", &err), -1);
    assert_says(err.text, "big.zip: needs ");
    assert_says(err.text, " are free");
    assert_ok(space_check("/proc/self", INT64_MAX, "x", &err)); /* it has no blocks */
    assert_ok(space_check("/gone/nowhere", INT64_MAX, "x", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_room, tmp_setup, tmp_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
