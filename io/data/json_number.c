/* Numbers, as exact as they are written.
 *
 * cJSON has doubles alone, which above 2^53 no longer tell integers apart. So an integer of that many digits becomes
 * a raw value of cJSON's: valuestring has the digits, which are also what is printed, and valuedouble stays. */
#include "io/data/json_number.h"

#include "io/base/err.h"
#include "io/data/json_scan.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- digits --- */

/* The first number outside strings. */
static const char *find_number(const char *s)
{
    const char *why;
    while (*s != '-' && (*s < '0' || *s > '9'))
        s = *s == '"' ? json_scan_string(s, &why) : s + 1;
    return s;
}

/* Walks the value as its text goes, and returns the text after its last number. NULL: out of memory. */
static const char *keep(Json *value, const char *s)
{
    if (cJSON_IsNumber(value)) {
        const char *start = find_number(s), *end = json_scan_number(start);
        if (!json_is_large(start, end))
            return end;
        value->valuestring = strndup(start, (size_t)(end - start));
        value->type = cJSON_Raw | (value->type & ~0xFF);
        return value->valuestring ? end : NULL;
    }
    for (Json *child = value->child; child && s; child = child->next)
        s = keep(child, s);
    return s;
}

int json_keep_digits(Json *json, const char *text)
{
    return keep(json, text) ? 0 : -1;
}

/* --- reading --- */

int json_is_number(const Json *json)
{
    return cJSON_IsNumber(json) || cJSON_IsRaw(json);
}

int json_get_real(const Json *object, const char *key, double *out, Err *err)
{
    const Json *m = json_member(object, key);
    if (!m)
        return 0;
    if (!json_is_number(m) || !isfinite(m->valuedouble))
        return err_set(err, "\"%s\": not a finite number", key);
    *out = m->valuedouble;
    return 1;
}

static const char not_whole[] = "not a whole number";

/* An integer in decimal digits. NULL, or what is wrong with it. */
static const char *read_digits(const char *digits, int64_t *out)
{
    errno = 0;
    *out = strtoll(digits, NULL, 10);
    return !errno ? NULL : *digits == '-' ? "is too small" : "is too large";
}

/* A number as an integer. NULL, or what is wrong with it. */
static const char *read_whole(const Json *number, int64_t *out)
{
    double v = number->valuedouble;
    if (cJSON_IsRaw(number))
        return read_digits(number->valuestring, out);
    if (v != floor(v))
        return not_whole;
    if (fabs(v) >= 9007199254740992.0) /* and not written in digits */
        return v < 0 ? "is too small" : "is too large, unless all its digits are written";
    *out = (int64_t)v;
    return NULL;
}

static int explain(const Json *m, const char *key, const char *why, Err *err)
{
    if (m->valuedouble != floor(m->valuedouble))
        return err_set(err, "\"%s\": %s", key, why);
    if (m->valuestring)
        return err_set(err, "\"%s\": %.40s %s", key, m->valuestring, why);
    return err_set(err, "\"%s\": %.17g %s", key, m->valuedouble, why);
}

int json_get_int(const Json *object, const char *key, int64_t min, int64_t max, int64_t *out, Err *err)
{
    int64_t v;
    const Json *m = json_member(object, key);
    if (!m)
        return 0;
    if (!json_is_number(m))
        return err_set(err, "\"%s\": %s", key, not_whole);
    const char *why = read_whole(m, &v);
    if (why)
        return explain(m, key, why, err);
    if (v < min && max == INT64_MAX)
        return err_set(err, "\"%s\": %lld is below %lld", key, (long long)v, (long long)min);
    if (v < min || v > max)
        return err_set(err, "\"%s\": %lld is not from %lld to %lld", key, (long long)v, (long long)min,
                       (long long)max);
    *out = v;
    return 1;
}

int json_get_id(const Json *object, const char *key, int64_t *out, Err *err)
{
    const Json *m = json_member(object, key);
    if (!cJSON_IsString(m))
        return json_get_int(object, key, 0, INT64_MAX, out, err);
    const char *text = m->valuestring, *why = not_whole;
    if (*text && !text[strspn(text, "0123456789")])
        why = read_digits(text, out);
    return why ? err_set(err, "\"%s\": '%.40s' %s%s", key, text, why == not_whole ? "is " : "", why) : 1;
}

int json_int(const Json *element, int64_t min, int64_t max, int64_t *out)
{
    int64_t v;
    if (!json_is_number(element) || read_whole(element, &v) || v < min || v > max)
        return -1;
    *out = v;
    return 0;
}

int json_real(const Json *element, double *out)
{
    if (!json_is_number(element) || !isfinite(element->valuedouble))
        return -1;
    *out = element->valuedouble;
    return 0;
}
