/* What a name of an image stands for: a whole path, the end of one, or a last part. */
#include "tests/support/test.h"

#include "pipeline/prepare/name_index.h"

#include <stdlib.h>
#include <string.h>

static Err err;

static void fill(NameIndex *index, const char *const *names, int n)
{
    assert_ok(name_index_init(index, &err));
    for (int i = 0; i < n; i++)
        assert_ok(name_index_add(index, i, names[i], &err));
}

static void ends(void **state)
{
    (void)state;
    static const char *const paths[] = {"p/a/x.jpg", "p/b/x.jpg", "./y.jpg", "q/b/z.jpg",
                                        "p/b/z.jpg", "y.jpg",     "/w"};
    NameIndex index;
    fill(&index, paths, 7);
    assert_string_equal(name_index_any(&index), "p/a/x.jpg");
    assert_int_equal(name_index_find(&index, "./p/b/x.jpg", NULL), 1);
    assert_int_equal(name_index_find(&index, "b/x.jpg", NULL), 1);
    assert_int_equal(name_index_find(&index, "/b/x.jpg", NULL), NAME_SEVERAL); /* by the last part alone */
    assert_int_equal(name_index_find(&index, "x.jpg", NULL), NAME_SEVERAL);
    assert_int_equal(name_index_find(&index, "b/z.jpg", NULL), NAME_SEVERAL);
    assert_int_equal(name_index_find(&index, "y.jpg", NULL), 2); /* the first of that name */
    assert_int_equal(name_index_find(&index, "other/y.jpg", NULL), 2);
    assert_int_equal(name_index_find(&index, "w", NULL), 6);
    assert_int_equal(name_index_find(&index, ".jpg", NULL), NAME_UNKNOWN);
    name_index_free(&index);
    name_index_free(&index);
}

/* No number for two names, unless one is the whole path. */
static void askers(void **state)
{
    (void)state;
    static const char *const paths[] = {"p/a/x.jpg", "y.jpg", "p/a/z.jpg"};
    static const char *const names[] = {"a/x.jpg", "x.jpg", "a/y.jpg", "b/y.jpg", "p/a/z.jpg", "a/z.jpg"};
    NameIndex index, asking;
    fill(&index, paths, 3);
    fill(&asking, names, 6);
    assert_int_equal(name_index_find(&index, "a/x.jpg", &asking), 0);
    assert_int_equal(name_index_find(&index, "x.jpg", &asking), NAME_UNKNOWN);
    assert_int_equal(name_index_find(&index, "a/y.jpg", &asking), NAME_UNKNOWN);
    assert_int_equal(name_index_find(&index, "b/y.jpg", &asking), NAME_UNKNOWN);
    assert_int_equal(name_index_find(&index, "p/a/z.jpg", &asking), 2);
    assert_int_equal(name_index_find(&index, "a/z.jpg", &asking), NAME_UNKNOWN);
    name_index_free(&index);
    name_index_free(&asking);
}

/* With a copy for each end this would take more memory than there is. */
static void many_slashes(void **state)
{
    (void)state;
    enum { PARTS = 1 << 20 };
    char *path = malloc(2 * PARTS + 1);
    NameIndex index;
    assert_non_null(path);
    for (int i = 0; i < PARTS; i++)
        memcpy(path + 2 * i, "a/", 2);
    path[2 * PARTS - 1] = '\0';
    const char *const paths[] = {path};
    fill(&index, paths, 1);
    assert_int_equal(name_index_find(&index, path, NULL), 0);
    assert_int_equal(name_index_find(&index, "a/a/a", NULL), 0);
    assert_int_equal(name_index_find(&index, "b/a", NULL), 0);
    name_index_free(&index);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends),
        cmocka_unit_test(askers),
        cmocka_unit_test(many_slashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
