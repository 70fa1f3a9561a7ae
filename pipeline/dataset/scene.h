/* A random scene of coloured shapes: where they are, how they look, and what to say about them.
 *
 *   Rng ──► Scene ──► captions (a small grammar)
 *              └────► picture  ──► features (scene_features.h, from pixels alone)
 *
 * One to three shapes, each of a different colour, of some kind and size, the largest first. Of any two, one word
 * describes the position: they are left and right, or above and below, by a clear margin, and never touch.
 *
 * The grammar. NP is "a red circle" or "a small red circle"; R is "left of", "right of", "above" (or "over"),
 * "below" (or "under"); at most 17 words:
 *
 *   one     NP | there is NP | a picture of NP | NP alone | just NP
 *   two     NP R NP | there is NP R NP | NP is R NP
 *   three   NP R NP and R NP | there is NP R NP and R NP | NP is R NP and R NP
 *
 * The largest shape is named first, as people do; with three shapes, both relations start from it.
 * No state; any thread. */
#ifndef COCO_PIPELINE_DATASET_SCENE_H
#define COCO_PIPELINE_DATASET_SCENE_H

#include "io/picture/canvas.h"
#include "model/base/rng.h"

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
    Color paint;    /* its colour, slightly off the pure one */
} SceneShape;

typedef struct {
    int n;
    SceneShape shape[SCENE_SHAPES];
    Color background;
} Scene;

/* The pure colours, by SceneShape.colour. */
extern const Color scene_palette[SCENE_COLOURS];

/* The form of each kind, by SceneShape.kind, independent of size: its area as a fraction of its bounding box, and of
 * the smallest circle around its centre of mass; and how low that centre lies in the box, as 4 (centre - middle) /
 * height. From the geometry of scene_paint. */
typedef struct {
    double fills_box, fills_circle, low;
} SceneForm;
extern const SceneForm scene_form[SCENE_KINDS];

void scene_random(Scene *scene, Rng *rng);
/* The part of scene_random that retries: draws sizes and places of the scene's n shapes until they are clear of each
 * other and the largest is first. If very many draws do not get there, the last shape is dropped. */
void scene_place(Scene *scene, Rng *rng);
void scene_paint(const Scene *scene, Canvas *canvas);

typedef char SceneCaption[SCENE_CAPTION_LEN];
/* Five captions, all different. */
void scene_captions(const Scene *scene, Rng *rng, SceneCaption caption[SCENE_CAPTIONS]);

/* Every word that a caption may contain, ended by NULL. */
extern const char *const scene_words[];

#endif
