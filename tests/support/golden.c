#include "tests/support/golden.h"

#include "io/file/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

const char *shared_path(const char *name)
{
    static char path[4096];
    const char *shared = getenv("COCO_SHARED");
    snprintf(path, sizeof path, "%s/%s", shared ? shared : "../shared", name);
    return file_exists(path) ? path : NULL;
}

static size_t count(const cJSON *j)
{
    size_t n = 0;
    if (!cJSON_IsArray(j))
        return 1;
    for (const cJSON *e = j->child; e; e = e->next)
        n += count(e);
    return n;
}

static double *flatten(const cJSON *j, double *out)
{
    if (!cJSON_IsArray(j)) {
        *out = j->valuedouble;
        return out + 1;
    }
    for (const cJSON *e = j->child; e; e = e->next)
        out = flatten(e, out);
    return out;
}

int golden_vector(const char *key, double **out, size_t *n)
{
    const char *path = shared_path("golden/vectors.json");
    size_t len;
    char *text = path ? file_read(path, 1 << 26, &len, NULL) : NULL;
    cJSON *all = text ? cJSON_ParseWithLength(text, len) : NULL;
    const cJSON *j = all ? cJSON_GetObjectItemCaseSensitive(all, key) : NULL;
    *out = NULL;
    *n = 0;
    if (j) {
        *n = count(j);
        *out = malloc(*n * sizeof **out);
        if (*out)
            flatten(j, *out);
    }
    cJSON_Delete(all);
    free(text);
    return *out != NULL;
}
