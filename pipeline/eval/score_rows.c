#include "pipeline/eval/score_rows.h"

#include "model/score/metrics.h"
#include "pipeline/eval/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A new row, with room for its scores. NULL: out of memory. */
static ScoreRow *new_row(ScoreRows *rows, MetricList metrics, const char *file, const char *group)
{
    if (rows->n == rows->room) {
        int room = rows->room ? 2 * rows->room : 8;
        ScoreRow *grown = realloc(rows->row, (size_t)room * sizeof *grown);
        if (!grown)
            return NULL;
        rows->row = grown;
        rows->room = room;
    }
    ScoreRow *row = &rows->row[rows->n++];
    *row = (ScoreRow){.file = file,
                      .group = group ? strdup(group) : NULL,
                      .sum = malloc((size_t)metrics_counts(metrics) * sizeof *row->sum),
                      .score = malloc((size_t)metrics_scores(metrics) * sizeof *row->score)};
    return (group && !row->group) || !row->sum || !row->score ? NULL : row;
}

void score_rows_free(ScoreRows *rows)
{
    for (int i = 0; i < rows->n; i++) {
        free(rows->row[i].group);
        free(rows->row[i].sum);
        free(rows->row[i].score);
        free(rows->row[i].difference);
    }
    free(rows->row);
    memset(rows, 0, sizeof *rows);
}

static void fill_row(ScoreRow *row, const Scored *s, StatisticsCounter *counter)
{
    row->images = s->images;
    row->statistics = statistics_count(counter, s->caption, s->n);
    metrics_sum(s->metrics, s->counts, s->n, row->sum);
    metrics_combine(s->metrics, row->sum, s->n, row->score);
    row->meteor = s->meteor ? meteor_score(s->meteor, s->meteor_statistics, s->n, NULL) : (double)NAN;
}

/* A group's captions by themselves, in `part`, which has room for all. last (images): the group that saw an image
 * last. */
static void take_group(const Groups *groups, int32_t group, const Corpus *c, const Scored *all, int32_t *last,
                       Scored *part)
{
    size_t width = (size_t)metrics_counts(all->metrics);
    part->n = 0;
    part->images = 0;
    for (int64_t i = groups->start[group]; i < groups->start[group + 1]; i++, part->n++) {
        int64_t from = groups->of[i];
        int32_t image = c->caption[all->caption[from]].image;
        part->caption[part->n] = all->caption[from];
        memcpy(part->counts + (size_t)part->n * width, all->counts + (size_t)from * width,
               width * sizeof *part->counts);
        part->meteor_statistics[part->n] = all->meteor_statistics[from];
        part->images += last[image] != group;
        last[image] = group;
    }
}

static int add_groups(ScoreRows *rows, const char *file, const Corpus *c, const Scored *all,
                      StatisticsCounter *counter)
{
    Groups groups;
    if (groups_make(&groups, c, all->caption, all->n))
        return -1;
    Scored part = {.metrics = all->metrics,
                   .meteor = all->meteor,
                   .meteor_statistics = malloc((size_t)all->n * sizeof *part.meteor_statistics),
                   .caption = malloc((size_t)all->n * sizeof *part.caption),
                   .counts = malloc((size_t)all->n * (size_t)metrics_counts(all->metrics) * sizeof *part.counts)};
    int32_t *last = malloc((size_t)c->n_images * sizeof *last);
    int rc = part.meteor_statistics && part.caption && part.counts && last ? 0 : -1;
    if (!rc)
        memset(last, -1, (size_t)c->n_images * sizeof *last);
    for (int32_t g = 0; !rc && g < groups.n; g++) {
        ScoreRow *row = new_row(rows, all->metrics, file, groups.value[g]);
        rc = row ? 0 : -1;
        if (row) {
            take_group(&groups, g, c, all, last, &part);
            fill_row(row, &part, counter);
        }
    }
    free(part.meteor_statistics);
    free(part.caption);
    free(part.counts);
    free(last);
    groups_free(&groups);
    return rc;
}

int score_rows_add(ScoreRows *rows, const char *file, const Corpus *corpus, const Scored *scored,
                   StatisticsCounter *counter)
{
    if (corpus->by && add_groups(rows, file, corpus, scored, counter))
        return -1;
    ScoreRow *row = new_row(rows, scored->metrics, file, NULL);
    if (row)
        fill_row(row, scored, counter);
    return row ? 0 : -1;
}
