#include "cmd/generate.h"

#include "pipeline/features/cnn_list.h"

#include <stdio.h>
#include <string.h>

void generate_escaped(const char *text, const char *special, const char *mark)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            fputs(mark, stdout);
        putchar(*text);
    }
}

void generate_words(const char *words)
{
    for (; *words; words++)
        putchar(*words == '|' ? ' ' : *words);
}

ValueKind generate_value(const CliOption *o, char suffix[VALUE_SUFFIX])
{
    suffix[0] = '\0';
    if (o->kind == CLI_CHOICE)
        return VALUE_CHOICE;
    if (o->kind != CLI_TEXT && o->kind != CLI_MANY)
        return VALUE_NONE;
    if (!strcmp(o->name, "split") && !strcmp(o->arg, "NAME"))
        return VALUE_SPLIT;
    const char *dot = strrchr(o->arg, '.');
    if (dot && dot[1] && strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(dot + 1)) {
        snprintf(suffix, VALUE_SUFFIX, "%s", dot);
        return VALUE_FILE;
    }
    if (strstr(o->arg, "FILE") || strstr(o->arg, "NAMES"))
        return VALUE_FILE;
    return !strcmp(o->arg, "DIR") || !strcmp(o->arg, "DATA") ? VALUE_DIRECTORY : VALUE_NONE;
}

void generate_names(const CliOption *o)
{
    if (strcmp(o->arg, "NAME|FILE.onnx"))
        return;
    for (const KnownCnn *known = cnn_list(); known->name; known++)
        printf("%s ", known->name);
}

void generate_parts(const Page *page)
{
    for (const CliPart *part = page->cli->parts; part && part->word; part++)
        part->generate(part->word, page->generator);
}

void generate_part_words(const Page *page)
{
    for (const CliPart *part = page->cli->parts; part->word; part++)
        printf("%s%s", part == page->cli->parts ? "" : " ", part->word);
}

void generate(const Cli *cli, const CliOption *all, int n, int generator)
{
    static void (*const print[])(const Page *) = {generate_man, generate_bash, generate_zsh, generate_fish};
    Page page = {.cli = cli, .option = all, .n = n, .generator = generator};
    snprintf(page.name, sizeof page.name, "%s%s%s", cli->name, cli->part ? "-" : "", cli->part ? cli->part : "");
    for (size_t i = 0; page.name[i]; i++)
        page.word[i] = page.name[i] == '-' ? '_' : page.name[i];
    print[generator](&page);
}
