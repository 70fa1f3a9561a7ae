#include "io/archive/entry_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int entry_list_add(EntryList *list, const char *name, int64_t size)
{
    if (list->n == list->room) {
        size_t more = list->room ? 2 * list->room : 1024;
        ListedEntry *grown = realloc(list->entry, more * sizeof *grown);
        if (!grown)
            return -1;
        list->entry = grown, list->room = more;
    }
    char *copy = strdup(name);
    if (!copy)
        return -1;
    list->entry[list->n++] = (ListedEntry){copy, size};
    list->bytes += strlen(copy) + 1;
    return 0;
}

void entry_list_free(EntryList *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->entry[i].name);
    free(list->entry);
    memset(list, 0, sizeof *list);
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(name, *names) != 0)
        names++;
    return *names != NULL;
}

const char *entry_list_root(const EntryList *list, const char *const *markers, size_t *len, const char **second)
{
    const char *root = NULL;
    *second = NULL;
    for (size_t i = 0; i < list->n && !*second; i++) {
        const char *name = list->entry[i].name, *slash = strrchr(name, '/');
        size_t n = slash ? (size_t)(slash + 1 - name) : 0;
        if (!is_one_of(name + n, markers))
            continue;
        if (root && (n != *len || memcmp(root, name, n) != 0))
            *second = name;
        root = name;
        *len = n;
    }
    return root;
}

const char *entry_name_wanted(const char *name, const char *root, size_t len, int (*wanted)(const char *name))
{
    return !strncmp(name, root, len) && wanted(name + len) ? name + len : NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ListedEntry *)a)->name, ((const ListedEntry *)b)->name);
}

const char *entry_list_sum(EntryList *list, const char *root, size_t len, int (*wanted)(const char *name),
                           int64_t *total)
{
    *total = 0;
    if (list->n)
        qsort(list->entry, list->n, sizeof *list->entry, by_name);
    for (size_t i = 0; i < list->n; i++) {
        const ListedEntry *e = &list->entry[i];
        if (!entry_name_wanted(e->name, root, len, wanted))
            continue;
        if (i > 0 && !strcmp(e[-1].name, e->name))
            return e->name;
        *total += e->size;
    }
    return NULL;
}
