#include "pipeline/common/dataset_place.h"

#include "io/file/file.h"

#include <stdio.h>
#include <string.h>

int dataset_place(const char *const *names, int n, const char *model, Err *err)
{
    char others[ERR_LEN / 2] = "";
    for (int i = 0; i < n; i++) {
        if (names[i] && file_exists(names[i]))
            return i;
        size_t len = strlen(others);
        if (i > 0 && names[i] && strcmp(names[i], names[0]))
            snprintf(others + len, sizeof others - len, ", nor %s", names[i]);
    }
    return err_set(err, "%s: no such dataset directory%s; give the dataset of %s with -d DIR", names[0], others,
                   model);
}
