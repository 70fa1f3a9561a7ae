#include "pipeline/prepare/picture_files.h"

#include "io/base/err.h"
#include "io/file/base_names.h"
#include "io/file/file.h"
#include "pipeline/common/report.h"
#include "pipeline/prepare/image_names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* 1: the picture is below the directory under this name, which becomes that of the dataset. */
static int try_file(PreparedImage *image, const char *dir, const char *name, Err *err)
{
    char *path = path_join(dir, name);
    int there = !path ? err_set(err, "out of memory") : name[0] == '/' ? 0 : file_exists(path, err);
    free(path);
    if (there <= 0)
        return there;
    free(image->file);
    image->file = strdup(name);
    return image->file ? 1 : err_set(err, "out of memory");
}

/* The name below the directory: that of the captions, what follows the directory in it, or its last part. */
static int find_file(CaptionSet *set, int32_t i, const char *dir, Err *err)
{
    const char *name = caption_set_name(set, i);
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    int there = try_file(&set->image[i], dir, name, err);
    if (there == 0 && !strncmp(name, dir, n) && name[n] == '/')
        there = try_file(&set->image[i], dir, name + n + 1, err);
    return there ? there : try_file(&set->image[i], dir, base_name(name), err);
}

/* The pictures in the subfolders. */
typedef struct {
    bool read, whole; /* where a folder is missing, a name that was found once may be there twice */
    BaseNames names;
} Tree;

/* It is read when it is first needed. */
static void tree_read(Tree *tree, const char *dir, const Report *report)
{
    Err why;
    if (tree->read)
        return;
    tree->read = true;
    tree->whole = base_names_read(&tree->names, dir, &why) == 0;
    if (!tree->whole)
        report_warn(report, "%s: not all folders can be searched: %s", dir, why.text);
}

/* A name without folders that was not found: 1: one picture alone in the subfolders has it; 0: none or several has it,
 * as *why says. */
static int find_in_subfolders(CaptionSet *set, int32_t i, const char *dir, Tree *tree, LeftKind *why, Err *err)
{
    const char *path, *name = caption_set_name(set, i);
    *why = LEFT_FILELESS;
    if (strchr(name, '/'))
        return 0;
    tree_read(tree, dir, set->report);
    if (!tree->whole)
        return 0;
    BaseNameFound found = base_names_find(&tree->names, name, &path);
    if (found == BASE_NAME_SEVERAL)
        *why = LEFT_AMBIGUOUS;
    return found == BASE_NAME_ONE ? try_file(&set->image[i], dir, path, err) : 0;
}

/* The names of the images below the directory; those that are not there are left out. Returns how many are. */
static int64_t name_files(CaptionSet *set, const char *dir, Tree *tree, Err *err)
{
    int64_t found = 0;
    for (int32_t i = 0; i < hash_count(set->names); i++) {
        if (set->image[i].row == NO_ROW)
            continue;
        LeftKind why;
        int there = find_file(set, i, dir, err);
        if (there == 0)
            there = find_in_subfolders(set, i, dir, tree, &why, err);
        if (there < 0)
            return -1;
        found += there;
        if (!there) {
            set->image[i].row = NO_ROW;
            left_out_add(&set->left, why, caption_set_name(set, i));
        }
    }
    return found;
}

int picture_files_find(CaptionSet *set, const char *dir, Err *err)
{
    Tree tree = {0};
    int exists = file_exists(dir, err);
    if (exists <= 0)
        return exists ? -1 : err_set(err, "%s: %s", dir, strerror(errno));
    int64_t found = name_files(set, dir, &tree, err);
    base_names_free(&tree.names);
    if (found == 0)
        err_set(err, "%s: none of the images is there, not even '%s'", dir, caption_set_name(set, 0));
    return found > 0 ? 0 : -1;
}
