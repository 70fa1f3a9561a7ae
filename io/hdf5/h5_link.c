/* Finding objects by their names, through links. Runs in the process that h5_cage.c starts. */
#include "io/base/err.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>

enum { LINKS_MOST = 16 /* soft links on the way to an object, at most, as in HDF5 */, PATH_ROOM = 2 * H5_NAME_LEN };

/* The link at which a search stopped. */
typedef struct {
    char name[PATH_ROOM]; /* "" if it stopped at none */
    char phrase[2 * PATH_ROOM];
} Broken;

static int walk(H5 *h5, const char *name, int links, Broken *broken);

/* The following return 1 if the link `name` can be followed, 0 if not, with the reason in broken, -1 if it is
 * damaged. */

static int follow_external(H5 *h5, const char *name, const char *value, size_t size, Broken *broken)
{
    const char *file, *object;
    unsigned flags;
    if (H5Lunpack_elink_val(value, size, &flags, &file, &object) < 0)
        return -1;
    bool there = lib_source_exists(h5, file), allowed = h5_external_allowed();
    if (allowed && there && H5Oexists_by_name(h5->id, name, H5P_DEFAULT) > 0)
        return 1;
    snprintf(broken->phrase, sizeof broken->phrase, "link to '%s' of %s%s", object, file,
             there && !allowed ? "; --allow-external follows it" : ", which is not there");
    return 0;
}

/* A soft link is relative to the group it is in. */
static int follow_soft(H5 *h5, const char *name, const char *value, int links, Broken *broken)
{
    char path[PATH_ROOM];
    const char *slash = strrchr(name, '/');
    int group = *value == '/' || !slash ? 0 : (int)(slash - name + 1);
    if (links == 0 || snprintf(path, sizeof path, "%.*s%s", group, name, value) >= PATH_ROOM)
        return -1;
    int there = walk(h5, path, links - 1, broken);
    if (there == 0 && !*broken->name)
        snprintf(broken->phrase, sizeof broken->phrase, "link to '%s', which is not there", value);
    return there;
}

static int follow(H5 *h5, const char *name, int links, Broken *broken)
{
    char value[PATH_ROOM] = "";
    H5L_info_t link;
    if (H5Lget_info(h5->id, name, &link, H5P_DEFAULT) < 0)
        return -1;
    if (link.type == H5L_TYPE_HARD)
        return 1;
    if (link.u.val_size >= sizeof value || H5Lget_val(h5->id, name, value, sizeof value, H5P_DEFAULT) < 0)
        return -1;
    int rc = link.type == H5L_TYPE_EXTERNAL ? follow_external(h5, name, value, link.u.val_size, broken)
                                            : follow_soft(h5, name, value, links, broken);
    if (rc == 0 && !*broken->name)
        snprintf(broken->name, sizeof broken->name, "%s", name);
    return rc;
}

/* 1 if there is an object of this name; 0 if there is none, or if a link on the way stops the search; -1: damaged. */
static int walk(H5 *h5, const char *name, int links, Broken *broken)
{
    char part[PATH_ROOM];
    for (const char *p = name + (*name == '/');; p++) {
        p += strcspn(p, "/");
        size_t n = (size_t)(p - name);
        if (n == 0 || n >= sizeof part)
            return 0;
        memcpy(part, name, n);
        part[n] = '\0';
        htri_t there = H5Lexists(h5->id, part, H5P_DEFAULT);
        if (there > 0)
            there = follow(h5, part, links, broken);
        if (there <= 0 || !*p)
            return there < 0 ? -1 : there > 0;
    }
}

int lib_has(H5 *h5, const char *name, Err *err)
{
    Broken broken = {"", ""};
    if (!strcmp(name, "/"))
        return 1;
    int rc = walk(h5, name, LINKS_MOST, &broken);
    if (rc == 0 && *broken.name)
        return err_set(err, "%s: '%s' is a %s", h5->path, broken.name, broken.phrase);
    if (rc > 0)
        rc = H5Oexists_by_name(h5->id, name, H5P_DEFAULT);
    return rc < 0 ? h5_fail(h5, name, "cannot be read", err) : rc > 0;
}

int lib_broken_link(H5 *h5, const char *name, char *phrase, size_t room, Err *err)
{
    Broken broken = {"", ""};
    if (walk(h5, name, LINKS_MOST, &broken) < 0)
        return h5_fail(h5, name, "cannot be read", err);
    snprintf(phrase, room, "%s", broken.phrase);
    return *broken.name != '\0';
}
