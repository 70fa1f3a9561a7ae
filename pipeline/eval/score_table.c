/* Scores of several files or groups, side by side. */
#include "model/score/metrics.h"
#include "pipeline/common/terminal.h"
#include "pipeline/eval/score_output.h"
#include "pipeline/eval/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A share in percent, or a dash for what is not known. */
static void put_percent(Table *t, double share)
{
    if (isnan(share))
        table_cell(t, "-");
    else
        table_cell(t, "%.1f", 100 * share);
}

/* A group's value without quotes. */
static void put_group(Table *t, const ScoreRow *row)
{
    const char *value = row->group;
    if (!value)
        table_cell(t, "all");
    else if (!strcmp(value, "null"))
        table_cell(t, "(none)");
    else if (*value == '"')
        table_cell(t, "%.*s", (int)strlen(value) - 2, value + 1);
    else
        table_cell(t, "%s", value);
}

/* How many columns name a row. */
static int n_names(const ScoreStyle *style)
{
    return style->files + (style->by != NULL);
}

static void put_name_headers(Table *t, const ScoreStyle *style)
{
    if (style->files)
        table_cell(t, "file");
    if (style->by)
        table_cell(t, "%s", style->by);
}

static void put_names(Table *t, const ScoreRow *row, const ScoreStyle *style)
{
    if (style->files)
        table_cell(t, "%s", row->file);
    if (style->by)
        put_group(t, row);
}

/* Writes the table and frees it; NULL: memory ran out before. */
static int finish(Table *t, FILE *out)
{
    int rc = t ? table_write(t, out) : -1;
    table_free(t);
    return rc;
}

static int write_scores(const ScoreRows *rows, const ScoreStyle *style, FILE *out)
{
    Table *t = table_new(n_names(style) + 2 + metrics_scores(style->metrics) + style->meteor, n_names(style));
    if (!t)
        return -1;
    put_name_headers(t, style);
    table_cell(t, "images");
    table_cell(t, "captions");
    for (MetricList m = style->metrics; *m; m++)
        for (const MetricScore *s = (*m)->score; s->key; s++)
            table_cell(t, "%s", s->label);
    if (style->meteor)
        table_cell(t, METEOR_KEY);
    for (int i = 0; i < rows->n; i++) {
        const ScoreRow *row = &rows->row[i];
        put_names(t, row, style);
        table_cell(t, "%" PRId64, row->images);
        table_cell(t, "%" PRId64, row->statistics.captions);
        for (int k = 0; k < metrics_scores(style->metrics); k++)
            put_percent(t, row->score[k]);
        if (style->meteor)
            put_percent(t, row->meteor);
    }
    fprintf(out, "Scores times 100: %s out of 100, CIDEr (CIDEr-D) out of 1000, as papers print them\n",
            style->meteor ? "BLEU, ROUGE-L and METEOR" : "BLEU and ROUGE-L");
    return finish(t, out);
}

static int write_statistics(const ScoreRows *rows, const ScoreStyle *style, FILE *out)
{
    static const char *const HEADERS[] = {"words each",   "right %",   "<UNK> %", "distinct-1 %",
                                          "distinct-2 %", "different", "%",       "novel %"};
    enum { N_HEADERS = sizeof HEADERS / sizeof *HEADERS };
    Table *t = table_new(n_names(style) + N_HEADERS, n_names(style));
    if (!t)
        return -1;
    put_name_headers(t, style);
    for (int i = 0; i < N_HEADERS; i++)
        table_cell(t, "%s", HEADERS[i]);
    for (int i = 0; i < rows->n; i++) {
        const Statistics *s = &rows->row[i].statistics;
        put_names(t, &rows->row[i], style);
        table_cell(t, "%.1f", statistics_mean_length(s));
        put_percent(t, statistics_precision(s));
        put_percent(t, statistics_unknown(s));
        put_percent(t, statistics_distinct_1(s));
        put_percent(t, statistics_distinct_2(s));
        table_cell(t, "%" PRId64, s->distinct);
        put_percent(t, statistics_distinct(s));
        put_percent(t, statistics_novel(s));
    }
    fputs(
        "\nStatistics: words that a reference has too (right), and different words, pairs of words and captions\n",
        out);
    return finish(t, out);
}

static void put_difference(Table *t, const ScoreRow *row, const MetricScore *score, const Difference *d)
{
    table_cell(t, "%s", row->file);
    table_cell(t, "%s", score->label);
    table_cell(t, "%+.2f", 100 * d->value);
    table_cell(t, "%+.2f", 100 * d->low);
    table_cell(t, "%+.2f", 100 * d->high);
    table_cell(t, "%.4f", d->p);
}

static int write_differences(const ScoreRows *rows, const ScoreStyle *style, FILE *out)
{
    static const char *const HEADERS[] = {"file", "score", "difference", "from", "to", "p"};
    enum { N_HEADERS = sizeof HEADERS / sizeof *HEADERS };
    Table *t = table_new(N_HEADERS, 2);
    if (!t)
        return -1;
    for (int i = 0; i < N_HEADERS; i++)
        table_cell(t, "%s", HEADERS[i]);
    for (int i = 0; i < rows->n; i++) {
        const Difference *d = rows->row[i].difference;
        for (MetricList m = style->metrics; d && *m; m++)
            for (const MetricScore *s = (*m)->score; s->key; s++)
                put_difference(t, &rows->row[i], s, d++);
    }
    fputs("\nDifferences from ", out);
    terminal_put(out, style->first);
    fprintf(out,
            ", times 100, with 95 %% intervals (paired bootstrap, Koehn 2004) and two-sided p\n"
            "(approximate randomization, Riezler and Maxwell 2005): %d resamples of the images, seed %" PRIu32 "\n",
            style->resamples, style->seed);
    return finish(t, out);
}

int scores_write_table(const ScoreRows *rows, const ScoreStyle *style, FILE *out)
{
    int rc = write_scores(rows, style, out);
    if (!rc && style->statistics)
        rc = write_statistics(rows, style, out);
    if (!rc && style->resamples)
        rc = write_differences(rows, style, out);
    return rc;
}
