/* The table of known networks, and where they are looked for. */
#include "tests/support/test.h"

#include "pipeline/features/cnn_find.h"
#include "pipeline/features/cnn_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void rows_are_whole(void **state)
{
    (void)state;
    int n = 0;
    for (const KnownCnn *row = cnn_list(); row->name; row++, n++) {
        assert_ptr_equal(cnn_list_find(row->name), row);
        assert_ptr_equal(cnn_list_by_digest(row->sha256), row);
        assert_int_equal(strspn(row->sha256, "0123456789abcdef"), 64);
        assert_int_equal(strlen(row->sha256), 64);
        assert_true(row->bytes > 1000000 && row->input > 0 && row->features > 0 && row->grid > 0 &&
                    row->channels > 0);
        assert_true(row->top1 > 50 && row->top1 < 100 && row->gmacs > 0 && row->licence);
        /* Files that we make say how they want pictures; of others the table must know it. */
        assert_true(row->urls[0] ? row->mean && row->scale : !row->mean && !row->scale);
        for (int i = 0; i < CNN_URLS_MAX && row->urls[i]; i++)
            assert_non_null(strstr(row->urls[i], "https://"));
    }
    assert_int_equal(n, 8);
}

static void names(void **state)
{
    (void)state;
    assert_non_null(cnn_list_find(CNN_DEFAULT));
    assert_string_equal(cnn_list_find("vgg16.onnx")->name, "vgg16");
    assert_null(cnn_list_find("vgg1"));
    assert_null(cnn_list_find("vgg16b"));
    assert_null(cnn_list_find("vgg16.onnx2"));
    assert_null(cnn_list_by_digest(""));
}

static void places(void **state)
{
    (void)state;
    const char *dir = tmp_dir;
    char want[4096], file[4096];
    Err err;
    setenv("COCO_CACHE", dir, 1);
    snprintf(want, sizeof want, "%s/cnn/net.onnx", dir);
    char *path = cnn_cache_path("net", &err), *same = cnn_cache_path("net.onnx", &err);
    assert_string_equal(path, want);
    assert_string_equal(same, want);
    free(path);
    free(same);
    assert_null(cnn_find("net", &err));
    assert_non_null(strstr(err.text, "'coco-fetch cnn' lists networks"));
    snprintf(file, sizeof file, "%s/none.onnx", dir); /* a path stands for itself, there or not */
    path = cnn_find(file, &err);
    assert_string_equal(path, file);
    free(path);
    unsetenv("COCO_CACHE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_whole), cmocka_unit_test(names),
                                       cmocka_unit_test_setup_teardown(places, tmp_setup, tmp_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
