/* Work in a process of its own: what it gives, and how it ends. */
#include "io/base/apart.h"
#include "tests/support/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum { FILL, CRASH, SPIN, LEAVE, GROW } Way;

enum { LARGE = 1 << 20, MEMORY = 64 << 20 };
static int here; /* stays as it is in this process */

static void work(void *ctx, void *result)
{
    unsigned char *out = result;
    here = 1;
    switch (*(const Way *)ctx) {
    case FILL:
        for (int i = 0; i < LARGE; i++)
            out[i] = (unsigned char)(i % 251);
        break;
    case CRASH:
        raise(SIGSEGV);
        break;
    case SPIN:
        for (volatile int i = 0;; i = !i)
            ;
    case LEAVE:
        _exit(0);
    case GROW:
        for (int i = 0; i < 16 && !*out; i++) {
            void *block = malloc(MEMORY / 8);
            if (!block)
                *out = 1;
            else
                memset(block, 1, MEMORY / 8);
        }
    }
}

static int call(Way way, unsigned char *out, size_t bytes, Err *err)
{
    *err = (Err){""};
    return apart_run(work, &way, out, bytes, 0, MEMORY, err);
}

static void test_done(void **state)
{
    unsigned char *out = calloc(LARGE, 1);
    Err err;
    (void)state;
    assert_non_null(out);
    assert_ok(call(FILL, out, LARGE, &err));
    for (int i = 0; i < LARGE; i++)
        assert_int_equal(out[i], i % 251);
    assert_int_equal(here, 0);
    free(out);
}

static void test_ends(void **state)
{
    unsigned char out[8] = {0};
    Err err;
    (void)state;
    assert_int_equal(call(CRASH, out, sizeof out, &err), -1);
    assert_says(err.text, "stopped by signal 11");
    assert_int_equal(call(LEAVE, out, sizeof out, &err), -1);
    assert_says(err.text, "ended before it was done");
    assert_int_equal(call(SPIN, out, sizeof out, &err), -1);
    assert_says(err.text, "not done after 0 seconds of computing");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no process is left */
}

/* Sanitizers' allocators take memory in ways of their own. */
static void test_memory(void **state)
{
    unsigned char out[1] = {0};
    Err err;
    (void)state;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip();
#endif
    assert_ok(call(GROW, out, sizeof out, &err));
    assert_int_equal(out[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_done),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
