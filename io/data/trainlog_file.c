#include "io/data/trainlog_file.h"

#include "io/base/err.h"
#include "io/file/line_reader.h"
#include "io/file/tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES = 1 << 20 };

static bool is_event(const char *line, size_t len)
{
    LogEvent e;
    return log_parse(&e, line, len, NULL) == 0;
}

/* Whether a line may be the beginning of one that log_write wrote. */
static bool begins_event(const char *line, size_t len)
{
    static const char lead[] = LOG_LEAD;
    size_t n = len < sizeof lead - 1 ? len : sizeof lead - 1;
    return !memcmp(line, lead, n);
}

/* Takes the first line that is not blank. */
static LogContent read_first(LineReader *reader, LogEvent *first, Err *err)
{
    const char *line;
    size_t len;
    LineAnswer answer;
    while ((answer = line_reader_next(reader, &line, &len, err)) == LINE_READ && line_is_blank(line, len))
        continue;
    if (answer != LINE_READ)
        return answer == LINE_END ? LOG_EMPTY : LOG_BAD;
    if (!log_parse(first, line, len, err))
        return LOG_EVENTS;
    if (line_reader_torn(reader) && begins_event(line, len))
        return LOG_EMPTY;
    return (LogContent)err_prefix(err, "%s: not a line of a training log: ", line_reader_place(reader));
}

LogContent log_look(const char *path, LogEnds *ends, Err *err)
{
    struct stat st;
    if (!strcmp(path, "-") || (stat(path, &st) == 0 ? !S_ISREG(st.st_mode) || st.st_size == 0 : errno == ENOENT))
        return LOG_EMPTY;
    LineReader *reader = line_reader_open(path, LINE_BYTES, err);
    if (!reader)
        return LOG_BAD;
    LogContent content = read_first(reader, &ends->first, err);
    line_reader_close(reader);
    if (content != LOG_EVENTS)
        return content;
    size_t len;
    char *last = tail_line(path, &len);
    if (!last || log_parse(&ends->last, last, len, NULL))
        ends->last = ends->first;
    free(last);
    return content;
}

int log_cut(const char *path, int64_t iteration, int64_t *lines, Err *err)
{
    LineReader *reader = line_reader_open(path, LINE_BYTES, err);
    const char *line;
    size_t len;
    LineAnswer answer;
    int64_t end = 0;
    bool saved = false;
    *lines = 0;
    if (!reader)
        return -1;
    while ((answer = line_reader_next(reader, &line, &len, err)) == LINE_READ) {
        LogEvent e;
        if (log_parse(&e, line, len, NULL))
            continue;
        bool later = e.iteration > iteration;
        end = later ? end : line_reader_offset(reader);
        *lines = later ? *lines + 1 : 0;
        saved = later && (saved || !strcmp(e.event, "checkpoint"));
    }
    line_reader_close(reader);
    if (answer == LINE_BAD)
        return -1;
    if (saved)
        return 1;
    return *lines && truncate(path, end) ? err_set(err, "%s: %s", path, strerror(errno)) : 0;
}

FILE *log_append(const char *path, int64_t *cut, Err *err)
{
    return tail_append(path, is_event, cut, err);
}

bool log_stays(FILE *log)
{
    struct stat st;
    return fstat(fileno(log), &st) == 0 && S_ISREG(st.st_mode);
}
