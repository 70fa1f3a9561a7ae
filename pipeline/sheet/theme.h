/* The colours of contact sheets, both pictures and pages. All text has a contrast of at least 4.5 to 1 (WCAG 2.1). */
#ifndef COCO_PIPELINE_SHEET_THEME_H
#define COCO_PIPELINE_SHEET_THEME_H

#include "io/picture/canvas.h"

/* THEME_AUTO: a page is light or dark as its reader's screen is; pictures are light. */
typedef enum { THEME_LIGHT, THEME_DARK, THEME_AUTO } ThemeName;

typedef struct {
    Color page, card;    /* the background of everything, and of a tile's text */
    Color box;           /* behind an image */
    Color ink;           /* captions and the title */
    Color missed;        /* words of a caption that no reference has */
    Color muted;         /* references and the subtitle */
    Color faint;         /* an empty caption, small print */
    Color mark, match;   /* "GT"; "GT" of a reference that equals the caption */
    Color tag, on_tag;   /* the label over the image; its text */
    Color stroke, alarm; /* a placeholder's lines; its text */
} Theme;

/* Lives as long as the process. */
const Theme *theme_colors(ThemeName name);

#endif
