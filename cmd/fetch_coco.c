/* coco-fetch coco2014, coco2017: COCO's photographs and captions. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "cmd/net_options.h"
#include "pipeline/dataset/coco_fetch.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    CocoFetchOptions coco;
    NetOptions net;
    CliList bases;
    const char *parts;
} Options;

enum { N_OWN = 4 };

static const char ABOUT[] =
    "Downloads COCO's official archives into DIR and unpacks them: photographs to images/train2014 and\n"
    "images/val2014, captions to annotations, and Karpathy's splits (of 2014) to karpathy; prints these paths.\n"
    "An interrupted download is resumed, what is there already is not fetched again, and an archive of\n"
    "yours that lies in DIR is used. All of 2014 takes 41 GB while its archives are kept, all of 2017 41 GB.";

static int list_options(Options *o, CliOption options[N_OWN + NET_MAX])
{
    CocoFetchOptions *c = &o->coco;
    /* clang-format off */
    const CliOption own[N_OWN] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &c->dir, .arg = "DIR",
         .help = "the directory to fill"},
        {.name = "parts", .kind = CLI_TEXT, .value = &o->parts, .arg = "PART,...",
         .help = "some of train, val, annotations and, for 2014, karpathy (default all)"},
        {.name = "url-base", .kind = CLI_MANY, .value = &o->bases, .arg = "URL",
         .help = "a mirror, with zips/train2014.zip, annotations/annotations_trainval2014.zip and so on below it, and "
                 "caption_datasets.zip; mirrors are tried in order, instead of the official addresses"},
        {.name = "no-keep", .kind = CLI_FLAG, .value = &c->drop,
         .help = "remove a downloaded archive once it is unpacked"},
    };
    /* clang-format on */
    memcpy(options, own, sizeof own);
    return N_OWN + net_options(&o->net, &c->http, NET_TIMES | NET_TRIES | NET_PUBLIC, options + N_OWN);
}

/* Adds each part of the list once, in the order of the table. */
static void take_parts(CocoFetchOptions *c, int year, const char *list)
{
    for (const char *at = list; at;) {
        const char *comma = strchr(at, ',');
        int len = comma ? (int)(comma - at) : (int)strlen(at);
        if (!coco_archives_find(year, at, len))
            cli_usage_error("--parts: '%.*s': expected some of train, val, annotations%s", len, at,
                            coco_archives_find(year, "karpathy", 8) ? ", karpathy" : "");
        at = comma ? comma + 1 : NULL;
    }
    for (const CocoArchive *a = coco_archives(); a->part; a++) {
        bool named = !list;
        for (const char *at = list; at && !named; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
            named = coco_archives_find(year, at, (int)strcspn(at, ",")) == a;
        if (a->year == year && named)
            c->archives[c->n++] = a;
    }
}

static int year_of(const char *part)
{
    return strcmp(part, "coco2017") ? 2014 : 2017;
}

static Cli describe(const char *part, Options *o, CliOption options[N_OWN + NET_MAX])
{
    *o = (Options){
        .coco = {.dir = year_of(part) == 2014 ? "data/coco2014" : "data/coco2017", .http = http_defaults()}};
    o->coco.http.total_s = 0; /* only silence ends a try */
    o->coco.http.max_bytes = (int64_t)64 << 30;
    return (Cli){
        .name = "coco-fetch",
        .part = part,
        .synopsis = "coco2014 [-o DIR] [OPTION...]\ncoco2017 [-o DIR] [OPTION...]",
        .about = ABOUT,
        .environment = CLI_ENV_NET,
        .examples = "  coco-fetch coco2017 -o data/coco2017 --no-keep",
        .options = options,
        .n_options = list_options(o, options),
    };
}

void coco_generate(const char *part, int generator)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe(part, &o, options);
    cli_generate(&cli, generator);
}

int coco_main(int argc, char **argv)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe(argv[0], &o, options);
    Err err;
    cli_parse(&cli, argc, argv);
    net_apply(&o.net);
    if (cli.n_operands)
        cli_usage_error("unexpected operand '%s'; -o names the directory", cli.operand[0]);
    take_parts(&o.coco, year_of(argv[0]), o.parts);
    o.coco.bases = o.bases.value;
    o.coco.n_bases = o.bases.n;
    o.coco.out = stdout;
    int rc = coco_fetch(&o.coco, cli_report(&cli, "bytes"), &err);
    if (rc)
        cli_error("%s", err.text);
    cli_free(&cli);
    return cli_finish(&cli, rc ? 1 : 0);
}
