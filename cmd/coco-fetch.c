/* coco-fetch: datasets and images: draws, downloads, unpacks and shows them.
 *
 * This program downloads images and networks. Everything about datasets needs the libraries of HDF5, cairo and
 * archives, which take longer to load than all of curl, and is in a program beside this one, coco-fetch-dataset. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "pipeline/common/program.h"

#include <string.h>

static int become_dataset(char **argv)
{
    Err err;
    program_become("coco-fetch-dataset", argv, &err);
    cli_name("coco-fetch", NULL);
    cli_error("%s", err.text);
    return 1;
}

static int main_help(int argc, char **argv)
{
    Cli cli = {
        .name = "coco-fetch",
        .parts = "cs231n|coco2014|coco2017|shapes|images|show|cnn",
        .synopsis = "cs231n [OPTION...]\ncoco2014|coco2017 [OPTION...]\nURL|FILE [OPTION...]\nshapes "
                    "[OPTION...]\nimages [OPTION...] [FILE...]\n"
                    "show [OPTION...] [DATA]\ncnn [OPTION...] [NAME]",
        .about = "Makes, downloads and shows datasets and their images.\n\n"
                 "  cs231n    download the course's dataset, COCO 2014, and unpack it\n"
                 "  coco2014  download COCO's own photographs and captions, and unpack them; so does coco2017\n"
                 "  URL|FILE  the same for any dataset in a zip or tar archive\n"
                 "  shapes    draw the built-in dataset, without a network\n"
                 "  images    download the images of caption records or URL lines into a cache\n"
                 "  show      summarise a dataset, or print its ground truth\n"
                 "  cnn       list the networks for coco-features, or download one\n\n"
                 "'coco-fetch cs231n --help' and so on list the options of each.",
    };
    cli_parse(&cli, argc, argv);
    cli_usage_error("expected " FETCH_WORDS);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "--";
    if (!strcmp(what, "images"))
        return images_main(argc - 1, argv + 1);
    if (!strcmp(what, "cnn"))
        return cnn_main(argc - 1, argv + 1);
    if (!strcmp(what, "--") || !strcmp(what, "-h") || !strcmp(what, "--help") || !strcmp(what, "--version") ||
        !strncmp(what, "--generate", strlen("--generate")))
        return main_help(argc, argv);
    return become_dataset(argv);
}
