#include "io/file/input_lines.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20 };

struct InputLines {
    const char *const *path;
    int n, next;        /* inputs; the next to open */
    LineReader *reader; /* of the open one; NULL: none is */
};

InputLines *input_lines_open(const char *const *paths, int n, Err *err)
{
    InputLines *in = calloc(1, sizeof *in);
    if (!in) {
        err_set(err, "out of memory");
        return NULL;
    }
    in->path = paths;
    in->n = n;
    return in;
}

void input_lines_close(InputLines *in)
{
    if (in)
        line_reader_close(in->reader);
    free(in);
}

int input_lines_fd(const InputLines *in)
{
    return in->reader ? line_reader_fd(in->reader) : -1;
}

const char *input_lines_place(const InputLines *in)
{
    return line_reader_place(in->reader);
}

static int open_next(InputLines *in, Err *err)
{
    const char *path = in->path[in->next++];
    in->reader = line_reader_open(path, LINE_MAX_BYTES, err);
    if (!in->reader && strstr(path, "://") && file_exists(path, NULL) == 0)
        err_set(err, "%s: no such file (URLs go into a file or standard input, one per line)", path);
    return in->reader ? 0 : -1;
}

LineAnswer input_lines_next(InputLines *in, const char **line, size_t *len, Err *err)
{
    for (;;) {
        if (!in->reader && in->next == in->n)
            return LINE_END;
        if (!in->reader && open_next(in, err))
            return LINE_BAD;
        LineAnswer answer = line_reader_poll(in->reader, line, len, err);
        if (answer == LINE_END) {
            line_reader_close(in->reader);
            in->reader = NULL;
        } else if (answer != LINE_READ || !line_is_blank(*line, *len)) {
            return answer;
        }
    }
}
