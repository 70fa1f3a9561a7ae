#include "pipeline/eval/eval.h"

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "model/score/cider.h"
#include "model/score/metrics.h"
#include "pipeline/eval/corpus.h"
#include "pipeline/eval/document_frequency.h"
#include "pipeline/eval/ptb.h"
#include "pipeline/eval/score_output.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One run. */
typedef struct {
    const EvalOptions *options;
    const Report *report;
    Corpus corpus;
    Scored scored;
    ScorePair *pairs; /* (scored.n) */
    double *idf;      /* (n-grams) */
} Eval;

/* --- what is scored --- */

static int has_references(const Eval *e, int32_t image)
{
    return e->corpus.image[image].n_references > 0;
}

static int read_all(Eval *e, Err *err)
{
    const EvalOptions *o = e->options;
    int flags = (o->refs ? 0 : CORPUS_REFERENCES) | (o->format == EVAL_PER_IMAGE ? CORPUS_JSON : 0);
    if (o->input && corpus_captions(&e->corpus, o->input, flags, err))
        return -1;
    if (o->refs && corpus_references(&e->corpus, o->refs, o->save_df != NULL, err))
        return -1;
    if (o->input && !e->corpus.n_captions)
        return err_set(err, "%s: no captions", strcmp(o->input, "-") ? o->input : "standard input");
    return corpus_tokenize(&e->corpus, err);
}

/* How many images have captions but no references, and the id of the first. */
static int64_t count_missing(const Eval *e, int64_t *first)
{
    int64_t missing = 0;
    *first = 0;
    for (int32_t i = e->corpus.n_images; i-- > 0;) {
        if (e->corpus.image[i].n_captions && !has_references(e, i)) {
            missing++;
            *first = e->corpus.image[i].id;
        }
    }
    return missing;
}

static int refuse_missing(const Eval *e, Err *err)
{
    const EvalOptions *o = e->options;
    int64_t first, missing = o->refs && !o->allow_missing ? count_missing(e, &first) : 0;
    if (missing > 1)
        return err_set(
            err, "%s: no references for image %" PRId64 " and %" PRId64 " others; --allow-missing leaves them out",
            o->refs, first, missing - 1);
    if (missing)
        return err_set(err, "%s: no references for image %" PRId64 "; --allow-missing leaves it out", o->refs,
                       first);
    return 0;
}

/* Warns of what the COCO tools leave their users to find out. */
static void warn_about_input(const Eval *e)
{
    const Corpus *c = &e->corpus;
    int64_t several = 0, without = 0, first, missing = count_missing(e, &first);
    for (int32_t i = 0; i < c->n_images; i++) {
        several += c->image[i].n_captions > 1;
        without += c->image[i].n_captions == 0;
    }
    if (missing)
        report_warn(e->report, "%" PRId64 " image%s without references left out, the first of them %" PRId64,
                    missing, missing > 1 ? "s" : "", first);
    if (several)
        report_warn(e->report,
                    "%" PRId64 " image%s with several captions: each is scored as if it were the only one", several,
                    several > 1 ? "s" : "");
    if (without)
        report_warn(e->report,
                    "%" PRId64 " annotated image%s without a caption: scores are of the %" PRId64 " with one",
                    without, without > 1 ? "s" : "", e->scored.images);
    if (e->scored.images == 1 && !e->options->df)
        report_warn(e->report,
                    "CIDEr is 0 on one image, because its weights are log(images / document frequency); --df FILE "
                    "takes those of a corpus");
    if (c->broken)
        report_warn(e->report,
                    "line breaks inside %" PRId64 " caption%s count as spaces; the COCO tools would give what "
                    "follows to the next image",
                    c->broken, c->broken > 1 ? "s" : "");
    if (c->unknown && c->rule.kind != TOKENS_CLEAN && !c->rule.drop_unk)
        report_warn(e->report,
                    "<UNK>, in %" PRId64 " of the captions and references, counts as a word, as in the COCO tools; "
                    "--drop-unk leaves it out",
                    c->unknown);
}

static int make_pairs(Eval *e, Err *err)
{
    const Corpus *c = &e->corpus;
    Scored *s = &e->scored;
    size_t room = (size_t)c->n_captions + 1;
    e->pairs = malloc(room * sizeof *e->pairs);
    s->caption = malloc(room * sizeof *s->caption);
    s->counts = malloc(room * (size_t)metrics_counts() * sizeof *s->counts);
    if (!e->pairs || !s->caption || !s->counts)
        return err_set(err, "out of memory");
    for (int32_t i = 0; i < c->n_images; i++)
        s->images += c->image[i].n_captions && has_references(e, i);
    for (int64_t i = 0; i < c->n_captions; i++) {
        const CorpusImage *image = &c->image[c->caption[i].image];
        if (!image->n_references)
            continue;
        e->pairs[s->n] = (ScorePair){&c->caption[i].sentence, image->reference, image->n_references};
        s->caption[s->n++] = i;
    }
    return s->n ? 0 : err_set(err, "no caption has references; --refs FILE takes them from COCO annotations");
}

/* --- document frequencies --- */

/* Counts df (n-grams) over the images with captions, or with `all` over every image. Returns how many images those are;
 * -1: out of memory. */
static int64_t count_df(const Eval *e, int all, int32_t *df)
{
    const Corpus *c = &e->corpus;
    size_t n = (size_t)hash_count(c->ngrams);
    int64_t images = 0;
    int32_t *last = malloc((n + 1) * sizeof *last);
    if (!last)
        return -1;
    memset(last, -1, n * sizeof *last);
    memset(df, 0, n * sizeof *df);
    for (int32_t i = 0; i < c->n_images; i++) {
        const CorpusImage *image = &c->image[i];
        if (!image->n_references || !(all || image->n_captions))
            continue;
        cider_add_df(image->reference, image->n_references, i, last, df);
        images++;
    }
    free(last);
    return images;
}

static int compute_idf(Eval *e, Err *err)
{
    const EvalOptions *o = e->options;
    int32_t n = hash_count(e->corpus.ngrams);
    int64_t images = 0;
    int32_t *df = malloc(((size_t)n + 1) * sizeof *df);
    e->idf = malloc(((size_t)n + 1) * sizeof *e->idf);
    int rc = df && e->idf ? 0 : err_set(err, "out of memory");
    if (!rc && o->save_df) {
        images = count_df(e, 1, df);
        rc = images < 0    ? err_set(err, "out of memory")
             : images == 0 ? err_set(err, "%s: no captions", o->refs)
                           : df_save(o->save_df, &e->corpus, df, images, err);
    }
    if (!rc && o->input) {
        if (o->df)
            rc = df_load(o->df, &e->corpus, df, &images, err);
        else if ((images = count_df(e, 0, df)) < 0)
            rc = err_set(err, "out of memory");
    }
    if (!rc)
        cider_idf(df, n, (double)images, e->idf);
    free(df);
    return rc;
}

/* --- how alike the captions are: a poor model says the same of every image --- */

/* Marks in seen (texts) the captions that are also training captions. */
static int mark_seen(const Corpus *c, const Dataset *train, char *seen, Err *err)
{
    for (int64_t i = 0; i < train->n; i++) {
        const int32_t *words = dataset_caption(train, i, err);
        if (!words)
            return -1;
        char *text = vocab_text(&train->vocab, words, train->width),
             *tokens = text ? tokens_of(text, PTB_ANY, c->rule) : NULL;
        int32_t known = tokens ? hash_find(c->texts, tokens, strlen(tokens)) : -1;
        if (known >= 0)
            seen[known] = 1;
        free(text);
        if (!tokens)
            return err_set(err, "out of memory");
        free(tokens);
    }
    return 0;
}

static int read_train(const Eval *e, char *seen, Err *err)
{
    Dataset train = {0};
    int rc = dataset_open(&train, e->options->train, "train", 0, err);
    if (!rc)
        rc = mark_seen(&e->corpus, &train, seen, err);
    dataset_close(&train);
    return rc;
}

static int caption_stats(Eval *e, Err *err)
{
    enum { SEEN = 1, COUNTED = 2 };
    const Corpus *c = &e->corpus;
    Scored *s = &e->scored;
    int64_t novel = 0, words = 0;
    char *text = calloc((size_t)hash_count(c->texts) + 1, 1);
    if (!text)
        return err_set(err, "out of memory");
    int rc = e->options->train ? read_train(e, text, err) : 0;
    for (int64_t i = 0; !rc && i < s->n; i++) {
        const CorpusCaption *caption = &c->caption[s->caption[i]];
        char *state = &text[caption->text];
        novel += !(*state & SEEN);
        s->distinct += !(*state & COUNTED);
        *state |= COUNTED;
        words += caption->sentence.n;
    }
    s->novel = e->options->train ? (double)novel / (double)s->n : NAN;
    s->mean_length = (double)words / (double)s->n;
    free(text);
    return rc;
}

/* --- the run --- */

static int write_scores(const Eval *e, FILE *out, Err *err)
{
    int rc;
    errno = 0;
    if (e->options->format == EVAL_PER_IMAGE)
        rc = scores_write_each(&e->scored, &e->corpus, out);
    else if (e->options->format == EVAL_TABLE)
        rc = scores_write_table(&e->scored, out);
    else
        rc = scores_write_json(&e->scored, out);
    if (ferror(out))
        return err_set(err, "write: %s", errno ? strerror(errno) : "failed");
    return rc ? err_set(err, "out of memory") : 0;
}

static int score_all(Eval *e, FILE *out, Err *err)
{
    if (refuse_missing(e, err) || make_pairs(e, err))
        return -1;
    warn_about_input(e);
    if (compute_idf(e, err) || caption_stats(e, err))
        return -1;
    ScoreCorpus corpus = {.idf = e->idf};
    if (metrics_count(e->pairs, e->scored.n, &corpus, e->scored.counts))
        return err_set(err, "out of memory");
    return write_scores(e, out, err);
}

int eval_run(const EvalOptions *options, FILE *out, const Report *report, Err *err)
{
    Eval e = {.options = options, .report = report};
    int rc = corpus_init(&e.corpus, options->tokens, err);
    if (!rc)
        rc = read_all(&e, err);
    if (!rc)
        rc = options->input ? score_all(&e, out, err) : compute_idf(&e, err);
    corpus_free(&e.corpus);
    free(e.scored.caption);
    free(e.scored.counts);
    free(e.pairs);
    free(e.idf);
    return rc;
}
