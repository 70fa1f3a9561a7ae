#include "io/net/download_origin.h"

#include "io/data/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ORIGIN_MAX_BYTES = 1 << 16 };

void origin_clear(DownloadOrigin *o)
{
    free(o->url);
    free(o->validator);
    *o = (DownloadOrigin){.length = -1};
}

void origin_load(DownloadOrigin *o, const char *path)
{
    const char *url = NULL, *validator = NULL;
    int64_t length = -1;
    Json *json = json_load_object(path, ORIGIN_MAX_BYTES, NULL);
    origin_clear(o);
    if (json && json_get_text(json, "url", &url, NULL) == 1 &&
        json_get_text(json, "validator", &validator, NULL) >= 0 &&
        json_get_int(json, "length", 0, INT64_MAX, &length, NULL) >= 0) {
        o->url = strdup(url);
        o->validator = validator ? strdup(validator) : NULL;
        o->length = length;
        o->insecure = json_is_true(json_member(json, "insecure"));
    }
    json_free(json);
}

int origin_save(const DownloadOrigin *o, const char *path)
{
    char *temp;
    if (asprintf(&temp, "%s.part", path) < 0)
        return -1;
    FILE *out = fopen(temp, "we");
    int bad = !out;
    if (out) {
        fputs("{\"url\":", out);
        bad = json_put_text(out, o->url) != 0;
        if (o->validator) {
            fputs(",\"validator\":", out);
            bad |= json_put_text(out, o->validator) != 0;
        }
        if (o->length >= 0)
            fprintf(out, ",\"length\":%" PRId64, o->length);
        fputs(o->insecure ? ",\"insecure\":true}\n" : "}\n", out);
        bad |= ferror(out) != 0;
        bad |= fclose(out) != 0;
        bad = bad || rename(temp, path);
        if (bad)
            unlink(temp);
    }
    free(temp);
    return bad ? -1 : 0;
}
