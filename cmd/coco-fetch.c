/* coco-fetch: the dataset and its images: drawn, downloaded, looked at. */
#include "cmd/cli.h"
#include "cmd/fetch.h"

#include <string.h>

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
