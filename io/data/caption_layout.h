/* Whether caption rows keep to the layout: <START>, words, <END>, and <NULL> up to the end of the row; a full row may
 * lack its <END>. Words are in range, as dataset_caption has checked. */
#ifndef COCO_IO_DATA_CAPTION_LAYOUT_H
#define COCO_IO_DATA_CAPTION_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    CAPTION_SOUND,
    CAPTION_BARE,        /* neither <START> first nor any <END> */
    CAPTION_NO_START,    /* <START> is not first */
    CAPTION_NO_END,      /* not full, and no <END> */
    CAPTION_NULL_INSIDE, /* <NULL> among the words */
    CAPTION_START_AGAIN,
    CAPTION_AFTER_END /* more than <NULL> after <END> */
} CaptionFault;

typedef struct {
    int64_t n; /* rows */
    int64_t broken;
    int64_t useless; /* of these: a captioner learns from them neither how to begin nor how to end */
    int64_t first;   /* the first broken row, and its fault */
    CaptionFault fault;
} CaptionLayout;

CaptionFault caption_fault(const int32_t *row, int width);
/* Counts the next row. */
void caption_layout_add(CaptionLayout *layout, const int32_t *row, int width);
/* False if most rows are useless: what is trained on them captions nonsense. */
bool caption_layout_trains(const CaptionLayout *layout);
/* "does not begin with <START>" */
const char *caption_fault_text(CaptionFault fault);

#endif
