/* generate.h: completion in zsh, by its _arguments. */
#include "cmd/generate.h"

#include <stdio.h>
#include <string.h>

/* A text between [] or : of a specification, which stands in single quotes. */
static void print_part(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            printf("%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
    }
}

static void print_value(const CliOption *o)
{
    char suffix[VALUE_SUFFIX];
    ValueKind kind = generate_value(o, suffix);
    if (o->kind == CLI_FLAG)
        return;
    putchar(':');
    print_part(o->arg);
    putchar(':');
    switch (kind) {
    case VALUE_NONE:
        putchar(' ');
        break;
    case VALUE_CHOICE:
        putchar('(');
        generate_words(o->arg);
        putchar(')');
        break;
    case VALUE_FILE:
        printf("{_files%s%s%s; compadd -- ", *suffix ? " -g \"*" : "", suffix, *suffix ? "\"" : "");
        generate_names(o);
        putchar('}');
        break;
    case VALUE_DIRECTORY:
        printf("_files -/");
        break;
    case VALUE_SPLIT:
        printf("_coco_splits");
        break;
    }
}

/* '(-d --data)'{-d+,--data=}'[dataset directory]:DATA:_files -/' */
static void print_option(const CliOption *o)
{
    const char *plus = o->kind == CLI_FLAG ? "" : "+", *equals = o->kind == CLI_FLAG ? "" : "=";
    const char *many = o->kind == CLI_MANY ? "*" : "";
    printf("        ");
    if (o->letter && *many)
        printf("'*'{-%c%s,--%s%s}'", o->letter, plus, o->name, equals);
    else if (o->letter)
        printf("'(-%c --%s)'{-%c%s,--%s%s}'", o->letter, o->name, o->letter, plus, o->name, equals);
    else
        printf("'%s--%s%s", many, o->name, equals);
    putchar('[');
    print_part(o->help);
    putchar(']');
    print_value(o);
    puts("' \\");
}

static void print_splits(const Page *p)
{
    char suffix[VALUE_SUFFIX];
    for (int i = 0; i < p->n; i++)
        if (generate_value(&p->option[i], suffix) == VALUE_SPLIT) {
            puts("_coco_splits()\n{\n"
                 "    local data=${opt_args[--data]:-$opt_args[-d]} word\n"
                 "    local -a found\n"
                 "    for word in $words[2,-1]; do\n"
                 "        [[ -z $data ]] && found=(${~word}/*vocab.json(N)) && (($#found)) && data=$word\n"
                 "    done\n"
                 "    data=${data:-data/coco_captioning}\n"
                 "    compadd -- ${(f)\"$(ls -- ${~data} 2>/dev/null | " GENERATE_SPLITS ")\"}\n}");
            return;
        }
}

static void print_dispatch(const Page *p)
{
    printf("    if ((CURRENT == 2)); then\n        _alternative 'parts:part:(");
    generate_part_words(p);
    puts(")' 'files:archive:_files'\n        return\n    fi\n"
         "    local part=$words[2]\n"
         "    (($+functions[_coco_fetch_$part])) || part=cs231n # an archive's URL or file\n"
         "    shift words\n"
         "    ((CURRENT--))\n"
         "    _coco_fetch_$part");
}

void generate_zsh(const Page *p)
{
    if (!p->cli->part)
        printf("#compdef %s\n", p->name);
    generate_parts(p);
    print_splits(p);
    printf("_%s()\n{\n", p->word);
    if (p->cli->parts) {
        print_dispatch(p);
    } else {
        puts("    local -A opt_args\n    _arguments -s -S \\");
        for (int i = 0; i < p->n; i++)
            print_option(&p->option[i]);
        puts("        '*:file:_files'");
    }
    puts("}");
    if (!p->cli->part)
        printf("_%s \"$@\"\n", p->word);
}
