/* The user's directory of things that can be fetched again: images (io/net/cache.h) and, in cnn/ below it, networks.
 * Any thread. */
#ifndef COCO_IO_FILE_CACHE_DIR_H
#define COCO_IO_FILE_CACHE_DIR_H

#include "io/base/err.h"

/* $COCO_CACHE, else $XDG_CACHE_HOME/coco, else $HOME/.cache/coco (an empty variable, or an XDG_CACHE_HOME that is not
 * an absolute path, counts as unset). Makes nothing. The caller frees. NULL: none of them is set, or out of memory. */
char *cache_dir(Err *err);

#endif
