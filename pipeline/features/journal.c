#include "pipeline/features/journal.h"

#include "io/base/checksum.h"
#include "io/base/hash.h"
#include "io/file/file.h"
#include "io/file/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[] = "coco-features rows, version 1\n", WORD[] = "rows";
enum { NAME_MAX_BYTES = 1 << 20, SETTINGS_MAX = 1 << 16 };

/* Before a name and a row. */
typedef struct {
    uint64_t check; /* of all that follows it, to the record's end */
    uint64_t name_bytes;
    PictureState state;
} Head;

/* A row of an earlier run. */
typedef struct {
    int64_t place;
    PictureState state;
} Found;

struct Journal {
    char *path;
    int fd;
    struct timespec began;
    size_t row_bytes;
    char *record; /* room for one: head, name, row */
    size_t room;
    int64_t end; /* of the last whole record */
    int64_t first;
    Hash *names; /* numbers `found` */
    Found *found;
};

static int fail(const Journal *j, Err *err)
{
    return err_set(err, "%s: %s", j->path, strerror(errno));
}

static int make_room(Journal *j, size_t bytes, Err *err)
{
    if (bytes <= j->room)
        return 0;
    char *grown = realloc(j->record, bytes);
    if (!grown)
        return err_set(err, "out of memory");
    j->record = grown;
    j->room = bytes;
    return 0;
}

/* --- bytes --- */

/* How many bytes are there, up to n; -1: they cannot be read. */
static int64_t read_at(const Journal *j, int64_t at, void *out, size_t n)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = pread(j->fd, (char *)out + got, n - got, at + (int64_t)got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -1;
        if (r == 0)
            break;
        got += (size_t)r;
    }
    return (int64_t)got;
}

static int write_at(const Journal *j, int64_t at, const void *bytes, size_t n)
{
    for (size_t put = 0; put < n;) {
        ssize_t w = pwrite(j->fd, (const char *)bytes + put, n - put, at + (int64_t)put);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        put += (size_t)w;
    }
    return 0;
}

/* --- the header --- */

/* A copy of the first line of `theirs` that `ours` has not in the same place. */
static char *first_difference(const char *theirs, const char *ours)
{
    size_t line = 0;
    for (size_t i = 0; theirs[i] && theirs[i] == ours[i]; i++)
        if (theirs[i] == '\n')
            line = i + 1;
    return strndup(theirs + line, strcspn(theirs + line, "\n"));
}

/* Whether the file begins with the header; if it begins with another one, *other says where that differs. */
static int check_header(const Journal *j, const char *header, char **other, Err *err)
{
    char *theirs = calloc(1, SETTINGS_MAX);
    size_t n = strlen(header) + 1, magic = strlen(MAGIC);
    if (!theirs)
        return err_set(err, "out of memory");
    int64_t got = read_at(j, 0, theirs, SETTINGS_MAX - 1);
    int rc = got < 0 ? fail(j, err) : (size_t)got >= n && !memcmp(theirs, header, n);
    if (rc == 0 && !strncmp(theirs, MAGIC, magic) && strlen(theirs) < (size_t)got &&
        !(*other = first_difference(theirs + magic, header + magic)))
        rc = err_set(err, "out of memory");
    free(theirs);
    return rc;
}

/* --- the records --- */

static int remember(Journal *j, const char *name, const Head *head, int64_t place, Err *err)
{
    int32_t known = hash_count(j->names), number = hash_add(j->names, name, head->name_bytes);
    if (number < 0)
        return err_set(err, "out of memory");
    if (number == known && !(known & (known - 1))) {
        Found *grown = realloc(j->found, (known ? 2 * (size_t)known : 1) * sizeof *grown);
        if (!grown)
            return err_set(err, "out of memory");
        j->found = grown;
    }
    j->found[number] = (Found){place, head->state};
    return 0;
}

/* Reads the record at j->end: 1; 0: no whole one is there. */
static int read_record(Journal *j, Err *err)
{
    Head head;
    int64_t got = read_at(j, j->end, &head, sizeof head);
    if (got < 0)
        return fail(j, err);
    if (got < (int64_t)sizeof head || head.name_bytes > NAME_MAX_BYTES)
        return 0;
    size_t rest = head.name_bytes + j->row_bytes, all = sizeof head + rest;
    if (make_room(j, all, err))
        return -1;
    got = read_at(j, j->end, j->record, all);
    if (got < 0)
        return fail(j, err);
    if ((size_t)got < all || head.check != checksum(0, j->record + sizeof head.check, all - sizeof head.check))
        return 0;
    if (remember(j, j->record + sizeof head, &head, j->end + (int64_t)(sizeof head + head.name_bytes), err))
        return -1;
    j->end += (int64_t)all;
    return 1;
}

static int read_all(Journal *j, const char *settings, char **other, Err *err)
{
    char *header;
    int rc, n = asprintf(&header, "%s%s", MAGIC, settings);
    if (n < 0 || n >= SETTINGS_MAX) {
        if (n >= 0)
            free(header);
        return err_set(err, n < 0 ? "out of memory" : "the settings are too long");
    }
    j->end = j->first = n + 1;
    rc = check_header(j, header, other, err);
    if (rc == 0 && (ftruncate(j->fd, 0) || write_at(j, 0, header, (size_t)n + 1)))
        rc = fail(j, err);
    free(header);
    while (rc > 0)
        rc = read_record(j, err);
    return rc == 0 && ftruncate(j->fd, j->end) ? fail(j, err) : rc;
}

/* --- opening and closing --- */

/* The file system's own clock: what it says for a time that is set to now. */
static int take_time(Journal *j, Err *err)
{
    struct stat st;
    if (futimens(j->fd, NULL) || fstat(j->fd, &st))
        return fail(j, err);
    j->began = st.st_mtim;
    return 0;
}

/* Beside what the target's links lead to, which is what will be replaced. */
static int open_file(Journal *j, const char *target, Err *err)
{
    struct stat st;
    char *place = path_follow(target);
    if (!place)
        return err_set(err, "%s: %s", target, strerror(errno));
    int rc = 0;
    if (!stat(place, &st) && !S_ISREG(st.st_mode))
        rc = err_set(err, "%s: is not a regular file; HDF5 needs to seek in it", target);
    else if ((rc = scratch_keep(place, WORD, &j->path, &j->fd, err)) == 0)
        rc = err_set(err, "%s: another process is writing it", target);
    free(place);
    return rc < 0 ? -1 : 0;
}

static void release(Journal *j, bool remove)
{
    if (remove)
        unlink(j->path);
    close(j->fd);
    free(j->path);
    free(j->record);
    free(j->found);
    hash_free(j->names);
    free(j);
}

/* Whether there is more than a header: rows, perhaps, that could not be read now. */
static bool has_more(const Journal *j)
{
    struct stat st;
    return fstat(j->fd, &st) || st.st_size > j->first;
}

Journal *journal_open(const char *target, const char *settings, size_t row_bytes, char **other, Err *err)
{
    Journal *j = calloc(1, sizeof *j);
    *other = NULL;
    if (!j) {
        err_set(err, "out of memory");
        return NULL;
    }
    j->fd = -1;
    j->row_bytes = row_bytes;
    if (open_file(j, target, err)) {
        free(j);
        return NULL;
    }
    j->names = hash_new();
    int rc = j->names ? 0 : err_set(err, "out of memory");
    if (!rc && !read_all(j, settings, other, err) && !take_time(j, err))
        return j;
    release(j, !has_more(j));
    free(*other);
    *other = NULL;
    return NULL;
}

void journal_close(Journal *journal, bool done)
{
    if (journal)
        release(journal, done || journal->end == journal->first);
}

/* --- rows --- */

struct timespec journal_began(const Journal *journal)
{
    return journal->began;
}

int64_t journal_rows(const Journal *journal)
{
    return hash_count(journal->names);
}

int64_t journal_find(const Journal *journal, const char *name, PictureState *state)
{
    int32_t number = hash_find(journal->names, name, strlen(name));
    if (number < 0)
        return -1;
    *state = journal->found[number].state;
    return journal->found[number].place;
}

int64_t journal_add(Journal *j, const char *name, const PictureState *state, const void *row, Err *err)
{
    Head head = {.name_bytes = strlen(name), .state = *state};
    size_t all = sizeof head + head.name_bytes + j->row_bytes;
    if (head.name_bytes > NAME_MAX_BYTES)
        return err_set(err, "%.60s...: the name is too long", name);
    if (make_room(j, all, err))
        return -1;
    memcpy(j->record, &head, sizeof head);
    memcpy(j->record + sizeof head, name, head.name_bytes);
    memcpy(j->record + sizeof head + head.name_bytes, row, j->row_bytes);
    head.check = checksum(0, j->record + sizeof head.check, all - sizeof head.check);
    memcpy(j->record, &head.check, sizeof head.check);
    if (write_at(j, j->end, j->record, all))
        return fail(j, err);
    int64_t place = j->end + (int64_t)(sizeof head + head.name_bytes);
    j->end += (int64_t)all;
    return place;
}

int journal_read(const Journal *journal, int64_t place, void *row, Err *err)
{
    int64_t got = read_at(journal, place, row, journal->row_bytes);
    if (got < 0)
        return fail(journal, err);
    return (size_t)got == journal->row_bytes ? 0 : err_set(err, "%s: ends too early", journal->path);
}
