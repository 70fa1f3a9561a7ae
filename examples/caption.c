/* Captions for features, in a C program:
 *
 *   cc caption.c -o caption $(pkg-config --cflags --libs coco)
 *   ./caption model.h5 < features
 *
 * The standard input holds float32 numbers, one image's features after another's. Each image gets a
 * line, the best caption of a beam of 3. */
#include <coco.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    char error[COCO_ERROR] = "usage: caption MODEL.h5 < FEATURES";
    CocoCaptioner *captioner = argc == 2 ? coco_open(argv[1], &(CocoOptions){.beam = 3}, error) : NULL;
    size_t n = captioner ? (size_t)coco_features(captioner) : 0, size = n * sizeof(float), got = 0;
    float *features = captioner ? malloc(size) : NULL;
    int failed = !features;
    while (!failed && (got = fread(features, 1, size, stdin)) == size) {
        CocoCaption caption;
        failed =
            coco_caption(captioner, &(CocoImage){.features = features, .n_features = (int)n}, 1, &caption, error);
        if (!failed)
            printf("%s\n", caption.text);
        free(caption.text);
    }
    if (!failed && (got || ferror(stdin)))
        failed = snprintf(error, sizeof error, "the input cannot be read, or is no multiple of %zu float32 numbers",
                          n) > 0;
    if (failed)
        fprintf(stderr, "caption: %s\n", error);
    free(features);
    coco_close(captioner);
    return failed;
}
