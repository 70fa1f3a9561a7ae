#include "pipeline/train/agree.h"

#include "io/base/digest.h"
#include "model/simd.h"
#include "pipeline/common/team_agree.h"
#include "pipeline/model_file/model_file.h"
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

static int agree_on_failure(TrainRun *r, int rc, Err *err)
{
    int mark = r->contradiction, failed = team_agree_outcome(rc, &mark, err);
    r->agreed = failed > 0;
    r->contradiction = mark;
    return failed ? -1 : 0;
}

/* --- differences --- */

enum { FACT = TEAM_FACT };

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
    team_fact_digest(part, sizeof part, out);
}

static int digest_vocabulary(const Vocab *v, char out[FACT], Err *err)
{
    size_t n = 0, at = 0;
    for (int i = 0; i < v->size; i++)
        n += strlen(v->word[i]) + 1;
    char *text = malloc(n + 1);
    if (!text)
        return err_set(err, "out of memory");
    for (int i = 0; i < v->size; i++) {
        size_t len = strlen(v->word[i]) + 1;
        memcpy(text + at, v->word[i], len);
        at += len;
    }
    team_fact_digest(text, n, out);
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
    team_fact_digest(text, strlen(text), f->settings);
    digest_captions(&r->data, f->captions);
    digest_features(&r->data, f->features);
    if (r->val.n) {
        digest_captions(&r->val, f->val);
        digest_features(&r->val, f->val_features);
    }
    digest_hex(r->model.params.data, r->model.params.n * sizeof *r->model.params.data, hex);
    snprintf(text, sizeof text, "%s %lld", hex, (long long)s->iteration);
    team_fact_digest(text, strlen(text), f->start);
    return digest_vocabulary(&r->data.vocab, f->vocabulary, err);
}

static int agree_on_facts(TrainRun *r, Err *err)
{
    Facts mine;
    if (gather_facts(r, &mine, err))
        return -1;
    int differ = team_agree_facts(NAMES, (const char *)&mine, (int)(sizeof mine / FACT), err);
    r->agreed = differ > 0;
    return differ ? -1 : 0;
}

int train_agree(TrainRun *r, int rc, Err *err)
{
    if (r->share.ranks == 1)
        return rc;
    return agree_on_failure(r, rc, err) || agree_on_facts(r, err) ? -1 : 0;
}
