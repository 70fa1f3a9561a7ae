#include "pipeline/eval/groups.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *value; /* JSON; NULL: of captions that lack the key */
    int32_t number;    /* in the corpus's table; one more than the last if the captions lack the key */
} Value;

static int kind(const char *value)
{
    return !value ? 3 : *value == '"' ? 1 : *value == 't' || *value == 'f' ? 2 : 0;
}

static int by_value(const void *a, const void *b)
{
    const Value *x = a, *y = b;
    int kinds = kind(x->value) - kind(y->value);
    if (kinds || !x->value || !y->value)
        return kinds;
    double p = strtod(x->value, NULL), q = strtod(y->value, NULL);
    if (kind(x->value) == 0 && p != q)
        return p < q ? -1 : 1;
    return strcmp(x->value, y->value);
}

/* The group numbers of the corpus, in the order of their values, and into rank their places in it. NULL: out of
 * memory. */
static Value *rank_values(const Corpus *c, int32_t n, int32_t *rank)
{
    Value *list = malloc((size_t)n * sizeof *list);
    for (int32_t i = 0; list && i < n; i++)
        list[i] = (Value){i < n - 1 ? hash_key(c->groups, i, NULL) : NULL, i};
    if (list)
        qsort(list, (size_t)n, sizeof *list, by_value);
    for (int32_t i = 0; list && i < n; i++)
        rank[list[i].number] = i;
    return list;
}

/* Sorts captions by the ranks of their groups, by counting. start (values+2) is zeroed. */
static void fill(Groups *g, const Corpus *c, const int64_t *caption, int64_t n, const int32_t *rank, int32_t values)
{
    for (int64_t i = 0; i < n; i++) {
        int32_t group = c->caption[caption[i]].group;
        g->start[rank[group < 0 ? values - 1 : group] + 2]++;
    }
    for (int32_t v = 0; v < values; v++)
        g->start[v + 2] += g->start[v + 1];
    for (int64_t i = 0; i < n; i++) {
        int32_t group = c->caption[caption[i]].group;
        g->of[g->start[rank[group < 0 ? values - 1 : group] + 1]++] = i;
    }
}

/* Leaves out the groups that none of the captions is in. */
static void drop_empty(Groups *g, const Value *list, int32_t values)
{
    for (int32_t v = 0; v < values; v++) {
        if (g->start[v] == g->start[v + 1])
            continue;
        g->value[g->n] = list[v].value ? list[v].value : "null";
        g->start[g->n++] = g->start[v];
    }
    g->start[g->n] = g->start[values];
}

int groups_make(Groups *g, const Corpus *c, const int64_t *caption, int64_t n)
{
    int32_t values = hash_count(c->groups) + 1;
    int32_t *rank = malloc((size_t)values * sizeof *rank);
    Value *list = rank ? rank_values(c, values, rank) : NULL;
    *g = (Groups){.value = calloc((size_t)values, sizeof *g->value),
                  .start = calloc((size_t)values + 2, sizeof *g->start),
                  .of = malloc(((size_t)n + 1) * sizeof *g->of)};
    int rc = list && g->value && g->start && g->of ? 0 : -1;
    if (rc) {
        groups_free(g);
    } else {
        fill(g, c, caption, n, rank, values);
        drop_empty(g, list, values);
    }
    free(rank);
    free(list);
    return rc;
}

void groups_free(Groups *g)
{
    free(g->value);
    free(g->start);
    free(g->of);
    memset(g, 0, sizeof *g);
}
