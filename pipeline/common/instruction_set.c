#include "pipeline/common/instruction_set.h"

#include "model/simd.h"

#include <stdio.h>

int instruction_set_check(Err *err)
{
    char names[128] = "";
    int n = 0;
    if (!simd_refused())
        return 0;
    for (int i = 0; simd_name(i) && n < (int)sizeof names; i++)
        n += snprintf(names + n, sizeof names - (size_t)n, "%s%s", i ? ", " : "", simd_name(i));
    return err_set(err, "COCO_SIMD: '%s' is not an instruction set of this processor, which has %s", simd_refused(),
                   names);
}
