/* coco-fetch cs231n, URL, FILE: a dataset from an archive. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "cmd/nearest.h"
#include "cmd/net_options.h"
#include "pipeline/common/checksum.h"
#include "pipeline/dataset/dataset_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    DatasetFetchOptions dataset;
    NetOptions net;
    CliList mirrors;
} Options;

enum { N_OWN = 5 };

static const char ABOUT[] =
    "Makes a dataset directory from an archive (zip, tar, tar.gz): the course's (cs231n), one at\n"
    "a URL, or a file. Downloads it, resuming an interrupted download, unpacks it, checks it as\n"
    "coco-train would, renames it to DIR and prints the summary of 'coco-fetch show'. A directory\n"
    "that is already complete is left as it is.";

static const char EPILOG[] =
    "Only the dataset's files, and images below images/, are taken from the archive: from the directory\n"
    "in it that holds captions.h5 or coco2014_captions.h5. An archive with a path that leads out of it, a\n"
    "link, a device or an encrypted file is refused, and so is one that unpacks to 200 times its size.";

/* Fills the table and returns the number of options. */
static int list_options(Options *o, CliOption options[N_OWN + NET_MAX])
{
    DatasetFetchOptions *d = &o->dataset;
    /* clang-format off */
    const CliOption own[N_OWN] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &d->dir, .arg = "DIR",
         .help = "the dataset directory to make"},
        {.name = "url", .kind = CLI_MANY, .value = &o->mirrors, .arg = "URL",
         .help = "a mirror of the archive; mirrors are tried in order, after the operand if that is a URL; for "
                 "cs231n, instead of the course's own URL"},
        {.name = "sha256", .kind = CLI_TEXT, .value = &d->sha256, .arg = "HEX",
         .help = "the SHA-256 that the archive must have"},
        {.name = "force", .letter = 'f', .kind = CLI_FLAG, .value = &d->replace,
         .help = "replace an existing directory, if everything in it belongs to a dataset"},
        {.name = "max-bytes", .kind = CLI_INT, .value = &d->max_bytes, .arg = "N",
         .help = "refuse an archive that is larger than this, or unpacks to more", .min = 1, .max = 1e15},
    };
    /* clang-format on */
    memcpy(options, own, sizeof own);
    return N_OWN + net_options(&o->net, &d->http, NET_TIMES | NET_TRIES | NET_PUBLIC, options + N_OWN);
}

/* A text that looks like a path counts even if no such file exists: "No such file" helps more than a usage message. */
static bool is_source(const char *what, const DatasetFetchOptions *spec)
{
    return !strcmp(what, spec->name) || strpbrk(what, "/.") || access(what, F_OK) == 0;
}

static void check_source(const char *what, const DatasetFetchOptions *spec)
{
    const char *const words[] = {spec->name, "coco2014", "coco2017", "shapes", "images", "show", "cnn"};
    if (is_source(what, spec))
        return;
    cli_name("coco-fetch", NULL); /* whose words are meant, not the options of cs231n */
    const char *near = nearest(what, words, sizeof words / sizeof *words);
    if (near && !strcmp(near, what))
        cli_usage_error("%s: must come before the options", what);
    if (near)
        cli_usage_error("%s: no such file; did you mean '%s'?", what, near);
    cli_usage_error("%s: no such file; expected " FETCH_WORDS, what);
}

/* Puts the operand and the --url mirrors into the spec; for cs231n, the mirrors replace the course's own URL. The
 * caller frees the array. */
static const char **take_source(DatasetFetchOptions *spec, const char *what, const CliList *mirrors)
{
    bool course = !strcmp(what, spec->name);
    const char **urls = malloc((size_t)(mirrors->n + 1) * sizeof *urls);
    int n = 0;
    if (!urls) {
        cli_error("out of memory");
        exit(1);
    }
    if (!course)
        urls[n++] = what;
    for (int i = 0; i < mirrors->n; i++)
        urls[n++] = mirrors->value[i];
    spec->name = what;
    if (!course && !strstr(what, "://"))
        spec->file = what;
    if (spec->file && mirrors->n)
        cli_usage_error("--url: %s is a file, not a URL", what);
    if (n)
        spec->urls = urls, spec->n_urls = n;
    return urls;
}

/* Puts what was parsed into the library's options; returns what take_source does. */
static const char **take_options(Options *o, const Cli *cli)
{
    DatasetFetchOptions *d = &o->dataset;
    net_apply(&o->net);
    if (cli->n_operands == 0)
        cli_usage_error("expected " FETCH_WORDS);
    check_source(cli->operand[0], d);
    if (cli->n_operands > 1)
        cli_usage_error("%s: one archive at a time; -o names the directory", cli->operand[1]);
    if (d->sha256 && !is_sha256(d->sha256))
        cli_usage_error("--sha256: '%s': expected 64 hexadecimal digits", d->sha256);
    d->out = stdout;
    return take_source(d, cli->operand[0], &o->mirrors);
}

static Cli describe(const char *part, Options *o, CliOption options[N_OWN + NET_MAX])
{
    *o = (Options){.dataset = dataset_fetch_defaults()};
    return (Cli){
        .name = "coco-fetch",
        .part = part,
        .synopsis = "cs231n [-o DIR] [OPTION...]\nURL|FILE [-o DIR] [OPTION...]",
        .about = ABOUT,
        .epilog = EPILOG,
        .environment = CLI_ENV_NET,
        .examples = "  coco-fetch cs231n\n"
                    "  coco-fetch ~/Downloads/coco_captioning.zip",
        .options = options,
        .n_options = list_options(o, options),
    };
}

void archive_generate(const char *part, int generator)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe(part, &o, options);
    cli_generate(&cli, generator);
}

int archive_main(int argc, char **argv)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe("cs231n", &o, options);
    Err err;
    cli_name(cli.name, NULL);
    if (argc > 1 && argv[1][0] != '-') /* before options that belong to another word than this one */
        check_source(argv[1], &o.dataset);
    cli_parse(&cli, argc, argv);
    const char **urls = take_options(&o, &cli);
    int rc = dataset_fetch(&o.dataset, cli_report(&cli, "bytes"), &err);
    if (rc)
        cli_error("%s", err.text);
    free(urls);
    cli_free(&cli);
    return cli_finish(&cli, rc ? 1 : 0);
}
