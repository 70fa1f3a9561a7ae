/* generate.h: completion in fish. */
#include "cmd/generate.h"

#include <stdio.h>

static void print_quoted(const char *text)
{
    putchar('\'');
    generate_escaped(text, "'\\", "\\");
    putchar('\'');
}

static void print_value(const CliOption *o)
{
    char suffix[VALUE_SUFFIX];
    ValueKind kind = generate_value(o, suffix);
    if (o->kind == CLI_FLAG)
        return;
    switch (kind) {
    case VALUE_NONE:
        printf(" -x");
        break;
    case VALUE_CHOICE:
        printf(" -x -a '");
        generate_words(o->arg);
        putchar('\'');
        break;
    case VALUE_FILE:
        if (*suffix) {
            printf(" -r -k -a '");
            generate_names(o);
            printf("(__fish_complete_suffix %s)'", suffix);
        } else {
            printf(" -r");
        }
        break;
    case VALUE_DIRECTORY:
        printf(" -x -a '(__fish_complete_directories (commandline -ct))'");
        break;
    case VALUE_SPLIT:
        printf(" -x -a '(__coco_splits)'");
        break;
    }
}

/* A command, or a part of one if it is the first operand. */
static void print_command(const Page *p)
{
    printf("complete -c %s", p->cli->name);
    if (p->cli->part)
        printf(" -n '__fish_seen_subcommand_from %s'", p->cli->part);
}

static void print_splits(const Page *p)
{
    char suffix[VALUE_SUFFIX];
    for (int i = 0; i < p->n; i++)
        if (generate_value(&p->option[i], suffix) == VALUE_SPLIT) {
            puts("function __coco_splits\n"
                 "    set -l data data/coco_captioning\n"
                 "    set -l words (commandline -opc)\n"
                 "    for word in (string replace -r '^~/' $HOME/ -- $words[-1..2])\n"
                 "        count $word/*vocab.json >/dev/null; and set data $word\n"
                 "    end\n"
                 "    for i in (seq (count $words))\n"
                 "        contains -- $words[$i] -d --data; and set data $words[(math $i + 1)]\n"
                 "        string match -q -- '--data=*' $words[$i]; and set data (string replace -- --data= '' "
                 "$words[$i])\n"
                 "    end\n"
                 "    ls -- (string replace -r '^~/' $HOME/ -- $data) 2>/dev/null | " GENERATE_SPLITS "\nend");
            return;
        }
}

void generate_fish(const Page *p)
{
    generate_parts(p);
    print_splits(p);
    if (p->cli->parts) {
        print_command(p);
        printf(" -n __fish_use_subcommand -a '");
        generate_part_words(p);
        puts("'");
        return;
    }
    for (int i = 0; i < p->n; i++) {
        const CliOption *o = &p->option[i];
        print_command(p);
        if (o->letter)
            printf(" -s %c", o->letter);
        printf(" -l %s", o->name);
        print_value(o);
        printf(" -d ");
        print_quoted(o->help);
        putchar('\n');
    }
}
