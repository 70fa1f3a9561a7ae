#include "pipeline/train/claims.h"

#include "io/file/file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Whether the path leads to a regular file, or to nothing yet. */
static bool can_be_claimed(const char *path, const char *place)
{
    struct stat st;
    if (stat(path, &st))
        return errno == ENOENT;
    return S_ISREG(st.st_mode) && lstat(place, &st) == 0; /* /dev/stdout may lead to a file without a name */
}

int claim_file(TrainRun *r, Claimed which, const char *path, Err *err)
{
    char *place = path_follow(path);
    int rc = place && can_be_claimed(path, place) ? scratch_claim(place, &r->claims[which]) : 1;
    free(place);
    return rc ? 0 : err_set(err, "%s: is in use by another coco-train", path);
}

void claims_release(TrainRun *r)
{
    for (int i = 0; i < N_CLAIMED; i++)
        scratch_release(&r->claims[i]);
}
