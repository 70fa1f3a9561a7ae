/* What a contact sheet says about itself: its title and the line below it. */
#ifndef COCO_PIPELINE_SHEET_SHEET_TEXT_H
#define COCO_PIPELINE_SHEET_SHEET_TEXT_H

#include "pipeline/sheet/sheet.h"

enum { SHEET_TEXT_LEN = 512 };

typedef struct {
    char title[SHEET_TEXT_LEN];
    char legend[SHEET_TEXT_LEN]; /* after the number of images: splits, order, how to tell truth from guess */
    int64_t n;                   /* records in all */
} SheetText;

/* `marked`: "GT" is written before ground truth; else ground truth is in italics. `sentinel`: words share their
 * attention with one. */
void sheet_text_make(SheetText *text, const SheetOptions *options, const SheetFacts *facts, bool marked,
                     bool sentinel);

/* The line below the title of sheet number `sheet`, from 0, which shows the images first .. first+n-1. */
void sheet_text_subtitle(const SheetText *text, int n_sheets, int sheet, int64_t first, int64_t n,
                         char line[SHEET_TEXT_LEN]);

#endif
