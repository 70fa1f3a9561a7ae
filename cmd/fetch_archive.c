/* coco-fetch cs231n, URL, FILE: a dataset out of an archive. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "cmd/net_options.h"
#include "pipeline/dataset/dataset_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What looks like a path but is not there is one too: a message about a missing file helps more than one on usage. */
static bool is_source(const char *what, const DatasetFetchSpec *spec)
{
    return !strcmp(what, spec->name) || strpbrk(what, "/.") || access(what, F_OK) == 0;
}

/* The operand, and the mirrors behind it, as the mirrors of one archive; those of the course's archive stand for it.
 * The caller frees the array. */
static const char **take_source(DatasetFetchSpec *spec, const char *what, const CliList *mirrors)
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
        cli_usage_error("--url: %s is no URL, but a file", what);
    if (n)
        spec->urls = urls, spec->n_urls = n;
    return urls;
}

int archive_main(int argc, char **argv)
{
    DatasetFetchSpec spec = dataset_fetch_defaults();
    CliList mirrors = {NULL, 0};
    Net net;
    enum { N_OWN = 5 };
    CliOption options[N_OWN + NET_MAX] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_TEXT,
         .value = &spec.dir,
         .arg = "DIR",
         .help = "the directory to make"},
        {.name = "url",
         .kind = CLI_MANY,
         .value = &mirrors,
         .arg = "URL",
         .help = "the archive is here: tried in their order, behind the operand where that is a URL; of cs231n, "
                 "instead of the course's own"},
        {.name = "sha256",
         .kind = CLI_TEXT,
         .value = &spec.sha256,
         .arg = "HEX",
         .help = "what the archive's digest must be"},
        {.name = "force",
         .letter = 'f',
         .kind = CLI_FLAG,
         .value = &spec.replace,
         .help = "replace a directory that is there, if all in it is a dataset's own"},
        {.name = "max-bytes",
         .kind = CLI_INT,
         .value = &spec.max_bytes,
         .arg = "N",
         .help = "refuse an archive that is larger, or unpacks to more",
         .min = 1,
         .max = 1e15},
    };
    int n_net = net_options(&net, &spec.http, NET_TIMES | NET_TRIES | NET_PUBLIC, options + N_OWN);
    Cli cli = {
        .name = "coco-fetch",
        .synopsis = "cs231n [-o DIR] [options]\nURL|FILE [-o DIR] [options]",
        .about =
            "Makes a dataset directory of an archive, zip or tar (.tar, .tar.gz): of the course's (cs231n), of\n"
            "one at a URL, or of a file. It is downloaded, resumed where an earlier run broke off, unpacked,\n"
            "checked as coco-train would, and then gets its name; 'coco-fetch show' says the same of it later.\n"
            "A directory that is whole already is only looked at.",
        .epilog =
            "Of the archive only the dataset's files are taken, and images below images/, from the directory\n"
            "that holds coco2014_captions.h5. One with a path that leads out of it, a link, a device, or\n"
            "an encrypted file is refused as a whole, and so is one that unpacks to 200 times its size.",
        .options = options,
        .n_options = N_OWN + n_net,
    };
    Err err;
    cli_parse(&cli, argc, argv);
    net_apply(&net);
    if (cli.n_operands == 0)
        cli_usage_error("cs231n, a URL or a file?");
    if (!is_source(cli.operand[0], &spec))
        cli_usage_error("%s: is none of cs231n, shapes, images, show (which come first), no URL and no file",
                        cli.operand[0]);
    if (cli.n_operands > 1)
        cli_usage_error("%s: one archive at a time", cli.operand[1]);
    if (spec.sha256 && !dataset_fetch_digest(spec.sha256))
        cli_usage_error("--sha256: '%s' is not 64 hexadecimal digits", spec.sha256);
    const char **urls = take_source(&spec, cli.operand[0], &mirrors);
    spec.out = stdout;
    int rc = dataset_fetch(&spec, cli_report(&cli, "bytes"), &err);
    if (rc)
        cli_error("%s", err.text);
    free(urls);
    cli_free(&cli);
    return cli_finish(&cli, rc ? 1 : 0);
}
