/* What a contact sheet says of itself: its title, the line below it, and the names of a series of sheets. */
#ifndef COCO_PIPELINE_SHEET_SHEET_TEXT_H
#define COCO_PIPELINE_SHEET_SHEET_TEXT_H

#include "pipeline/sheet/sheet.h"

enum { SHEET_TEXT_LEN = 512 };

typedef struct {
    char title[SHEET_TEXT_LEN];
    char legend[SHEET_TEXT_LEN]; /* behind the number of images: splits, order, how to tell truth from guess */
    int64_t n;                   /* records in all */
} SheetWords;

/* `marked`: "GT" stands before ground truth; else it is set in italic. */
void sheet_words(SheetWords *words, const SheetSpec *spec, const ShelfFacts *facts, bool marked);

/* The line below the title of sheet number `sheet` (from 0) with images first .. first+n-1. */
void sheet_subtitle(const SheetWords *words, int n_sheets, int sheet, int64_t first, int64_t n,
                    char text[SHEET_TEXT_LEN]);

/* Whether the output holds the place of a number, as in "sheet-%03d.png". */
bool sheet_is_series(const char *output);
/* The path of sheet i, from 0. The caller frees. NULL: out of memory. */
char *sheet_output_name(const char *output, int i);

#endif
