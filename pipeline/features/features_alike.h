/* Whether ranks (io/ranks/ranks.h) that compute the rows of one file would compute the same. Main thread. */
#ifndef COCO_PIPELINE_FEATURES_FEATURES_ALIKE_H
#define COCO_PIPELINE_FEATURES_FEATURES_ALIKE_H

#include "pipeline/common/team_rounds.h"
#include "pipeline/features/extractor.h"
#include "pipeline/features/feature_settings.h"
#include "pipeline/features/picture_list.h"

/* All ranks: -1 on all if one has another program, settings, list of pictures, or result for a picture that is drawn
 * here, than rank 0. Another processor or ONNX Runtime may give another one. */
int features_alike(TeamRounds *rounds, const Extractor *extractor, const FeatureSetting settings[FEATURE_SETTINGS],
                   const PictureList *list, Err *err);

#endif
