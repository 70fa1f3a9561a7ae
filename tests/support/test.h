/* What the unit tests share: cmocka with all it wants included before it, and a directory to write in. */
#ifndef COCO_TESTS_SUPPORT_TEST_H
#define COCO_TESTS_SUPPORT_TEST_H

/* cmocka.h needs these, in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Fails with the library's line where a call that should have worked did not. */
#define assert_ok(call) \
    do { \
        if ((call) != 0) \
            fail_msg("%s: %s", #call, (err).text); \
    } while (0)

/* Fails unless the line says what it should. */
void assert_says(const char *line, const char *part);

/* Appends to a text in an array of `size` bytes; fails where it does not fit. */
void text_add(char *text, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A new directory below $TMPDIR; the caller hands it to tmp_remove, which takes all that is in it. */
char *tmp_make(void);
void tmp_remove(char *dir);
/* A new string "dir/name". */
char *tmp_path(const char *dir, const char *name);
void tmp_write(const char *path, const void *bytes, size_t len);

#endif
