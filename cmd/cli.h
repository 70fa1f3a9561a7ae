/* What every command shares: options, messages, progress, signals, and an honest exit status.
 *
 * A command declares one table of options; parsing, the --help text with its live defaults, and the
 * strict checks of numbers all come from it. Exit status: 0 done, 1 failed, 2 usage, 128+n on signal n.
 * stdout carries the product alone; all that is said here goes to stderr as "coco-x: what: why".
 * Main thread only. */
#ifndef COCO_CMD_CLI_H
#define COCO_CMD_CLI_H

#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    CLI_FLAG,   /* bool *: set by its presence */
    CLI_INT,    /* int64_t *: decimal, within min and max; a default below min is none */
    CLI_REAL,   /* double *: finite, within min and max; a default of NaN is none */
    CLI_TEXT,   /* const char **: any text; a default of NULL is none */
    CLI_CHOICE, /* int *: the place of the word in `arg`, "rnn|lstm" */
    CLI_MANY    /* CliList *: may be repeated, each value is kept */
} CliKind;

typedef struct {
    const char **value; /* borrowed from argv; the array is the Cli's, until cli_free */
    int n;
} CliList;

typedef struct {
    const char *name; /* long name without dashes */
    char letter;      /* short name, or 0 */
    CliKind kind;
    void *value;
    const char *arg;  /* how help names the value; for CLI_CHOICE the words, joined by | */
    const char *help; /* one line; help adds the default */
    double min, max;  /* CLI_INT and CLI_REAL */
    bool given;       /* out: it stood on the command line */
} CliOption;

typedef struct {
    const char *name;     /* "coco-train" */
    const char *synopsis; /* what follows the name on a usage line; several lines make several usages */
    const char *about;    /* a paragraph for --help */
    const char *epilog;   /* more for --help, behind the options; NULL for none */
    CliOption *options;
    int n_options;
    /* out */
    const char **operand;
    int n_operands;
    bool quiet;      /* -q, --quiet */
    int64_t threads; /* -j, --threads; set for OpenMP already */
} Cli;

/* Reads argv. --help and --version print and exit 0; a usage error prints a line and exits 2.
 * Options and operands mix until "--"; of a repeated option the last value wins. */
void cli_parse(Cli *cli, int argc, char **argv);
void cli_free(Cli *cli);
/* Whether the option stood on the command line. The name must be one of the table's. */
bool cli_given(const Cli *cli, const char *name);

/* Whose messages these are; cli_parse calls it. */
void cli_name(const char *name);
/* "coco-x: text" on stderr. */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same with a hint at --help; exits 2. */
_Noreturn void cli_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Strict reading of one number: the whole text, in range, finite. False: it is none. */
bool cli_read_int(const char *text, int64_t min, int64_t max, int64_t *out);
bool cli_read_real(const char *text, double min, double max, double *out);
/* The value "WxH" of an option, both sides within min and max; anything else is a usage error. */
void cli_size(const char *option, const char *text, int min, int max, int *w, int *h);

/* The name of a picture that will be PNG: one that ends like another kind of file is a usage error. */
void cli_png_name(const char *option, const char *path);

/* A Report that prints lines and shows progress on stderr: a bar where stderr is a terminal, redrawn at
 * most once a second, a line every ten seconds where it is not; with --quiet only warnings.
 * SIGINT and SIGTERM set its stop number from now on; a second one ends the process at once.
 * One Report a command; `unit` names what is counted ("images"). Borrowed for the process's life. */
const Report *cli_report(const Cli *cli, const char *unit);
/* A Report of warnings alone, for work that is over in a moment and loses nothing when it is cut off: signals do what
 * they do. */
const Report *cli_warnings(void);

/* The last line of a command: closes stdout and checks that all of it was written. Returns the exit
 * status: 1 with a line where stdout failed, 141 quietly where its reader has gone, 128+n where a signal
 * asked to stop, else `status`. */
int cli_finish(const Cli *cli, int status);

#endif
