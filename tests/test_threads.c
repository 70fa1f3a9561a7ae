/* The number of threads: OMP_NUM_THREADS, and the quotas of control groups. */
#include "io/base/cpu_quota.h"
#include "io/file/file.h"
#include "pipeline/common/threads.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *root;

static int setup(void **state)
{
    (void)state;
    root = tmp_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tmp_remove(root);
    return 0;
}

/* Writes the file below the root, and makes its folders. */
static void put(const char *name, const char *text)
{
    Err err;
    char *path = tmp_path(root, name), *slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(file_mkdirs(path, &err), 0);
    *slash = '/';
    tmp_write(path, text, strlen(text));
    free(path);
}

static void assert_quota(double want)
{
    double quota = cpu_quota(root);
    if (!(quota == want))
        fail_msg("a quota of %g, not %g", quota, want);
}

static void quotas_of_version_2(void **state)
{
    (void)state;
    assert_quota(INFINITY); /* nothing there */
    put("proc/self/cgroup", "0::/user.slice/job\n");
    assert_quota(INFINITY);
    put("sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
    assert_quota(INFINITY);
    put("sys/fs/cgroup/user.slice/job/cpu.max", "150000 100000\n");
    assert_quota(1.5);
    put("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
    assert_quota(1.5);
    put("sys/fs/cgroup/user.slice/cpu.max", "50000 100000\n"); /* a group above has less */
    assert_quota(0.5);
    put("sys/fs/cgroup/cpu.max", "10000 100000\n"); /* as a container sees its own group */
    assert_quota(0.1);
    put("sys/fs/cgroup/user.slice/other/cpu.max", "1000 100000\n"); /* not ours */
    assert_quota(0.1);
}

static void quotas_of_version_1(void **state)
{
    (void)state;
    put("proc/self/cgroup", "12:cpuset:/a\n5:cpuacct,cpu:/a/b\n1:name=systemd:/a/b\n0::/a/b\n");
    put("sys/fs/cgroup/cpuset/a/cpu.cfs_quota_us", "1000");
    put("sys/fs/cgroup/cpuset/a/cpu.cfs_period_us", "100000");
    assert_quota(INFINITY);
    put("sys/fs/cgroup/cpuacct,cpu/a/b/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpuacct,cpu/a/b/cpu.cfs_period_us", "100000\n");
    assert_quota(INFINITY);
    put("sys/fs/cgroup/cpuacct,cpu/a/cpu.cfs_quota_us", "350000\n");
    put("sys/fs/cgroup/cpuacct,cpu/a/cpu.cfs_period_us", "100000\n");
    assert_quota(3.5);
    put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    assert_quota(2);
}

static void a_host_path_within_a_container(void **state)
{
    (void)state;
    put("proc/self/cgroup", "3:cpu:/docker/0123abcd\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "75000\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "50000\n");
    assert_quota(1.5);
}

static void quotas_that_make_no_sense(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "100000\n", "0 100000\n", "100000 0\n", "-5 100000\n", "x y\n"};
    put("proc/self/cgroup", "no colon\n0::/a\n1:cpu\n");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put("sys/fs/cgroup/a/cpu.max", texts[i]);
        assert_quota(INFINITY);
    }
}

#ifdef _OPENMP
static void assert_threads(const char *text, int want)
{
    Err warning;
    assert_int_equal(setenv("OMP_NUM_THREADS", text, 1), 0);
    int n = threads_default(&warning);
    if (n != want || warning.text[0])
        fail_msg("%s: %d (%s)", text, n, warning.text);
    assert_string_equal(getenv("OMP_NUM_THREADS"), text);
}

static bool in_environment(const char *entry)
{
    for (char **e = environ; *e; e++)
        if (!strcmp(*e, entry))
            return true;
    return false;
}

/* What was changed for libgomp is restored: the entries that the process started with are there, and no more. Emulators
 * of processors change their order. */
static void the_environment_is_whole(void **state)
{
    size_t size = 1 << 20, n = 0;
    char *started = calloc(size, 1), *at = started;
    FILE *in = fopen("/proc/self/environ", "re");
    (void)state;
    assert_non_null(started);
    assert_non_null(in);
    size = fread(started, 1, size - 1, in);
    fclose(in);
    for (; at < started + size; at += strlen(at) + 1, n++)
        if (!in_environment(at))
            fail_msg("%s is gone", at);
    for (char **e = environ; *e; e++)
        n--;
    assert_int_equal(n, 0);
    free(started);
}

static void the_environment(void **state)
{
    (void)state;
    static const char *const bad[] = {"abc", "0",   "-1",    "1025", "1000000", "99999999999999999999",
                                      "4.5", "0x4", "4,abc", "4,0",  "4,2,",    ",4",
                                      "4 2", " ",   "1e3"};
    Err warning;
    unsetenv("OMP_NUM_THREADS");
    int most = threads_default(&warning);
    assert_int_equal(warning.text[0], 0);
    assert_in_range(most, 1, THREADS_MAX);
    assert_true(most < cpu_quota("") + 1);
    assert_threads("1", 1);
    assert_threads("7", 7);
    assert_threads("1024", 1024);
    assert_threads(" 4 ", 4);
    assert_threads("+4", 4);
    assert_threads("4,2", 4);
    assert_threads("3 , 2,1", 3);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(setenv("OMP_NUM_THREADS", bad[i], 1), 0);
        assert_int_equal(threads_default(&warning), most);
        assert_says(warning.text, bad[i]);
        assert_says(warning.text, "from 1 to 1024");
        assert_null(getenv("OMP_NUM_THREADS"));
    }
    assert_int_equal(setenv("OMP_NUM_THREADS", "", 1), 0);
    assert_int_equal(threads_default(&warning), most);
    assert_int_equal(warning.text[0], 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(quotas_of_version_2, setup, teardown),
        cmocka_unit_test_setup_teardown(quotas_of_version_1, setup, teardown),
        cmocka_unit_test_setup_teardown(a_host_path_within_a_container, setup, teardown),
        cmocka_unit_test_setup_teardown(quotas_that_make_no_sense, setup, teardown),
#ifdef _OPENMP
        cmocka_unit_test(the_environment_is_whole),
        cmocka_unit_test(the_environment),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
