/* coco-fetch-dataset: the part of coco-fetch that deals with datasets; coco-fetch runs it.
 *
 * It has the other parts, too, so that one process writes the pages and the completion of all: where an emulator runs the
 * programs of another processor, they cannot start each other. */
#include "cmd/cli.h"
#include "cmd/fetch.h"

#include <string.h>

static const CliPart PARTS[] = {
    {"cs231n", archive_generate}, {"coco2014", coco_generate},
    {"coco2017", coco_generate},  {"shapes", shapes_generate},
    {"images", images_generate},  {"show", show_generate},
    {"cnn", cnn_generate},        {NULL, NULL},
};

static int main_help(int argc, char **argv)
{
    Cli cli = {
        .name = "coco-fetch-dataset",
        .synopsis = "cs231n [OPTION...]\ncoco2014|coco2017 [OPTION...]\nURL|FILE [OPTION...]\nshapes "
                    "[OPTION...]\nshow [OPTION...] [DATA]",
        .about = "The part of coco-fetch that deals with datasets. See 'coco-fetch --help'.",
    };
    cli_parse(&cli, argc, argv);
    cli_usage_error("expected cs231n, coco2014, coco2017, shapes, show, a URL or a file");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "--";
    if (!strcmp(what, "images"))
        return images_main(argc - 1, argv + 1);
    if (!strcmp(what, "cnn"))
        return cnn_main(argc - 1, argv + 1);
    if (!strcmp(what, "shapes"))
        return shapes_main(argc - 1, argv + 1);
    if (!strcmp(what, "coco2014") || !strcmp(what, "coco2017"))
        return coco_main(argc - 1, argv + 1);
    if (!strcmp(what, "show"))
        return show_main(argc - 1, argv + 1);
    if (!strncmp(what, "--generate", strlen("--generate")))
        fetch_whole(PARTS, argc, argv);
    if (!strcmp(what, "--") || !strcmp(what, "-h") || !strcmp(what, "--help") || !strcmp(what, "--version"))
        return main_help(argc, argv);
    return archive_main(argc, argv);
}
