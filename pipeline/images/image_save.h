/* Copies of downloaded images in a folder of the user's, under names that people can read:
 *
 *   http://host/a%20b/photo%201.php?x=1  ──►  DIR/photo 1.jpg, the last part of the URL with the suffix of the
 *                                             content; if that name has another image, DIR/photo 1-3f8a0c12.jpg,
 *                                             with digits of its SHA-256
 *
 * A file appears whole, and none that is there is replaced: one with the same bytes is the copy already. Main
 * thread. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_SAVE_H
#define COCO_PIPELINE_IMAGES_IMAGE_SAVE_H

#include "io/base/err.h"

/* Copies the file at `path`, the image of this URL, into the directory, which exists. The path of the copy, which the
 * caller frees. NULL: both names are taken, or it cannot be written. */
char *image_save(const char *dir, const char *url, const char *path, Err *err);

#endif
