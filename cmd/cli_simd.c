/* COCO_SIMD, for the commands that compute. A file of its own: only these are linked with the model's inner loops. */
#include "cmd/cli.h"

#include "pipeline/common/instruction_set.h"

void cli_check_simd(void)
{
    Err err;
    if (instruction_set_check(&err))
        cli_usage_error("%s", err.text);
}
