#include "pipeline/features/feature_settings.h"

#include "io/base/memory_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, VALUE_ROOM = 1024 };

void feature_settings_list(FeatureSetting out[FEATURE_SETTINGS], const FeaturesOptions *o, const CnnInfo *info,
                           const Preprocess *p)
{
    const char *slash = strrchr(o->cnn, '/'), *name = slash ? slash + 1 : o->cnn;
    /* clang-format off */
    const FeatureSetting all[] = {
        {"format", "", SETTING_TEXT, .text = "coco-features"},
        {"version", "", SETTING_INT, .number = VERSION},
        {"cnn", NULL, SETTING_TEXT, .text = name},
        {"cnn_sha256", "--cnn", SETTING_TEXT, .text = info->sha256},
        {"layer", "--layer", SETTING_TEXT, .text = info->layer},
        {"grid_layer", *info->grid_layer ? "--grid-layer" : "--grid", SETTING_TEXT, .text = info->grid_layer},
        {"grid_rows", NULL, SETTING_INT, .number = info->grid_rows},
        {"grid_columns", NULL, SETTING_INT, .number = info->grid_columns},
        {"input_width", "--size", SETTING_INT, .number = info->width},
        {"input_height", "--size", SETTING_INT, .number = info->height},
        {"fit", "--fit", SETTING_TEXT, .text = p->crop ? "crop" : "squash"},
        {"order", "--order", SETTING_TEXT, .text = p->bgr ? "bgr" : "rgb"},
        {"mean", "--mean", SETTING_REALS, .reals = p->mean},
        {"scale", "--scale", SETTING_REALS, .reals = p->scale},
        {"exact", "--exact", SETTING_INT, .number = o->pictures.exact},
        {"truncated", "--truncated", SETTING_INT, .number = o->pictures.truncated},
        {"max_pixels", "--max-pixels", SETTING_INT, .number = o->pictures.max_pixels},
    };
    /* clang-format on */
    _Static_assert(sizeof all == FEATURE_SETTINGS * sizeof *all, "FEATURE_SETTINGS counts the rows");
    memcpy(out, all, sizeof all);
}

/* --- as text --- */

static void print_reals(const double reals[3], char out[VALUE_ROOM])
{
    snprintf(out, VALUE_ROOM, "%.17g %.17g %.17g", reals[0], reals[1], reals[2]);
}

static void print_value(const FeatureSetting *s, char out[VALUE_ROOM])
{
    if (s->kind == SETTING_REALS)
        print_reals(s->reals, out);
    else if (s->kind == SETTING_INT)
        snprintf(out, VALUE_ROOM, "%lld", (long long)s->number);
    else
        snprintf(out, VALUE_ROOM, "%s", s->text);
}

char *feature_settings_text(const FeatureSetting settings[FEATURE_SETTINGS])
{
    char *text, value[VALUE_ROOM];
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return NULL;
    for (int i = 0; i < FEATURE_SETTINGS; i++)
        if (settings[i].option) {
            print_value(&settings[i], value);
            fprintf(out, "%s %s\n", settings[i].option, value);
        }
    return memory_stream_close(out, &text) ? NULL : text;
}

/* --- as attributes --- */

int feature_settings_put(const FeatureSetting settings[FEATURE_SETTINGS], H5 *h5, Err *err)
{
    int rc = 0;
    for (int i = 0; i < FEATURE_SETTINGS && !rc; i++) {
        const FeatureSetting *s = &settings[i];
        rc = s->kind == SETTING_REALS ? h5_put_reals(h5, "/", s->attribute, 3, s->reals, err)
             : s->kind == SETTING_INT ? h5_put_int(h5, "/", s->attribute, s->number, err)
                                      : h5_put_text(h5, "/", s->attribute, s->text, err);
    }
    return rc;
}

/* The file's value, as print_value prints ours: 1; 0: it has none. */
static int read_value(const FeatureSetting *s, H5 *h5, char out[VALUE_ROOM], Err *err)
{
    double reals[3];
    int64_t number;
    char *text = NULL;
    int rc = s->kind == SETTING_REALS ? h5_attr_reals(h5, "/", s->attribute, 3, reals, err)
             : s->kind == SETTING_INT ? h5_attr_int(h5, "/", s->attribute, &number, err)
                                      : h5_attr_text(h5, "/", s->attribute, &text, err);
    if (rc > 0 && s->kind == SETTING_REALS)
        print_reals(reals, out);
    else if (rc > 0 && s->kind == SETTING_INT)
        snprintf(out, VALUE_ROOM, "%lld", (long long)number);
    else if (rc > 0)
        snprintf(out, VALUE_ROOM, "%s", text);
    free(text);
    return rc;
}

int feature_settings_check(const FeatureSetting settings[FEATURE_SETTINGS], H5 *h5, Err *err)
{
    char ours[VALUE_ROOM], theirs[VALUE_ROOM];
    for (int i = 0; i < FEATURE_SETTINGS; i++) {
        const FeatureSetting *s = &settings[i];
        if (!s->option)
            continue;
        int rc = read_value(s, h5, theirs, err);
        if (rc < 0)
            return -1;
        print_value(s, ours);
        if (rc && !strcmp(ours, theirs))
            continue;
        if (!*s->option)
            return err_set(err, "%s: was not made by this version of coco-features: make it without --update",
                           h5_path(h5));
        if (!rc)
            return err_set(err, "%s: does not say with which %s it was made: make it without --update", h5_path(h5),
                           s->option);
        return err_set(err, "%s: %s: it was made with '%.100s', not with '%.100s'", h5_path(h5), s->option, theirs,
                       ours);
    }
    return 0;
}
