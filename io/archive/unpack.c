#include "io/archive/unpack.h"

#include "io/archive/archive_reason.h"
#include "io/archive/entry_list.h"
#include "io/archive/entry_name.h"
#include "io/archive/gzip.h"
#include "io/base/err.h"
#include "io/base/size.h"
#include "io/file/file.h"
#include "io/file/sniff.h"
#include "io/file/space.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_ENTRIES = 2000000,
    MAX_NAMES = 256 << 20, /* bytes of all names */
    MAX_RATIO = 200,       /* of unpacked to packed size; real datasets stay below 20 */
    RATIO_FREE = 64 << 20, /* the ratio does not matter up to this many unpacked bytes */
    BLOCK = 1 << 18
};

typedef struct {
    const UnpackSpec *spec;
    const char *dir;
    int fd;
    int64_t packed;  /* bytes of the archive */
    int64_t claimed; /* bytes of all entries, according to the archive */
    EntryList list;
    const char *root; /* the first root_len bytes: "" or "a/b/"; the list's */
    size_t root_len;
    int64_t total, done; /* bytes of the wanted files: to write, and written so far */
    char *parent;        /* the directory made last */
    Err *err;
} Unpack;

/* --- faults --- */

static int refuse(Unpack *u, const char *entry, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int refuse(Unpack *u, const char *entry, const char *fmt, ...)
{
    char shown[ENTRY_SHOWN_LEN], why[ERR_LEN];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (entry)
        err_set(u->err, "%s: '%s': %s", u->spec->name, entry_name_shown(entry, shown), why);
    else
        err_set(u->err, "%s: %s", u->spec->name, why);
    return UNPACK_REFUSED;
}

/* The archive is not to blame. */
static int fail(Unpack *u, const char *entry, int error)
{
    refuse(u, entry, "%s", strerror(error));
    return UNPACK_FAILED;
}

/* An entry could not be created in a directory that was empty at first. Names that collide, and names that no file can
 * have, are the archive's fault. */
static int cannot_create(Unpack *u, const char *entry, int error)
{
    int archives_fault = error == EEXIST || error == ENOTDIR || error == EISDIR || error == ENAMETOOLONG;
    return archives_fault ? refuse(u, entry, "%s", strerror(error)) : fail(u, entry, error);
}

/* Adds the library's reason. */
static int damaged(Unpack *u, struct archive *a, const char *entry)
{
    char reason[ARCHIVE_REASON];
    if (archive_errno(a) == ENOMEM)
        return fail(u, entry, ENOMEM);
    if (!archive_reason(a, reason))
        return refuse(u, entry, "truncated or damaged");
    return refuse(u, entry, "truncated or damaged: %s", reason);
}

/* The library does not recognise the format. */
static int unknown_format(Unpack *u)
{
    char head[SNIFF_LEN];
    ssize_t n = pread(u->fd, head, sizeof head, 0);
    const char *packing = n > 0 ? sniff_packing(head, (size_t)n) : NULL;
    if (packing && !strcmp(packing, "zip"))
        return refuse(u, NULL, "truncated or damaged: a zip without the directory at its end");
    if (packing)
        return refuse(u, NULL, "is packed with %s, not zip or gzip", packing);
    return refuse(u, NULL, u->packed ? "is neither zip nor tar" : "is empty");
}

static const char *kind_fault(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry))
        return "is a hard link";
    if (archive_entry_is_encrypted(entry))
        return "is encrypted";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return archive_entry_size_is_set(entry) && archive_entry_size(entry) >= 0 ? NULL : "has no size";
    case AE_IFDIR:
        return NULL;
    case AE_IFLNK:
        return "is a symbolic link";
    case AE_IFIFO:
        return "is a pipe";
    case AE_IFSOCK:
        return "is a socket";
    default:
        return "is a device";
    }
}

/* Refuses a bad entry; otherwise gives its tidied name. */
static int judge(Unpack *u, struct archive_entry *entry, int64_t place, char name[ENTRY_NAME_MAX + 1])
{
    const char *given = archive_entry_pathname(entry);
    char numbered[64];
    if (!given)
        given = archive_entry_pathname_utf8(entry);
    if (!given) {
        snprintf(numbered, sizeof numbered, "entry %lld", (long long)place);
        return refuse(u, numbered, "has a name that is not text");
    }
    const char *fault = entry_name_fault(given);
    if (!fault)
        fault = kind_fault(entry);
    if (fault)
        return refuse(u, given, "%s", fault);
    memcpy(name, given, strlen(given) + 1);
    entry_name_tidy(name);
    return 0;
}

/* --- a pass --- */

static int stopped(const Unpack *u)
{
    return u->spec->stop && *u->spec->stop ? UNPACK_STOPPED : 0;
}

static int open_reader(Unpack *u, struct archive *a)
{
    if (!a)
        return fail(u, NULL, ENOMEM);
    if (lseek(u->fd, 0, SEEK_SET) < 0)
        return fail(u, NULL, errno);
    archive_read_support_filter_none(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_format_zip_seekable(a);
    archive_read_support_format_tar(a);
    if (archive_read_open_fd(a, u->fd, BLOCK) == ARCHIVE_OK)
        return 0;
    return archive_errno(a) == EILSEQ ? unknown_format(u) : damaged(u, a, NULL); /* EILSEQ: no known format */
}

/* A tar ends with a block of zeros, but the library accepts one that ends after any entry. `end` is where the data of
 * the last entry end; a block has 512 bytes. */
static int check_end(Unpack *u, struct archive *a, int64_t end)
{
    int tar = (archive_format(a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    if (tar && archive_filter_bytes(a, 0) <= (end + 511) / 512 * 512)
        return refuse(u, NULL, "truncated or damaged: its end is missing");
    return 0;
}

static int check_ratio(Unpack *u, int64_t unpacked)
{
    if (unpacked <= RATIO_FREE || unpacked / MAX_RATIO <= u->packed)
        return 0;
    return refuse(u, NULL, "unpacks to more than %d times its size", MAX_RATIO);
}

typedef int Visit(Unpack *u, struct archive *a, struct archive_entry *entry, const char *name);

/* Judges all entries, and visits each plain file. */
static int each_entry(Unpack *u, Visit *visit)
{
    struct archive *a = archive_read_new();
    struct archive_entry *entry;
    char name[ENTRY_NAME_MAX + 1];
    int64_t place = 0, end = 0;
    int r, rc = open_reader(u, a);
    while (rc == 0 && (rc = stopped(u)) == 0 && (r = archive_read_next_header(a, &entry)) != ARCHIVE_EOF) {
        /* Warnings are about what we check ourselves: names that are not text, sizes that contradict each other. */
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            rc = damaged(u, a, NULL);
        else if (++place > MAX_ENTRIES)
            rc = refuse(u, NULL, "holds more than two million entries");
        else if ((rc = check_ratio(u, archive_filter_bytes(a, 0))) == 0) /* headers alone can be a bomb */
            rc = judge(u, entry, place, name);
        if (rc == 0 && archive_entry_filetype(entry) == AE_IFREG)
            rc = visit(u, a, entry, name);
        if (rc == 0 && archive_read_data_skip(a) != ARCHIVE_OK)
            rc = damaged(u, a, name);
        end = archive_filter_bytes(a, 0);
    }
    if (rc == 0)
        rc = check_end(u, a, end);
    archive_read_free(a);
    return rc;
}

/* --- pass 1: what the archive holds --- */

/* Skips the data block by block, so that a stop takes effect at once: libarchive's own skip would decompress all of
 * them. */
static int skip_data(Unpack *u, struct archive *a, const char *name)
{
    const void *block;
    size_t n;
    la_int64_t at;
    int r, rc = 0;
    while ((rc = stopped(u)) == 0 && (r = archive_read_data_block(a, &block, &n, &at)) != ARCHIVE_EOF)
        if (r != ARCHIVE_OK)
            return damaged(u, a, name);
    return rc;
}

static int list_entry(Unpack *u, struct archive *a, struct archive_entry *entry, const char *name)
{
    int64_t size = archive_entry_size(entry);
    char most[SIZE_TEXT_LEN];
    u->claimed = size < INT64_MAX - u->claimed ? u->claimed + size : INT64_MAX;
    if (u->claimed > u->spec->max_bytes)
        return refuse(u, NULL, "unpacks to more than %s", size_text(u->spec->max_bytes, most));
    if (check_ratio(u, u->claimed))
        return UNPACK_REFUSED;
    if (u->list.bytes > MAX_NAMES)
        return refuse(u, NULL, "holds too many names");
    if (entry_list_add(&u->list, name, size))
        return fail(u, NULL, ENOMEM);
    return archive_filter_code(a, 0) == ARCHIVE_FILTER_NONE ? 0 : skip_data(u, a, name);
}

static int refuse_markerless(Unpack *u)
{
    char names[128] = "";
    for (const char *const *m = u->spec->markers; *m; m++) {
        size_t n = strlen(names);
        snprintf(names + n, sizeof names - n, "%s%s", n ? " or " : "", *m);
    }
    return refuse(u, NULL, "holds no dataset: no %s", names);
}

static int choose(Unpack *u)
{
    const char *second = NULL;
    if ((u->root = u->spec->root))
        u->root_len = strlen(u->root);
    else
        u->root = entry_list_root(&u->list, u->spec->markers, &u->root_len, &second);
    if (!u->root)
        return refuse_markerless(u);
    if (second)
        return refuse(u, second, "is a second dataset");
    const char *twice = entry_list_sum(&u->list, u->root, u->root_len, u->spec->wanted, &u->total);
    return twice ? refuse(u, twice, "occurs twice") : 0;
}

/* --- pass 2: the wanted files --- */

/* The files of one directory mostly follow one another, so that it is made once. */
static int make_parent(Unpack *u, const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    size_t n = (size_t)(slash - path);
    if (u->parent && strlen(u->parent) == n && !memcmp(u->parent, path, n))
        return 0;
    free(u->parent);
    u->parent = strndup(path, n);
    if (!u->parent)
        return fail(u, NULL, ENOMEM);
    return file_mkdirs(u->parent, NULL) ? cannot_create(u, name, errno) : 0;
}

static int write_at(int fd, const char *bytes, size_t n, int64_t at)
{
    while (n > 0) {
        ssize_t put = pwrite(fd, bytes, n, at);
        if (put < 0 && errno != EINTR)
            return -1;
        if (put > 0)
            bytes += put, at += put, n -= (size_t)put;
    }
    return 0;
}

/* Keeps the holes of a sparse file. */
static int write_data(Unpack *u, struct archive *a, struct archive_entry *entry, const char *name, int fd)
{
    const void *block;
    size_t n;
    la_int64_t at;
    int64_t size = archive_entry_size(entry), begun = u->done, end = 0;
    int r = ARCHIVE_OK, rc;
    while ((rc = stopped(u)) == 0 && (r = archive_read_data_block(a, &block, &n, &at)) == ARCHIVE_OK) {
        if (at < end || at > size || (int64_t)n > size - at)
            return refuse(u, name, "holds more than it says");
        if (write_at(fd, block, n, at))
            return fail(u, name, errno);
        end = at + (int64_t)n;
        u->done = begun + end;
        if (u->spec->progress)
            u->spec->progress(u->spec->ctx, u->done, u->total);
    }
    if (rc == 0 && r != ARCHIVE_EOF)
        return damaged(u, a, name);
    if (rc == 0 && end < size && !archive_entry_sparse_count(entry))
        return refuse(u, name, "holds less than it says");
    if (rc == 0 && end < size && ftruncate(fd, size))
        return fail(u, name, errno);
    u->done = begun + size;
    return rc;
}

static int write_entry(Unpack *u, struct archive *a, struct archive_entry *entry, const char *name)
{
    const char *below = entry_name_wanted(name, u->root, u->root_len, u->spec->wanted);
    if (!below)
        return 0;
    if (archive_entry_size(entry) > u->total - u->done)
        return refuse(u, name, "changed while it was being read");
    char *path = path_join(u->dir, below);
    int rc = path ? make_parent(u, path, name) : fail(u, NULL, ENOMEM);
    int fd = rc ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (rc == 0)
        rc = fd < 0 ? cannot_create(u, name, errno) : write_data(u, a, entry, name, fd);
    if (fd >= 0 && close(fd) && rc == 0)
        rc = fail(u, name, errno);
    free(path);
    return rc;
}

/* --- both passes --- */

static int open_archive(Unpack *u)
{
    struct stat st;
    u->fd = open(u->spec->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* do not wait for the writer of a pipe */
    if (u->fd < 0 || fstat(u->fd, &st))
        return fail(u, NULL, errno);
    if (!S_ISREG(st.st_mode)) {
        refuse(u, NULL, "is not a regular file");
        return UNPACK_FAILED;
    }
    u->packed = st.st_size;
    return 0;
}

/* The library ignores gzip's checksum. An archive that unpacks to too much is left for pass 1 to refuse. */
static int check_gzip(Unpack *u)
{
    int64_t most = u->packed > RATIO_FREE / MAX_RATIO ? u->packed * MAX_RATIO : RATIO_FREE;
    GzipAnswer answer = gzip_check(u->fd, most, u->spec->stop);
    if (answer == GZIP_DAMAGED)
        return refuse(u, NULL, "truncated or damaged: gzip's checksum is wrong, or its end is missing");
    return answer == GZIP_STOPPED ? UNPACK_STOPPED : 0;
}

static int unpack(Unpack *u)
{
    int rc = open_archive(u);
    if (rc == 0)
        rc = check_gzip(u);
    if (rc == 0)
        rc = each_entry(u, list_entry);
    if (rc == 0)
        rc = choose(u);
    if (rc == 0 && space_check(u->dir, u->total, u->spec->name, u->err))
        rc = UNPACK_FAILED;
    return rc ? rc : each_entry(u, write_entry);
}

UnpackAnswer unpack_archive(const UnpackSpec *spec, const char *dir, Err *err)
{
    Unpack u = {.spec = spec, .dir = dir, .fd = -1, .err = err};
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = uselocale(utf8); /* if the locale is missing, only ASCII names are accepted */
    int rc = unpack(&u);
    uselocale(before);
    if (utf8)
        freelocale(utf8);
    entry_list_free(&u.list);
    free(u.parent);
    if (u.fd >= 0)
        close(u.fd);
    return (UnpackAnswer)rc;
}
