/* libFuzzer: unpacks an archive of any bytes into a directory in memory (or $TMPDIR). Afterwards it holds only wanted
 * files, and no more bytes than allowed. */
#include "io/archive/unpack.h"
#include "io/data/dataset_files.h"
#include "pipeline/dataset/dataset_names.h"

#include <ftw.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 20 };

static size_t root_len; /* of the directory's own path, with a slash */
static int64_t bytes;

static int look(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)kind, (void)ftw;
    if (S_ISREG(st->st_mode) && dataset_has_file(path + root_len))
        bytes += st->st_size;
    else if (!S_ISDIR(st->st_mode))
        abort();
    return remove(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32], dir[PATH_MAX];
    Err err = {""};
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    int fd = memfd_create("archive", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    root_len = (size_t)snprintf(dir, sizeof dir, "%s/coco-fuzz.XXXXXX", base ? base : "/tmp") + 1;
    if (!mkdtemp(dir))
        abort();
    UnpackSpec spec = {
        .path = path, .name = "x", .markers = dataset_markers, .wanted = dataset_has_file, .max_bytes = MOST};
    UnpackAnswer answer = unpack_archive(&spec, dir, &err);
    bytes = 0;
    if (nftw(dir, look, 16, FTW_DEPTH | FTW_PHYS) || bytes > MOST)
        abort();
    if ((answer == UNPACK_DONE) != !*err.text || strchr(err.text, '\n')) /* a failure is one line */
        abort();
    close(fd);
    return 0;
}
