#include "pipeline/sample/rows_share.h"

#include "io/base/digest.h"
#include "model/simd.h"
#include "pipeline/common/team_agree.h"

#include <stdio.h>
#include <string.h>

enum { FACTS = 6 };

static const char *const NAMES[FACTS] = {"version",          "instruction set",  "model",
                                         "number of images", "choice of images", "list of pictures"};

static void digest_models(const Ensemble *e, char fact[TEAM_FACT])
{
    char hex[SEARCH_MODELS][DIGEST_LEN + 1] = {{0}};
    for (int i = 0; i < e->n; i++) {
        const Params *p = &e->model[i].params;
        digest_hex(p->data, p->n * sizeof *p->data, hex[i]);
    }
    team_fact_digest(hex, sizeof hex, fact);
}

static int agree(const RowList *rows, const Ensemble *e, char *const *names, CaptionOutput *o, Err *err)
{
    char fact[FACTS][TEAM_FACT] = {{0}};
    snprintf(fact[0], TEAM_FACT, "%s", COCO_VERSION);
    snprintf(fact[1], TEAM_FACT, "%s", simd->name);
    digest_models(e, fact[2]);
    snprintf(fact[3], TEAM_FACT, "%lld", (long long)rows->n);
    team_fact_digest(rows->row, (size_t)rows->n * sizeof *rows->row, fact[4]);
    int rc = names ? team_fact_texts(names, rows->row, rows->n, fact[5], err) : 0;
    if (caption_output_agree(o, rc, err))
        return -1;
    return team_rounds_alike(NAMES, fact[0], FACTS, err);
}

int rows_share(RowList *rows, int rc, const Ensemble *e, char *const *names, CaptionOutput *o, Err *err)
{
    int64_t n = 0;
    if (caption_output_agree(o, rc, err) || (o->ranks > 1 && agree(rows, e, names, o, err)))
        return -1;
    o->longest = (rows->n + o->ranks - 1) / o->ranks;
    for (int64_t i = o->rounds.rank; i < rows->n; i += o->ranks)
        rows->row[n++] = rows->row[i];
    rows->n = n;
    return 0;
}
