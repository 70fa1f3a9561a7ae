#include "io/data/json.h"

#include "io/base/err.h"
#include "io/base/libraries.h"
#include "io/base/utf8.h"
#include "io/data/json_number.h"
#include "io/data/json_scan.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- reading --- */

/* cJSON 1.7.15 can read past a buffer that does not end in NUL (CVE-2023-53154): so `text` ends in one. */
static Json *parse_ended(const char *text, size_t len, Err *err)
{
    bool large;
    const char *why = NULL, *bad = json_scan(text, text + len, &large, &why), *end = NULL;
    if (bad) {
        err_set(err, "not JSON: %s at byte %zu", why, (size_t)(bad - text) + 1);
        return NULL;
    }
    if (!text[strspn(text, " \t\r\n")]) {
        err_set(err, "not JSON: empty");
        return NULL;
    }
    Json *json = cJSON_ParseWithLengthOpts(text, len + 1, &end, 1);
    if (!json) {
        size_t at = end ? (size_t)(end - text) : 0;
        err_set(err, at >= len ? "not JSON: it ends early" : "not JSON: error at byte %zu", at + 1);
    }
    if (json && large && json_keep_digits(json, text)) {
        err_set(err, "out of memory");
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

Json *json_parse(const char *text, size_t len, Err *err)
{
    if (!utf8_valid(text, len)) {
        err_set(err, "not UTF-8%s", line_is_utf16(text, len) ? ": a BOM says that it is UTF-16" : "");
        return NULL;
    }
    char *copy = malloc(len + 1);
    if (!copy) {
        err_set(err, "out of memory");
        return NULL;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    Json *json = parse_ended(copy, len, err);
    free(copy);
    return json;
}

Json *json_parse_object(const char *text, size_t len, Err *err)
{
    Json *json = json_parse(text, len, err);
    if (json && !cJSON_IsObject(json)) {
        err_set(err, "not a JSON object");
        json_free(json);
        return NULL;
    }
    return json;
}

Json *json_load_object(const char *path, size_t max, Err *err)
{
    Err why;
    size_t len;
    char *text = file_read(path, max, &len, err);
    if (!text)
        return NULL;
    Json *json = json_parse_object(text, len, &why);
    free(text);
    if (!json)
        err_set(err, "%s: %s", path, why.text);
    return json;
}

void json_free(Json *json)
{
    cJSON_Delete(json);
}

int json_get_text(const Json *object, const char *key, const char **out, Err *err)
{
    const Json *m = json_member(object, key);
    if (!m)
        return 0;
    if (!cJSON_IsString(m))
        return err_set(err, "\"%s\": not a string", key);
    *out = m->valuestring;
    return 1;
}

int json_get_array(const Json *object, const char *key, const Json **out, Err *err)
{
    const Json *m = json_member(object, key);
    if (!m)
        return 0;
    if (!cJSON_IsArray(m))
        return err_set(err, "\"%s\": not a list", key);
    *out = m;
    return 1;
}

int json_is_object(const Json *json)
{
    return cJSON_IsObject(json);
}

int json_is_true(const Json *json)
{
    return cJSON_IsTrue(json);
}

int json_is_null(const Json *json)
{
    return cJSON_IsNull(json);
}

int json_is_scalar(const Json *json)
{
    return cJSON_IsString(json) || json_is_number(json) || cJSON_IsBool(json);
}

int json_length(const Json *array)
{
    return cJSON_GetArraySize(array);
}

const Json *json_first(const Json *array)
{
    return array->child;
}

const Json *json_next(const Json *element)
{
    return element->next;
}

const char *json_text(const Json *element)
{
    return cJSON_IsString(element) ? element->valuestring : NULL;
}

const char *json_key(const Json *m)
{
    return m->string;
}

/* The last one of that name. */
const Json *json_member(const Json *object, const char *key)
{
    const Json *found = NULL;
    for (const Json *m = object->child; m; m = m->next)
        if (!strcmp(m->string, key))
            found = m;
    return cJSON_IsNull(found) ? NULL : found;
}

/* --- writing --- */

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static void put_escaped(FILE *out, char c)
{
    if (c == '"' || c == '\\')
        fprintf(out, "\\%c", c);
    else if (c == '\n')
        fputs("\\n", out);
    else if (c == '\t')
        fputs("\\t", out);
    else
        fprintf(out, "\\u%04x", (unsigned)c);
}

int json_put_text(FILE *out, const char *text)
{
    if (!utf8_valid(text, strlen(text)))
        return -1;
    putc('"', out);
    while (*text) {
        size_t n = 0;
        while (is_plain(text[n]))
            n++;
        fwrite(text, 1, n, out);
        text += n;
        if (*text)
            put_escaped(out, *text++);
    }
    putc('"', out);
    return 0;
}

int json_put_real(FILE *out, double value)
{
    char text[40];
    if (!isfinite(value))
        return -1;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
    return 0;
}

/* The byte after the value at s and the white space before it. */
static const char *skip_value(const char *s)
{
    int depth = 0;
    do {
        const char *why;
        s += strspn(s, " \t\r\n,:");
        if (*s == '"')
            s = json_scan_string(s, &why);
        else if (*s == '{' || *s == '[')
            depth++, s++;
        else if (*s == '}' || *s == ']')
            depth--, s++;
        else
            s += strcspn(s, " \t\r\n,:{}[]\"");
    } while (depth > 0);
    return s;
}

static int is_one_of(const char *name, size_t len, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == len && !memcmp(*names, name, len))
            return 1;
    return 0;
}

void json_put_members(FILE *out, const char *object, const char *const *but)
{
    const char *why, *s = strchr(object, '{') + 1;
    for (s += strspn(s, " \t\r\n,"); *s == '"'; s += strspn(s, " \t\r\n,")) {
        const char *name_end = json_scan_string(s, &why),
                   *end = skip_value(name_end + strspn(name_end, " \t\r\n:"));
        if (!is_one_of(s + 1, (size_t)(name_end - s - 2), but)) {
            fwrite(s, 1, (size_t)(end - s), out);
            putc(',', out);
        }
        s = end;
    }
}

char *json_print(const Json *json)
{
    return cJSON_PrintUnformatted(json);
}

void library_cjson(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%s", cJSON_Version());
}
