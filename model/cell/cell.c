#include "model/cell/cell.h"

#include "model/simd.h"

#include <string.h>

const Cell *cell_at(int i)
{
    for (int k = 0; k <= i; k++)
        if (!simd->cells[k])
            return NULL;
    return simd->cells[i];
}

const Cell *cell_named(const char *name)
{
    for (int i = 0; simd->cells[i]; i++)
        if (!strcmp(simd->cells[i]->name, name))
            return simd->cells[i];
    return NULL;
}

const char *cell_names(void)
{
#define BAR_NAME(name) "|" #name
    return &CELLS(BAR_NAME)[1];
}
