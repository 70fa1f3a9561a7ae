/* The columns of a captions table, as its first row names them or in their usual order. Not for anybody outside
 * io/captions/. */
#ifndef COCO_IO_CAPTIONS_COLUMNS_H
#define COCO_IO_CAPTIONS_COLUMNS_H

#include "io/captions/captions_format.h"

typedef struct {
    int image, caption, number, split, url; /* the field, from 0; -1: there is none */
} Columns;

/* True: the n fields are a header, which the columns are taken from. It names the image and the caption. */
bool columns_named(Columns *columns, char *const *field, int n);
/* For the first row of a table without a header, n fields where `expected` are known: -1 if one of the others is a
 * column of its own. One that begins with a blank, or is empty, is the caption's: its writer forgot the quotes. */
int columns_all_known(char *const *field, int n, int expected, Err *err);
/* The item of a row. A row without an image or a caption gives false with the reason in *why. */
bool columns_item(const Columns *columns, char *const *field, int n, CaptionItem *item, const char **why);
/* Cuts "#0" from the end of an image's name, and returns the number, or NULL. */
char *columns_cut_number(char *name);

#endif
