/* coco-fetch: the dataset and its images: drawn, downloaded, unpacked, looked at. */
#include "cmd/cli.h"
#include "cmd/fetch.h"

#include <string.h>

static int main_help(int argc, char **argv)
{
    Cli cli = {
        .name = "coco-fetch",
        .synopsis = "cs231n [options]\nURL|FILE [options]\nshapes [options]\nimages [options] [FILE...]\n"
                    "show [options] [DATA]",
        .about = "The dataset and its images.\n\n"
                 "  cs231n    downloads the course's dataset, COCO 2014, and unpacks it\n"
                 "  URL|FILE  the same of any archive of a dataset, zip or tar\n"
                 "  shapes    draws the built-in dataset, with no network\n"
                 "  images    downloads the images of caption records or URL lines into a cache\n"
                 "  show      says what is in a dataset, or prints its ground truth\n\n"
                 "'coco-fetch cs231n --help' and so on tell the options of each.",
    };
    cli_parse(&cli, argc, argv);
    cli_usage_error("cs231n, shapes, images, show, a URL or a file?");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "--";
    if (!strcmp(what, "shapes"))
        return shapes_main(argc - 1, argv + 1);
    if (!strcmp(what, "images"))
        return images_main(argc - 1, argv + 1);
    if (!strcmp(what, "show"))
        return show_main(argc - 1, argv + 1);
    if (!strcmp(what, "--") || !strcmp(what, "-h") || !strcmp(what, "--help") || !strcmp(what, "--version"))
        return main_help(argc, argv);
    return archive_main(argc, argv);
}
