#include "pipeline/features/row_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int open_journal(RowStore *s, const Report *report, Err *err)
{
    char *other, *text = feature_settings_text(s->settings);
    if (!text)
        return err_set(err, "out of memory");
    s->journal = journal_open(s->options->output, text, features_row_bytes(s->info), &other, err);
    free(text);
    if (!s->journal)
        return -1;
    if (other)
        report_note(report, "rows of an unfinished run are dropped: it was made with %s", other);
    else if (journal_rows(s->journal))
        report_note(report, "resuming an unfinished run: %lld row%s done", (long long)journal_rows(s->journal),
                    journal_rows(s->journal) == 1 ? " is" : "s are");
    free(other);
    return 0;
}

int row_store_open(RowStore *s, const FeaturesOptions *options, const FeatureSetting *settings, const CnnInfo *info,
                   int64_t pictures, const Report *report, Err *err)
{
    size_t n = (size_t)pictures;
    *s = (RowStore){.options = options, .settings = settings, .info = info};
    s->row = calloc(n, sizeof *s->row);
    s->state = calloc(n, sizeof *s->state);
    s->name = calloc(n, sizeof *s->name);
    if (!s->row || !s->state || !s->name)
        return err_set(err, "out of memory");
    if (options->update && earlier_open(&s->earlier, options->output, settings, info, err) < 0)
        return -1;
    return open_journal(s, report, err);
}

void row_store_close(RowStore *s, bool written)
{
    earlier_close(&s->earlier);
    journal_close(s->journal, written);
    free(s->row);
    free(s->state);
    free(s->name);
    *s = (RowStore){0};
}

int row_store_add(RowStore *s, const char *name, RowSource source, const RowPlace *at, const void *numbers,
                  Err *err)
{
    StoredRow row = {source, at->place};
    if (source == ROW_COMPUTED) {
        row = (StoredRow){ROW_IN_JOURNAL, journal_add(s->journal, name, &at->state, numbers, err)};
        if (row.place < 0)
            return -1;
    }
    s->row[s->n] = row;
    s->state[s->n] = at->state;
    s->name[s->n++] = name;
    return 0;
}

/* --- the file --- */

static int read_row(void *ctx, int64_t i, void *row, Err *err)
{
    RowStore *s = ctx;
    return s->row[i].source == ROW_IN_EARLIER ? earlier_read(&s->earlier, s->row[i].place, row, err)
                                              : journal_read(s->journal, s->row[i].place, row, err);
}

/* Whether a new file would be the earlier one. */
static bool is_earlier(const RowStore *s)
{
    if (!s->earlier.h5 || s->n != s->earlier.n || !s->earlier.cnn)
        return false;
    for (int64_t i = 0; i < s->n; i++)
        if (s->row[i].source != ROW_IN_EARLIER || s->row[i].place != i)
            return false;
    for (int i = 0; i < FEATURE_SETTINGS; i++)
        if (!strcmp(s->settings[i].attribute, "cnn"))
            return !strcmp(s->settings[i].text, s->earlier.cnn);
    return false;
}

/* The file's time is that of the run's beginning: what changes from then on is newer. */
int row_store_write(RowStore *s, Err *err)
{
    const struct timespec began = journal_began(s->journal), times[2] = {{.tv_nsec = UTIME_OMIT}, began};
    const FeaturesFile file = {.path = s->options->output,
                               .settings = s->settings,
                               .info = s->info,
                               .n = s->n,
                               .name = s->name,
                               .state = s->state,
                               .read = read_row,
                               .ctx = s,
                               .modified = began};
    if (!is_earlier(s))
        return features_file_write(&file, err);
    if (utimensat(AT_FDCWD, s->options->output, times, 0))
        return err_set(err, "%s: %s", s->options->output, strerror(errno));
    return 0;
}
