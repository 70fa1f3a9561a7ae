#include "io/data/caption_layout.h"

#include "io/data/vocab.h"

/* Nearly all rows are, which is quick to see. */
static bool is_sound(const int32_t *row, int width)
{
    int t = 1;
    while (t < width && row[t] > VOCAB_END)
        t++;
    bool ended = t == width || row[t] == VOCAB_END;
    while (++t < width)
        ended &= row[t] == VOCAB_NULL;
    return ended && row[0] == VOCAB_START;
}

CaptionFault caption_fault(const int32_t *row, int width)
{
    bool null_inside = false, again = false;
    int end = 0, last = 0; /* places of the first <END>, or 0, and of the last that is not <NULL> */
    if (is_sound(row, width))
        return CAPTION_SOUND;
    for (int t = 1; t < width; t++) {
        if (row[t] == VOCAB_NULL)
            continue;
        null_inside |= !end && t > last + 1;
        again |= !end && row[t] == VOCAB_START;
        if (!end && row[t] == VOCAB_END)
            end = t;
        last = t;
    }
    if (row[0] != VOCAB_START)
        return end ? CAPTION_NO_START : CAPTION_BARE;
    if (!end && last < width - 1)
        return CAPTION_NO_END;
    return null_inside ? CAPTION_NULL_INSIDE : again ? CAPTION_START_AGAIN : CAPTION_AFTER_END;
}

void caption_layout_add(CaptionLayout *layout, const int32_t *row, int width)
{
    CaptionFault fault = caption_fault(row, width);
    if (fault != CAPTION_SOUND && layout->broken++ == 0) {
        layout->first = layout->n;
        layout->fault = fault;
    }
    layout->useless += fault == CAPTION_BARE || fault == CAPTION_NO_START || fault == CAPTION_NO_END;
    layout->n++;
}

bool caption_layout_trains(const CaptionLayout *layout)
{
    return layout->useless <= layout->n / 2;
}

const char *caption_fault_text(CaptionFault fault)
{
    static const char *const text[] = {
        [CAPTION_SOUND] = "keeps to it",
        [CAPTION_BARE] = "has neither <START> nor <END>",
        [CAPTION_NO_START] = "does not begin with <START>",
        [CAPTION_NO_END] = "is not full and has no <END>",
        [CAPTION_NULL_INSIDE] = "has a <NULL> among its words",
        [CAPTION_START_AGAIN] = "has a second <START>",
        [CAPTION_AFTER_END] = "goes on after its <END>",
    };
    return text[fault];
}
