#include "pipeline/eval/eval.h"

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "io/data/json.h"
#include "model/score/scores.h"
#include "pipeline/eval/corpus.h"
#include "pipeline/eval/document_frequency.h"
#include "pipeline/eval/ptb.h"

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
    int64_t images;   /* that have captions and references */
    double *idf;      /* (n-grams) */
    ScorePair *pairs; /* (n) captions of images with references, in their order */
    int64_t *caption; /* (n) their places among all captions */
    Scores *scores;   /* (n) */
    int64_t n;
    int64_t distinct;          /* of these captions */
    double mean_length, novel; /* words; share that no training caption equals, NaN where that was not asked */
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
    return 0;
}

/* Images with captions and no references; the id of the first. */
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

/* What the COCO tools leave their users to find out. */
static void tell_odd(const Eval *e)
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
                    without, without > 1 ? "s" : "", e->images);
    if (e->images == 1 && !e->options->df)
        report_warn(e->report,
                    "CIDEr is 0 on one image, for its weights are log(images / document frequency); --df FILE "
                    "brings a corpus's");
    if (c->broken)
        report_warn(e->report,
                    "line breaks inside %" PRId64 " caption%s are taken for spaces, where the COCO tools would "
                    "give what follows to the next image",
                    c->broken, c->broken > 1 ? "s" : "");
    if (c->unknown && c->rule.kind != TOKENS_CLEAN && !c->rule.drop_unk)
        report_warn(e->report,
                    "<UNK> in %" PRId64 " caption%s and references counts as a word, as it does to the COCO tools; "
                    "--drop-unk leaves it out",
                    c->unknown, c->unknown > 1 ? "s" : "");
}

static int make_pairs(Eval *e, Err *err)
{
    const Corpus *c = &e->corpus;
    size_t room = (size_t)c->n_captions + 1;
    e->pairs = malloc(room * sizeof *e->pairs);
    e->caption = malloc(room * sizeof *e->caption);
    e->scores = malloc(room * sizeof *e->scores);
    if (!e->pairs || !e->caption || !e->scores)
        return err_set(err, "out of memory");
    for (int32_t i = 0; i < c->n_images; i++)
        e->images += c->image[i].n_captions && has_references(e, i);
    for (int64_t i = 0; i < c->n_captions; i++) {
        const CorpusImage *image = &c->image[c->caption[i].image];
        if (!image->n_references)
            continue;
        e->pairs[e->n] = (ScorePair){&c->caption[i].sentence, image->reference, image->n_references};
        e->caption[e->n++] = i;
    }
    return e->n ? 0 : err_set(err, "no caption has references: --refs FILE brings COCO annotations");
}

/* --- document frequencies --- */

/* Counts those of the images with captions, or with `all` of every one. How many images that were. -1: no memory. */
static int64_t count_df(const Eval *e, int all, int32_t *df)
{
    const Corpus *c = &e->corpus;
    size_t n = (size_t)ngrams_count(c->ngrams);
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
        cider_count(image->reference, image->n_references, i, last, df);
        images++;
    }
    free(last);
    return images;
}

static int weigh(Eval *e, Err *err)
{
    const EvalOptions *o = e->options;
    int32_t n = ngrams_count(e->corpus.ngrams);
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

/* --- what people look at to see a model that says the same of every image --- */

/* Marks in seen (texts) the training captions that are among the captions. */
static int mark_seen(const Corpus *c, const Dataset *train, char *seen, Err *err)
{
    for (int64_t i = 0; i < train->n; i++) {
        const int32_t *words = dataset_caption(train, i, err);
        if (!words)
            return -1;
        char *text = vocab_text(&train->vocab, words, train->width),
             *tokens = text ? tokens_of(text, PTB_ANY, c->rule) : NULL;
        int32_t known = tokens ? words_find(c->texts, tokens, strlen(tokens)) : -1;
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

/* Distinct, new and mean length, of the captions that are scored. */
static int look_at_captions(Eval *e, Err *err)
{
    enum { SEEN = 1, COUNTED = 2 };
    const Corpus *c = &e->corpus;
    int64_t novel = 0, words = 0;
    char *text = calloc((size_t)words_count(c->texts) + 1, 1);
    if (!text)
        return err_set(err, "out of memory");
    int rc = e->options->train ? read_train(e, text, err) : 0;
    for (int64_t i = 0; !rc && i < e->n; i++) {
        const CorpusCaption *caption = &c->caption[e->caption[i]];
        char *state = &text[caption->text];
        novel += !(*state & SEEN);
        e->distinct += !(*state & COUNTED);
        *state |= COUNTED;
        words += caption->sentence.n;
    }
    e->novel = e->options->train ? (double)novel / (double)e->n : NAN;
    e->mean_length = (double)words / (double)e->n;
    free(text);
    return rc;
}

/* --- output --- */

typedef struct {
    double bleu[NGRAM_MAX], rouge_l, cider;
} Means;

static void put_scores(FILE *out, const Means *m)
{
    for (int k = 0; k < NGRAM_MAX; k++) {
        fprintf(out, "\"Bleu_%d\":", k + 1);
        json_put_real(out, m->bleu[k]);
        putc(',', out);
    }
    fputs("\"ROUGE_L\":", out);
    json_put_real(out, m->rouge_l);
    fputs(",\"CIDEr\":", out);
    json_put_real(out, m->cider);
}

/* Each record with its scores; one without references as it is. */
static void write_each(const Eval *e, FILE *out)
{
    static const char *const OURS[] = {"Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr", NULL};
    const Corpus *c = &e->corpus;
    for (int64_t i = 0, scored = 0; i < c->n_captions && !ferror(out); i++) {
        if (scored == e->n || e->caption[scored] != i) {
            fprintf(out, "%s\n", c->caption[i].json);
            continue;
        }
        const Scores *s = &e->scores[scored++];
        Means m = {.rouge_l = s->rouge_l, .cider = s->cider};
        bleu_scores(&s->bleu, m.bleu);
        putc('{', out);
        json_put_members(out, c->caption[i].json, OURS);
        put_scores(out, &m);
        fputs("}\n", out);
    }
}

static Means means(const Eval *e, BleuCounts *sum)
{
    Means m = {0};
    *sum = (BleuCounts){0};
    for (int64_t i = 0; i < e->n; i++) {
        bleu_add(sum, &e->scores[i].bleu);
        m.rouge_l += e->scores[i].rouge_l;
        m.cider += e->scores[i].cider;
    }
    bleu_scores(sum, m.bleu);
    m.rouge_l /= (double)e->n;
    m.cider /= (double)e->n;
    return m;
}

static void write_json(const Eval *e, FILE *out)
{
    BleuCounts sum;
    Means m = means(e, &sum);
    fprintf(out, "{\"images\":%" PRId64 ",\"captions\":%" PRId64 ",", e->images, e->n);
    put_scores(out, &m);
    fprintf(out, ",\"testlen\":%" PRId64 ",\"reflen\":%" PRId64, sum.testlen, sum.reflen);
    fprintf(out, ",\"distinct\":%" PRId64 ",\"mean_length\":", e->distinct);
    json_put_real(out, e->mean_length);
    if (!isnan(e->novel)) {
        fputs(",\"novel\":", out);
        json_put_real(out, e->novel);
    }
    fputs("}\n", out);
}

static void write_table(const Eval *e, FILE *out)
{
    BleuCounts sum;
    Means m = means(e, &sum);
    fprintf(out, "images      %8" PRId64 "\n", e->images);
    fprintf(out, "captions    %8" PRId64 "   of them %" PRId64 " distinct, %.1f words each\n", e->n, e->distinct,
            e->mean_length);
    if (!isnan(e->novel))
        fprintf(out, "novel       %7.1f%%   not among the training captions\n", 100 * e->novel);
    fprintf(out, "words       %8" PRId64 "   references nearest in length: %" PRId64 "\n", sum.testlen, sum.reflen);
    for (int k = 0; k < NGRAM_MAX; k++)
        fprintf(out, "BLEU-%d      %8.1f   of 100\n", k + 1, 100 * m.bleu[k]);
    fprintf(out, "ROUGE-L     %8.1f   of 100\n", 100 * m.rouge_l);
    fprintf(out, "CIDEr       %8.1f   of 1000, as papers print it\n", 100 * m.cider);
}

static int write_out(const Eval *e, FILE *out, Err *err)
{
    errno = 0;
    if (e->options->format == EVAL_PER_IMAGE)
        write_each(e, out);
    else if (e->options->format == EVAL_TABLE)
        write_table(e, out);
    else
        write_json(e, out);
    return ferror(out) ? err_set(err, "write: %s", errno ? strerror(errno) : "failed") : 0;
}

/* --- the whole --- */

static int score_all(Eval *e, FILE *out, Err *err)
{
    if (refuse_missing(e, err) || make_pairs(e, err))
        return -1;
    tell_odd(e);
    if (weigh(e, err) || look_at_captions(e, err))
        return -1;
    if (scores_compute(e->pairs, e->n, e->idf, e->scores))
        return err_set(err, "out of memory");
    return write_out(e, out, err);
}

int eval_run(const EvalOptions *options, FILE *out, const Report *report, Err *err)
{
    Eval e = {.options = options, .report = report};
    int rc = corpus_init(&e.corpus, options->tokens, err);
    if (!rc)
        rc = read_all(&e, err);
    if (!rc)
        rc = options->input ? score_all(&e, out, err) : weigh(&e, err);
    corpus_free(&e.corpus);
    free(e.idf);
    free(e.pairs);
    free(e.caption);
    free(e.scores);
    return rc;
}
