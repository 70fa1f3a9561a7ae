/* JSON, read strictly (cJSON beneath) and written plainly: what the readers and writers of caption
 * records, training logs and the like share.
 *
 * Read: the text must be one whole value of RFC 8259 in valid UTF-8 and nothing behind it. Of equal keys in
 * an object the last counts, as with jq and Python. NUL characters inside strings (\u0000) are refused,
 * for they would cut C strings short. Written: UTF-8 as it is, doubles in the fewest digits that read back
 * as the same bits.
 *
 * A tree is the caller's, freed with json_free; what is found in it is borrowed from it. Safe from any
 * thread on trees of its own. */
#ifndef COCO_IO_DATA_JSON_H
#define COCO_IO_DATA_JSON_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct cJSON Json;

/* 1 where the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
int utf8_valid(const char *text, size_t len);

/* The value in len bytes of text. NULL: err says why ("not JSON: bad number at byte 17"; bytes count from 1). */
Json *json_parse(const char *text, size_t len, Err *err);
/* The same where the value must be an object. */
Json *json_parse_object(const char *text, size_t len, Err *err);
/* The object that is all of a file, of up to `max` bytes. NULL: err names the file. */
Json *json_load_object(const char *path, size_t max, Err *err);
void json_free(Json *json);

/* Members of an object. Each answers 1 with the value, 0 where the key is absent or null, and -1 with a
 * line where the value is of another kind or out of range ("\"row\": not a whole number"). */
int json_get_int(const Json *object, const char *key, int64_t min, int64_t max, int64_t *out, Err *err);
int json_get_real(const Json *object, const char *key, double *out, Err *err); /* finite */
int json_get_text(const Json *object, const char *key, const char **out, Err *err);
int json_get_array(const Json *object, const char *key, const Json **out, Err *err);

int json_is_object(const Json *json);
int json_is_true(const Json *json); /* 0 for NULL too */
int json_is_number(const Json *json); /* also an infinite one, such as 1e999; 0 for NULL too */

/* The elements of an array: the number of them, and a walk from first to last. */
int json_length(const Json *array);
const Json *json_first(const Json *array);
const Json *json_next(const Json *element);
/* The element's string, NULL where it is none. */
const char *json_text(const Json *element);
/* A walk goes over an object's members too: the name of one. And one by its name, NULL where there is none. */
const char *json_key(const Json *member);
const Json *json_member(const Json *object, const char *key);
/* The element as a whole number in range: 0, or -1 where it is none. */
int json_int(const Json *element, int64_t min, int64_t max, int64_t *out);

/* A string in quotes, escaped. -1: not UTF-8 (nothing written); a failed stream shows in ferror(out). */
int json_put_text(FILE *out, const char *text);
/* The members of an object in its own text (ended by NUL, known to be JSON), with a comma behind each, but those of the
 * names in `but`, a list that ends in NULL; no braces. So a filter keeps what it does not know, as it stood. */
void json_put_members(FILE *out, const char *object, const char *const *but);
/* The text of a value on one line, which the caller frees. NULL: out of memory. */
char *json_print(const Json *json);
/* A number. -1: not finite, which JSON cannot say (nothing written). */
int json_put_real(FILE *out, double value);

#endif
