/* The pictures of a page, in a directory beside it, so that the page's own rename is the only step that counts:
 *
 *   sheet.html                          what follows from it is named after it
 *   sheet_files/000001-5f1c09be7a21.jpg the picture of figure 1: a number from 1, and the first digits of its SHA-256
 *   sheet_files/.coco-render            marks the directory of a page
 *
 *   sheet_files.coco-part-N/  ──publish──►  sheet_files/  ──the page gets its name──►  keep: the old page's are removed
 *
 * A picture that differs has a name that differs. So an old page keeps its pictures while those of a new one come in
 * beside them, and a failure or a kill at any moment leaves the old page as it was. What a kill leaves in the directory
 * is removed with the next page. One thread, except for page_files_add. */
#ifndef COCO_PIPELINE_PAGE_PAGE_FILES_H
#define COCO_PIPELINE_PAGE_PAGE_FILES_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { PICTURE_NAME_LEN = 48 };

typedef struct PageFiles PageFiles;

/* For the page at this path. NULL: no directory can be made, or something other than an earlier page's is in its
 * place. */
PageFiles *page_files_open(const char *page, Err *err);
/* The directory's path. Borrowed. */
const char *page_files_dir(const PageFiles *files);
/* Writes the picture of figure i, from 0, and gives its name. Any thread; each number once. */
int page_files_add(const PageFiles *files, int64_t i, const void *jpeg, size_t len, char name[PICTURE_NAME_LEN],
                   Err *err);
/* Puts all pictures into the directory, and on the disk; waits for others that do so for the same page. */
int page_files_publish(PageFiles *files, Err *err);
/* The page has its name: the pictures that it does not show are removed. */
void page_files_keep(PageFiles *files);
/* Without page_files_keep, what was published is removed again. NULL is legal. */
void page_files_free(PageFiles *files);

#endif
