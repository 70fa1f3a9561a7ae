/* coco-fetch without a part: what the whole of it says of itself. */
#include "cmd/cli.h"
#include "cmd/fetch.h"

void fetch_whole(const CliPart *parts, int argc, char **argv)
{
    Cli cli = {
        .name = "coco-fetch",
        .parts = parts,
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
