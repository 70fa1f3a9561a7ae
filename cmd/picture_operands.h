/* Operands that are pictures, folders and "-" (pipeline/features/picture_list.h). */
#ifndef COCO_CMD_PICTURE_OPERANDS_H
#define COCO_CMD_PICTURE_OPERANDS_H

#include "cmd/cli.h"

/* Standard input given twice, or -0 (`nul`) without it, is a usage error. */
void check_picture_operands(const Cli *cli, bool nul);

#endif
