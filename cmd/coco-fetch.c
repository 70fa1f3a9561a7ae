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

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "--";
    if (!strcmp(what, "images"))
        return images_main(argc - 1, argv + 1);
    if (!strcmp(what, "cnn"))
        return cnn_main(argc - 1, argv + 1);
    if (!strcmp(what, "--") || !strcmp(what, "-h") || !strcmp(what, "--help") || !strcmp(what, "--version"))
        fetch_whole(NULL, argc, argv);
    return become_dataset(argv);
}
