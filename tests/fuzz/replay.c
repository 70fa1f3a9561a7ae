/* Runs a fuzz target on files, without libFuzzer: the kept corpus is a test. */
#include "io/file/file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        Err err;
        size_t len;
        char *bytes = file_read(argv[i], (size_t)1 << 30, &len, &err);
        if (!bytes) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)bytes, len);
        free(bytes);
    }
    printf("%d inputs\n", argc - 1);
    return 0;
}
