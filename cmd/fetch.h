/* The parts of coco-fetch, each with its own options. coco-fetch has those of images and networks, coco-fetch-dataset
 * all. argv[0] is the part's word; for archive_main it is the command's, as the archive is an operand. Each main returns
 * the exit status; each generate is a CliPart's. Main thread. */
#ifndef COCO_CMD_FETCH_H
#define COCO_CMD_FETCH_H

#include "cmd/cli.h"

/* What may come first, for messages. */
#define FETCH_WORDS "cs231n, coco2014, coco2017, shapes, images, show, cnn, a URL or a file"

int archive_main(int argc, char **argv);
int coco_main(int argc, char **argv);
int cnn_main(int argc, char **argv);
int shapes_main(int argc, char **argv);
int images_main(int argc, char **argv);
int show_main(int argc, char **argv);

void archive_generate(const char *part, int generator);
void coco_generate(const char *part, int generator);
void cnn_generate(const char *part, int generator);
void shapes_generate(const char *part, int generator);
void images_generate(const char *part, int generator);
void show_generate(const char *part, int generator);

/* coco-fetch without a part: --help, --version and, with the parts at hand, --generate; else a usage error. */
_Noreturn void fetch_whole(const CliPart *parts, int argc, char **argv);

#endif
