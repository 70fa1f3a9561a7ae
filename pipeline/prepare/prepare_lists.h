/* The lists of a prepared dataset: text files of a split, a line for each image or caption. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PREPARE_LISTS_H
#define COCO_PIPELINE_PREPARE_PREPARE_LISTS_H

#include "pipeline/prepare/prepare_files.h"

/* Writes those of split k, which has images, into the directory:
 *
 *   S_images.txt  if images have names
 *   S_urls.txt    if all of the split's images have URLs
 *   S_ids.txt     if all have ids, each its own, and a name or row says another for one of them
 *   S_texts.txt   if words of its captions became <UNK>
 *
 * -1: no memory, or a file cannot be written; the line names it. */
int prepared_write_lists(const Prepared *prepared, int k, const char *dir, Err *err);

#endif
