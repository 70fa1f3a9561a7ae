#include "pipeline/eval/references.h"

#include "io/data/annotations.h"

#include <stdlib.h>
#include <string.h>

static int add(void *ctx, int64_t image_id, const char *text, Err *err)
{
    References *r = ctx;
    if (r->n == r->room) {
        int64_t room = r->room ? 2 * r->room : 1024;
        Reference *grown = realloc(r->list, (size_t)room * sizeof *grown);
        if (!grown)
            return err_set(err, "out of memory");
        r->list = grown;
        r->room = room;
    }
    char *copy = strdup(text);
    if (!copy)
        return err_set(err, "out of memory");
    r->list[r->n++] = (Reference){image_id, copy};
    return 0;
}

int references_read(References *r, const char *path, Err *err)
{
    r->path = path;
    return annotations_each(path, add, r, err);
}

void references_free(References *r)
{
    for (int64_t i = 0; i < r->n; i++)
        free(r->list[i].text);
    free(r->list);
    memset(r, 0, sizeof *r);
}
