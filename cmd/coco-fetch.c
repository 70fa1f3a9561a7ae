/* coco-fetch: the dataset and its images: drawn, downloaded, looked at. */
#include "cmd/cli.h"
#include "pipeline/images.h"
#include "pipeline/shapes.h"
#include "pipeline/show.h"

#include <stdio.h>
#include <string.h>

/* --- coco-fetch shapes --- */

static int shapes_main(int argc, char **argv)
{
    ShapesSpec spec = shapes_defaults();
    bool force = false;
    CliOption options[] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &spec.dir, .arg = "DIR",
         .help = "the directory to make"},
        {.name = "train", .kind = CLI_INT, .value = &spec.train, .arg = "N", .help = "pictures to learn from",
         .min = 1, .max = SHAPES_MAX},
        {.name = "val", .kind = CLI_INT, .value = &spec.val, .arg = "N", .help = "pictures to validate with",
         .min = 1, .max = SHAPES_MAX},
        {.name = "seed", .kind = CLI_INT, .value = &spec.seed, .arg = "S",
         .help = "other numbers, other pictures", .min = 0, .max = UINT32_MAX},
        {.name = "force", .letter = 'f', .kind = CLI_FLAG, .value = &force,
         .help = "replace a dataset of shapes that is there already"},
    };
    Cli cli = {
        .name = "coco-fetch", .synopsis = "shapes [-o DIR] [--train N] [--val N] [--seed S]",
        .about = "Makes the built-in dataset, with no network: pictures of one to three coloured shapes, 128 x 128,\n"
                 "five captions each, features, vocabulary and lists, in the layout of the course's COCO dataset.\n"
                 "The same seed gives the same bytes.",
        .epilog = "The features are measured on the pixels alone. A pixel counts for the nearest of six colours; the\n"
                  "colours that are there make patches, the largest first. For each patch: its colour, how much its\n"
                  "form is like each kind's (what it fills of its box and of the circle about it, how low its\n"
                  "weight lies), size, place, width and height. For each two: the direction from one to the\n"
                  "other. Each number is standardised over the train split.",
        .options = options, .n_options = sizeof options / sizeof *options,
    };
    char err[1024];
    cli_parse(&cli, argc, argv);
    if (cli.n_operands)
        cli_usage_error("%s: shapes takes no operand; -o names the directory", cli.operand[0]);
    spec.replace = force;
    spec.workers = (int)cli.threads;
    const Report *report = cli_report(&cli, "pictures");
    int rc = shapes_make(&spec, report, err, sizeof err);
    if (rc)
        cli_error("%s", err);
    else if (!report_stop(report))
        report_note(report, "%s: %lld and %lld pictures, 5 captions each", spec.dir, (long long)spec.train,
                    (long long)spec.val);
    return cli_finish(&cli, rc ? 1 : 0);
}

/* --- coco-fetch images --- */

static int images_main(int argc, char **argv)
{
    ImagesSpec spec = images_defaults();
    int64_t parallel = spec.parallel, retries = spec.http.retries, redirects = spec.http.redirects;
    int64_t max_bytes = (int64_t)spec.http.max_bytes;
    CliOption options[] = {
        {.name = "parallel", .letter = 'p', .kind = CLI_INT, .value = &parallel, .arg = "N",
         .help = "downloads at once", .min = 1, .max = 256},
        {.name = "timeout", .kind = CLI_REAL, .value = &spec.http.total_s, .arg = "S",
         .help = "seconds for one try as a whole", .min = 0.1, .max = 86400},
        {.name = "connect-timeout", .kind = CLI_REAL, .value = &spec.http.connect_s, .arg = "S",
         .help = "seconds to connect", .min = 0.1, .max = 86400},
        {.name = "stall-timeout", .kind = CLI_REAL, .value = &spec.http.stall_s, .arg = "S",
         .help = "seconds of silence that end a try", .min = 1, .max = 86400},
        {.name = "retries", .kind = CLI_INT, .value = &retries, .arg = "N",
         .help = "further tries after 5xx, 429, time-outs and broken connections", .min = 0, .max = 100},
        {.name = "backoff", .kind = CLI_REAL, .value = &spec.http.backoff_s, .arg = "S",
         .help = "seconds before the second try, doubled for each further one, shortened by up to half by chance",
         .min = 0, .max = 3600},
        {.name = "max-redirects", .kind = CLI_INT, .value = &redirects, .arg = "N",
         .help = "redirects followed at most; never out of http and https", .min = 0, .max = 50},
        {.name = "max-bytes", .kind = CLI_INT, .value = &max_bytes, .arg = "N",
         .help = "give up an image larger than this", .min = 1, .max = 1e15},
        {.name = "cache", .kind = CLI_TEXT, .value = &spec.cache, .arg = "DIR",
         .help = "where images are kept, each named by the SHA-256 of its URL "
                 "(else $COCO_CACHE, $XDG_CACHE_HOME/coco, ~/.cache/coco)"},
    };
    Cli cli = {
        .name = "coco-fetch", .synopsis = "images [options] [FILE...]",
        .about = "Downloads the images of caption records (their \"url\"), or of lines that are URLs, from the\n"
                 "files or standard input into the cache, many at a time, and prints a status record a line\n"
                 "as each finishes:\n\n"
                 "  {\"url\":...,\"status\":\"ok\",\"path\":...,\"code\":200,\"bytes\":48213,\"tries\":1}\n\n"
                 "status is ok (downloaded now), cached (it was there), dead (asking again would bring the\n"
                 "same answer) or failed (another time it may work). A page that is no image is dead,\n"
                 "whatever its header says. Exit status 0: all are there; 1: some are not.",
        .options = options, .n_options = sizeof options / sizeof *options,
    };
    ImagesCount count;
    char err[1024];
    cli_parse(&cli, argc, argv);
    spec.inputs = cli.operand;
    spec.n_inputs = cli.n_operands;
    spec.parallel = (int)parallel;
    spec.http.retries = (int)retries;
    spec.http.redirects = (int)redirects;
    spec.http.max_bytes = (size_t)max_bytes;
    int rc = images_fetch(&spec, cli_report(&cli, "images"), &count, err, sizeof err);
    if (rc && !ferror(stdout)) /* cli_finish tells of that */
        cli_error("%s", err);
    if (!rc && !cli.quiet)
        cli_error("%lld downloaded (%.1f MB), %lld cached, %lld dead, %lld failed", (long long)count.ok,
                  (double)count.bytes / 1e6, (long long)count.cached, (long long)count.dead,
                  (long long)count.failed);
    int status = rc || count.dead || count.failed || count.bad_lines ? 1 : 0;
    cli_free(&cli);
    return cli_finish(&cli, status);
}

/* --- coco-fetch show --- */

static int show_main(int argc, char **argv)
{
    ShowSpec spec = {.dir = shapes_defaults().dir, .out = stdout};
    int64_t n = 0, seed = 231;
    bool random = false;
    CliOption options[] = {
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &spec.dir, .arg = "DATA",
         .help = "the dataset directory, as the operand"},
        {.name = "split", .kind = CLI_TEXT, .value = &spec.split, .arg = "S",
         .help = "this split alone (else all; with -n, val)"},
        {.name = "number", .letter = 'n', .kind = CLI_INT, .value = &n, .arg = "N",
         .help = "print caption records of N images instead: ground truth alone", .min = 1, .max = 1e15},
        {.name = "random", .letter = 'r', .kind = CLI_FLAG, .value = &random,
         .help = "of N random images, not of the first N"},
        {.name = "seed", .kind = CLI_INT, .value = &seed, .arg = "S", .help = "with --random: other images",
         .min = 0, .max = UINT32_MAX},
    };
    Cli cli = {
        .name = "coco-fetch", .synopsis = "show [DATA] [--split S] [-n N [--random]]",
        .about = "Says what is in the dataset directory DATA: arrays, lists, vocabulary, and\n"
                 "what the captions are like. All of it is checked as training would. With -n it prints records\n"
                 "of ground truth for coco-render: caption is one reference, references are the others.",
        .options = options, .n_options = sizeof options / sizeof *options,
    };
    char err[1024];
    cli_parse(&cli, argc, argv);
    if (cli.n_operands > 1)
        cli_usage_error("%s: one dataset at a time", cli.operand[1]);
    if (cli.n_operands)
        spec.dir = cli.operand[0];
    if (random && !n)
        cli_usage_error("--random needs -n");
    const Report *report = cli_report(&cli, "images");
    int rc = n ? show_records(&spec, n, random, seed, report, err, sizeof err)
               : show_summary(&spec, report, err, sizeof err);
    if (rc && !ferror(stdout))
        cli_error("%s", err);
    return cli_finish(&cli, rc ? 1 : 0);
}

/* --- which one --- */

static int main_help(int argc, char **argv)
{
    Cli cli = {
        .name = "coco-fetch",
        .synopsis = "shapes [options]\nimages [options] [FILE...]\nshow [options] [DATA]",
        .about = "The dataset and its images.\n\n"
                 "  shapes  draws the built-in dataset, with no network\n"
                 "  images  downloads the images of caption records or URL lines into a cache\n"
                 "  show    says what is in a dataset, or prints its ground truth\n\n"
                 "'coco-fetch shapes --help' and so on tell the options of each.",
    };
    cli_parse(&cli, argc, argv);
    if (cli.n_operands == 0)
        cli_usage_error("shapes, images or show?");
    const char *what = cli.operand[0];
    if (!strcmp(what, "cs231n") || strstr(what, "://")) {
        cli_error("%s: this version cannot fetch archives; unpack it yourself and name the folder with -d", what);
        return cli_finish(&cli, 1);
    }
    cli_usage_error("%s: not one of shapes, images, show", what);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "shapes"))
        return shapes_main(argc - 1, argv + 1);
    if (!strcmp(what, "images"))
        return images_main(argc - 1, argv + 1);
    if (!strcmp(what, "show"))
        return show_main(argc - 1, argv + 1);
    return main_help(argc, argv);
}
