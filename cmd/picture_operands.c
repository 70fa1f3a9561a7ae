#include "cmd/picture_operands.h"

#include <string.h>

void check_picture_operands(const Cli *cli, bool nul)
{
    int stdins = 0;
    for (int i = 0; i < cli->n_operands; i++)
        stdins += !strcmp(cli->operand[i], "-");
    if (stdins > 1)
        cli_usage_error("standard input can be read only once");
    if (nul && !stdins)
        cli_usage_error("-0 needs -");
}
