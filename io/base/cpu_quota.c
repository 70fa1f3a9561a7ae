/* /proc/self/cgroup has a line for each hierarchy, NUMBER:CONTROLLERS:PATH (cgroups(7)). Version 2 is 0::PATH, and a
 * group's limit is in cpu.max, "QUOTA PERIOD" or "max PERIOD". In version 1, the hierarchy of the controller cpu has
 * cpu.cfs_quota_us (-1: none) and cpu.cfs_period_us. Both are in microseconds.
 *
 * In a container the path may be the host's, which is not there; the container's own group is then at the top of the
 * hierarchy, which the walk upwards reaches. */
#include "io/base/cpu_quota.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first line of the file dir/name, or false. */
static bool read_line(const char *dir, const char *name, char *line, int size)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return false;
    FILE *in = fopen(path, "re");
    bool done = in && fgets(line, size, in);
    if (in)
        fclose(in);
    return done;
}

static double ratio(double quota, double period)
{
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

/* The quota of one group. */
static double group_v2(const char *dir)
{
    char line[64];
    double quota, period;
    if (!read_line(dir, "cpu.max", line, sizeof line) || sscanf(line, "%lf %lf", &quota, &period) != 2)
        return INFINITY;
    return ratio(quota, period);
}

static double group_v1(const char *dir)
{
    char quota[64], period[64];
    if (!read_line(dir, "cpu.cfs_quota_us", quota, sizeof quota) ||
        !read_line(dir, "cpu.cfs_period_us", period, sizeof period))
        return INFINITY;
    return ratio(strtod(quota, NULL), strtod(period, NULL));
}

/* The least quota of the group `path` and those above it in the hierarchy that is mounted at `top`. */
static double hierarchy(const char *top, const char *path, double (*group)(const char *dir))
{
    char dir[PATH_MAX];
    double least = INFINITY;
    size_t n = strlen(top);
    if (snprintf(dir, sizeof dir, "%s%s", top, path) >= (int)sizeof dir)
        return INFINITY;
    for (;;) {
        least = fmin(least, group(dir));
        char *slash = strrchr(dir + n, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

static bool has_cpu(const char *controllers)
{
    for (const char *c = controllers; *c;) {
        size_t n = strcspn(c, ",");
        if (n == 3 && !memcmp(c, "cpu", 3))
            return true;
        c += n + (c[n] == ',');
    }
    return false;
}

/* One line of /proc/self/cgroup. Hierarchies are mounted where systemd and container engines mount them. */
static double line_quota(const char *root, char *line)
{
    char top[PATH_MAX];
    char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
        return INFINITY;
    *controllers++ = *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    snprintf(top, sizeof top, "%s/sys/fs/cgroup", root);
    if (!*controllers)
        return hierarchy(top, path, group_v2);
    if (!has_cpu(controllers))
        return INFINITY;
    double least = INFINITY;
    const char *const names[] = {controllers, "cpu"}; /* "cpu,cpuacct" often has a link "cpu" to it */
    for (int i = 0; i < 2; i++) {
        snprintf(top, sizeof top, "%s/sys/fs/cgroup/%s", root, names[i]);
        least = fmin(least, hierarchy(top, path, group_v1));
    }
    return least;
}

double cpu_quota(const char *root)
{
    char path[PATH_MAX], *line = NULL;
    size_t room = 0;
    double least = INFINITY;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *in = fopen(path, "re");
    while (in && getline(&line, &room, in) > 0)
        least = fmin(least, line_quota(root, line));
    free(line);
    if (in)
        fclose(in);
    return least;
}
