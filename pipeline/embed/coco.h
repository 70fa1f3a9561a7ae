/* coco in a C program: captions from a model that coco-train has trained.
 *
 *   char error[COCO_ERROR];
 *   CocoCaptioner *captioner = coco_open("model.h5", NULL, error);
 *   coco_caption(captioner, &(CocoImage){.features = x, .n_features = n}, 1, &caption, error);
 *
 *   cc program.c $(pkg-config --cflags --libs coco)
 *
 * The captions are those of coco-sample, to the bit, with the same options. What is captioned are features, as
 * coco-features writes them or any others that the model was trained on.
 *
 * Functions return 0 and -1, or a pointer and NULL; after a failure `error`, unless it is NULL, has one line that says
 * why, safe to print on a terminal. Nothing is printed, and no signal is handled. A captioner is one thread's at a
 * time. coco_open forks: the file is read in a process of its own, which ends before coco_open returns, so that a
 * damaged file is an error and no crash.
 * Products of matrices run on the threads of OpenMP, as many as OMP_NUM_THREADS says; the bits do not depend on their
 * number. COCO_SIMD chooses an instruction set, as in the commands.
 *
 * This header is all that programs need, and the only part of the library that they see. */
#ifndef COCO_PIPELINE_EMBED_COCO_H
#define COCO_PIPELINE_EMBED_COCO_H

#ifdef __cplusplus
extern "C" {
#endif

enum { COCO_ERROR = 1024 }; /* room for a line */

typedef struct CocoCaptioner CocoCaptioner;

/* How captions are found; zeroed: as coco-sample finds them without options. */
typedef struct {
    int beam;           /* hypotheses, 1 to 1024; 0: 1, which takes the likeliest word at each step */
    double length_norm; /* captions are compared by logprob / length^A, A from 0 to 10 */
    int max_length;     /* steps, 1 to 10000, the end counted; 0: the model's own */
    int no_unk;         /* never say <UNK> */
} CocoOptions;

typedef struct {
    const float *features; /* (n_features) */
    /* What the model takes, coco_features; or, if it was trained on features that coco-prepare has reduced, as many as
     * they had before. */
    int n_features;
    const float *grid;    /* (places, channels); NULL for a model without attention */
    int places, channels; /* channels: coco_channels, or as many as before a reduction */
} CocoImage;

typedef struct {
    char *text;     /* UTF-8; the caller's, to be freed with free */
    double logprob; /* natural logarithm of its probability */
} CocoCaption;

/* Loads a model file. options: NULL, or read during the call alone. */
CocoCaptioner *coco_open(const char *path, const CocoOptions *options, char *error);
void coco_close(CocoCaptioner *captioner); /* NULL is legal */

int coco_features(const CocoCaptioner *captioner); /* how many an image has */
int coco_channels(const CocoCaptioner *captioner); /* numbers per place of a grid; 0: the model takes no grid */

/* Captions n images; those of one call have grids of the same number of places, or none. Many at a time are faster than
 * one after the other. After a failure there are no captions. */
int coco_caption(CocoCaptioner *captioner, const CocoImage *images, int n, CocoCaption *captions, char *error);

const char *coco_version(void); /* "1.1.0" */

#ifdef __cplusplus
}
#endif

#endif
