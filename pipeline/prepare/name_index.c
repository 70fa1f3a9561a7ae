#include "pipeline/prepare/name_index.h"

#include "pipeline/prepare/image_names.h"

#include <stdlib.h>
#include <string.h>

/* Ends of more parts are not looked up, so that a path of a million slashes does not take a million copies of itself. */
enum { MOST_PARTS = 64 };

int name_index_init(NameIndex *index, Err *err)
{
    *index = (NameIndex){.names = hash_new()};
    return index->names ? 0 : err_set(err, "out of memory");
}

void name_index_free(NameIndex *index)
{
    hash_free(index->names);
    free(index->by);
    memset(index, 0, sizeof *index);
}

/* What a name stands for, nothing if it is new. NULL: out of memory. Borrowed until the next. */
static NamedBy *enter(NameIndex *index, const char *name)
{
    size_t n = (size_t)hash_count(index->names);
    if (n == index->room) {
        size_t room = n ? 2 * n : 1024;
        NamedBy *grown = realloc(index->by, room * sizeof *grown);
        if (!grown)
            return NULL;
        index->by = grown;
        index->room = room;
    }
    int32_t at = hash_add(index->names, name, strlen(name));
    if (at < 0)
        return NULL;
    if ((size_t)at == n)
        index->by[at] = (NamedBy){NAME_UNKNOWN, NAME_UNKNOWN};
    return &index->by[at];
}

/* The end of a path with one part more; NULL: this is all of it. */
static const char *longer_end(const char *path, const char *end)
{
    if (end == path)
        return NULL;
    end--;
    while (end > path && end[-1] != '/')
        end--;
    return end;
}

int name_index_add(NameIndex *index, int64_t number, const char *name, Err *err)
{
    name = plain_name(name);
    NamedBy *by = enter(index, name);
    if (by && by->whole >= 0)
        return 0;
    if (by)
        by->whole = number;
    const char *end = base_name(name);
    for (int parts = 0; by && end && parts < MOST_PARTS; parts++, end = longer_end(name, end)) {
        by = enter(index, end);
        if (by)
            by->end = by->end == NAME_UNKNOWN ? number : NAME_SEVERAL;
    }
    return by ? 0 : err_set(err, "out of memory");
}

static NamedBy look_up(const NameIndex *index, const char *name)
{
    int32_t at = hash_find(index->names, name, strlen(name));
    return at < 0 ? (NamedBy){NAME_UNKNOWN, NAME_UNKNOWN} : index->by[at];
}

int64_t name_index_find(const NameIndex *index, const char *name, const NameIndex *askers)
{
    name = plain_name(name);
    const char *base = base_name(name);
    NamedBy by = look_up(index, name);
    if (by.whole >= 0)
        return by.whole;
    if (by.end >= 0)
        return !askers || look_up(askers, name).end >= 0 ? by.end : NAME_UNKNOWN;
    if (by.end == NAME_UNKNOWN && (!askers || look_up(askers, base).end >= 0))
        return look_up(index, base).end;
    return by.end;
}

const char *name_index_any(const NameIndex *index)
{
    return hash_count(index->names) ? hash_key(index->names, 0, NULL) : NULL;
}
