/* The names of a dataset directory's files, plain and the course's, and the splits that they tell. */
#include "tests/support/test.h"

#include "io/data/dataset.h"
#include "io/data/dataset_files.h"
#include "io/hdf5/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Err err;

static void put(const char *name, const char *text)
{
    char *path = tmp_path(tmp_dir, name);
    tmp_write(path, text, strlen(text));
    free(path);
}

static void expect_path(DatasetFile kind, const char *split, const char *name)
{
    char *path = dataset_file_path(tmp_dir, kind, split), *want = tmp_path(tmp_dir, name);
    assert_string_equal(path, want);
    free(path), free(want);
}

static void names_of_both_styles(void **state)
{
    (void)state;
    char name[DATASET_NAME_LEN];
    assert_string_equal(dataset_file_name(DATASET_FILE_CAPTIONS, DATASET_PLAIN, "val", name), "captions.h5");
    assert_string_equal(dataset_file_name(DATASET_FILE_VOCAB, DATASET_COURSE, "val", name), "coco2014_vocab.json");
    assert_string_equal(dataset_file_name(DATASET_FILE_FEATURES, DATASET_PLAIN, "val", name), "val_features.h5");
    assert_string_equal(dataset_file_name(DATASET_FILE_FEATURES, DATASET_COURSE, "val", name),
                        "val2014_vgg16_fc7_pca.h5");
    assert_string_equal(dataset_file_name(DATASET_FILE_RAW_FEATURES, DATASET_PLAIN, "val", name),
                        "val2014_vgg16_fc7.h5");
    assert_string_equal(dataset_file_name(DATASET_FILE_URLS, DATASET_PLAIN, "x", name), "x_urls.txt");
    assert_string_equal(dataset_file_name(DATASET_FILE_IMAGES, DATASET_COURSE, "x", name), "x2014_images.txt");
}

static void what_a_name_tells(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        DatasetFile kind;
        size_t len;
    } known[] = {{"captions.h5", DATASET_FILE_CAPTIONS, 0},
                 {"coco2014_vocab.json", DATASET_FILE_VOCAB, 0},
                 {"a-b_features.h5", DATASET_FILE_FEATURES, 3},
                 {"val2014_vgg16_fc7_pca.h5", DATASET_FILE_FEATURES, 3},
                 {"t2014_vgg16_fc7.h5", DATASET_FILE_RAW_FEATURES, 1},
                 {"val_urls.txt", DATASET_FILE_URLS, 3},
                 {"val_texts.txt", DATASET_FILE_TEXTS, 3},
                 {"val2014_images.txt", DATASET_FILE_IMAGES, 3}};
    static const char *const other[] = {"",
                                        "_features.h5",
                                        "2014_urls.txt",
                                        "a b_urls.txt",
                                        "xcaptions.h5",
                                        "features.h5",
                                        "val_images.txt~",
                                        "a_split_whose_name_is_much_too_long_features.h5"};
    DatasetFile kind;
    size_t len;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!dataset_file_known(known[i].name, &kind, &len) || kind != known[i].kind || len != known[i].len)
            fail_msg("%s", known[i].name);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (dataset_file_known(other[i], &kind, &len))
            fail_msg("%s", other[i]);
}

static void plain_names_come_first(void **state)
{
    (void)state;
    /* An empty directory is taken for the course's. */
    expect_path(DATASET_FILE_FEATURES, "val", "val2014_vgg16_fc7_pca.h5");
    put("val2014_urls.txt", "course\n");
    expect_path(DATASET_FILE_URLS, "val", "val2014_urls.txt");
    put("val_urls.txt", "plain\n");
    expect_path(DATASET_FILE_URLS, "val", "val_urls.txt");
    put("captions.h5", "");
    expect_path(DATASET_FILE_CAPTIONS, "val", "captions.h5");
    /* A missing file has the style of its neighbours. */
    expect_path(DATASET_FILE_FEATURES, "val", "val_features.h5");
}

static void expect_splits(unsigned kinds, const char *want)
{
    DatasetSplits splits = {NULL, 0};
    char got[512] = "";
    assert_ok(dataset_splits(&splits, tmp_dir, kinds, &err));
    for (int i = 0; i < splits.n; i++)
        text_add(got, sizeof got, "%s%s", i ? " " : "", splits.name[i]);
    dataset_splits_free(&splits);
    assert_string_equal(got, want);
}

static void splits_of_a_directory(void **state)
{
    (void)state;
    unsigned lists = 1u << DATASET_FILE_IMAGES | 1u << DATASET_FILE_URLS, features = 1u << DATASET_FILE_FEATURES;
    DatasetSplits none = {NULL, 0};
    assert_int_equal(dataset_splits(&none, "/no/such/directory", lists, &err), -1);
    expect_splits(lists, "");
    put("val_images.txt", "");
    put("val2014_urls.txt", "");
    put("b_urls.txt", "");
    put("train2014_images.txt", "");
    put("test_features.h5", "");
    put("a b_images.txt", "");
    expect_splits(lists, "b train val");
    expect_splits(1u << DATASET_FILE_IMAGES, "train val");
    expect_splits(features, "test");
    /* A plain split whose name ends in 2014 is known by its features. */
    put("train2014_features.h5", "");
    expect_splits(lists, "b train2014 val");

    char *path = tmp_path(tmp_dir, "captions.h5");
    const int64_t dim[2] = {1, 2};
    const int32_t row[2] = {1, 2};
    H5 *h5 = h5_create(path, &err);
    assert_non_null(h5);
    assert_ok(h5_write_ints(h5, "val_captions", 2, dim, row, &err));
    assert_ok(h5_write_ints(h5, "z_captions", 2, dim, row, &err));
    assert_ok(h5_write_ints(h5, "y_image_idxs", 1, dim, row, &err));
    assert_ok(h5_close(h5, &err));
    free(path);
    expect_splits(features | 1u << DATASET_FILE_CAPTIONS, "test train2014 val z");
}

static void names_of_splits(void **state)
{
    (void)state;
    assert_true(dataset_split_valid("a-B_9", 5));
    assert_false(dataset_split_valid("", 0));
    assert_false(dataset_split_valid("a/b", 3));
    assert_true(dataset_split_valid("0123456789012345678901234567890", 31));
    assert_false(dataset_split_valid("01234567890123456789012345678901", 32));
    assert_int_equal(dataset_split_check("a b", &err), -1);
    assert_says(err.text, "'a b' is not a name of a split");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_both_styles),
        cmocka_unit_test(what_a_name_tells),
        cmocka_unit_test_setup_teardown(plain_names_come_first, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(splits_of_a_directory, tmp_setup, tmp_teardown),
        cmocka_unit_test(names_of_splits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
