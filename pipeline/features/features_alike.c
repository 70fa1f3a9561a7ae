#include "pipeline/features/features_alike.h"

#include "io/base/digest.h"
#include "pipeline/common/team_agree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACTS = 5, SIDE = 96 };

static const char *const NAMES[FACTS] = {"version", "settings", "number of pictures", "list of pictures",
                                         "result of the network"};

/* The network's numbers for a picture of which each pixel is another. */
static int try_picture(const Extractor *x, char fact[TEAM_FACT], Err *err)
{
    const CnnInfo *info = cnn_info(x->cnn);
    static unsigned char rgb[SIDE * SIDE * 3];
    const Image image = {SIDE, SIDE, rgb};
    char hex[2][DIGEST_LEN + 1] = {{0}};
    PictureNumbers numbers = {0};
    for (int i = 0; i < SIDE * SIDE; i++) {
        rgb[3 * i] = (unsigned char)(i % SIDE * 2);
        rgb[3 * i + 1] = (unsigned char)(i / SIDE * 2);
        rgb[3 * i + 2] = (unsigned char)(i * 7);
    }
    int rc = picture_numbers_alloc(&numbers, info, err) || extractor_compute(x, &image, &numbers, err) ? -1 : 0;
    size_t grid = (size_t)info->grid_rows * (size_t)info->grid_columns * (size_t)info->grid_channels;
    if (rc == 0) {
        digest_hex(numbers.vector, (size_t)info->features * sizeof *numbers.vector, hex[0]);
        digest_hex(numbers.grid, numbers.grid ? grid * sizeof *numbers.grid : 0, hex[1]);
        team_fact_digest(hex, sizeof hex, fact);
    }
    picture_numbers_free(&numbers);
    return rc;
}

static int find_facts(const Extractor *x, const FeatureSetting settings[FEATURE_SETTINGS], const PictureList *list,
                      char fact[FACTS][TEAM_FACT], Err *err)
{
    char *text = feature_settings_text(settings);
    if (!text)
        return err_set(err, "out of memory");
    snprintf(fact[0], TEAM_FACT, "%s", COCO_VERSION);
    team_fact_digest(text, strlen(text), fact[1]);
    free(text);
    snprintf(fact[2], TEAM_FACT, "%lld", (long long)list->n);
    return team_fact_texts(list->name, NULL, list->n, fact[3], err) || try_picture(x, fact[4], err) ? -1 : 0;
}

int features_alike(TeamRounds *rounds, const Extractor *x, const FeatureSetting settings[FEATURE_SETTINGS],
                   const PictureList *list, Err *err)
{
    char fact[FACTS][TEAM_FACT] = {{0}};
    if (rounds->ranks == 1)
        return 0;
    return team_rounds_agree(rounds, find_facts(x, settings, list, fact, err), err) ||
                   team_rounds_alike(NAMES, fact[0], FACTS, err)
               ? -1
               : 0;
}
