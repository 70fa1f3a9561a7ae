#include "pipeline/common/crash.h"

#include "io/base/glib_error.h"
#include "io/file/scratch.h"
#include "io/hdf5/h5_mapped.h"

void crash_prepare(void)
{
    glib_error_keep();
}

void crash_clean(void)
{
    scratch_remove_all();
}

const char *crash_reason(void)
{
    return glib_error();
}

const char *crash_file(const void *address)
{
    return mapped_path(address);
}
