#include "io/data/fetch_status.h"

#include "io/base/err.h"
#include "io/data/json.h"
#include "io/file/line_reader.h"
#include "io/net/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Any bytes as a JSON string. If they are not UTF-8, every byte outside ASCII becomes '?'. */
static void put_bytes(FILE *out, const char *text)
{
    char *copy;
    if (json_put_text(out, text) == 0)
        return;
    copy = strdup(text);
    for (char *p = copy; p && *p; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    json_put_text(out, copy ? copy : "?");
    free(copy);
}

static void put_member(FILE *out, const char *key, const char *text)
{
    if (text) {
        fprintf(out, ",\"%s\":", key);
        put_bytes(out, text);
    }
}

static const char *const word[] = {"ok", "cached", "dead", "failed"}; /* by StatusKind */
enum { N_WORDS = sizeof word / sizeof *word };

void status_write(FILE *out, const Status *status)
{
    fputs("{\"url\":", out);
    put_bytes(out, status->url);
    put_member(out, "status", word[status->status]);
    put_member(out, "path", status->path);
    if (status->code)
        fprintf(out, ",\"code\":%ld", status->code);
    fprintf(out, ",\"bytes\":%lld,\"tries\":%d", (long long)status->bytes, status->tries);
    put_member(out, "error", status->error);
    fputs("}\n", out);
}

/* The index of the status among the words, or -1. */
static int kind_of(const Json *json)
{
    const char *text = NULL;
    if (json_get_text(json, "status", &text, NULL) == 1)
        for (int k = 0; k < N_WORDS; k++)
            if (!strcmp(text, word[k]))
                return k;
    return -1;
}

/* The line itself is the URL. */
static char *bare_url(const char *line, size_t len, Err *err)
{
    char *url = NULL;
    if (memchr(line, '\0', len))
        err_set(err, "is not text: %s",
                line_is_utf16(line, len) ? "a BOM says that it is UTF-16, not UTF-8" : "it holds a NUL byte");
    else if (!(url = url_trimmed(line, len)))
        err_set(err, "out of memory");
    return url;
}

char *status_url_of(const char *line, size_t len, int *kind, Err *err)
{
    const char *found;
    char *url = NULL;
    *kind = -1;
    while (len > 0 && isspace((unsigned char)*line))
        line++, len--;
    if (len == 0 || *line != '{')
        return bare_url(line, len, err);
    Json *json = json_parse_object(line, len, err);
    if (!json)
        return NULL;
    int rc = json_get_text(json, "url", &found, err);
    *kind = kind_of(json);
    if (rc == 1 && !(url = url_trimmed(found, strlen(found))))
        err_set(err, "out of memory");
    if (rc == 0 || (url && !*url)) {
        err_set(err, "no \"url\"");
        free(url);
        url = NULL;
    }
    json_free(json);
    return url;
}
