#include "pipeline/dataset/scene.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const colour_name[SCENE_COLOURS] = {"red", "green", "blue", "yellow", "purple", "orange"};
const Color scene_palette[SCENE_COLOURS] = {0xd62f2f, 0x2f9e44, 0x2f62d6, 0xf2c81e, 0x8e3fc0, 0xf2801b};

enum { CIRCLE, SQUARE, TRIANGLE, STAR, DIAMOND };
static const char *const kind_name[SCENE_KINDS] = {"circle", "square", "triangle", "star", "diamond"};

/* Triangle: equilateral. Star: five corners at 1.2 radii and five at 0.5. Diamond: 2.4 by 1.7 radii. */
const SceneForm scene_form[SCENE_KINDS] = {[CIRCLE] = {0.785, 1.000, 0},
                                           [SQUARE] = {1.000, 0.637, 0},
                                           [TRIANGLE] = {0.500, 0.413, 0.667},
                                           [STAR] = {0.356, 0.390, 0.211},
                                           [DIAMOND] = {0.500, 0.451, 0}};

static const Color backgrounds[] = {0xffffff, 0xf6f3ec, 0xeaf1f6, 0xeef4e8, 0xf4ecf2};
enum { N_BACKGROUNDS = sizeof backgrounds / sizeof *backgrounds };

const char *const scene_words[] = {"a",       "above",    "alone",  "an",     "and",   "below", "blue",   "circle",
                                   "diamond", "green",    "is",     "just",   "large", "left",  "of",     "orange",
                                   "over",    "picture",  "purple", "red",    "right", "small", "square", "star",
                                   "there",   "triangle", "under",  "yellow", NULL};

/* --- the scene --- */

static int chance(Rng *rng, int n)
{
    return (int)rng_randint(rng, n);
}

static double between(Rng *rng, double low, double high)
{
    return low + (high - low) * rng_rand(rng);
}

/* The colour, with red, green and blue each moved by up to 10. */
static Color vary(Rng *rng, Color pure)
{
    Color varied = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        int v = (int)(pure >> shift & 255) + chance(rng, 21) - 10;
        varied |= (Color)(v < 0 ? 0 : v > 255 ? 255 : v) << shift;
    }
    return varied;
}

enum { REACH_NUM = 6, REACH_DEN = 5 }; /* no kind extends more than 1.2 radii from its centre */

static double reach(const SceneShape *s)
{
    return s->r * REACH_NUM / REACH_DEN;
}

/* Whether one word describes where the two are: apart on one axis, by at least one and a half times the distance on the
 * other. */
static int clear_relation(const SceneShape *a, const SceneShape *b)
{
    double dx = fabs(a->x - b->x), dy = fabs(a->y - b->y);
    double longer = fmax(dx, dy), shorter = fmin(dx, dy);
    return longer >= 1.5 * shorter && longer >= reach(a) + reach(b) + 4;
}

static double area(const SceneShape *s)
{
    /* Radius of the circle of fills_circle. */
    static const double radius[SCENE_KINDS] = {1, 1.2021, 1.15, 1.2, 1.2};
    double r = radius[s->kind] * s->r;
    return scene_form[s->kind].fills_circle * M_PI * r * r;
}

static int placed_well(const Scene *scene)
{
    for (int i = 0; i < scene->n; i++)
        for (int j = 0; j < i; j++) {
            const SceneShape *a = &scene->shape[j], *b = &scene->shape[i];
            if (!clear_relation(a, b) || area(a) < 1.15 * area(b))
                return 0;
        }
    return 1;
}

static int number_of_shapes(Rng *rng)
{
    int p = chance(rng, 20);
    return p < 4 ? 1 : p < 13 ? 2 : 3;
}

static void draw_places(Scene *scene, Rng *rng)
{
    for (int i = 0; i < scene->n; i++) {
        SceneShape *s = &scene->shape[i];
        s->large = chance(rng, 2);
        s->r = s->large ? between(rng, 15, 21) : between(rng, 8, 12);
        s->x = between(rng, reach(s) + 2, SCENE_SIDE - reach(s) - 2);
        s->y = between(rng, reach(s) + 2, SCENE_SIDE - reach(s) - 2);
    }
}

/* Three shapes take some 200 draws, once in 200 000 scenes 10 000. */
enum { MAX_DRAWS = 100000 };

void scene_place(Scene *scene, Rng *rng)
{
    for (int draw = 1; draw_places(scene, rng), !placed_well(scene); draw++)
        if (draw % MAX_DRAWS == 0)
            scene->n--; /* a single shape is always placed well */
}

void scene_random(Scene *scene, Rng *rng)
{
    int64_t colour[SCENE_COLOURS];
    memset(scene, 0, sizeof *scene);
    scene->n = number_of_shapes(rng);
    scene->background = backgrounds[chance(rng, N_BACKGROUNDS)];
    rng_permutation(rng, SCENE_COLOURS, colour);
    for (int i = 0; i < scene->n; i++) {
        SceneShape *s = &scene->shape[i];
        s->colour = (int)colour[i];
        s->paint = vary(rng, scene_palette[s->colour]);
        s->kind = chance(rng, SCENE_KINDS);
    }
    scene_place(scene, rng);
}

/* --- the picture --- */

/* n corners, alternately on circles of radius r1 and r2, the first one straight up. */
static void paint_corners(Canvas *canvas, const SceneShape *s, int n, double r1, double r2)
{
    double xy[20];
    for (int i = 0; i < n; i++) {
        double angle = 2 * M_PI * i / n, r = i % 2 ? r2 : r1;
        xy[2 * i] = s->x + r * sin(angle);
        xy[2 * i + 1] = s->y - r * cos(angle);
    }
    canvas_polygon(canvas, xy, n, s->paint);
}

static void paint_shape(Canvas *canvas, const SceneShape *s)
{
    double r = s->r;
    switch (s->kind) {
    case CIRCLE:
        canvas_ellipse(canvas, s->x, s->y, r, r, s->paint);
        break;
    case SQUARE:
        canvas_rect(canvas, s->x - 0.85 * r, s->y - 0.85 * r, 1.7 * r, 1.7 * r, s->paint);
        break;
    case TRIANGLE:
        paint_corners(canvas, s, 3, 1.15 * r, 1.15 * r);
        break;
    case STAR:
        paint_corners(canvas, s, 10, 1.2 * r, 0.5 * r);
        break;
    case DIAMOND:
        paint_corners(canvas, s, 4, 1.2 * r, 0.85 * r);
        break;
    }
}

void scene_paint(const Scene *scene, Canvas *canvas)
{
    canvas_clear(canvas, scene->background);
    for (int i = 0; i < scene->n; i++)
        paint_shape(canvas, &scene->shape[i]);
}

/* --- the words --- */

typedef struct {
    char *text; /* SCENE_CAPTION_LEN bytes */
    int len, words;
} Sentence;

/* Adds words joined by single spaces. */
static void add(Sentence *s, const char *words)
{
    s->len += snprintf(s->text + s->len, (size_t)(SCENE_CAPTION_LEN - s->len), "%s%s", s->len ? " " : "", words);
    s->words++;
    for (const char *p = words; *p; p++)
        s->words += *p == ' ';
}

static void add_shape(Sentence *s, const SceneShape *shape, int with_size)
{
    const char *colour = colour_name[shape->colour];
    add(s, !with_size && strchr("aeiou", colour[0]) ? "an" : "a");
    if (with_size)
        add(s, shape->large ? "large" : "small");
    add(s, colour);
    add(s, kind_name[shape->kind]);
}

static void add_relation(Sentence *s, const SceneShape *a, const SceneShape *b, Rng *rng)
{
    double dx = a->x - b->x, dy = a->y - b->y;
    if (fabs(dx) > fabs(dy))
        add(s, dx < 0 ? "left of" : "right of");
    else if (dy < 0)
        add(s, chance(rng, 3) ? "above" : "over");
    else
        add(s, chance(rng, 3) ? "below" : "under");
}

enum { NO_SIZES, FIRST_SIZE, ALL_SIZES, N_SIZE_WAYS };

static void describe_one(Sentence *s, const Scene *scene, int sizes, Rng *rng)
{
    static const char *const before[] = {"", "there is", "a picture of", "", "just"};
    int way = chance(rng, 5);
    if (*before[way])
        add(s, before[way]);
    add_shape(s, &scene->shape[0], sizes != NO_SIZES);
    if (way == 3)
        add(s, "alone");
}

/* Two or three shapes: the first in relation to each of the others. */
static void describe_several(Sentence *s, const Scene *scene, int sizes, Rng *rng)
{
    const SceneShape *first = &scene->shape[0];
    int way = chance(rng, 3);
    if (way == 1)
        add(s, "there is");
    add_shape(s, first, sizes != NO_SIZES);
    if (way == 2)
        add(s, "is");
    for (int i = 1; i < scene->n; i++) {
        const SceneShape *other = &scene->shape[i];
        if (i > 1)
            add(s, "and");
        add_relation(s, first, other, rng);
        add_shape(s, other, sizes == ALL_SIZES);
    }
}

static int is_duplicate(SceneCaption caption[], int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(caption[i], caption[n]))
            return 1;
    return 0;
}

/* Every scene has at least seven captions that are short enough, so five are found soon. */
void scene_captions(const Scene *scene, Rng *rng, SceneCaption caption[SCENE_CAPTIONS])
{
    for (int i = 0; i < SCENE_CAPTIONS; i++) {
        Sentence s;
        do {
            int sizes = chance(rng, N_SIZE_WAYS);
            s = (Sentence){caption[i], 0, 0};
            if (scene->n == 1)
                describe_one(&s, scene, sizes, rng);
            else
                describe_several(&s, scene, sizes, rng);
        } while (s.words > SCENE_WORDS || is_duplicate(caption, i));
    }
}
