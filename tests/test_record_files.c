/* Files and URLs of records that name none, from a dataset's lists. */
#include "pipeline/sheet/record_files.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_text(const char *dir, const char *name, const char *text)
{
    char *path = tmp_path(dir, name);
    tmp_write(path, text, strlen(text));
    free(path);
}

/* Two splits. In `a` the image of row 0 has the id 2, and those of rows 1 and 2 have no id in their names. */
static char *make_dataset(void)
{
    char *dir = tmp_make();
    write_text(dir, "a2014_images.txt",
               "000000000002.jpg\nplain.jpg\nother.jpg\nCOCO_a_000000000009.jpg\n000000000009.png\n");
    write_text(dir, "a2014_urls.txt", "http://h/0\nhttp://h/1\n");
    write_text(dir, "b2014_images.txt", "000000000007.jpg\n");
    return dir;
}

/* "FILE URL" of a record with this split (NULL: none), row (-1: none) and id. */
static void check(RecordFiles *files, const char *split, int64_t row, int64_t id, const char *want)
{
    Err err;
    char got[128];
    Record r = {.image_id = id, .row = row, .split = (char *)split};
    assert_ok(record_files_fill(files, &r, &err));
    snprintf(got, sizeof got, "%s %s", r.file ? r.file : "-", r.url ? r.url : "-");
    assert_string_equal(got, want);
    free(r.file);
    free(r.url);
}

static void found(void **state)
{
    (void)state;
    Err err;
    char *dir = make_dataset();
    RecordFiles *files = record_files_open(dir, &err);
    assert_non_null(files);
    check(files, "a", 1, 99, "plain.jpg http://h/1");
    check(files, "a", 5, 2, "- -");                          /* no such row */
    check(files, "c", 0, 2, "- -");                          /* no such split */
    check(files, "a", -1, 2, "000000000002.jpg http://h/0"); /* before other.jpg, which row 2 would be */
    check(files, "a", -1, 1, "plain.jpg http://h/1");
    check(files, "a", -1, 0, "- -");                        /* its name has another id */
    check(files, NULL, -1, 9, "COCO_a_000000000009.jpg -"); /* the first of two */
    check(files, NULL, -1, 7, "000000000007.jpg -");
    check(files, NULL, -1, 1, "- -"); /* rows of which split? */
    check(files, NULL, -1, -1, "- -");
    check(files, "b", -1, -1, "- -");
    record_files_close(files);
    tmp_remove(dir);
}

/* Lists that no record needs are not read. */
static void read_when_needed(void **state)
{
    (void)state;
    Err err;
    char name[] = "own.jpg", *dir = tmp_make();
    RecordFiles *files = record_files_open(dir, &err);
    Record own = {.image_id = 7, .row = -1, .file = name};
    assert_non_null(files);
    assert_ok(record_files_fill(files, &own, &err));
    assert_ptr_equal(own.file, name);
    write_text(dir, "b2014_images.txt", "000000000007.jpg\n");
    check(files, NULL, -1, 7, "000000000007.jpg -");
    record_files_close(files);
    tmp_remove(dir);
}

static void without_a_dataset(void **state)
{
    (void)state;
    Err err;
    RecordFiles *files = record_files_open(NULL, &err);
    check(files, "a", 0, 1, "- -");
    record_files_close(files);
    record_files_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(found), cmocka_unit_test(read_when_needed),
                                       cmocka_unit_test(without_a_dataset)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
