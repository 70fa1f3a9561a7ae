/* A folder that all may write to: while root sweeps what a killed run of root's has left there, another user puts
 * links to a folder of root's in its place: over and over, and once before each system call of the sweep. Nothing is
 * removed there. */
#include "tests/support/target.h"

#include "io/file/outdir.h"
#include "io/file/remove_tree.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, ROUNDS = 40, TRIES = 10, FILES = 10, SUBS = 20 };
enum { FAILED = 1, CLOSED }; /* how the other user may end: $TMPDIR may be closed to him */

/* What the two processes share. */
typedef struct {
    atomic_int round, seen; /* the last that was tried in; below 0: the other user has given up */
    atomic_long swaps[2];   /* of the whole, of the folder in it */
    atomic_bool over;
} Shared;

static void put_folder(const char *name)
{
    char *path = tmp_path(dir, name);
    assert_ok(file_mkdirs(path, &err));
    assert_int_equal(chmod(path, 0777), 0);
    free(path);
}

static void put_files(const char *folder)
{
    char name[64], *path;
    put_folder(folder);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%s/%d", folder, i);
        path = tmp_path(dir, name);
        tmp_write(path, "x", 1);
        free(path);
    }
}

static int exchange(const char *a, const char *b)
{
    char *x = tmp_path(dir, a), *y = tmp_path(dir, b);
    int rc = renameat2(AT_FDCWD, x, AT_FDCWD, y, RENAME_EXCHANGE);
    free(x);
    free(y);
    return rc == 0;
}

/* In even rounds the leftover itself, in odd ones the folders in it. */
static void swap_once(Shared *s, int round)
{
    char a[64], b[64];
    snprintf(a, sizeof a, "t.coco-part-%d", round);
    snprintf(b, sizeof b, "link-%d", round);
    if (round % 2 == 0)
        s->swaps[0] += exchange(a, b);
    for (int i = 0; round % 2 && i < SUBS; i++) {
        snprintf(a, sizeof a, "t.coco-part-%d/sub-%d", round, i);
        snprintf(b, sizeof b, "t.coco-part-%d/link-%d", round, i);
        s->swaps[1] += exchange(a, b);
    }
}

/* 0; otherwise how the process should end. */
static int become_another_user(void)
{
    if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
        return FAILED;
    return access(dir, W_OK | X_OK) ? CLOSED : 0;
}

/* The other user. */
static _Noreturn void swap(Shared *s)
{
    int status = become_another_user();
    if (status) {
        s->seen = -1;
        _exit(status);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of user has cleared it */
    for (int round = 0, tries = 0; !s->over; tries++) {
        if (round != s->round)
            tries = 0;
        round = s->round;
        if (tries < TRIES)
            swap_once(s, round);
        else
            sched_yield();
        s->seen = round;
    }
    _exit(0);
}

/* One leftover, complete before it has its name. */
static void leave(int round)
{
    char name[64], *kept = tmp_path(dir, "kept");
    put_folder("new");
    for (int i = 0; i < SUBS; i++) {
        snprintf(name, sizeof name, "new/sub-%d", i);
        put_folder(name);
        snprintf(name, sizeof name, "new/link-%d", i);
        make_link(kept, name);
    }
    snprintf(name, sizeof name, "link-%d", round);
    make_link(kept, name);
    free(kept);
    snprintf(name, sizeof name, "t.coco-part-%d", round);
    char *made = tmp_path(dir, "new"), *path = tmp_path(dir, name);
    assert_int_equal(rename(made, path), 0);
    free(made);
    free(path);
}

static void all_kept(int round)
{
    char name[64];
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "kept/%d", i);
        if (!there(name))
            fail_msg("round %d: %s was removed", round, name);
    }
}

static void sweep_while_links_come(Shared *s)
{
    for (int round = 1; round <= ROUNDS; round++) {
        leave(round);
        s->round = round;
        while (s->seen >= 0 && s->seen != round)
            sched_yield();
        outdir_sweep(target);
        all_kept(round);
    }
}

static void another_user_puts_links_in(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    Shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(s != MAP_FAILED);
    assert_int_equal(chmod(dir, 0777), 0);
    put_files("kept");
    pid_t child = fork();
    if (child == 0)
        swap(s);
    sweep_while_links_come(s);
    s->over = true;
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status == CLOSED << 8)
        skip();
    assert_int_equal(status, 0);
    assert_true(s->swaps[0] > 0 && s->swaps[1] > 0); /* or nothing was tried */
    munmap(s, sizeof *s);
}

/* --- before each system call --- */

/* 0, or how the other user ended: FAILED also where there is nothing to exchange any more. */
static int swap_as_another_user(const char *a, const char *b)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        status = become_another_user();
        _exit(status ? status : exchange(a, b) ? 0 : FAILED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

/* A sweep that has stopped before its first step. -1: processes cannot be traced here. */
static pid_t start_sweep(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
            _exit(CLOSED);
        raise(SIGSTOP);
        outdir_sweep(target);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSTOPPED(status))
        return -1;
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
    return child;
}

/* Lets the sweep go to where its next system call begins. False: it has ended. */
static bool next_call(pid_t sweep)
{
    int status;
    for (int stops = 0; stops < 2; stops++) { /* a call stops at its end too */
        assert_int_equal(ptrace(PTRACE_SYSCALL, sweep, NULL, NULL), 0);
        assert_int_equal(waitpid(sweep, &status, 0), sweep);
        if (WIFEXITED(status)) {
            assert_int_equal(status, 0);
            return false;
        }
        assert_int_equal(WSTOPSIG(status), SIGTRAP | 0x80);
    }
    return true;
}

/* One sweep, with an exchange before its call `k`. Returns whether there was one. `*swaps` counts those that did. */
static bool sweep_with_link(int k, const char *a, const char *b, int *swaps)
{
    pid_t sweep = start_sweep();
    if (sweep < 0)
        skip();
    int call = 0;
    for (; next_call(sweep); call++)
        if (call == k) {
            int status = swap_as_another_user(a, b);
            if (status == CLOSED)
                skip();
            *swaps += status == 0;
        }
    return call > k;
}

static void remove_name(const char *name)
{
    char *path = tmp_path(dir, name);
    remove_tree(AT_FDCWD, path, REMOVE_DEPTH);
    free(path);
}

/* All moments at which `a`, a folder of what was left, is exchanged for `b`. */
static void sweep_at_all_moments(const char *a, const char *b)
{
    int swaps = 0;
    bool swept = true;
    for (int k = 0; swept; k++) {
        leave(0);
        swept = sweep_with_link(k, a, b, &swaps);
        all_kept(k);
        remove_name("t.coco-part-0");
        remove_name("link-0");
    }
    assert_true(swaps > 5); /* the sweep has looked at it, opened it, locked it, read it, ... */
}

static void another_user_puts_a_link_in_at_any_moment(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(dir, 0777), 0);
    put_files("kept");
    sweep_at_all_moments("t.coco-part-0", "link-0");
    sweep_at_all_moments("t.coco-part-0/sub-0", "t.coco-part-0/link-0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_user_puts_a_link_in_at_any_moment, setup, teardown),
        cmocka_unit_test_setup_teardown(another_user_puts_links_in, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
