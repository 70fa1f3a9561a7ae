/* JSON, read strictly (with cJSON) and written compactly: shared by the readers and writers of caption records,
 * training logs and so on.
 *
 * Reading: the text must be exactly one value of RFC 8259 in valid UTF-8. If an object repeats a key, the last one
 * counts, as in jq and Python. NUL characters inside strings (\u0000) are refused because they would truncate C
 * strings. Integers of up to 64 bits are exact, also when they are printed again. Writing: UTF-8 is left unescaped;
 * doubles get the fewest digits that read back as the same bits.
 *
 * The caller frees a tree with json_free; what is found in it is borrowed from it. Safe from any thread on trees of its
 * own. */
#ifndef COCO_IO_DATA_JSON_H
#define COCO_IO_DATA_JSON_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct cJSON Json;

/* The value in len bytes of text. NULL: err says why ("not JSON: bad number at byte 17"; bytes count from 1). */
Json *json_parse(const char *text, size_t len, Err *err);
/* The same, but the value must be an object. */
Json *json_parse_object(const char *text, size_t len, Err *err);
/* A file of up to `max` bytes that holds one object. NULL: err names the file. */
Json *json_load_object(const char *path, size_t max, Err *err);
void json_free(Json *json);

/* Members of an object. Each returns 1 with the value, 0 if the key is absent or null, and -1 with a message if the
 * value is of another kind or out of range ("\"row\": not a whole number"). */
int json_get_int(const Json *object, const char *key, int64_t min, int64_t max, int64_t *out, Err *err);
/* The same for an id, 0 to 2^63-1, which may also be a string of digits: "000139" is 139. */
int json_get_id(const Json *object, const char *key, int64_t *out, Err *err);
int json_get_real(const Json *object, const char *key, double *out, Err *err); /* finite */
int json_get_text(const Json *object, const char *key, const char **out, Err *err);
int json_get_array(const Json *object, const char *key, const Json **out, Err *err);

int json_is_object(const Json *json);
int json_is_true(const Json *json);   /* 0 for NULL too */
int json_is_number(const Json *json); /* also an infinite one, such as 1e999; 0 for NULL too */
int json_is_null(const Json *json);   /* the value null */
int json_is_scalar(const Json *json); /* a string, a number, true or false; 0 for NULL too */

/* The elements of an array: how many, and a walk from first to last. */
int json_length(const Json *array);
const Json *json_first(const Json *array);
const Json *json_next(const Json *element);
/* The element's string, or NULL if it is not one. */
const char *json_text(const Json *element);
/* A walk also visits the members of an object: json_key gives a member's name. json_member finds one by name, or
 * NULL. */
const char *json_key(const Json *member);
const Json *json_member(const Json *object, const char *key);
/* The element as an integer in range: 0, or -1 if it is not one. */
int json_int(const Json *element, int64_t min, int64_t max, int64_t *out);
/* The same as a finite number. */
int json_real(const Json *element, double *out);

/* Writes a quoted, escaped string. -1: not UTF-8, nothing written. Check ferror(out) for write errors. */
int json_put_text(FILE *out, const char *text);
/* Writes the members of an object, given as NUL-terminated valid JSON, each followed by a comma and without the braces,
 * except those named in `but`, a NULL-terminated list. A filter keeps unknown keys this way. */
void json_put_members(FILE *out, const char *object, const char *const *but);
/* The value as text on one line; the caller frees it. NULL: out of memory. */
char *json_print(const Json *json);
/* Writes a number. -1: not finite, which JSON cannot express; nothing written. */
int json_put_real(FILE *out, double value);

#endif
