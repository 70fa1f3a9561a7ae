/* coco-fetch images: downloads the images of records into the cache. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "cmd/net_options.h"
#include "pipeline/images/image_fetch.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    ImageFetchOptions images;
    NetOptions net;
    int64_t parallel;
    const char *failed;
    bool summary;
} Options;

enum { N_OWN = 7 };

static const char ABOUT[] =
    "Downloads images into the cache, many at a time. The input, files or standard input, is caption\n"
    "records (their \"url\") or URLs, one per line. Prints a status record for each line as its\n"
    "download finishes:\n\n"
    "  {\"url\":...,\"status\":\"ok\",\"path\":...,\"code\":200,\"bytes\":48213,\"tries\":1}\n\n"
    "status is ok (downloaded now), cached (it was there), dead (asking again would bring the\n"
    "same answer) or failed (it may work another time). Downloads are checked by content: HTML\n"
    "pages and Flickr's 'photo unavailable' picture are dead, truncated images have failed.\n"
    "Exit status 0: all images are there; 1: some are not.";

/* Fills the table and returns the number of options. */
static int list_options(Options *o, CliOption options[N_OWN + NET_MAX])
{
    /* clang-format off */
    const CliOption own[N_OWN] = {
        {.name = "parallel", .letter = 'p', .kind = CLI_INT, .value = &o->parallel, .arg = "N",
         .help = "downloads at once", .min = 1, .max = 256},
        {.name = "ordered", .kind = CLI_FLAG, .value = &o->images.ordered,
         .help = "write status records in input order, not as downloads finish"},
        {.name = "retry-failed", .kind = CLI_TEXT, .value = &o->failed, .arg = "STATUS.jsonl",
         .help = "retry what failed in an earlier run, by its status records (- is standard input), but not what "
                 "is ok, cached or dead"},
        {.name = "negative-ttl", .kind = CLI_REAL, .value = &o->images.negative_ttl, .arg = "S",
         .help = "seconds for which a dead URL is remembered and not asked for again; 0: always ask", .min = 0,
         .max = 1e10},
        {.name = "summary", .kind = CLI_FLAG, .value = &o->summary,
         .help = "at the end, print on standard error what went wrong and how often"},
        {.name = "save-to", .kind = CLI_TEXT, .value = &o->images.save_to, .arg = "DIR",
         .help = "copy images to this folder too, named by their URL and content (photo.jpg; photo-3f8a0c12.jpg if "
                 "another has that name); \"path\" is then the copy's. Nothing that is there is replaced"},
        {.name = "cache", .kind = CLI_TEXT, .value = &o->images.cache, .arg = "DIR",
         .help = "keep images here, each named by the SHA-256 of its URL (else $COCO_CACHE, $XDG_CACHE_HOME/coco, "
                 "~/.cache/coco)"},
    };
    /* clang-format on */
    const int groups = NET_TIMES | NET_TRIES | NET_SIZE | NET_HOSTS | NET_PUBLIC;
    memcpy(options, own, sizeof own);
    return N_OWN + net_options(&o->net, &o->images.http, groups, options + N_OWN);
}

/* What went wrong, and how often. */
static void say_reasons(const TextCounts *reasons)
{
    for (int i = 0; i < reasons->n_lines; i++)
        cli_error("%8lld  %s", (long long)reasons->line[i].n, reasons->line[i].text);
}

static void say_counts(const ImageFetchCount *count)
{
    cli_error("%lld downloaded (%.1f MB), %lld cached, %lld dead, %lld failed", (long long)count->ok,
              (double)count->bytes / 1e6, (long long)count->cached, (long long)count->dead,
              (long long)count->failed);
    if (count->unsettled)
        cli_error("stopped: %lld of the lines read have no record", (long long)count->unsettled);
}

/* libcurl allocates and frees a buffer for each transfer. glibc would return its pages to the system each time, which
 * costs about 6 % of the time for small images. */
static void keep_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}

/* Puts what was parsed into the library's options. */
static void take_options(Options *o, const Cli *cli)
{
    net_apply(&o->net);
    if (o->failed && cli->n_operands)
        cli_usage_error("%s: --retry-failed names the input", cli->operand[0]);
    o->images.retry_failed = o->failed != NULL;
    o->images.inputs = o->failed ? &o->failed : cli->operand;
    o->images.n_inputs = o->failed ? 1 : cli->n_operands;
    o->images.parallel = (int)o->parallel;
}

static Cli describe(const char *part, Options *o, CliOption options[N_OWN + NET_MAX])
{
    *o = (Options){.images = image_fetch_defaults()};
    o->parallel = o->images.parallel;
    return (Cli){
        .name = "coco-fetch",
        .part = part,
        .synopsis = "images [OPTION...] [FILE...]\nimages [OPTION...] --retry-failed STATUS.jsonl",
        .about = ABOUT,
        .environment = CLI_ENV_CACHE | CLI_ENV_NET,
        .examples = "  coco-fetch images captions.jsonl > status.jsonl\n"
                    "  coco-fetch images --retry-failed status.jsonl",
        .options = options,
        .n_options = list_options(o, options),
    };
}

void images_generate(const char *part, int generator)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe(part, &o, options);
    cli_generate(&cli, generator);
}

int images_main(int argc, char **argv)
{
    Options o;
    CliOption options[N_OWN + NET_MAX];
    Cli cli = describe(argv[0], &o, options);
    ImageFetchCount count;
    Err err;
    cli_parse(&cli, argc, argv);
    take_options(&o, &cli);
    keep_memory();
    Report report = *cli_report(&cli, "images");
    if (isatty(STDOUT_FILENO)) /* the records themselves show the progress */
        report.progress = NULL;
    int rc = image_fetch(&o.images, &report, &count, &err);
    if (rc && !ferror(stdout)) /* cli_finish reports that */
        cli_error("%s", err.text);
    if (!rc && (!cli.quiet || o.summary))
        say_counts(&count);
    if (o.summary)
        say_reasons(&count.reasons);
    int status = rc || count.dead || count.failed || count.bad_lines ? 1 : 0;
    cli_free(&cli);
    return cli_finish(&cli, status);
}
