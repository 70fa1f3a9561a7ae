#include "pipeline/common/caption_checksum.h"

#include "io/base/checksum.h"

#include <string.h>

int32_t caption_checksum(const char *caption)
{
    return (int32_t)(uint32_t)checksum(0, caption, strlen(caption));
}
