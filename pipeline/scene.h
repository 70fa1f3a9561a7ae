/* A scene of coloured shapes, drawn by chance: where they are, how they look, and what to say about them.
 *
 *   Rng ──► Scene ──► captions (a small grammar)
 *              └────► picture  ──► features (pipeline/scene_features.h sees the pixels alone)
 *
 * One to three shapes, each of its own colour, of a kind and a size. Any two stand so that one word is right
 * for them: they are left and right, or above and below, by a clear margin, and never touch.
 *
 * The grammar. NP is "a red circle" or "a small red circle"; R is "left of", "right of", "above" (or "over"),
 * "below" (or "under"); at most 15 words:
 *
 *   one     NP | there is NP | a picture of NP | NP alone | just NP
 *   two     NP R NP | there is NP R NP | NP is R NP
 *   three   NP R NP and R NP | there is NP R NP and R NP | NP is R NP and R NP
 *
 * Both relations of three are those of the shape named first. Every shape is named first in turn, so that the
 * five captions together tell every relation. No state; any thread. */
#ifndef COCO_PIPELINE_SCENE_H
#define COCO_PIPELINE_SCENE_H

#include "io/canvas.h"
#include "model/rng.h"

enum {
    SCENE_SIDE = 128,    /* pixels of a picture, each way */
    SCENE_COLOURS = 6,
    SCENE_KINDS = 5,
    SCENE_SHAPES = 3,    /* in a picture, at most */
    SCENE_CAPTIONS = 5,
    SCENE_WORDS = 15,    /* in a caption, at most */
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

void scene_random(Scene *scene, Rng *rng);
void scene_paint(const Scene *scene, Canvas *canvas);

typedef char Caption[SCENE_CAPTION_LEN];
/* Five captions, all different. */
void scene_captions(const Scene *scene, Rng *rng, Caption caption[SCENE_CAPTIONS]);

/* Every word that a caption may hold, the last followed by NULL. */
extern const char *const scene_words[];

#endif
