#include "tests/support/golden.h"

#include "io/base/err.h"
#include "io/file/file.h"
#include "tests/support/test.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

const char *golden_path(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "tests/golden/%s", name);
    if (file_exists(path, NULL) <= 0)
        fail_msg("%s is missing (tests run in the top directory)", path);
    return path;
}

const char *shared_path(const char *name)
{
    static char path[4096];
    const char *shared = getenv("COCO_SHARED");
    snprintf(path, sizeof path, "%s/%s", shared ? shared : "../shared", name);
    return file_exists(path, NULL) > 0 ? path : NULL;
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

void golden_vector_of(const char *file, const char *key, double **out, size_t *n)
{
    Err err;
    size_t len;
    char *text = file_read(golden_path(file), 1 << 26, &len, &err);
    if (!text)
        fail_msg("%s", err.text);
    cJSON *all = cJSON_ParseWithLength(text, len);
    const cJSON *j = cJSON_GetObjectItemCaseSensitive(all, key);
    if (!j)
        fail_msg("%s: %s is missing", file, key);
    *n = count(j);
    *out = malloc(*n * sizeof **out);
    assert_non_null(*out);
    flatten(j, *out);
    cJSON_Delete(all);
    free(text);
}

void golden_vector(const char *key, double **out, size_t *n)
{
    golden_vector_of("vectors.json", key, out, n);
}
