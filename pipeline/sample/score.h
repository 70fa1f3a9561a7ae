/* The log-probability of captions that are there: of each of a split's captions, in their order, END counted. Of one
 * caption it is the loss with its sign changed, so the mean over all is what coco-train --val-every prints. Main
 * thread; parallel inside. */
#ifndef COCO_PIPELINE_SAMPLE_SCORE_H
#define COCO_PIPELINE_SAMPLE_SCORE_H

#include "io/data/dataset.h"
#include "pipeline/common/report.h"
#include "pipeline/model_file/model.h"
#include "pipeline/sample/decoder.h"

/* Writes an item per caption: the first `first` of them, or all if it is negative. The data's index is needed, and
 * its grid if the model has attention; of the decoder's options search.precision counts. */
int score_captions(const Model *model, const Dataset *data, int64_t first, const DecoderOptions *options,
                   CaptionOutput *out, const Report *report, Err *err);

#endif
