#include "pipeline/tag/form.h"

#include "io/file/attributes.h"
#include "io/file/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const TagForm *form_of(TagFormName name)
{
    static const TagForm *const FORMS[] = {[TAG_TXT] = &form_txt, [TAG_XMP] = &form_xmp, [TAG_EMBED] = &form_embed};
    return FORMS[name];
}

/* --- names --- */

const char *form_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *form_sidecar(const char *picture, const char *suffix)
{
    const char *base = form_base(picture), *dot = strrchr(base, '.');
    size_t stem = dot && dot != base ? (size_t)(dot - picture) : strlen(picture);
    char *path;
    return asprintf(&path, "%.*s%s", (int)stem, picture, suffix) < 0 ? NULL : path;
}

/* --- files --- */

int form_read(const char *target, size_t max, char **text, size_t *len, Err *why)
{
    struct stat st;
    *text = NULL;
    int exists = file_exists(target, why);
    if (exists <= 0)
        return exists;
    if (stat(target, &st) || !S_ISREG(st.st_mode)) /* a pipe could block for ever */
        return err_set(why, "%s: is not a regular file", target);
    *text = file_read(target, max, len, why);
    return *text ? 1 : -1;
}

int form_replace(const char *target, const void *bytes, size_t len, bool times, Err *why)
{
    OutFile out;
    if (outfile_begin(&out, target, why))
        return -1;
    int rc = file_put(out.path, bytes, len, why);
    if (!rc && !out.in_place && file_exists(out.target, NULL) > 0)
        rc = attributes_copy(out.target, out.path, times, why);
    if (!rc)
        rc = outfile_commit(&out, why);
    outfile_abort(&out);
    return rc;
}
