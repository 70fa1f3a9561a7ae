/* Scenes of shapes: where they are, what is said about them, and that placing them ends. */
#include "pipeline/dataset/scene.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { SCENES = 20000 };

static void shapes_are_clear_of_each_other(void **state)
{
    int of_n[SCENE_SHAPES + 1] = {0};
    (void)state;
    for (int i = 0; i < SCENES; i++) {
        Scene scene;
        Rng rng;
        rng_seed(&rng, (uint32_t)i);
        scene_random(&scene, &rng);
        assert_in_range(scene.n, 1, SCENE_SHAPES);
        of_n[scene.n]++;
        for (int a = 0; a < scene.n; a++) {
            const SceneShape *s = &scene.shape[a];
            assert_true(s->x - s->r >= 0 && s->x + s->r <= SCENE_SIDE);
            assert_true(s->y - s->r >= 0 && s->y + s->r <= SCENE_SIDE);
            for (int b = 0; b < a; b++) {
                const SceneShape *t = &scene.shape[b];
                assert_int_not_equal(s->colour, t->colour);
                assert_true(fmax(fabs(s->x - t->x), fabs(s->y - t->y)) >= s->r + t->r);
            }
        }
    }
    for (int n = 1; n <= SCENE_SHAPES; n++)
        assert_in_range(of_n[n], SCENES / 10, SCENES);
}

static int is_scene_word(const char *word, size_t len)
{
    for (const char *const *w = scene_words; *w; w++)
        if (strlen(*w) == len && !memcmp(*w, word, len))
            return 1;
    return 0;
}

static int count_words(const char *caption)
{
    int n = 0;
    while (*caption) {
        size_t len = strcspn(caption, " ");
        if (!is_scene_word(caption, len))
            fail_msg("not in the vocabulary: %s", caption);
        caption += len + (caption[len] == ' ');
        n++;
    }
    return n;
}

static void captions_differ(void **state)
{
    (void)state;
    for (int i = 0; i < SCENES; i++) {
        SceneCaption caption[SCENE_CAPTIONS];
        Scene scene;
        Rng rng;
        rng_seed(&rng, (uint32_t)i);
        scene_random(&scene, &rng);
        scene_captions(&scene, &rng, caption);
        for (int a = 0; a < SCENE_CAPTIONS; a++) {
            assert_in_range(count_words(caption[a]), 3, SCENE_WORDS);
            for (int b = 0; b < a; b++)
                assert_string_not_equal(caption[a], caption[b]);
        }
    }
}

/* Three shapes in a row have the fewest short captions: "left of" and "right of" are two words each. */
static void longest_words_leave_five_captions(void **state)
{
    (void)state;
    Scene scene = {3, {{5, 0, 1, 64, 64, 20, 0}, {2, 1, 0, 16, 64, 10, 0}, {3, 2, 0, 112, 64, 8, 0}}, 0xffffff};
    for (int i = 0; i < 200; i++) {
        SceneCaption caption[SCENE_CAPTIONS];
        Rng rng;
        rng_seed(&rng, (uint32_t)i);
        scene_captions(&scene, &rng, caption);
        for (int a = 0; a < SCENE_CAPTIONS; a++) {
            assert_in_range(count_words(caption[a]), 3, SCENE_WORDS);
            assert_non_null(strstr(caption[a], "right of"));
            assert_non_null(strstr(caption[a], "left of"));
        }
    }
}

/* A generator that always gives zero can never place three shapes: one is left in the end. */
static void placing_ends_with_any_numbers(void **state)
{
    (void)state;
    Rng rng;
    Scene scene = {3, {{.colour = 0}, {.colour = 1}, {.colour = 2}}, 0xffffff};
    rng_seed(&rng, 1);
    memset(rng.key, 0, sizeof rng.key);
    scene_place(&scene, &rng);
    assert_int_equal(scene.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_clear_of_each_other),
        cmocka_unit_test(captions_differ),
        cmocka_unit_test(longest_words_leave_five_captions),
        cmocka_unit_test(placing_ends_with_any_numbers),
    };
    return cmocka_run_group_tests_name("scene", tests, NULL, NULL);
}
