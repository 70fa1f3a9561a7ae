/* What all commands share: options, messages, progress, signals and the exit status.
 *
 * A command declares one table of options. Parsing, strict checks of numbers, the --help text with the current
 * defaults, the manual page and the shells' completion all follow from it. Exit status: 0 done, 1 failed, 2 usage,
 * 128+n on signal n. stdout carries only the product; messages go to stderr as "coco-x: what: why". Main thread
 * only. */
#ifndef COCO_CMD_CLI_H
#define COCO_CMD_CLI_H

#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    CLI_FLAG,   /* bool *: set by its presence */
    CLI_INT,    /* int64_t *: decimal, from min to max; a default below min means no default */
    CLI_PERIOD, /* int64_t *: as CLI_INT, a number of epochs; or "500i", iterations, which becomes -500 */
    CLI_REAL,   /* double *: finite, from min to max; a default of NaN means no default */
    CLI_TEXT,   /* const char **: any text; NULL means no default */
    CLI_CHOICE, /* int *: the index of the word in `arg`, "rnn|lstm" */
    CLI_MANY    /* CliList *: may be repeated; every value is kept */
} CliKind;

typedef struct {
    const char **value; /* strings borrowed from argv; cli_free frees the array */
    int n;
} CliList;

typedef struct {
    const char *name; /* long name without dashes */
    char letter;      /* short name, or 0 */
    CliKind kind;
    void *value;
    const char *arg;  /* what help calls the value; for CLI_CHOICE the words, joined by | */
    const char *help; /* a phrase; --help wraps it and appends the default */
    double min, max;  /* CLI_INT and CLI_REAL */
    bool given;       /* out: the option stood on the command line */
} CliOption;

/* Environment variables that some commands heed. */
typedef enum {
    CLI_ENV_SIMD = 1,   /* cli_check_simd */
    CLI_ENV_CACHE = 2,  /* downloaded images and networks */
    CLI_ENV_ENGINE = 4, /* what runs networks */
    CLI_ENV_NET = 8,
    CLI_ENV_METEOR = 16
} CliEnvironment;

/* A part of a command: what its first operand, the word, stands for. */
typedef struct {
    const char *word;                                  /* "images"; NULL after the last part */
    void (*generate)(const char *word, int generator); /* calls cli_generate with the part's table */
} CliPart;

typedef struct {
    const char *name;     /* "coco-train" */
    const char *part;     /* of a command in parts: the word of this one; else NULL */
    const CliPart *parts; /* of the command itself, for --generate; else NULL */
    const char *synopsis; /* what follows the name on a usage line; one usage per line */
    const char
        *about; /* what it does, for --help and the manual; lines with two blanks in front stay as they are */
    const char *epilog;   /* more of it, after the options; may be NULL */
    const char *examples; /* lines for a shell, with two blanks in front; may be NULL */
    int environment;      /* CliEnvironment, combined */
    bool ranks;           /* may be started several times by mpirun or srun (pipeline/common/team.h) */
    CliOption *options;
    int n_options;
    /* out */
    const char **operand;
    int n_operands;
    bool quiet;      /* -q, --quiet */
    int64_t threads; /* -j, --threads; already passed to OpenMP */
} Cli;

/* Parses argv. --help and --version print and exit 0; a usage error prints a line and exits 2. Options and operands mix
 * until "--"; the last value of a repeated option wins. */
void cli_parse(Cli *cli, int argc, char **argv);
void cli_free(Cli *cli);
/* Prints what --generate does, for the word of GENERATORS (cmd/generate.h) at an index. */
void cli_generate(const Cli *cli, int generator);
/* Descriptors 0 to 2 that are closed become occupied, so that no file or socket takes the number of a standard stream
 * and receives its messages. cli_parse does it. */
void cli_occupy_streams(void);
/* Whether the option stood on the command line. The table must have an option of that name. */
bool cli_given(const Cli *cli, const char *name);

/* For commands that compute, after cli_parse: a COCO_SIMD that this processor cannot use is a usage error. */
void cli_check_simd(void);

/* The name before each message, and the part of the command whose --help usage errors point to, or NULL; cli_parse sets
 * them. */
void cli_name(const char *name, const char *part);
/* Prints "coco-x: text" on stderr. Of a team, rank 0 speaks, and a rank that fails alone. */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, followed by a pointer to --help; exits 2. */
_Noreturn void cli_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Parse the whole text as one finite number from min to max. False: it is not such a number. */
bool cli_read_int(const char *text, int64_t min, int64_t max, int64_t *out);
bool cli_read_real(const char *text, double min, double max, double *out);
/* The same for a CLI_PERIOD, from 0 to max. */
bool cli_read_period(const char *text, int64_t max, int64_t *out);
/* After cli_parse: an operand, or the name of a file or directory after an option, that is empty, as an unset variable
 * of a script is, is a usage error. */
void cli_refuse_empty(const Cli *cli);
/* Parses an option's value "WxH", both sides from min to max; anything else is a usage error. */
void cli_size(const char *option, const char *text, int min, int max, int *w, int *h);

/* Parses an option's value "NAME=X,NAME=X": weights, one for each of the names "a|b", from 0 to max and not all 0. A
 * name that is absent has 0. Anything else is a usage error. */
void cli_weights(const char *option, const char *text, const char *names, double max, double *weights);

/* Checks the name of a picture to be written, whose formats have these names ("PNG"): a suffix of another kind of file
 * (.gif, .html, .jsonl) is a usage error. */
void cli_picture_name(const char *option, const char *path, const char *formats);
/* The same for a web page. */
void cli_page_name(const char *option, const char *path);

/* What ends a command from below; cli_parse does it. If a library aborts or exits, because it gets no memory or no
 * thread, or crashes where memory is limited, or a mapped file has become shorter: the unfinished files are removed, a
 * line says why, and the exit status is 1. Writes into a pipe without a reader, or beyond a limit on file sizes,
 * fail. */
void cli_catch_crashes(const char *name);

/* A Report that prints to stderr. Progress is a bar on a terminal, redrawn at most once a second, else a line every ten
 * seconds; with --quiet only warnings are printed. From this call on signals set the Report's stop number
 * (cmd/signals.h). One Report per command, valid until the process ends; `unit` names what is counted ("images"). */
const Report *cli_report(const Cli *cli, const char *unit);
/* A Report that prints warnings only and leaves signals alone: for work that takes a moment and loses nothing when it
 * is interrupted. */
const Report *cli_warnings(void);

/* The last call of a command: closes stdout and checks that all output was written. Returns the exit status: 1, after a
 * message, if stdout failed; 141, silently, if its reader is gone; 128+n if signal n asked to stop, or the process ends by
 * that signal (cmd/signals.h); else `status`. */
int cli_finish(const Cli *cli, int status);

#endif
