#include "pipeline/eval/eval.h"

#include "io/base/err.h"
#include "model/score/cider.h"
#include "model/score/metrics.h"
#include "pipeline/common/replace.h"
#include "pipeline/eval/corpus.h"
#include "pipeline/eval/document_frequency.h"
#include "pipeline/eval/meteor.h"
#include "pipeline/eval/references.h"
#include "pipeline/eval/score_output.h"
#include "pipeline/eval/score_rows.h"
#include "pipeline/eval/significance.h"
#include "pipeline/eval/statistics.h"
#include "pipeline/eval/training.h"
#include "pipeline/eval/word_forms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* One run. */
typedef struct {
    const EvalOptions *options;
    const Report *report;
    References references;
    Hash *training; /* NULL: not known */
    Meteor *meteor; /* NULL: not asked for */
    FileCounts first;
    ScoreRows rows;
} Run;

/* One file of it. */
typedef struct {
    Run *run;
    const EvalOptions *options;
    const char *input; /* NULL: there is none */
    Corpus corpus;
    Scored scored;
    ScorePair *pairs; /* (scored.n) */
    double *idf;      /* (n-grams) */
    WordForms forms;
} Eval;

static MetricList metrics_of(const EvalOptions *o)
{
    return o->meteor_lite ? ALL_METRICS : METRICS;
}

static const char *name_of(const char *input)
{
    return strcmp(input, "-") ? input : "standard input";
}

/* Warns, and names the file if it is one of several. */
static void __attribute__((format(printf, 2, 3))) warn(const Eval *e, const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    if (n < 0)
        return;
    if (e->options->n_inputs > 1)
        report_warn(e->run->report, "%s: %s", name_of(e->input), text);
    else
        report_warn(e->run->report, "%s", text);
    free(text);
}

/* --- what is scored --- */

static int has_references(const Eval *e, int32_t image)
{
    return e->corpus.image[image].n_references > 0;
}

static int read_all(Eval *e, Err *err)
{
    const EvalOptions *o = e->options;
    int flags = (o->refs ? 0 : CORPUS_REFERENCES) | (o->format == EVAL_PER_IMAGE ? CORPUS_JSON : 0);
    if (e->input && corpus_captions(&e->corpus, e->input, flags, err))
        return -1;
    if (e->input && !e->corpus.n_captions)
        return err_set(err, "%s: no captions", name_of(e->input));
    if (e->input && o->by && !hash_count(e->corpus.groups))
        return err_set(err, "%s: no record has a \"%s\" to group by", name_of(e->input), o->by);
    if (o->refs && corpus_references(&e->corpus, &e->run->references, o->save_df != NULL, err))
        return -1;
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
        warn(e, "%" PRId64 " image%s without references left out, the first of them %" PRId64, missing,
             missing > 1 ? "s" : "", first);
    if (several)
        warn(e, "%" PRId64 " image%s with several captions: each is scored as if it were the only one", several,
             several > 1 ? "s" : "");
    if (without)
        warn(e, "%" PRId64 " annotated image%s without a caption: scores are of the %" PRId64 " with one", without,
             without > 1 ? "s" : "", e->scored.images);
    if (e->scored.images == 1 && !e->options->df)
        warn(e, "CIDEr is 0 on one image, because its weights are log(images / document frequency); --df FILE "
                "takes those of a corpus");
    if (c->broken)
        warn(e,
             "line breaks inside %" PRId64 " caption%s count as spaces; the COCO tools would give what "
             "follows to the next image",
             c->broken, c->broken > 1 ? "s" : "");
    if (c->unknown && c->rule.kind != TOKENS_CLEAN && !c->rule.drop_unk)
        warn(e,
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
    s->counts = malloc(room * (size_t)metrics_counts(s->metrics) * sizeof *s->counts);
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
    if (!rc && e->input) {
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

/* --- METEOR --- */

/* Its statistics. If it fails, the other scores go on: see eval_run. */
static int count_meteor(Eval *e, Err *err)
{
    const Corpus *c = &e->corpus;
    Scored *s = &e->scored;
    MeteorPair *pairs = malloc((size_t)s->n * sizeof *pairs);
    s->meteor = e->run->meteor;
    s->meteor_statistics = calloc((size_t)s->n, sizeof *s->meteor_statistics);
    int rc = pairs && s->meteor_statistics ? 0 : err_set(err, "out of memory");
    for (int64_t i = 0; !rc && s->meteor && i < s->n; i++) {
        const CorpusCaption *caption = &c->caption[s->caption[i]];
        const CorpusImage *image = &c->image[caption->image];
        pairs[i] = (MeteorPair){caption->line, image->line, image->n_references};
    }
    if (!rc && s->meteor)
        meteor_count(s->meteor, pairs, s->n, s->meteor_statistics);
    free(pairs);
    return rc;
}

/* --- a file --- */

static int count_statistics(Eval *e, Err *err)
{
    StatisticsCounter *counter = statistics_begin(&e->corpus, e->run->training, e->options->statistics);
    int rc = counter ? score_rows_add(&e->run->rows, name_of(e->input), &e->corpus, &e->scored, counter) : -1;
    statistics_end(counter);
    return rc ? err_set(err, "out of memory") : 0;
}

/* Compares the file with the first, and puts the differences into its row, the last. */
static int compare(Eval *e, Err *err)
{
    Run *run = e->run;
    if (!run->first.names)
        return file_counts_make(&run->first, name_of(e->input), &e->corpus, &e->scored)
                   ? err_set(err, "out of memory")
                   : 0;
    Difference *difference = malloc((size_t)metrics_scores(e->scored.metrics) * sizeof *difference);
    FileCounts counts = {0};
    int rc = !difference || file_counts_make(&counts, name_of(e->input), &e->corpus, &e->scored)
                 ? err_set(err, "out of memory")
                 : significance_compare(&run->first, &counts, run->options->resamples, run->options->seed,
                                        difference, err);
    run->rows.row[run->rows.n - 1].difference = difference;
    file_counts_free(&counts);
    return rc;
}

static int score_captions(Eval *e, Err *err)
{
    const EvalOptions *o = e->options;
    if (refuse_missing(e, err) || make_pairs(e, err))
        return -1;
    warn_about_input(e);
    if (compute_idf(e, err))
        return -1;
    if (o->meteor_lite && word_forms_make(&e->forms, e->corpus.words))
        return err_set(err, "out of memory");
    ScoreCorpus corpus = {.idf = e->idf, .forms = &e->forms};
    if (metrics_count(e->scored.metrics, e->pairs, e->scored.n, &corpus, e->scored.counts))
        return err_set(err, "out of memory");
    if (count_meteor(e, err))
        return -1;
    return o->format == EVAL_PER_IMAGE ? 0 : count_statistics(e, err);
}

static int write_end(FILE *out, int rc, Err *err)
{
    if (ferror(out))
        return err_set(err, "write: %s", errno ? strerror(errno) : "failed");
    return rc ? err_set(err, "out of memory") : 0;
}

/* Scores a file; with EVAL_PER_IMAGE it is written too. */
static int eval_file(Run *run, const char *input, FILE *out, Err *err)
{
    const EvalOptions *o = run->options;
    Eval e = {.run = run, .options = o, .input = input, .scored.metrics = metrics_of(o)};
    int rc = corpus_init(&e.corpus, o->tokens, err);
    e.corpus.by = o->by;
    if (!rc)
        rc = read_all(&e, err);
    if (!rc && !input) {
        rc = compute_idf(&e, err);
    } else if (!rc) {
        rc = score_captions(&e, err);
        if (rc && o->n_inputs > 1)
            err_prefix(err, "%s: ", name_of(input));
    }
    if (!rc && input && o->resamples)
        rc = compare(&e, err);
    errno = 0;
    if (!rc && o->format == EVAL_PER_IMAGE && input)
        rc = write_end(out, scores_write_each(&e.scored, &e.corpus, out), err);
    corpus_free(&e.corpus);
    free(e.scored.caption);
    free(e.scored.counts);
    free(e.scored.meteor_statistics);
    word_forms_free(&e.forms);
    free(e.pairs);
    free(e.idf);
    return rc;
}

/* --- the run --- */

static int write_rows(const Run *run, FILE *out, Err *err)
{
    const EvalOptions *o = run->options;
    const ScoreRows *rows = &run->rows;
    const ScoreStyle style = {.metrics = metrics_of(o),
                              .files = o->n_inputs > 1,
                              .statistics = o->statistics,
                              .meteor = o->meteor,
                              .by = o->by,
                              .first = name_of(o->inputs[0]),
                              .resamples = o->resamples,
                              .seed = o->seed};
    int rc = 0;
    errno = 0;
    if (o->format == EVAL_JSON)
        for (int i = 0; i < rows->n; i++)
            scores_write_json(&rows->row[i], &style, out);
    else if (style.files || style.by)
        rc = scores_write_table(rows, &style, out);
    else
        scores_write_list(&rows->row[0], &style, out);
    return write_end(out, rc, err);
}

static int eval_all(Run *run, FILE *out, Err *err)
{
    const EvalOptions *o = run->options;
    if (o->refs && references_read(&run->references, o->refs, err))
        return -1;
    if (o->train && !(run->training = hash_new()))
        return err_set(err, "out of memory");
    if (o->meteor && !(run->meteor = meteor_new(&o->meteor_options)))
        return err_set(err, "out of memory");
    if (o->train && training_read(run->training, o->train, o->tokens, err))
        return -1;
    if (!o->n_inputs)
        return eval_file(run, NULL, out, err);
    for (int i = 0; i < o->n_inputs; i++)
        if (eval_file(run, o->inputs[i], out, err))
            return -1;
    return o->format == EVAL_PER_IMAGE ? 0 : write_rows(run, out, err);
}

int eval_run(const EvalOptions *options, FILE *out, const Report *report, Err *err)
{
    Run run = {.options = options, .report = report};
    const char *const others[] = {options->refs, options->df};
    int rc = replace_check_inputs(options->save_df, options->inputs, options->n_inputs, err) ||
                     replace_check_inputs(options->save_df, others, 2, err)
                 ? -1
                 : eval_all(&run, out, err);
    if (!rc && run.meteor && meteor_failure(run.meteor))
        rc = err_set(err, "METEOR: %s", meteor_failure(run.meteor));
    references_free(&run.references);
    hash_free(run.training);
    meteor_free(run.meteor);
    file_counts_free(&run.first);
    score_rows_free(&run.rows);
    return rc;
}
