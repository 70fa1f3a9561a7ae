/* coco-fetch cnn: networks for coco-features. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "cmd/net_options.h"
#include "pipeline/common/checksum.h"
#include "pipeline/features/cnn_fetch.h"
#include "pipeline/features/cnn_list.h"

#include <string.h>

typedef struct {
    CnnFetchOptions cnn;
    NetOptions net;
    CliList mirrors;
} Options;

enum { N_OWN = 2 };

static const char ABOUT[] =
    "Lists the networks for coco-features, or downloads one. Without NAME, lists those that are known: size\n"
    "of the file, side of the pictures, numbers of the vector, grid, ImageNet top-1 accuracy in percent (as\n"
    "published), multiply-adds for a picture in 10^9, licence. With NAME, downloads that network into the cache, where\n"
    "coco-features --cnn NAME finds it, and prints its path. An interrupted download is resumed; a file\n"
    "whose digest is not the expected one is refused. The cache is cnn/ below COCO_CACHE, else below\n"
    "XDG_CACHE_HOME/coco, else below ~/.cache/coco.";

static int list_options(Options *o, CliOption options[N_OWN + NET_MAX])
{
    const CliOption own[N_OWN] = {
        {.name = "url",
         .kind = CLI_MANY,
         .value = &o->mirrors,
         .arg = "URL",
         .help = "a mirror of NAME.onnx, instead of the known ones; mirrors are tried in order"},
        {.name = "sha256",
         .kind = CLI_TEXT,
         .value = &o->cnn.sha256,
         .arg = "HEX",
         .help = "the SHA-256 that it must have, for a NAME that is not in the list"},
    };
    memcpy(options, own, sizeof own);
    return N_OWN +
           net_options(&o->net, &o->cnn.http, NET_TIMES | NET_TRIES | NET_SIZE | NET_PUBLIC, options + N_OWN);
}

/* A file's name, and no path. */
static bool is_name(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return text[0] && text[0] != '.' && text[0] != '-' && strlen(text) < 200 && !text[strspn(text, allowed)];
}

static void take_options(Options *o, const Cli *cli)
{
    net_apply(&o->net);
    o->cnn.name = cli->n_operands ? cli->operand[0] : NULL;
    if (cli->n_operands > 1)
        cli_usage_error("%s: one network at a time", cli->operand[1]);
    if (!o->cnn.name && (o->mirrors.n || o->cnn.sha256))
        cli_usage_error("--url and --sha256 need the network's name");
    if (o->cnn.name && !is_name(o->cnn.name))
        cli_usage_error("%s: expected the network's name", o->cnn.name);
    if (o->cnn.sha256 && !is_sha256(o->cnn.sha256))
        cli_usage_error("--sha256: '%s': expected 64 hexadecimal digits", o->cnn.sha256);
    if (o->cnn.sha256 && cnn_list_find(o->cnn.name))
        cli_usage_error("--sha256: that of %s is known", o->cnn.name);
    o->cnn.urls = o->mirrors.value;
    o->cnn.n_urls = o->mirrors.n;
    o->cnn.out = stdout;
}

static Cli describe(const char *part, Options *o, CliOption options[N_OWN + NET_MAX])
{
    *o = (Options){.cnn = {.http = http_defaults()}};
    o->cnn.http.max_bytes = (int64_t)4 << 30;
    o->cnn.http.total_s = 0; /* only silence ends a try */
    return (Cli){
        .name = "coco-fetch",
        .part = part,
        .synopsis = "cnn\ncnn [OPTION...] NAME",
        .about = ABOUT,
        .environment = CLI_ENV_CACHE | CLI_ENV_NET,
        .examples = "  coco-fetch cnn\n"
                    "  coco-fetch cnn resnet50",
        .options = options,
        .n_options = list_options(o, options),
    };
}

void cnn_generate(const char *part, int generator)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe(part, &o, options);
    cli_generate(&cli, generator);
}

int cnn_main(int argc, char **argv)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe(argv[0], &o, options);
    Err err;
    cli_parse(&cli, argc, argv);
    take_options(&o, &cli);
    int rc = o.cnn.name ? cnn_fetch(&o.cnn, cli_report(&cli, "bytes"), &err) : cnn_fetch_list(stdout, &err);
    if (rc)
        cli_error("%s", err.text);
    cli_free(&cli);
    return cli_finish(&cli, rc ? 1 : 0);
}
