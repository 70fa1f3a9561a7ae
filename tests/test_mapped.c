/* Which file a mapping is of. */
#include "io/hdf5/h5_mapped.h"
#include "tests/support/test.h"

#include <string.h>

static char bytes[4][100];

static void addresses_lead_to_files(void **state)
{
    (void)state;
    assert_null(mapped_path(bytes[0]));
    mapped_remember(bytes[0], 100, "a.h5");
    mapped_remember(bytes[2], 50, "b.h5");
    assert_string_equal(mapped_path(bytes[0]), "a.h5");
    assert_string_equal(mapped_path(bytes[0] + 99), "a.h5");
    assert_null(mapped_path(bytes[1]));
    assert_string_equal(mapped_path(bytes[2] + 49), "b.h5");
    assert_null(mapped_path(bytes[2] + 50));
    mapped_forget(bytes[0]);
    assert_null(mapped_path(bytes[0]));
    mapped_forget(bytes[0]); /* legal */
    mapped_forget(bytes[2]);
    assert_null(mapped_path(bytes[2]));
}

static void more_than_fit_do_no_harm(void **state)
{
    (void)state;
    for (int i = 0; i < MAPPED_MAX + 3; i++)
        mapped_remember(bytes[0] + i, 1, "many");
    assert_string_equal(mapped_path(bytes[0]), "many");
    assert_null(mapped_path(bytes[0] + MAPPED_MAX));
    for (int i = 0; i < MAPPED_MAX + 3; i++)
        mapped_forget(bytes[0] + i);
    for (int i = 0; i < MAPPED_MAX + 3; i++)
        assert_null(mapped_path(bytes[0] + i));
}

static void long_paths_are_cut(void **state)
{
    char path[3000];
    (void)state;
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    mapped_remember(bytes[1], 100, path);
    assert_int_equal(strlen(mapped_path(bytes[1])), 1023);
    mapped_forget(bytes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_lead_to_files),
        cmocka_unit_test(more_than_fit_do_no_harm),
        cmocka_unit_test(long_paths_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
