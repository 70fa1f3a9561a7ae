/* What --generate prints, from a command's option table: its manual page, or a script by which a shell completes its
 * words.
 *
 *   man    man(7) source, for PREFIX/share/man/man1
 *   bash   for PREFIX/share/bash-completion/completions
 *   zsh    for PREFIX/share/zsh/site-functions
 *   fish   for PREFIX/share/fish/vendor_completions.d
 *
 * A command in parts has a page for each part; its completion holds those of all parts. Main thread. */
#ifndef COCO_CMD_GENERATE_H
#define COCO_CMD_GENERATE_H

#include "cmd/cli.h"

#define GENERATORS "man|bash|zsh|fish"

/* Prints for the word of GENERATORS at an index. `all` are the command's n options with the common ones. */
void generate(const Cli *cli, const CliOption *all, int n, int generator);

/* --- for generate_*.c --- */

typedef struct {
    const Cli *cli;
    const CliOption *option;
    int n;
    int generator;
    char name[64]; /* "coco-fetch-images" */
    char word[64]; /* the same as an identifier: "coco_fetch_images" */
} Page;

void generate_man(const Page *page);
void generate_bash(const Page *page);
void generate_zsh(const Page *page);
void generate_fish(const Page *page);

/* Prints what the command's parts generate, if it has any. */
void generate_parts(const Page *page);
/* Prints the words of its parts, which it must have. */
void generate_part_words(const Page *page);

/* What completes an option's value. */
typedef enum {
    VALUE_NONE, /* it has none, or any will do */
    VALUE_CHOICE,
    VALUE_FILE,
    VALUE_DIRECTORY,
    VALUE_SPLIT /* a split of the dataset on the line: that of -d, else the first word that is one */
} ValueKind;

enum { VALUE_SUFFIX = 16 };

/* With VALUE_FILE also sets the files' suffix, ".h5"; "": any. */
ValueKind generate_value(const CliOption *option, char suffix[VALUE_SUFFIX]);

/* Prints the words that may stand for a file of VALUE_FILE, each with a blank after it: the known networks of
 * NAME|FILE.onnx. */
void generate_names(const CliOption *option);

/* Prints a text; characters of `special` have `mark` in front. */
void generate_escaped(const char *text, const char *special, const char *mark);
/* The same with each | as a blank: the words of a choice. */
void generate_words(const char *words);

/* A command for a shell that reads the names of a dataset's files and prints its splits. */
#define GENERATE_SPLITS \
    "sed -n 's/^\\(.*\\)_\\(images\\.txt\\|urls\\.txt\\|features\\.h5\\)$/\\1/p' | sed 's/2014$//' | sort -u"

#endif
