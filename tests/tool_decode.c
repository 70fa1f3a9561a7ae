/* tool_decode [--max-pixels N] FILE: decodes a picture as the commands do and writes it to standard output as a PPM. */
#include "io/file/file.h"
#include "io/picture/image.h"
#include "tests/support/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    Err err;
    Image image;
    size_t len;
    int most = argc == 4 && !strcmp(argv[1], "--max-pixels") ? whole_number(argv[2]) : argc == 2 ? 0 : -1;
    ImageWish wish = {.max_pixels = most};
    if (most < 0)
        return 2;
    char *bytes = file_read(argv[argc - 1], IMAGE_FILE_MAX, &len, &err);
    int rc = bytes ? image_decode(&image, bytes, len, &wish, NULL, &err) : -1;
    free(bytes);
    if (rc) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("P6\n%d %d\n255\n", image.width, image.height);
    fwrite(image.rgb, 3, (size_t)image.width * (size_t)image.height, stdout);
    image_free(&image);
    return fflush(stdout) ? 1 : 0;
}
