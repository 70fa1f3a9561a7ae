/* Drawing: shapes where they belong, text within its width, an ellipsis after a whole word, any script. */
#include "io/picture/canvas.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { W = 300, H = 200 };

static Canvas *blank(void)
{
    Err err;
    Canvas *canvas = canvas_new(W, H, 0xFFFFFF, &err);
    assert_non_null(canvas);
    return canvas;
}

static Color pixel(const Canvas *canvas, int x, int y)
{
    unsigned char row[W * 3];
    assert_int_equal(canvas_rows(canvas, y, 1, row, NULL), 0);
    return (Color)row[3 * x] << 16 | (Color)row[3 * x + 1] << 8 | row[3 * x + 2];
}

/* The bounding box of everything that is not white: x0, y0, x1, y1 (exclusive); x1 and y1 are 0 if there is nothing. */
static void ink(const Canvas *canvas, int box[4])
{
    box[0] = W;
    box[1] = H;
    box[2] = box[3] = 0;
    static unsigned char rgb[W * H * 3];
    assert_int_equal(canvas_rows(canvas, 0, H, rgb, NULL), 0);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            if (memcmp(&rgb[(y * W + x) * 3], "\xff\xff\xff", 3)) {
                box[0] = x < box[0] ? x : box[0];
                box[1] = y < box[1] ? y : box[1];
                box[2] = x + 1 > box[2] ? x + 1 : box[2];
                box[3] = y + 1;
            }
}

static void shapes(void **state)
{
    (void)state;
    int box[4];
    Canvas *canvas = blank();
    canvas_rect(canvas, 10, 20, 30, 40, 0xC03060);
    ink(canvas, box);
    assert_int_equal(box[0], 10);
    assert_int_equal(box[1], 20);
    assert_int_equal(box[2], 40);
    assert_int_equal(box[3], 60);
    assert_int_equal(pixel(canvas, 10, 20), 0xC03060);
    assert_int_equal(pixel(canvas, 39, 59), 0xC03060);
    canvas_clear(canvas, 0xFFFFFF);
    canvas_ellipse(canvas, 100, 100, 50, 20, 0x102030);
    ink(canvas, box);
    assert_int_equal(box[0], 50);
    assert_int_equal(box[3], 120);
    assert_int_equal(pixel(canvas, 52, 82), 0xFFFFFF);
    const double triangle[] = {150, 10, 190, 90, 110, 90};
    canvas_polygon(canvas, triangle, 3, 0x00FF00);
    assert_int_equal(pixel(canvas, 150, 60), 0x00FF00);
    canvas_clip(canvas, 0, 0, 5, 5);
    canvas_rect(canvas, 0, 0, W, H, 0x0000FF);
    canvas_clip(canvas, 0, 0, 0, 0);
    assert_int_equal(pixel(canvas, 4, 4), 0x0000FF);
    assert_int_equal(pixel(canvas, 5, 5), 0xFFFFFF);
    canvas_free(canvas);
    canvas_free(NULL);
}

static void lines(void **state)
{
    (void)state;
    Canvas *canvas = blank();
    const double across[] = {10, 50.5, 290, 50.5};
    int dark = 0;
    canvas_polyline(canvas, across, 2, 1, 0);
    assert_int_equal(pixel(canvas, 150, 50), 0);
    canvas_clear(canvas, 0xFFFFFF);
    canvas_dashes(canvas, 10, 10);
    canvas_polyline(canvas, across, 2, 1, 0);
    for (int x = 10; x < 290; x++)
        dark += pixel(canvas, x, 50) == 0;
    assert_in_range(dark, 130, 150);
    canvas_free(canvas);
}

static void images_are_cut_at_the_edges(void **state)
{
    (void)state;
    unsigned char rgb[4 * 4 * 3];
    for (int i = 0; i < 16; i++) {
        rgb[3 * i] = (unsigned char)i;
        rgb[3 * i + 1] = 7;
        rgb[3 * i + 2] = 200;
    }
    Image image = {4, 4, rgb};
    Canvas *canvas = blank();
    canvas_image(canvas, &image, -2, -1);
    assert_int_equal(pixel(canvas, 0, 0), 6 << 16 | 7 << 8 | 200); /* row 1, column 2 */
    assert_int_equal(pixel(canvas, 2, 0), 0xFFFFFF);
    canvas_image(canvas, &image, W - 1, H - 1);
    assert_int_equal(pixel(canvas, W - 1, H - 1), 0 << 16 | 7 << 8 | 200);
    canvas_image(canvas, &image, W + 5, 0);
    canvas_image(canvas, &image, 0, -40);
    canvas_free(canvas);
}

static const char *const TEXTS[] = {
    "a man riding a motorcycle",
    "a man in a red shirt is riding a motorcycle down a long and dusty road while other people look on from the "
    "side",
    "Donaudampfschifffahrtsgesellschaftskapitaenswitwenrentenversicherungsbeitragsnachzahlungsbescheidnummer",
    ("\xd8\xb1\xd8\xac\xd9\x84 \xd9\x8a\xd8\xb1\xd9\x83\xd8\xa8 \xd8\xaf\xd8\xb1\xd8\xa7\xd8\xac\xd8\xa9 "
     "\xd9\x86\xd8\xa7\xd8\xb1\xd9\x8a\xd8\xa9 \xd8\xb9\xd9\x84\xd9\x89 \xd8\xb7\xd8\xb1\xd9\x8a\xd9\x82"),
    "\xe4\xb8\x80\xe4\xb8\xaa\xe7\x94\xb7\xe4\xba\xba\xe9\xaa\x91\xe7\x9d\x80\xe6\x91\xa9\xe6\x89\x98\xe8\xbd\xa6",
    "\xf0\x9f\x91\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 "
    "e\xcc\x81\xcc\x81\xcc\x81",
    "line\nbreak\r\n\tand\x01 control \xe2\x80\xa8 separator \xe2\x80\xa9 end",
    "bytes that are \xff\xfe not UTF-8 \xc3",
    "<b>no markup</b> &amp; <UNK>",
    "",
    " ",
};

static void text_stays_inside(void **state)
{
    (void)state;
    Canvas *canvas = blank();
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        for (int width = 20; width <= 260; width += 60)
            for (int max_lines = 1; max_lines <= 5; max_lines += 2)
                for (int align = 0; align < 3; align++) {
                    int box[4], w, h, line_w, line_h;
                    TextStyle style = {
                        .size = 14, .bold = 1, .width = width, .max_lines = max_lines, .align = align};
                    canvas_clear(canvas, 0xFFFFFF);
                    canvas_text_size(canvas, &style, TEXTS[i], &w, &h);
                    assert_int_equal(canvas_text(canvas, &style, 20, 30, TEXTS[i]), h);
                    ink(canvas, box);
                    if (box[2]) { /* a font may overhang by a pixel or two */
                        assert_in_range(box[0], 18, 20 + width);
                        assert_in_range(box[2], 18, 20 + width + 2);
                        assert_in_range(box[1], 28, 30 + h);
                        assert_in_range(box[3], 30, 30 + h + 1);
                    }
                    style.width = 0;
                    canvas_text_size(canvas, &style, "x", &line_w, &line_h);
                    assert_in_range(h, 1, max_lines * line_h * 3 / 2 + 4);
                }
    canvas_free(canvas);
}

/* If a text does not fit, some of its whole words and an ellipsis are drawn, and one more word would not have
 * fitted. */
static void ellipsis_after_a_word(void **state)
{
    (void)state;
    const char *text = TEXTS[1];
    Canvas *canvas = blank(), *other = blank();
    for (int width = 90; width <= 280; width += 19) {
        TextStyle style = {.size = 14, .width = width, .max_lines = 2};
        TextStyle free_style = {.size = 14, .width = width};
        char prefix[256];
        int found = 0;
        canvas_clear(canvas, 0xFFFFFF);
        int h = canvas_text(canvas, &style, 5, 5, text);
        unsigned char a[W * H * 3], b[W * H * 3];
        assert_int_equal(canvas_rows(canvas, 0, H, a, NULL), 0);
        for (size_t n = 1; n < strlen(text); n++) {
            if (text[n] != ' ')
                continue;
            snprintf(prefix, sizeof prefix, "%.*s\xe2\x80\xa6", (int)n, text);
            canvas_clear(other, 0xFFFFFF);
            int prefix_h = canvas_text(other, &free_style, 5, 5, prefix);
            assert_int_equal(canvas_rows(other, 0, H, b, NULL), 0);
            if (!memcmp(a, b, sizeof a))
                found = (int)n;
            else if (found)
                assert_true(prefix_h > h); /* the next word would need another line */
            if (found && prefix_h > h)
                break;
        }
        assert_true(found > 0);
    }
    canvas_free(canvas);
    canvas_free(other);
}

static void no_limits(void **state)
{
    (void)state;
    int w, h, line_h;
    Canvas *canvas = blank();
    TextStyle style = {.size = 14};
    canvas_text_size(canvas, &style, "x", &w, &line_h);
    canvas_text_size(canvas, &style, TEXTS[1], &w, &h);
    assert_int_equal(h, line_h);
    assert_true(w > W);
    style.width = 100;
    canvas_text_size(canvas, &style, TEXTS[1], &w, &h);
    assert_true(h > 6 * line_h && w <= 100);
    /* Endless text is cut, and cheap. */
    char *long_text = malloc(3000001);
    for (int i = 0; i < 3000000; i++)
        long_text[i] = i % 7 ? 'w' : ' ';
    long_text[3000000] = '\0';
    style.max_lines = 3;
    canvas_text_size(canvas, &style, long_text, &w, &h);
    assert_int_equal(h, 3 * line_h);
    free(long_text);
    canvas_free(canvas);
}

static void right_to_left_is_aligned_right(void **state)
{
    (void)state;
    int box[4];
    Canvas *canvas = blank();
    TextStyle style = {.size = 14, .width = 250};
    canvas_text(canvas, &style, 10, 10, "\xd8\xb1\xd8\xac\xd9\x84");
    ink(canvas, box);
    assert_true(box[0] > 150);
    canvas_free(canvas);
}

static void count(void *ctx, uint32_t code_point)
{
    assert_true(code_point == 0x10FFFD || code_point == 0xF0000);
    ++*(int *)ctx;
}

/* How many characters of the last text no font has. */
static int count_missing(Canvas *canvas)
{
    int n = 0;
    canvas_text_missing(canvas, count, &n);
    return n;
}

static void missing_glyphs(void **state)
{
    (void)state;
    Canvas *canvas = blank();
    TextStyle style = {.size = 14, .width = 250, .max_lines = 2};
    int w, h;
    assert_int_equal(count_missing(canvas), 0); /* nothing has been measured yet */
    canvas_text_size(canvas, &style, TEXTS[1], &w, &h);
    assert_int_equal(count_missing(canvas), 0);
    canvas_text_size(canvas, &style, "", &w, &h);
    assert_int_equal(count_missing(canvas), 0);
    /* U+10FFFD, of the private use area: no font has it. */
    canvas_text_size(canvas, &style, "ab \xf4\x8f\xbf\xbd", &w, &h);
    assert_int_equal(count_missing(canvas), 1);
    canvas_text_size(canvas, &style, "\xf4\x8f\xbf\xbd a \xf3\xb0\x80\x80 b \xf4\x8f\xbf\xbd", &w, &h);
    assert_int_equal(count_missing(canvas), 3);
    canvas_text(canvas, &style, 0, 0, "ab");
    assert_int_equal(count_missing(canvas), 0);
    canvas_free(canvas);
}

/* How many pixels are dominated by one of red, green and blue: of red text, and so on. */
static int count_like(const Canvas *canvas, int shift, int x0, int x1)
{
    int n = 0;
    for (int y = 0; y < H; y++)
        for (int x = x0; x < x1; x++) {
            Color c = pixel(canvas, x, y);
            int most = (int)(c >> shift & 255), others = (int)((c >> 16 & 255) + (c >> 8 & 255) + (c & 255)) - most;
            n += 2 * most - others > 200;
        }
    return n;
}

static void spans_color_their_bytes(void **state)
{
    (void)state;
    int w, h, head;
    Canvas *canvas = blank();
    TextStyle style = {.size = 20};
    const char *text = "\xc3\xa9\xc3\xa9 middle end";
    const TextSpan spans[] = {{.start = 5, .end = 11, .color = 0xFF0000},
                              {.start = 12, .end = 15, .color = 0x0000FF}};
    canvas_text_size(canvas, &style, "\xc3\xa9\xc3\xa9 ", &head, &h);
    canvas_text_size(canvas, &style, "\xc3\xa9\xc3\xa9 middle ", &w, &h);
    style.spans = spans;
    style.n_spans = 2;
    canvas_text(canvas, &style, 0, 0, text);
    assert_int_equal(count_like(canvas, 16, 0, head), 0);
    assert_in_range(count_like(canvas, 16, head, w), 20, 100000);
    assert_int_equal(count_like(canvas, 16, w + 1, W), 0);
    assert_int_equal(count_like(canvas, 0, 0, w - 1), 0);
    assert_in_range(count_like(canvas, 0, w, W), 20, 100000);
    /* They do not apply to the next text. */
    canvas_clear(canvas, 0xFFFFFF);
    style.n_spans = 0;
    canvas_text(canvas, &style, 0, 0, text);
    assert_int_equal(count_like(canvas, 16, 0, W) + count_like(canvas, 0, 0, W), 0);
    canvas_free(canvas);
}

/* Bold text is wider, and what is measured is what is drawn, even if the text is cut. */
static void spans_of_other_weight(void **state)
{
    (void)state;
    int plain, bold, h, cut_h;
    Canvas *canvas = blank();
    TextSpan span = {.start = 2, .end = strlen(TEXTS[1]) - 2, .bold = 1};
    TextStyle style = {.size = 14}, heavy = {.size = 14, .spans = &span, .n_spans = 1};
    canvas_text_size(canvas, &style, TEXTS[1], &plain, &h);
    canvas_text_size(canvas, &heavy, TEXTS[1], &bold, &h);
    assert_true(bold > plain);
    for (heavy.width = 60; heavy.width < 280; heavy.width += 20)
        for (heavy.max_lines = 1; heavy.max_lines < 4; heavy.max_lines++) {
            canvas_text_size(canvas, &heavy, TEXTS[1], &bold, &cut_h);
            assert_int_equal(canvas_text(canvas, &heavy, 0, 0, TEXTS[1]), cut_h);
            assert_in_range(cut_h, h, heavy.max_lines * h);
        }
    canvas_free(canvas);
}

static void impossible_sizes(void **state)
{
    (void)state;
    static const int sizes[][2] = {{0, 10}, {10, 0}, {-1, 10}, {CANVAS_MAX + 1, 10}, {10, 1 << 30}};
    Err err;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_null(canvas_new(sizes[i][0], sizes[i][1], 0, &err));
        assert_says(err.text, "cannot be drawn");
    }
}

/* How much is not white. */
static long darkness(const Canvas *canvas)
{
    static unsigned char rgb[W * H * 3];
    long sum = 0;
    assert_int_equal(canvas_rows(canvas, 0, H, rgb, NULL), 0);
    for (int i = 0; i < W * H; i++)
        sum += 255 - rgb[i * 3];
    return sum;
}

/* A file's name that is broken over lines has all of its characters and no other. */
static void no_hyphens_are_invented(void **state)
{
    (void)state;
    static const char NAME[] = "mmmmmmmmmmmmmmmm";
    TextStyle style = {.size = 12};
    Canvas *canvas = blank();
    assert_true(canvas_text(canvas, &style, 5, 5, NAME) < 30);
    long one_line = darkness(canvas);
    canvas_clear(canvas, 0xFFFFFF);
    style.width = 52;
    assert_true(canvas_text(canvas, &style, 5, 5, NAME) > 50);
    long lines = darkness(canvas);
    assert_in_range(lines, one_line - one_line / 200, one_line + one_line / 200);
    canvas_free(canvas);
}

static void shades_and_lines(void **state)
{
    (void)state;
    const TextSpan spans[] = {{.start = 0, .end = 3, .shaded = true, .shade = 0xFFC0A0},
                              {.start = 4, .end = 7, .underlines = 1},
                              {.start = 8, .end = 11, .underlines = 2}};
    TextStyle style = {.size = 20, .spans = spans, .n_spans = 1};
    Canvas *canvas = blank();
    int h = canvas_text(canvas, &style, 10, 10, "aaa aaa aaa");
    assert_int_equal(pixel(canvas, 12, 10 + h - 2), 0xFFC0A0);
    assert_int_equal(pixel(canvas, 70, 10 + h - 2), 0xFFFFFF);
    long dark[3];
    for (int n = 1; n <= 3; n++) {
        canvas_clear(canvas, 0xFFFFFF);
        style.n_spans = n;
        (void)canvas_text(canvas, &style, 10, 10, "aaa aaa aaa");
        dark[n - 1] = darkness(canvas);
    }
    assert_true(dark[1] > dark[0] + 1000);
    assert_true(dark[2] - dark[1] > (dark[1] - dark[0]) * 3 / 2); /* two lines */
    canvas_free(canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),
        cmocka_unit_test(lines),
        cmocka_unit_test(images_are_cut_at_the_edges),
        cmocka_unit_test(text_stays_inside),
        cmocka_unit_test(ellipsis_after_a_word),
        cmocka_unit_test(no_limits),
        cmocka_unit_test(right_to_left_is_aligned_right),
        cmocka_unit_test(missing_glyphs),
        cmocka_unit_test(spans_color_their_bytes),
        cmocka_unit_test(spans_of_other_weight),
        cmocka_unit_test(impossible_sizes),
        cmocka_unit_test(no_hyphens_are_invented),
        cmocka_unit_test(shades_and_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
