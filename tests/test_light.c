/* Photographs in the light of weights. */
#include "pipeline/looks/light.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

enum { W = 60, H = 40 };

static Image plain(int value)
{
    Image image = {W, H, malloc((size_t)W * H * 3)};
    memset(image.rgb, value, (size_t)W * H * 3);
    return image;
}

static int red(const Image *image, int x, int y)
{
    return image->rgb[((size_t)y * (size_t)image->width + (size_t)x) * 3];
}

static Image lit(const Image *photograph, int down, int across, double aspect, const float *weights)
{
    Err err;
    Image out;
    const LightGrid grid = {down, across, aspect};
    assert_ok(light_draw(&out, photograph, &grid, weights, &err));
    assert_int_equal(out.width, W);
    assert_int_equal(out.height, H);
    return out;
}

/* Places are numbered along rows from the upper left. */
static void light_falls_where_the_weight_is(void **state)
{
    (void)state;
    Image photograph = plain(200);
    for (int place = 0; place < 6; place++) {
        float weights[6] = {0};
        weights[place] = 1;
        Image out = lit(&photograph, 2, 3, 0, weights);
        for (int r = 0; r < 2; r++)
            for (int c = 0; c < 3; c++) {
                int v = red(&out, c * 20 + 10, r * 20 + 10);
                if (r * 3 + c == place)
                    assert_in_range(v, 165, 210);
                else
                    assert_in_range(v, 75, 140);
            }
        image_free(&out);
    }
    image_free(&photograph);
}

/* Equal weights are half of what shines fully, without ripples, also where a sentinel took its share. */
static void equal_weights_are_flat(void **state)
{
    (void)state;
    Image photograph = plain(200);
    float weights[64];
    for (int share = 1; share <= 2; share++) {
        for (int i = 0; i < 64; i++)
            weights[i] = 1.0f / 64 / (float)share;
        Image out = lit(&photograph, 8, 8, 0, weights);
        double L = 0.5, v = L * 200 + (1 - L) * 0.4 * 200, want = v + (255 - v) * 0.12 * L * L;
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                assert_in_range(red(&out, x, y), (int)want - 1, (int)want + 1);
        image_free(&out);
    }
    image_free(&photograph);
}

/* The lit part keeps its colour, the dark one is grey. */
static void dark_is_pale(void **state)
{
    (void)state;
    Image photograph = plain(0);
    for (int i = 0; i < W * H; i++)
        photograph.rgb[i * 3] = 220;
    const float weights[16] = {1};
    Image out = lit(&photograph, 4, 4, 0, weights);
    const unsigned char *dark = out.rgb + ((size_t)W * H - 1) * 3;
    assert_true(out.rgb[0] > 180 && out.rgb[1] < 60);
    assert_in_range(dark[0] - dark[1], 0, 1);
    image_free(&out);
    image_free(&photograph);
}

/* A network that saw the square in the middle gives no light beside it. */
static void beside_the_crop_it_is_dark(void **state)
{
    (void)state;
    Image photograph = plain(200);
    const float weights[4] = {0.25f, 0.25f, 0.25f, 0.25f};
    Image out = lit(&photograph, 2, 2, 1, weights);
    assert_int_equal(red(&out, 0, 20), 80);
    assert_int_equal(red(&out, W - 1, 20), 80);
    assert_true(red(&out, 12, 20) > 130 && red(&out, W - 13, 20) > 130);
    Image whole = lit(&photograph, 2, 2, 0, weights);
    assert_true(red(&whole, 0, 20) > 130);
    image_free(&whole);
    image_free(&out);
    image_free(&photograph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_falls_where_the_weight_is),
        cmocka_unit_test(equal_weights_are_flat),
        cmocka_unit_test(dark_is_pale),
        cmocka_unit_test(beside_the_crop_it_is_dark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
