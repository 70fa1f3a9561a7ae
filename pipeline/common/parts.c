#include "pipeline/common/parts.h"

#include "io/base/libraries.h"
#include "model/simd.h"

#include <stdbool.h>

/* Weak references, which link nothing: what a program is not linked with otherwise is NULL here. */
extern const Simd *simd __attribute__((weak));
extern const char *simd_name(int i) __attribute__((weak));
#define WEAK_LIBRARY(id, name) extern void library_##id(char version[LIBRARY_VERSION]) __attribute__((weak));
LIBRARIES(WEAK_LIBRARY)

typedef struct {
    const char *name;
    void (*version)(char version[LIBRARY_VERSION]); /* NULL: not linked */
} Library;

#define LIBRARY_ROW(id, name) {name, library_##id},
static const Library libraries[] = {LIBRARIES(LIBRARY_ROW)};
enum { N_LIBRARIES = sizeof libraries / sizeof *libraries };

static void print_instruction_set(FILE *out)
{
    fprintf(out, "instruction set: %s (this processor has", simd->name);
    for (int i = 0; simd_name(i); i++)
        fprintf(out, "%s %s", i ? "," : "", simd_name(i));
    fputs(")\n", out);
}

void parts_print(FILE *out)
{
    bool any = false;
    if (&simd)
        print_instruction_set(out);
    for (int i = 0; i < N_LIBRARIES; i++) {
        char version[LIBRARY_VERSION];
        if (!libraries[i].version)
            continue;
        libraries[i].version(version);
        fprintf(out, "%s %s %s", any ? "," : "libraries:", libraries[i].name, version);
        any = true;
    }
    if (any)
        fputc('\n', out);
}
