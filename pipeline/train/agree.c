#include "pipeline/train/agree.h"

#include "io/base/digest.h"
#include "io/ranks/ranks.h"
#include "model/simd.h"
#include "pipeline/common/model_file.h"
#include "pipeline/train/run_mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int train_write(const TrainRun *r, const char *path, Err *err)
{
    return r->share.rank ? 0 : model_save(&r->model, &r->state, path, err);
}

/* --- failures --- */

/* How a rank's preparations ended. */
typedef struct {
    int rc, contradiction;
    Err err;
} Outcome;

/* The first failure is that of all. What is wrong on all ranks alike is not one rank's. */
static int share_failure(TrainRun *r, const Outcome *all, Err *err)
{
    int first = 0, failed = 0;
    for (int k = r->share.ranks - 1; k >= 0; k--)
        if (all[k].rc) {
            first = k;
            failed++;
        }
    if (!failed)
        return 0;
    r->agreed = true;
    r->contradiction = all[first].contradiction;
    err_set(err, "%s", all[first].err.text);
    return failed == r->share.ranks ? -1 : err_prefix(err, "rank %d on %s: ", first, ranks_host(first));
}

static int agree_on_failure(TrainRun *r, int rc, Err *err)
{
    Outcome mine = {.rc = rc, .contradiction = r->contradiction};
    Outcome *all = calloc((size_t)r->share.ranks, sizeof *all);
    if (rc)
        mine.err = *err;
    int failed = all ? ranks_gather(&mine, sizeof mine, all, err) || share_failure(r, all, err)
                     : err_set(err, "out of memory");
    free(all);
    return failed ? -1 : 0;
}

/* --- differences --- */

enum { FACT = 40 };

/* What must be the same on all ranks, as text. */
typedef struct {
    char program[FACT], set[FACT], settings[FACT], captions[FACT], vocabulary[FACT], features[FACT], val[FACT],
        val_features[FACT], start[FACT];
} Facts;

static const char *const NAMES[] = {"version",
                                    "instruction set",
                                    "settings",
                                    "training captions",
                                    "vocabulary",
                                    "features",
                                    "validation captions",
                                    "validation features",
                                    "start"};

static void digest_to(const void *bytes, size_t n, char out[FACT])
{
    char hex[DIGEST_LEN + 1];
    digest_hex(bytes, n, hex);
    snprintf(out, FACT, "digest %.16s", hex);
}

static void digest_captions(const Dataset *d, char out[FACT])
{
    snprintf(out, FACT, "digest %016" PRIx64, captions_digest(d));
}

/* Of their numbers a sample: 64 rows. */
static void digest_features(const Dataset *d, char out[FACT])
{
    enum { ROWS = 64 };
    char part[ROWS][DIGEST_LEN + 1];
    int64_t rows = d->features.rows;
    memset(part, 0, sizeof part);
    for (int i = 0; i < ROWS; i++) {
        const float *row = dataset_features(d, rows > ROWS ? i * (rows / ROWS) : i % rows, NULL);
        if (row)
            digest_hex(row, (size_t)d->features.columns * sizeof *row, part[i]);
    }
    digest_to(part, sizeof part, out);
}

static int digest_vocabulary(const Vocab *v, char out[FACT], Err *err)
{
    size_t n = 0, at = 0;
    for (int i = 0; i < v->size; i++)
        n += strlen(v->word[i]) + 1;
    char *text = malloc(n + 1);
    if (!text)
        return err_set(err, "out of memory");
    for (int i = 0; i < v->size; at += strlen(v->word[i]) + 1, i++)
        strcpy(text + at, v->word[i]);
    digest_to(text, n, out);
    free(text);
    return 0;
}

static int gather_facts(const TrainRun *r, Facts *f, Err *err)
{
    const TrainState *s = &r->state;
    char text[2 * SETTINGS_TEXT], hex[DIGEST_LEN + 1];
    memset(f, 0, sizeof *f);
    snprintf(f->program, FACT, "%s", COCO_VERSION);
    snprintf(f->set, FACT, "%s", simd->name);
    settings_text(&s->settings, false, text);
    settings_text(&s->settings, true, text + strlen(text));
    digest_to(text, strlen(text), f->settings);
    digest_captions(&r->data, f->captions);
    digest_features(&r->data, f->features);
    if (r->val.n) {
        digest_captions(&r->val, f->val);
        digest_features(&r->val, f->val_features);
    }
    digest_hex(r->model.params.data, r->model.params.n * sizeof *r->model.params.data, hex);
    snprintf(text, sizeof text, "%s %lld", hex, (long long)s->iteration);
    digest_to(text, strlen(text), f->start);
    return digest_vocabulary(&r->data.vocab, f->vocabulary, err);
}

/* The first rank that differs from rank 0, and in what. */
static int compare_facts(const TrainRun *r, const Facts *all, Err *err)
{
    for (int k = 1; k < r->share.ranks; k++)
        for (size_t i = 0; i < sizeof *all / FACT; i++) {
            const char *here = (const char *)&all[k] + i * FACT, *there = (const char *)all + i * FACT;
            if (strcmp(here, there))
                return err_set(err, "rank %d on %s: another %s than rank 0 on %s: %s, not %s", k, ranks_host(k),
                               NAMES[i], ranks_host(0), here, there);
        }
    return 0;
}

static int agree_on_facts(TrainRun *r, Err *err)
{
    Facts mine, *all = calloc((size_t)r->share.ranks, sizeof *all);
    int rc = all ? gather_facts(r, &mine, err) || ranks_gather(&mine, sizeof mine, all, err)
                 : err_set(err, "out of memory");
    if (!rc && compare_facts(r, all, err)) {
        r->agreed = true;
        rc = -1;
    }
    free(all);
    return rc ? -1 : 0;
}

int train_agree(TrainRun *r, int rc, Err *err)
{
    if (r->share.ranks == 1)
        return rc;
    return agree_on_failure(r, rc, err) || agree_on_facts(r, err) ? -1 : 0;
}
