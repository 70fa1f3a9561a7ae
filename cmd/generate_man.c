/* generate.h: a manual page in man(7). */
#include "cmd/generate.h"
#include "cmd/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 76 };

/* How many characters of the page's source line are written. */
static int column;

static void end_line(void)
{
    if (column)
        putchar('\n');
    column = 0;
}

/* A request on a line of its own. */
static void request(const char *line)
{
    end_line();
    puts(line);
}

/* n bytes, none of which is taken as an escape or, in front of a line, as a request. */
static void put_bytes(const char *text, size_t n)
{
    if (!column && n && (*text == '.' || *text == '\''))
        column += printf("\\&");
    for (size_t i = 0; i < n; i++)
        column += text[i] == '\\' ? printf("\\e") : text[i] == '-' ? printf("\\-") : printf("%c", text[i]);
}

/* n bytes of running text, filled: words that are too many for a line of the source go onto the next. */
static void put_text(const char *text, size_t n)
{
    const char *end = text + n;
    while (text < end) {
        const char *blank = memchr(text, ' ', (size_t)(end - text));
        size_t word = (size_t)((blank ? blank : end) - text);
        if (column && column + 1 + (int)word > WIDTH)
            end_line();
        else if (column)
            column += printf(" ");
        put_bytes(text, word);
        text += word + (blank != NULL);
    }
}

static void put(const char *text)
{
    put_text(text, strlen(text));
}

/* Paragraphs, which are filled, and lines with two blanks in front, which stay as they are. */
static void print_prose(const char *text)
{
    enum { NOTHING, FILLED, AS_IS } before = NOTHING; /* a blank line: NOTHING, but FILLED at the start */
    bool first = true;
    while (*text) {
        size_t n = strcspn(text, "\n");
        bool indented = n > 2 && text[0] == ' ' && text[1] == ' ';
        if (before == AS_IS && !indented)
            request(".fi");
        if (n && !first && before != (indented ? AS_IS : FILLED))
            request(".PP");
        if (indented && before != AS_IS)
            request(".nf");
        if (indented) {
            put_bytes(text, n);
            end_line();
        } else {
            put_text(text, n);
        }
        before = !n ? NOTHING : indented ? AS_IS : FILLED;
        first = false;
        text += n + (text[n] == '\n');
    }
    if (before == AS_IS)
        request(".fi");
}

/* How long the text is up to its first point or colon, which ends a word: that of "tar.gz" does not. */
static size_t sentence(const char *text)
{
    size_t n = strcspn(text, ".:");
    while (text[n] && text[n + 1] && !isspace((unsigned char)text[n + 1]))
        n += 1 + strcspn(text + n + 1, ".:");
    return n;
}

/* The first sentence of what the command does, as a phrase. */
static void print_name(const Page *p)
{
    const char *about = p->cli->about;
    char phrase[256];
    size_t n = sentence(about);
    n = n < sizeof phrase ? n : sizeof phrase - 1;
    for (size_t i = 0; i < n; i++)
        phrase[i] = about[i] == '\n' ? ' ' : about[i];
    phrase[0] = (char)tolower((unsigned char)phrase[0]);
    request(".SH NAME");
    put(p->name);
    column += printf(" \\-");
    put_text(phrase, n);
}

static void print_synopsis(const Page *p)
{
    request(".SH SYNOPSIS");
    for (const char *s = p->cli->synopsis; *s;) {
        size_t n = strcspn(s, "\n");
        printf(".B ");
        put(p->cli->name);
        end_line();
        put_text(s, n);
        s += n + (s[n] == '\n');
        if (*s)
            request(".br");
    }
}

static void print_option(const CliOption *o)
{
    char value[HELP_DEFAULT];
    request(".TP");
    if (o->letter)
        column += printf("\\fB\\-%c\\fR, ", o->letter);
    printf("\\fB\\-\\-");
    put_bytes(o->name, strlen(o->name));
    printf("\\fR");
    if (o->kind != CLI_FLAG) {
        printf(" \\fI");
        put_bytes(o->arg, strlen(o->arg));
        printf("\\fR");
    }
    end_line();
    put(o->help);
    if (*help_default(o, value)) {
        put("(default");
        put(value);
        column += printf(")");
    }
}

static void print_item(const char *name, const char *text)
{
    request(".TP");
    printf(".B ");
    put(name);
    end_line();
    put(text);
}

static void print_status(void)
{
    request(".SH EXIT STATUS");
    print_item("0", "done");
    print_item("1", "failed, or failed in part; a line on standard error says why");
    print_item("2", "the command line is wrong");
    print_item("141", "the reader of standard output has gone");
    print_item("128+n", "ended by signal n");
}

static void print_files(const Page *p)
{
    bool items = false;
    request(".SH FILES");
    for (int i = 0; i < p->n; i++)
        if (!strcmp(p->option[i].name, "data")) {
            print_item("data/coco_captioning", "the dataset directory, if none is named");
            items = true;
        }
    if (p->cli->environment & CLI_ENV_CACHE) {
        print_item("~/.cache/coco", "downloaded images and networks");
        items = true;
    }
    if (items)
        request(".PP");
    request("The formats of datasets, models, records and logs are in\n.BR coco (7).");
}

static void print_see_also(const Page *p)
{
    request(".SH SEE ALSO");
    for (const CliPart *part = p->cli->parts; part && part->word; part++)
        printf(".BR %s\\-%s (1),\n", p->cli->name, part->word);
    if (p->cli->part)
        printf(".BR %s (1),\n", p->cli->name);
    puts(".BR coco (7)");
}

void generate_man(const Page *p)
{
    const Cli *cli = p->cli;
    printf(".TH ");
    for (const char *c = p->name; *c; c++)
        putchar(toupper((unsigned char)*c));
    printf(" 1 %s \"coco %s\" \"User Commands\"\n", COCO_DATE, COCO_VERSION);
    print_name(p);
    print_synopsis(p);
    request(".SH DESCRIPTION");
    print_prose(cli->about);
    request(".SH OPTIONS");
    for (int i = 0; i < p->n; i++)
        print_option(&p->option[i]);
    if (cli->epilog) {
        request(".SH NOTES");
        print_prose(cli->epilog);
    }
    print_status();
    request(".SH ENVIRONMENT");
    for (const HelpVariable *v = NULL; (v = help_variable(cli, v));)
        print_item(v->names, v->help);
    print_files(p);
    if (cli->examples) {
        request(".SH EXAMPLES");
        print_prose(cli->examples);
    }
    print_see_also(p);
}
