/* A scene of coloured shapes, drawn by chance: where they are, how they look, and what to say about them.
 *
 *   Rng ──► Scene ──► captions (a small grammar)
 *              └────► picture  ──► features (pipeline/dataset/scene_features.h sees the pixels alone)
 *
 * One to three shapes, each of its own colour, of a kind and a size, the largest first. Any two stand so that
 * one word is right for them: they are left and right, or above and below, by a clear margin, and never touch.
 *
 * The grammar. NP is "a red circle" or "a small red circle"; R is "left of", "right of", "above" (or "over"),
 * "below" (or "under"); at most 17 words:
 *
 *   one     NP | there is NP | a picture of NP | NP alone | just NP
 *   two     NP R NP | there is NP R NP | NP is R NP
 *   three   NP R NP and R NP | there is NP R NP and R NP | NP is R NP and R NP
 *
 * What is largest is named first, as people do, and both relations of three are its own.
 * No state; any thread. */
#ifndef COCO_PIPELINE_DATASET_SCENE_H
#define COCO_PIPELINE_DATASET_SCENE_H

#include "io/picture/canvas.h"
#include "model/rng.h"

enum {
    SCENE_SIDE = 128, /* pixels of a picture, each way */
    SCENE_COLOURS = 6,
    SCENE_KINDS = 5,
    SCENE_SHAPES = 3, /* in a picture, at most */
    SCENE_CAPTIONS = 5,
    SCENE_WORDS = 17, /* in a caption, at most */
    SCENE_CAPTION_LEN = 128
};

typedef struct {
    int colour, kind, large;
    double x, y, r; /* centre and radius in pixels, y downwards */
    Color paint;    /* its colour, a little off the pure one */
} Shape;

typedef struct {
    int n;
    Shape shape[SCENE_SHAPES];
    Color background;
} Scene;

/* The pure colours, by Shape.colour. */
extern const Color scene_palette[SCENE_COLOURS];

/* The form of each kind, by Shape.kind, whatever its size: its area as a part of the box about it, and of the
 * smallest circle about its centre of mass; and how low that centre lies in the box, as 4 (centre - middle) /
 * height. From the geometry of scene_paint. */
typedef struct {
    double fills_box, fills_circle, low;
} Form;
extern const Form scene_form[SCENE_KINDS];

void scene_random(Scene *scene, Rng *rng);
/* The part of it that draws again: sizes and places of the scene's n shapes, until they stand clear of each
 * other and the largest is the first. Where that does not come in very many draws, the last shape is left out. */
void scene_place(Scene *scene, Rng *rng);
void scene_paint(const Scene *scene, Canvas *canvas);

typedef char Caption[SCENE_CAPTION_LEN];
/* Five captions, all different. */
void scene_captions(const Scene *scene, Rng *rng, Caption caption[SCENE_CAPTIONS]);

/* Every word that a caption may hold, the last followed by NULL. */
extern const char *const scene_words[];

#endif
