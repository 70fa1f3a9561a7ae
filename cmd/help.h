/* The text of --help, from a command's option table. Main thread. */
#ifndef COCO_CMD_HELP_H
#define COCO_CMD_HELP_H

#include "cmd/cli.h"

enum { HELP_DEFAULT = 512 };

/* An option's default as it is now; "" if it has none. Returns text. */
const char *help_default(const CliOption *option, char text[HELP_DEFAULT]);

/* An environment variable that commands heed. */
typedef struct {
    int topic; /* a CliEnvironment; 0: of all commands */
    const char *names, *help;
} HelpVariable;

/* The next variable after `at` (NULL: the first) that a command heeds; NULL: there is none. */
const HelpVariable *help_variable(const Cli *cli, const HelpVariable *at);

/* Prints --help: the usage, what the command does, its n options, and what follows them. */
void help_print(const Cli *cli, const CliOption *all, int n);

#endif
