#include "pipeline/eval/score_output.h"

#include "io/base/text.h"
#include "io/data/json.h"
#include "model/score/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* --- JSON --- */

static void put_scores(FILE *out, MetricList metrics, const double *score)
{
    const char *comma = "";
    for (MetricList m = metrics; *m; m++)
        for (const MetricScore *s = (*m)->score; s->key; s++, comma = ",") {
            fprintf(out, "%s\"%s\":", comma, s->key);
            json_put_real(out, *score++);
        }
}

static void put_totals(FILE *out, MetricList metrics, const double *sum)
{
    for (MetricList m = metrics; *m; sum += (*m++)->n_counts)
        for (const MetricTotal *t = (*m)->total; t->key; t++)
            fprintf(out, ",\"%s\":%.0f", t->key, sum[t->at]);
}

/* ,"key":value, or null for a value that is not known. */
static void put_real(FILE *out, const char *key, double value)
{
    fprintf(out, ",\"%s\":", key);
    if (isnan(value))
        fputs("null", out);
    else
        json_put_real(out, value);
}

/* The name of a file, which need not be UTF-8. */
static void put_file(FILE *out, const char *name)
{
    if (!json_put_text(out, name))
        return;
    char *clean = text_paragraph(name);
    json_put_text(out, clean ? clean : "");
    free(clean);
}

static void put_statistics(FILE *out, const Statistics *s)
{
    fprintf(out, ",\"stats\":{\"words\":%" PRId64, s->words);
    put_real(out, "mean_length", statistics_mean_length(s));
    put_real(out, "word_precision", statistics_precision(s));
    put_real(out, "unk", statistics_unknown(s));
    put_real(out, "distinct_1", statistics_distinct_1(s));
    put_real(out, "distinct_2", statistics_distinct_2(s));
    fprintf(out, ",\"distinct_captions\":%" PRId64, s->distinct);
    put_real(out, "distinct_captions_share", statistics_distinct(s));
    if (s->novel >= 0) {
        fprintf(out, ",\"novel_captions\":%" PRId64, s->novel);
        put_real(out, "novel_captions_share", statistics_novel(s));
    }
    putc('}', out);
}

static void put_difference(FILE *out, const Difference *d, const ScoreStyle *style)
{
    fputs(",\"difference\":{\"from\":", out);
    put_file(out, style->first);
    fprintf(out, ",\"resamples\":%d,\"seed\":%" PRIu32, style->resamples, style->seed);
    fputs(",\"interval\":\"paired bootstrap\",\"test\":\"approximate randomization\"", out);
    for (MetricList m = style->metrics; *m; m++)
        for (const MetricScore *s = (*m)->score; s->key; s++, d++) {
            fprintf(out, ",\"%s\":{\"value\":", s->key);
            json_put_real(out, d->value);
            put_real(out, "low", d->low);
            put_real(out, "high", d->high);
            put_real(out, "p", d->p);
            putc('}', out);
        }
    putc('}', out);
}

/* What tells the row from others. */
static void put_names(FILE *out, const ScoreRow *row, const ScoreStyle *style)
{
    if (style->files) {
        fputs("\"file\":", out);
        put_file(out, row->file);
        putc(',', out);
    }
    if (row->group) {
        fputs("\"by\":", out);
        json_put_text(out, style->by);
        fprintf(out, ",\"group\":%s,", row->group);
    }
}

void scores_write_json(const ScoreRow *row, const ScoreStyle *style, FILE *out)
{
    const Statistics *s = &row->statistics;
    putc('{', out);
    put_names(out, row, style);
    fprintf(out, "\"images\":%" PRId64 ",\"captions\":%" PRId64 ",", row->images, s->captions);
    put_scores(out, style->metrics, row->score);
    if (style->meteor)
        put_real(out, METEOR_KEY, row->meteor);
    put_totals(out, style->metrics, row->sum);
    fprintf(out, ",\"distinct\":%" PRId64, s->distinct);
    put_real(out, "mean_length", statistics_mean_length(s));
    if (s->novel >= 0)
        put_real(out, "novel", statistics_novel(s));
    if (style->statistics)
        put_statistics(out, s);
    if (row->difference)
        put_difference(out, row->difference, style);
    fputs("}\n", out);
}

/* The keys of all scores, ended by NULL. The caller frees. */
static const char **score_keys(MetricList metrics, bool meteor)
{
    const char **key = calloc((size_t)metrics_scores(metrics) + 2, sizeof *key);
    int n = 0;
    for (MetricList m = metrics; key && *m; m++)
        for (const MetricScore *s = (*m)->score; s->key; s++)
            key[n++] = s->key;
    if (key && meteor)
        key[n] = METEOR_KEY;
    return key;
}

int scores_write_each(const Scored *s, const Corpus *c, FILE *out)
{
    const char **keys = score_keys(s->metrics, s->meteor);
    double *score = malloc((size_t)metrics_scores(s->metrics) * sizeof *score);
    double *meteor = malloc(((size_t)s->n + 1) * sizeof *meteor);
    int rc = keys && score && meteor ? 0 : -1, width = metrics_counts(s->metrics);
    bool known = !rc && s->meteor && !isnan(meteor_score(s->meteor, s->meteor_statistics, s->n, meteor));
    for (int64_t i = 0, k = 0; !rc && i < c->n_captions && !ferror(out); i++) {
        if (k == s->n || s->caption[k] != i) {
            fprintf(out, "%s\n", c->caption[i].json);
            continue;
        }
        metrics_combine(s->metrics, s->counts + k * width, 1, score);
        putc('{', out);
        json_put_members(out, c->caption[i].json, keys);
        put_scores(out, s->metrics, score);
        if (s->meteor)
            put_real(out, METEOR_KEY, known ? meteor[k] : (double)NAN);
        fputs("}\n", out);
        k++;
    }
    free(keys);
    free(score);
    free(meteor);
    return rc;
}

/* --- for people --- */

/* The totals of a metric, on one line. */
static void write_totals(const Metric *m, const double *sum, FILE *out)
{
    for (const MetricTotal *t = m->total; t->key; t++)
        if (t == m->total)
            fprintf(out, "%-11s %8.0f", t->label, sum[t->at]);
        else
            fprintf(out, "   %s: %.0f", t->label, sum[t->at]);
    if (m->total->key)
        putc('\n', out);
}

/* A share in percent, unless it is not known. */
static void write_share(FILE *out, const char *label, double share, const char *of)
{
    if (!isnan(share))
        fprintf(out, "%-11s %7.1f%%   %s\n", label, 100 * share, of);
}

static void write_statistics(const Statistics *s, FILE *out)
{
    write_share(out, "right words", statistics_precision(s), "of the words are in a reference, as often");
    write_share(out, "<UNK>", statistics_unknown(s), "of the words");
    write_share(out, "distinct-1", statistics_distinct_1(s), "different words, of all words");
    write_share(out, "distinct-2", statistics_distinct_2(s), "different pairs of words, of all pairs");
    write_share(out, "distinct", statistics_distinct(s), "different captions, of all captions");
}

void scores_write_list(const ScoreRow *row, const ScoreStyle *style, FILE *out)
{
    const Statistics *s = &row->statistics;
    const double *sum = row->sum, *score = row->score;
    fprintf(out, "images      %8" PRId64 "\n", row->images);
    fprintf(out, "captions    %8" PRId64 "   of them %" PRId64 " distinct, %.1f words each\n", s->captions,
            s->distinct, statistics_mean_length(s));
    write_share(out, "novel", statistics_novel(s), "not among the training captions");
    for (MetricList m = style->metrics; *m; sum += (*m++)->n_counts)
        write_totals(*m, sum, out);
    if (style->statistics)
        write_statistics(s, out);
    for (MetricList m = style->metrics; *m; m++)
        for (const MetricScore *t = (*m)->score; t->key; t++)
            fprintf(out, "%-11s %8.1f   %s\n", t->label, 100 * *score++, t->unit);
    if (style->meteor && isnan(row->meteor))
        fprintf(out, "%-11s %8s   it failed\n", METEOR_KEY, "-");
    else if (style->meteor)
        fprintf(out, "%-11s %8.1f   of 100\n", METEOR_KEY, 100 * row->meteor);
}
