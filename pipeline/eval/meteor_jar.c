#include "pipeline/eval/meteor_jar.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JAR "pycocoevalcap/meteor/meteor-1.5.jar"

/* The first readable file of directory/pattern, where only the pattern's wildcards count. The caller frees; NULL: no
 * such file. */
static char *find_below(const char *directory, size_t len, const char *pattern)
{
    size_t rest = strlen(pattern) + 1;
    char *path = malloc(2 * len + 1 + rest), *to = path, *found = NULL;
    glob_t matches;
    if (!path)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (strchr("*?[\\", directory[i]))
            *to++ = '\\';
        *to++ = directory[i];
    }
    *to++ = '/';
    memcpy(to, pattern, rest);
    if (!glob(path, 0, NULL, &matches)) {
        for (size_t i = 0; i < matches.gl_pathc && !found; i++)
            found = access(matches.gl_pathv[i], R_OK) ? NULL : strdup(matches.gl_pathv[i]);
        globfree(&matches);
    }
    free(path);
    return found;
}

/* The same in each directory of a list like $PATH, which may be NULL. */
static char *find_in_list(const char *list, const char *pattern)
{
    char *found = NULL;
    while (list && *list && !found) {
        size_t len = strcspn(list, ":");
        if (len)
            found = find_below(list, len, pattern);
        list += len + (list[len] == ':');
    }
    return found;
}

static char *find_package(void)
{
    const char *home = getenv("HOME");
    char *found = find_in_list(getenv("PYTHONPATH"), JAR);
    if (!found)
        found = find_in_list(getenv("PATH"), "../lib/python3*/*-packages/" JAR);
    if (!found && home && *home)
        found = find_below(home, strlen(home), ".local/lib/python3*/site-packages/" JAR);
    return found;
}

char *meteor_jar_find(const char *given, Err *err)
{
    const char *named = given ? given : getenv("COCO_METEOR_JAR");
    char *found;
    if (named && *named) {
        found = access(named, R_OK) ? NULL : strdup(named);
        if (!found)
            err_set(err, "%s: %s", named, strerror(errno));
        return found;
    }
    found = find_package();
    if (!found)
        err_set(err, "no meteor-1.5.jar: pip install pycocoevalcap, or name the file with --meteor-jar");
    return found;
}
