/* COCO's archives: the table, and the disk space that fetching takes. */
#include "tests/support/test.h"

#include "pipeline/dataset/coco_archives.h"

#include <string.h>

static void each_part_once(void **state)
{
    (void)state;
    int n = 0;
    for (const CocoArchive *a = coco_archives(); a->part; a++, n++) {
        assert_ptr_equal(coco_archives_find(a->year, a->part, (int)strlen(a->part)), a);
        assert_non_null(strstr(a->url, a->mirrored));
    }
    assert_int_equal(n, 7);
    assert_null(coco_archives_find(2017, "karpathy", 8));
    assert_null(coco_archives_find(2014, "train", 4));
    const CocoArchive *train = coco_archives_find(2014, "train,val", 5);
    assert_string_equal(train->url, "http://images.cocodataset.org/zips/train2014.zip");
    assert_true(train->wanted("COCO_train2014_000000000009.jpg"));
    assert_false(train->wanted("a/b.jpg"));
    assert_false(train->wanted(".jpg"));
    const CocoArchive *captions = coco_archives_find(2017, "annotations", 11);
    assert_true(captions->wanted("captions_val2017.json"));
    assert_false(captions->wanted("instances_val2017.json"));
}

static void space(void **state)
{
    (void)state;
    const CocoArchive a = {.packed = 100, .unpacked = 110}, b = {.packed = 50, .unpacked = 60};
    const CocoArchive *const both[] = {&a, &b};
    const CocoState none[2] = {{0}}, first[2] = {{.unpacked = true}, {0}},
                    some[2] = {{.packed = 30}, {.packed = 60}};
    assert_int_equal(coco_archives_space(both, none, 2, false), 320);
    assert_int_equal(coco_archives_space(both, none, 2, true), 220); /* 110 + 50 + 60, above 210 */
    assert_int_equal(coco_archives_space(both, none, 1, true), 210);
    assert_int_equal(coco_archives_space(both, first, 2, false), 110);
    assert_int_equal(coco_archives_space(both, some, 2, false), 70 + 110 + 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_part_once), cmocka_unit_test(space)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
