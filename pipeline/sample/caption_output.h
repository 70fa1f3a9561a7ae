/* Where captions go: to standard output, or to a file that appears whole or not at all, in the order of the images.
 * Several ranks caption every R-th image each, and rank 0 writes all, round by round (pipeline/common/team_rounds.h).
 * What ranks warn of goes the same way. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_CAPTION_OUTPUT_H
#define COCO_PIPELINE_SAMPLE_CAPTION_OUTPUT_H

#include "io/file/file.h"
#include "pipeline/common/report.h"
#include "pipeline/common/team_rounds.h"
#include "pipeline/sample/caption_format.h"

typedef struct {
    FILE *out;
    const char *target; /* the file's name; NULL: standard output */
    OutFile file;
    bool stopped; /* a signal ended the work early */
    const CaptionFormat *format;
    const Report *report; /* the caller's */
    Report own;           /* whose warnings wait */
    int ranks;
    int64_t place;     /* of the image that warnings are of, among this rank's */
    int64_t longest;   /* images of a rank, at most: rank 0's */
    int64_t written;   /* captions */
    TeamRounds rounds; /* of several ranks */
    Err said;          /* the last warning */
} CaptionOutput;

/* target: a file, or "-" for standard output. Borrows all. The caller frees, also after a failure; a file that has not
 * come to its end is then as it was. */
int caption_output_begin(CaptionOutput *output, const CaptionFormat *format, const char *target,
                         const Report *report, Err *err);
void caption_output_free(CaptionOutput *output);

/* The report for what this rank warns of, image by image. */
const Report *caption_output_report(CaptionOutput *output);

/* The caption of an image, or what failed. */
int caption_output_put(CaptionOutput *output, const CaptionItem *item, Err *err);

/* Lets a reader of standard output see what is there. */
int caption_output_flush(CaptionOutput *output, Err *err);

/* All ranks: after a step that ended with rc. -1 on all if it failed on one, with its line. */
int caption_output_agree(CaptionOutput *output, int rc, Err *err);

/* All ranks: the end of a round that ended with rc. 0: go on; 1: a rank was asked to stop; -1: as above. Nothing of a
 * round in which a rank fails is written. */
int caption_output_round(CaptionOutput *output, int rc, Err *err);

/* All ranks: after the last round, or after a signal. The end of the format; the file appears, unless a signal ended
 * the work early; and `broken` becomes the sum of all. */
int caption_output_end(CaptionOutput *output, int64_t *broken, Err *err);

#endif
