#include "io/data/json.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- UTF-8 --- */

/* The length of the sequence that begins at `s`, or 0 if it is not valid. Table 3-7 of the Unicode standard. */
static size_t utf8_sequence(const unsigned char *s, size_t len)
{
    unsigned char lo = 0x80, hi = 0xBF; /* bounds of the second byte */
    size_t n;
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xC2 && s[0] <= 0xDF) {
        n = 2;
    } else if ((s[0] & 0xF0) == 0xE0) {
        n = 3;
        lo = s[0] == 0xE0 ? 0xA0 : 0x80; /* overlong */
        hi = s[0] == 0xED ? 0x9F : 0xBF; /* surrogates */
    } else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        n = 4;
        lo = s[0] == 0xF0 ? 0x90 : 0x80; /* overlong */
        hi = s[0] == 0xF4 ? 0x8F : 0xBF; /* above U+10FFFF */
    } else {
        return 0;
    }
    if (len < n || s[1] < lo || s[1] > hi)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

int utf8_valid(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text, *end = s + len;
    while (s < end) {
        size_t n = utf8_sequence(s, (size_t)(end - s));
        if (!n)
            return 0;
        s += n;
    }
    return 1;
}

/* --- what cJSON accepts and JSON does not ---
 * cJSON treats any control character as white space and accepts raw control characters inside strings, numbers such as
 * "01" and "1.", NUL inside strings, and invalid UTF-8. The scan below rejects these and leaves the grammar to cJSON. */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *s)
{
    while (is_digit(*s))
        s++;
    return s;
}

/* The end of the number at s, or NULL if it is not one. The text ends in NUL. */
static const char *scan_number(const char *s)
{
    if (*s == '-')
        s++;
    if (!is_digit(*s))
        return NULL;
    s = *s == '0' ? s + 1 : skip_digits(s);
    if (*s == '.') {
        if (!is_digit(s[1]))
            return NULL;
        s = skip_digits(s + 1);
    }
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '+' || *s == '-')
            s++;
        if (!is_digit(*s))
            return NULL;
        s = skip_digits(s);
    }
    return is_digit(*s) ? NULL : s;
}

/* The end of the string whose quote is at s, or NULL with *why if it is invalid. The text ends in NUL. */
static const char *scan_string(const char *s, const char **why)
{
    for (s++; *s != '"'; s++) {
        if ((unsigned char)*s < 0x20) {
            *why = *s ? "control character in a string" : "unended string";
            return NULL;
        }
        if (*s == '\\') {
            if (!strncmp(s, "\\u0000", 6)) {
                *why = "NUL character in a string";
                return NULL;
            }
            s++;
            if ((unsigned char)*s < 0x20) {
                *why = "unended string";
                return NULL;
            }
        }
    }
    return s + 1;
}

/* The first byte that cJSON should have rejected, or NULL. */
static const char *scan(const char *s, const char *end, const char **why)
{
    while (s < end) {
        const char *at = s;
        if (*s == '"') {
            s = scan_string(s, why);
        } else if (*s == '-' || is_digit(*s)) {
            *why = "bad number";
            s = scan_number(s);
        } else if ((unsigned char)*s < 0x20 && *s != '\t' && *s != '\n' && *s != '\r') {
            *why = "control character";
            return at;
        } else {
            s++;
        }
        if (!s)
            return at;
    }
    return NULL;
}

/* --- reading --- */

/* cJSON 1.7.15 can read past a buffer that does not end in NUL (CVE-2023-53154): so `text` ends in one. */
static Json *parse_ended(const char *text, size_t len, Err *err)
{
    const char *why = NULL, *bad = scan(text, text + len, &why), *end = NULL;
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
    return json;
}

Json *json_parse(const char *text, size_t len, Err *err)
{
    if (!utf8_valid(text, len)) {
        err_set(err, "not UTF-8");
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

/* The last member of that name, or NULL if there is none or it is null. */
static const Json *member(const Json *object, const char *key)
{
    const Json *found = NULL;
    for (const Json *m = object->child; m; m = m->next)
        if (!strcmp(m->string, key))
            found = m;
    return cJSON_IsNull(found) ? NULL : found;
}

int json_get_int(const Json *object, const char *key, int64_t min, int64_t max, int64_t *out, Err *err)
{
    const Json *m = member(object, key);
    if (!m)
        return 0;
    double v = m->valuedouble;
    /* Above 2^53 doubles, and so JSON numbers as most programs read them, no longer distinguish integers. */
    if (!cJSON_IsNumber(m) || v != floor(v) || fabs(v) > 9007199254740992.0)
        return err_set(err, "\"%s\": not a whole number", key);
    if ((int64_t)v < min && max == INT64_MAX)
        return err_set(err, "\"%s\": %.0f is below %lld", key, v, (long long)min);
    if ((int64_t)v < min || (int64_t)v > max)
        return err_set(err, "\"%s\": %.0f is not from %lld to %lld", key, v, (long long)min, (long long)max);
    *out = (int64_t)v;
    return 1;
}

int json_get_real(const Json *object, const char *key, double *out, Err *err)
{
    const Json *m = member(object, key);
    if (!m)
        return 0;
    if (!cJSON_IsNumber(m) || !isfinite(m->valuedouble))
        return err_set(err, "\"%s\": not a finite number", key);
    *out = m->valuedouble;
    return 1;
}

int json_get_text(const Json *object, const char *key, const char **out, Err *err)
{
    const Json *m = member(object, key);
    if (!m)
        return 0;
    if (!cJSON_IsString(m))
        return err_set(err, "\"%s\": not a string", key);
    *out = m->valuestring;
    return 1;
}

int json_get_array(const Json *object, const char *key, const Json **out, Err *err)
{
    const Json *m = member(object, key);
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

int json_is_number(const Json *json)
{
    return cJSON_IsNumber(json);
}

int json_is_null(const Json *json)
{
    return cJSON_IsNull(json);
}

int json_is_scalar(const Json *json)
{
    return cJSON_IsString(json) || cJSON_IsNumber(json) || cJSON_IsBool(json);
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

const Json *json_member(const Json *object, const char *key)
{
    return member(object, key);
}

int json_int(const Json *element, int64_t min, int64_t max, int64_t *out)
{
    double v = element->valuedouble;
    if (!cJSON_IsNumber(element) || v != floor(v) || v < (double)min || v > (double)max)
        return -1;
    *out = (int64_t)v;
    return 0;
}

/* --- writing --- */

int json_put_text(FILE *out, const char *text)
{
    if (!utf8_valid(text, strlen(text)))
        return -1;
    putc('"', out);
    for (const char *s = text; *s; s++) {
        if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if (*s == '\n')
            fputs("\\n", out);
        else if (*s == '\t')
            fputs("\\t", out);
        else if ((unsigned char)*s < 0x20)
            fprintf(out, "\\u%04x", (unsigned)*s);
        else
            putc(*s, out);
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
            s = scan_string(s, &why);
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
        const char *name_end = scan_string(s, &why), *end = skip_value(name_end + strspn(name_end, " \t\r\n:"));
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
