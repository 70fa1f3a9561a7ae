#include "pipeline/model_file/dataset_place.h"

#include "io/file/file.h"

#include <stdio.h>
#include <string.h>

int dataset_place(const char *const *names, int n, const char *model, Err *err)
{
    char others[ERR_LEN / 2] = "";
    Err why = {""};
    for (int i = 0; i < n; i++) {
        Err here;
        int there = names[i] ? file_exists(names[i], &here) : 0;
        if (there > 0)
            return i;
        if (there < 0 && !why.text[0])
            why = here;
        size_t len = strlen(others);
        if (i > 0 && names[i] && strcmp(names[i], names[0]))
            snprintf(others + len, sizeof others - len, ", nor %s", names[i]);
    }
    if (why.text[0])
        return err_set(err, "%s; give the dataset of %s with -d DIR", why.text, model);
    return err_set(err, "%s: no such dataset directory%s; give the dataset of %s with -d DIR", names[0], others,
                   model);
}
