/* The colours of contact sheets, as pictures and as pages. All text stands out by 4.5 to 1 or more (WCAG 2.1). */
#ifndef COCO_PIPELINE_SHEET_THEME_H
#define COCO_PIPELINE_SHEET_THEME_H

#include "io/picture/canvas.h"

typedef enum { THEME_LIGHT, THEME_DARK } ThemeName;

typedef struct {
    Color page, card;    /* behind everything, behind a tile's text */
    Color box;           /* behind an image */
    Color ink;           /* captions and the title */
    Color missed;        /* words of a caption that no reference has */
    Color muted;         /* references and the subtitle */
    Color faint;         /* an empty caption, small print */
    Color mark, match;   /* "GT"; the same where the reference is the caption */
    Color tag, on_tag;   /* the split, over the image */
    Color stroke, alarm; /* a placeholder's lines; its reason */
} Theme;

/* Lives as long as the process. */
const Theme *theme_colors(ThemeName name);

#endif
