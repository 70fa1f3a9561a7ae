/* The parts of coco-fetch, each with options of its own: images in that program, the others in coco-fetch-dataset.
 * argv[0] is the part's name, but for archive_main, which takes the command's own argv: what it fetches is an operand.
 * Each returns the exit status. Main thread. */
#ifndef COCO_CMD_FETCH_H
#define COCO_CMD_FETCH_H

int archive_main(int argc, char **argv);
int shapes_main(int argc, char **argv);
int images_main(int argc, char **argv);
int show_main(int argc, char **argv);

#endif
