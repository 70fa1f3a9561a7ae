/* coco-fetch images: the images of records, into the cache. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "pipeline/images.h"

#include <stdio.h>

int images_main(int argc, char **argv)
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
    spec.http.max_bytes = max_bytes;
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
