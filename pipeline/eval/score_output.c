#include "pipeline/eval/score_output.h"

#include "io/data/json.h"
#include "model/score/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Sums of counts, and scores, of a corpus. */
typedef struct {
    double *sum;   /* (metrics_counts()) */
    double *score; /* (metrics_scores()) */
} Totals;

static void totals_free(Totals *t)
{
    free(t->sum);
    free(t->score);
}

static int totals_init(Totals *t, const Scored *s)
{
    t->sum = malloc((size_t)metrics_counts() * sizeof *t->sum);
    t->score = malloc((size_t)metrics_scores() * sizeof *t->score);
    if (!t->sum || !t->score) {
        totals_free(t);
        return -1;
    }
    metrics_sum(s->counts, s->n, t->sum);
    metrics_combine(t->sum, s->n, t->score);
    return 0;
}

/* --- JSON --- */

static void put_scores(FILE *out, const double *score)
{
    const char *comma = "";
    for (const Metric *const *m = METRICS; *m; m++)
        for (const MetricScore *s = (*m)->score; s->key; s++, comma = ",") {
            fprintf(out, "%s\"%s\":", comma, s->key);
            json_put_real(out, *score++);
        }
}

static void put_totals(FILE *out, const double *sum)
{
    for (const Metric *const *m = METRICS; *m; sum += (*m++)->n_counts)
        for (const MetricTotal *t = (*m)->total; t->key; t++)
            fprintf(out, ",\"%s\":%.0f", t->key, sum[t->at]);
}

int scores_write_json(const Scored *s, FILE *out)
{
    Totals totals;
    if (totals_init(&totals, s))
        return -1;
    fprintf(out, "{\"images\":%" PRId64 ",\"captions\":%" PRId64 ",", s->images, s->n);
    put_scores(out, totals.score);
    put_totals(out, totals.sum);
    fprintf(out, ",\"distinct\":%" PRId64 ",\"mean_length\":", s->distinct);
    json_put_real(out, s->mean_length);
    if (!isnan(s->novel)) {
        fputs(",\"novel\":", out);
        json_put_real(out, s->novel);
    }
    fputs("}\n", out);
    totals_free(&totals);
    return 0;
}

/* The keys of all scores, ended by NULL. The caller frees. */
static const char **score_keys(void)
{
    const char **key = calloc((size_t)metrics_scores() + 1, sizeof *key);
    int n = 0;
    for (const Metric *const *m = METRICS; key && *m; m++)
        for (const MetricScore *s = (*m)->score; s->key; s++)
            key[n++] = s->key;
    return key;
}

int scores_write_each(const Scored *s, const Corpus *c, FILE *out)
{
    const char **keys = score_keys();
    double *score = malloc((size_t)metrics_scores() * sizeof *score);
    int rc = keys && score ? 0 : -1, width = metrics_counts();
    for (int64_t i = 0, k = 0; !rc && i < c->n_captions && !ferror(out); i++) {
        if (k == s->n || s->caption[k] != i) {
            fprintf(out, "%s\n", c->caption[i].json);
            continue;
        }
        metrics_combine(s->counts + k++ * width, 1, score);
        putc('{', out);
        json_put_members(out, c->caption[i].json, keys);
        put_scores(out, score);
        fputs("}\n", out);
    }
    free(keys);
    free(score);
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

int scores_write_table(const Scored *s, FILE *out)
{
    Totals totals;
    if (totals_init(&totals, s))
        return -1;
    const double *sum = totals.sum, *score = totals.score;
    fprintf(out, "images      %8" PRId64 "\n", s->images);
    fprintf(out, "captions    %8" PRId64 "   of them %" PRId64 " distinct, %.1f words each\n", s->n, s->distinct,
            s->mean_length);
    if (!isnan(s->novel))
        fprintf(out, "novel       %7.1f%%   not among the training captions\n", 100 * s->novel);
    for (const Metric *const *m = METRICS; *m; sum += (*m++)->n_counts)
        write_totals(*m, sum, out);
    for (const Metric *const *m = METRICS; *m; m++)
        for (const MetricScore *t = (*m)->score; t->key; t++)
            fprintf(out, "%-11s %8.1f   %s\n", t->label, 100 * *score++, t->unit);
    totals_free(&totals);
    return 0;
}
