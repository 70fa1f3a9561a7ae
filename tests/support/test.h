/* Shared by the unit tests: cmocka with the headers that it needs, and temporary directories. */
#ifndef COCO_TESTS_SUPPORT_TEST_H
#define COCO_TESTS_SUPPORT_TEST_H

/* cmocka.h needs these, in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Fails with the error's text if the call fails; uses the variable `err`. */
#define assert_ok(call) \
    do { \
        if ((call) != 0) \
            fail_msg("%s: %s", #call, (err).text); \
    } while (0)

/* Fails unless the line contains the part. */
void assert_says(const char *line, const char *part);

/* Appends to the text in an array of `size` bytes; fails if it does not fit. */
void text_add(char *text, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A new directory below $TMPDIR. tmp_remove removes it with its content and frees the name. */
char *tmp_make(void);
void tmp_remove(char *dir);
/* For cmocka's setup and teardown: a directory for each test. */
extern char *tmp_dir;
int tmp_setup(void **state);
int tmp_teardown(void **state);
/* A new string "dir/name". */
char *tmp_path(const char *dir, const char *name);
void tmp_write(const char *path, const void *bytes, size_t len);

#endif
