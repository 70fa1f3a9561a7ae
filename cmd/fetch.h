/* The subcommands of coco-fetch, each with its own options: images_main and cnn_main are in coco-fetch, the others
 * are in coco-fetch-dataset. argv[0] is the subcommand's name; for archive_main it is the command's, as the archive
 * is an operand. Each returns the exit status. Main thread. */
#ifndef COCO_CMD_FETCH_H
#define COCO_CMD_FETCH_H

/* What may come first, for messages. */
#define FETCH_WORDS "cs231n, coco2014, coco2017, shapes, images, show, cnn, a URL or a file"

int archive_main(int argc, char **argv);
int coco_main(int argc, char **argv);
int cnn_main(int argc, char **argv);
int shapes_main(int argc, char **argv);
int images_main(int argc, char **argv);
int show_main(int argc, char **argv);

#endif
