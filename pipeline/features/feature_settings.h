/* All that a row of features depends on, besides its picture: attributes of the file, and the head of its journal. */
#ifndef COCO_PIPELINE_FEATURES_FEATURE_SETTINGS_H
#define COCO_PIPELINE_FEATURES_FEATURE_SETTINGS_H

#include "io/hdf5/h5.h"
#include "pipeline/features/features.h"
#include "pipeline/features/preprocess.h"

enum { FEATURE_SETTINGS = 17 };

typedef struct {
    const char *attribute; /* of "/" */
    const char
        *option; /* that decides it; "": none does; NULL: it follows from others, or rows do not depend on it */
    enum { SETTING_TEXT, SETTING_INT, SETTING_REALS } kind;
    const char *text;
    int64_t number;
    const double *reals; /* three */
} FeatureSetting;

/* Texts and numbers are borrowed from what is given. */
void feature_settings_list(FeatureSetting out[FEATURE_SETTINGS], const FeaturesOptions *options,
                           const CnnInfo *info, const Preprocess *prepare);

/* A line "--option value" for each that rows depend on. The caller frees; NULL: out of memory. */
char *feature_settings_text(const FeatureSetting settings[FEATURE_SETTINGS]);

int feature_settings_put(const FeatureSetting settings[FEATURE_SETTINGS], H5 *h5, Err *err);
/* -1: the file says otherwise, or nothing; err names the option. */
int feature_settings_check(const FeatureSetting settings[FEATURE_SETTINGS], H5 *h5, Err *err);

#endif
