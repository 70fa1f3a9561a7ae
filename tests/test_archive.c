/* Archives: names of entries, which of them are chosen, unpacking; digests and sizes. */
#include "tests/support/test.h"

#include "io/archive/entry_list.h"
#include "io/archive/entry_name.h"
#include "io/archive/unpack.h"
#include "io/base/digest.h"
#include "io/base/err.h"
#include "io/base/size.h"
#include "io/data/dataset_files.h"
#include "io/file/file.h"
#include "io/file/outdir.h"
#include "pipeline/dataset/dataset_names.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Err err;

/* --- names --- */

static void names_that_lead_out(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "no name"},           {"../a", "leads out"},     {"a/../b", "leads out"},   {"a/..", "leads out"},
        {"..", "leads out"},       {"a\\..\\b", "leads out"}, {"a/..\\b", "leads out"},  {"/a", "absolute"},
        {"\\a", "absolute"},       {"c:a", "absolute"},       {"C:\\a", "absolute"},     {"a\nb", "not text"},
        {"a\033[2Jb", "not text"}, {"a\177", "not text"},     {"a\xc2\x9b", "not text"}, /* CSI */
        {"a\xff", "not text"},     {"a\xc0\xae", "not text"},                            /* an overlong dot */
    };
    static const char *const good[] = {"a",     "./a", "a/b",      "a//b", "..a", "a..",
                                       "a../b", "...", "\xc3\xa9", "a b",  "ab:c"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *fault = entry_name_fault(bad[i][0]);
        if (!fault || !strstr(fault, bad[i][1]))
            fail_msg("'%s': %s", bad[i][0], fault ? fault : "no fault");
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (entry_name_fault(good[i]))
            fail_msg("'%s': %s", good[i], entry_name_fault(good[i]));
    char name[ENTRY_NAME_MAX + 2];
    memset(name, 'a', sizeof name);
    name[ENTRY_NAME_MAX] = '\0';
    assert_null(entry_name_fault(name));
    name[ENTRY_NAME_MAX] = 'a', name[ENTRY_NAME_MAX + 1] = '\0';
    assert_says(entry_name_fault(name), "too long");
}

static void names_are_tidied(void **state)
{
    (void)state;
    static const char *const pair[][2] = {
        {"a", "a"},       {"./a//b/./c/", "a/b/c"}, {".", ""},      {"./", ""},
        {"a/.b", "a/.b"}, {"./././a", "a"},         {".a.", ".a."},
    };
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        char name[32];
        assert_in_range(snprintf(name, sizeof name, "%s", pair[i][0]), 0, sizeof name - 1);
        entry_name_tidy(name);
        assert_string_equal(name, pair[i][1]);
    }
}

static void names_in_messages(void **state)
{
    (void)state;
    char shown[ENTRY_SHOWN_LEN], name[400];
    assert_string_equal(entry_name_shown("a\nb", shown), "a?b");
    assert_string_equal(entry_name_shown("\xc3\xa9\xff\033", shown), "????");
    assert_string_equal(entry_name_shown("\xc3\xa9", shown), "\xc3\xa9");
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(strlen(entry_name_shown(name, shown)), ENTRY_SHOWN_LEN - 1);
    assert_says(shown, "a...");
    /* Cut between characters, wherever the limit falls. */
    for (int shift = 0; shift < 3; shift++) {
        size_t n = 0;
        memset(name, 'a', (size_t)shift);
        for (n = (size_t)shift; n + 3 < sizeof name; n += 3)
            memcpy(name + n, "\xe2\x82\xac", 3);
        name[n] = '\0';
        entry_name_shown(name, shown);
        n = strlen(shown);
        assert_true(n < ENTRY_SHOWN_LEN);
        assert_int_equal((n - 3 - (size_t)shift) % 3, 0);
    }
}

static void names_of_a_dataset(void **state)
{
    (void)state;
    static const char *const own[] = {"captions.h5",          "vocab.json",          "a-b_C9_features.h5",
                                      "test_images.txt",      "test_urls.txt",       "coco2014_captions.h5",
                                      "coco2014_vocab.json",  "README.txt",          "train2014_vgg16_fc7_pca.h5",
                                      "val2014_vgg16_fc7.h5", "a-b_C92014_urls.txt", "test2014_images.txt",
                                      "images/a.jpg",         "images/val/b.PNG",    "images/x/y.z/c.jpeg",
                                      "images/.d/a.webp",     "images/a.gif",        "images/a.bmp",
                                      "images/a.pgm",         "images/a.PPM",        "images/a.pnm"};
    static const char *const other[] = {"",
                                        "2014_urls.txt",
                                        "_features.h5",
                                        "x y_features.h5",
                                        "train_captions.h5",
                                        "a/coco2014_captions.h5",
                                        "._coco2014_captions.h5",
                                        "x y2014_urls.txt",
                                        "../2014_urls.txt",
                                        "images",
                                        "images/",
                                        "images/a",
                                        "images/a.html",
                                        "images/a.jpg/b",
                                        "images/._a.jpg",
                                        "Images/a.jpg",
                                        "imagesa.jpg",
                                        "a.jpg",
                                        "x/images/a.jpg",
                                        "readme.txt",
                                        "coco2014_captions.h5.part"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!dataset_has_file(own[i]))
            fail_msg("'%s' belongs to a dataset", own[i]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (dataset_has_file(other[i]))
            fail_msg("'%s' does not belong to a dataset", other[i]);
}

static void a_list_of_entries(void **state)
{
    (void)state;
    EntryList list = {NULL, 0, 0, 0};
    const char *second;
    size_t len;
    int64_t total;
    assert_null(entry_list_root(&list, dataset_markers, &len, &second));
    assert_ok(entry_list_add(&list, "x/README.txt", 1));
    assert_ok(entry_list_add(&list, "a/b/coco2014_captions.h5", 10));
    assert_ok(entry_list_add(&list, "a/b/notcoco2014_captions.h5", 100));
    assert_ok(entry_list_add(&list, "a/b/images/1.png", 1000));
    const char *root = entry_list_root(&list, dataset_markers, &len, &second);
    assert_memory_equal(root, "a/b/", 4);
    assert_int_equal(len, 4);
    assert_null(second);
    assert_null(entry_list_sum(&list, root, len, dataset_has_file, &total));
    assert_int_equal(total, 1010);
    assert_string_equal(entry_name_wanted("a/b/README.txt", root, len, dataset_has_file), "README.txt");
    assert_null(entry_name_wanted("x/README.txt", root, len, dataset_has_file));
    assert_null(entry_name_wanted("a/b", root, len, dataset_has_file));

    /* An unwanted file may occur twice. */
    assert_ok(entry_list_add(&list, "x/README.txt", 1));
    assert_null(entry_list_sum(&list, root, len, dataset_has_file, &total));
    assert_ok(entry_list_add(&list, "a/b/images/1.png", 1000));
    assert_string_equal(entry_list_sum(&list, root, len, dataset_has_file, &total), "a/b/images/1.png");
    assert_ok(entry_list_add(&list, "coco2014_captions.h5", 1));
    entry_list_root(&list, dataset_markers, &len, &second);
    assert_non_null(second);
    entry_list_free(&list);

    /* Any of the names marks the root, and several may be there. */
    assert_ok(entry_list_add(&list, "mine/captions.h5", 1));
    assert_ok(entry_list_add(&list, "mine/coco2014_captions.h5", 1));
    assert_ok(entry_list_add(&list, "mine/train_captions.h5", 1));
    root = entry_list_root(&list, dataset_markers, &len, &second);
    assert_memory_equal(root, "mine/", 5);
    assert_int_equal(len, 5);
    assert_null(second);
    assert_ok(entry_list_add(&list, "yours/captions.h5", 1));
    entry_list_root(&list, dataset_markers, &len, &second);
    assert_string_equal(second, "yours/captions.h5");
    entry_list_free(&list);
    entry_list_free(&list);
}

/* --- unpacking --- */

/* A ustar header; the data follow, padded to 512 bytes. */
static void put_header(FILE *f, const char *name, char type, long size)
{
    char h[512] = {0};
    unsigned sum = 8 * ' ';
    snprintf(h, 100, "%s", name);
    memcpy(h + 100, "0000644", 8);
    snprintf(h + 124, 12, "%011lo", size);
    h[156] = type;
    memcpy(h + 257, "ustar\00000", 8);
    for (int i = 0; i < 512; i++)
        sum += (unsigned char)h[i];
    snprintf(h + 148, 8, "%06o", sum);
    h[155] = ' ';
    assert_int_equal(fwrite(h, 1, sizeof h, f), sizeof h);
}

static void put_file(FILE *f, const char *name, long size)
{
    put_header(f, name, '0', size);
    for (long i = 0; i < (size + 511) / 512 * 512; i++)
        putc(i < size ? 'x' : 0, f);
}

static void put_end(FILE *f)
{
    for (int i = 0; i < 1024; i++)
        putc(0, f);
    assert_int_equal(fclose(f), 0);
}

/* A tar with two wanted files below d/, of 1000 and 70000 bytes, and some others. */
static UnpackSpec make_tar(char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/a.tar", tmp_dir);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    put_file(f, "notes.txt", 30);
    put_header(f, "d/images/", '5', 0);
    put_file(f, "d/images/1.png", 70000);
    put_file(f, "d/images/1.html", 5);
    put_file(f, "d/coco2014_captions.h5", 1000);
    put_end(f);
    return (UnpackSpec){.path = path,
                        .name = "a.tar",
                        .markers = dataset_markers,
                        .wanted = dataset_has_file,
                        .max_bytes = 1 << 20};
}

static char *make_scratch(void)
{
    char *scratch = tmp_path(tmp_dir, "scratch");
    assert_int_equal(mkdir(scratch, 0777), 0);
    return scratch;
}

static long size_of(const char *base, const char *name)
{
    struct stat st;
    char *path = tmp_path(base, name);
    long n = lstat(path, &st) || !S_ISREG(st.st_mode) ? -1 : (long)st.st_size;
    free(path);
    return n;
}

static int64_t said_done, said_total;

static void on_progress(void *ctx, int64_t done, int64_t total)
{
    (void)ctx;
    assert_true(done >= said_done);
    said_done = done;
    said_total = total;
}

static void only_what_is_wanted(void **state)
{
    (void)state;
    char path[PATH_MAX];
    UnpackSpec spec = make_tar(path);
    char *scratch = make_scratch();
    said_done = said_total = 0;
    spec.progress = on_progress;
    mode_t before = umask(027);
    assert_int_equal(unpack_archive(&spec, scratch, &err), UNPACK_DONE);
    umask(before);
    assert_int_equal(said_done, 71000);
    assert_int_equal(said_total, 71000);
    assert_int_equal(size_of(scratch, "images/1.png"), 70000);
    assert_int_equal(size_of(scratch, "coco2014_captions.h5"), 1000);
    assert_int_equal(size_of(scratch, "images/1.html"), -1);
    assert_int_equal(size_of(scratch, "notes.txt"), -1);
    struct stat st;
    char *file = tmp_path(scratch, "images/1.png");
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    free(file);
    free(scratch);
}

static void limits(void **state)
{
    (void)state;
    char path[PATH_MAX];
    UnpackSpec spec = make_tar(path);
    char *scratch = make_scratch();
    spec.max_bytes = 71000 + 30 + 5;
    assert_int_equal(unpack_archive(&spec, scratch, &err), UNPACK_DONE);
    free(scratch);
    tmp_teardown(NULL), tmp_setup(NULL);
    spec = make_tar(path);
    scratch = make_scratch();
    spec.max_bytes = 71000 + 30 + 4;
    assert_int_equal(unpack_archive(&spec, scratch, &err), UNPACK_REFUSED);
    assert_string_equal(err.text, "a.tar: unpacks to more than 71.0 kB");
    assert_int_equal(rmdir(scratch), 0);
    free(scratch);
}

static void stops(void **state)
{
    (void)state;
    char path[PATH_MAX];
    UnpackSpec spec = make_tar(path);
    volatile sig_atomic_t stop = SIGINT;
    char *scratch = make_scratch();
    spec.stop = &stop;
    assert_int_equal(unpack_archive(&spec, scratch, &err), UNPACK_STOPPED);
    assert_int_equal(rmdir(scratch), 0);
    free(scratch);
}

/* The answer distinguishes a bad archive from a bad directory. */
static void whose_fault_it_is(void **state)
{
    (void)state;
    char path[PATH_MAX];
    UnpackSpec spec = make_tar(path);
    char *scratch = make_scratch(), *none = tmp_path(tmp_dir, "none");
    assert_int_equal(truncate(path, 30000), 0);
    assert_int_equal(unpack_archive(&spec, scratch, &err), UNPACK_REFUSED);
    assert_says(err.text, "a.tar: ");
    assert_says(err.text, "truncated or damaged");
    spec.path = none;
    assert_int_equal(unpack_archive(&spec, scratch, &err), UNPACK_FAILED);
    assert_string_equal(err.text, "a.tar: No such file or directory");
    spec.path = tmp_dir;
    assert_int_equal(unpack_archive(&spec, scratch, &err), UNPACK_FAILED);
    free(scratch), free(none);
}

/* A fifo: nobody waits for its writer. */
static void not_a_file(void **state)
{
    (void)state;
    char path[PATH_MAX];
    UnpackSpec spec = make_tar(path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(unpack_archive(&spec, tmp_dir, &err), UNPACK_FAILED);
    assert_string_equal(err.text, "a.tar: is not a regular file");
}

/* The caller's locale is restored. */
static void text_is_utf8(void **state)
{
    (void)state;
    char *path = tmp_path(tmp_dir, "u.tar"), *scratch = make_scratch();
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    put_file(f, "d\xc3\xa9/coco2014_captions.h5", 10);
    put_file(f, "d\xc3\xa9/images/\xe2\x82\xac.png", 10);
    put_end(f);
    UnpackSpec spec = {
        .path = path, .name = "u", .markers = dataset_markers, .wanted = dataset_has_file, .max_bytes = 1 << 20};
    assert_ok(unpack_archive(&spec, scratch, &err));
    assert_int_equal(size_of(scratch, "images/\xe2\x82\xac.png"), 10);
    assert_int_equal(MB_CUR_MAX, 1);
    free(path), free(scratch);
}

/* --- digests and sizes --- */

static void digests_of_files(void **state)
{
    (void)state;
    char hex[DIGEST_LEN + 1], want[DIGEST_LEN + 1];
    char *path = tmp_path(tmp_dir, "f"), *bytes = malloc(700001);
    assert_non_null(bytes);
    memset(bytes, 'q', 700001);
    /* FIPS 180-2, appendix B.1; then the empty file, and one longer than a piece. */
    tmp_write(path, "abc", 3);
    assert_ok(digest_file(path, NULL, hex, &err));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    for (size_t n = 0; n <= 700001; n += 700001) {
        tmp_write(path, bytes, n);
        digest_hex(bytes, n, want);
        assert_ok(digest_file(path, NULL, hex, &err));
        assert_string_equal(hex, want);
    }
    volatile sig_atomic_t stop = SIGTERM;
    assert_int_equal(digest_file(path, &stop, hex, &err), 1);
    assert_int_equal(digest_file(tmp_dir, NULL, hex, &err), -1);
    assert_says(err.text, "Is a directory");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(digest_file(path, NULL, hex, &err), -1);
    assert_says(err.text, "No such file");
    free(path), free(bytes);
}

static void sizes_as_text(void **state)
{
    (void)state;
    char text[SIZE_TEXT_LEN];
    assert_string_equal(size_text(0, text), "0 B");
    assert_string_equal(size_text(999, text), "999 B");
    assert_string_equal(size_text(1536, text), "1.5 kB");
    assert_string_equal(size_text(1200000000, text), "1.2 GB");
    assert_string_equal(size_text(INT64_MAX, text), "9223372.0 TB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_lead_out),
        cmocka_unit_test(names_are_tidied),
        cmocka_unit_test(names_in_messages),
        cmocka_unit_test(names_of_a_dataset),
        cmocka_unit_test(a_list_of_entries),
        cmocka_unit_test_setup_teardown(only_what_is_wanted, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(limits, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(stops, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(whose_fault_it_is, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(not_a_file, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(text_is_utf8, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(digests_of_files, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(sizes_as_text, tmp_setup, tmp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
