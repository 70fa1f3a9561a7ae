/* What options change on a sheet, by its pixels: order, highlighted words, themes, scale, resolution. */
#include "tests/support/sheet.h"

#include <math.h>

static void small_tiles(Fixture *f, int columns)
{
    f->options.tile_w = f->options.tile_h = 64;
    f->options.columns = columns;
    f->options.title = "T";
}

/* Checks the colours along the first row of tiles, given as "rgb". */
static void check_row(Fixture *f, int n, const char *want)
{
    char found[8] = "";
    assert_in_range(n, 1, sizeof found - 1);
    render(f);
    Image sheet = load(f->output);
    int gutter = (sheet.width - n * 64) / (n + 1), y = 0;
    while (y < sheet.height && at(&sheet, gutter + 32, y) != 0xC00000 && at(&sheet, gutter + 32, y) != 0x00A000 &&
           at(&sheet, gutter + 32, y) != 0x0000D0)
        y++;
    for (int i = 0; i < n; i++) {
        unsigned c = at(&sheet, gutter + i * (64 + gutter) + 32, y + 32);
        found[i] = c == 0xC00000 ? 'r' : c == 0x00A000 ? 'g' : c == 0x0000D0 ? 'b' : '?';
    }
    assert_string_equal(found, want);
    image_free(&sheet);
}

static void sorted(void **state)
{
    Fixture *f = *state;
    picture(f, "r.ppm", 64, 64, 0xC00000);
    picture(f, "g.ppm", 64, 64, 0x00A000);
    picture(f, "b.ppm", 64, 64, 0x0000D0);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"r.ppm\",\"caption\":\"a\",\"CIDEr\":0.2,\"logprob\":-9}\n"
                    "{\"image_id\":2,\"file\":\"g.ppm\",\"caption\":\"b\",\"CIDEr\":0.9}\n"
                    "{\"image_id\":3,\"file\":\"b.ppm\",\"caption\":\"c\",\"logprob\":-1}\n");
    small_tiles(f, 3);
    check_row(f, 3, "rgb");
    f->options.sort = (SheetSort){.by = SHEET_BY_SCORE};
    check_row(f, 3, "grb");
    f->options.sort.reverse = true;
    check_row(f, 3, "rgb");
    f->options.sort = (SheetSort){.by = SHEET_BY_LOGPROB};
    check_row(f, 3, "brg");
    f->options.sort = (SheetSort){.by = SHEET_AS_READ, .reverse = true};
    check_row(f, 3, "bgr");
    assert_int_equal(f->n_warnings, 0);
}

/* How many pixels of these columns have nearly this colour. */
static int count_near(const Image *image, int x0, int x1, Color want)
{
    int n = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = x0; x < x1; x++) {
            unsigned c = at(image, x, y);
            int far = 0;
            for (int shift = 0; shift < 24; shift += 8)
                far += abs((int)(c >> shift & 255) - (int)(want >> shift & 255));
            n += far < 48;
        }
    return n;
}

/* The number that a sheet is sorted by is shown on its images: whole, or not at all. */
static void sort_key_is_shown(void **state)
{
    Fixture *f = *state;
    static const struct {
        SheetOrder by;
        int side, shown;
    } CASES[] = {{SHEET_AS_READ, 64, 0},
                 {SHEET_BY_SCORE, 64, 1},
                 {SHEET_BY_LOGPROB, 64, 2},
                 {SHEET_SHUFFLED, 64, 0},
                 {SHEET_BY_SCORE, 24, 0}};
    picture(f, "white.ppm", 64, 64, 0xFFFFFF);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"white.ppm\",\"caption\":\"a\",\"score\":0.25,\"logprob\":-9}\n"
                    "{\"image_id\":2,\"file\":\"white.ppm\",\"caption\":\"b\",\"logprob\":-10}\n");
    for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++) {
        int shown = 0;
        small_tiles(f, 2);
        f->options.tile_w = f->options.tile_h = CASES[c].side;
        f->options.sort = (SheetSort){.by = CASES[c].by};
        render(f);
        Image sheet = load(f->output);
        for (int tile = 0; tile < 2; tile++)
            shown += count_near(&sheet, tile * sheet.width / 2, (tile + 1) * sheet.width / 2,
                                theme_colors(THEME_LIGHT)->tag) > 100;
        assert_int_equal(shown, CASES[c].shown);
        image_free(&sheet);
    }
}

/* The height of a row follows from the tiles that are in it after sorting. */
static void rows_fit_their_sorted_text(void **state)
{
    Fixture *f = *state;
    for (int i = 0; i < 8; i++)
        fprintf(f->out, "{\"image_id\":%d,\"caption\":\"%s\",\"score\":%d}\n", i,
                i % 2 ? "short" : "a caption that takes quite a number of lines when the tile is as narrow", i % 2);
    small_tiles(f, 4);
    render(f);
    Image mixed = load(f->output);
    f->options.sort.by = SHEET_BY_SCORE;
    render(f);
    Image apart = load(f->output);
    assert_true(apart.height + 20 < mixed.height);
    image_free(&mixed);
    image_free(&apart);
}

static void highlighted_words(void **state)
{
    Fixture *f = *state;
    static const char *const REFERENCES[] = {"[\"A dog, jumps!\"]", "[\"the cat sleeps\"]", "[\"a\",\"dog\"]",
                                             "[]"};
    picture(f, "p.ppm", 8, 8, 0x808080);
    for (int i = 0; i < 4; i++)
        fprintf(f->out, "{\"image_id\":1,\"file\":\"p.ppm\",\"caption\":\"a dog jumps\",\"references\":%s}\n",
                REFERENCES[i]);
    f->options.title = "T";
    f->options.references = 0;
    f->options.scale = 2; /* so that strokes cover whole pixels */
    for (int name = THEME_LIGHT; name <= THEME_DARK; name++) {
        const Theme *theme = theme_colors((ThemeName)name);
        f->options.theme = (ThemeName)name;
        f->options.highlight = true;
        render(f);
        Image sheet = load(f->output);
        int step = sheet.width / 4, missed[4], ink[4];
        for (int i = 0; i < 4; i++) {
            missed[i] = count_near(&sheet, i * step, (i + 1) * step, theme->missed);
            ink[i] = count_near(&sheet, i * step, (i + 1) * step, theme->ink);
        }
        assert_int_equal(missed[0], 0);
        assert_int_equal(missed[3], 0); /* it has no references */
        assert_true(missed[1] > missed[2] && missed[2] > 20);
        assert_true(ink[3] > ink[2] && ink[2] > 20);
        image_free(&sheet);
        f->options.highlight = false;
        render(f);
        sheet = load(f->output);
        assert_int_equal(count_near(&sheet, 0, sheet.width, theme->missed), 0);
        image_free(&sheet);
    }
}

static void themes(void **state)
{
    Fixture *f = *state;
    picture(f, "p.ppm", 64, 32, 0x00A000);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"p.ppm\",\"caption\":\"a\"}\n");
    small_tiles(f, 1);
    for (int name = THEME_LIGHT; name <= THEME_DARK; name++) {
        const Theme *theme = theme_colors((ThemeName)name);
        f->options.theme = (ThemeName)name;
        render(f);
        Image sheet = load(f->output);
        int gutter = (sheet.width - 64) / 2, y = find_down(&sheet, gutter + 32, 0, 0x00A000);
        assert_int_equal(at(&sheet, 0, 0), theme->page);
        assert_int_equal(at(&sheet, sheet.width - 1, sheet.height - 1), theme->page);
        assert_int_equal(at(&sheet, gutter + 1, y - 2), theme->box); /* the letterbox */
        assert_int_equal(at(&sheet, gutter + 63, y + 16 + 32 + 3), theme->card);
        image_free(&sheet);
    }
}

/* The relative luminance of WCAG 2.1. */
static double luminance(Color c)
{
    static const double WEIGHT[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = (c >> 8 * i & 255) / 255.0;
        sum += WEIGHT[i] * (v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void assert_readable(Color text, Color background)
{
    double a = luminance(text) + 0.05, b = luminance(background) + 0.05;
    assert_true((a > b ? a / b : b / a) >= 4.5);
}

static void text_stands_out(void **state)
{
    (void)state;
    for (int name = THEME_LIGHT; name <= THEME_DARK; name++) {
        const Theme *t = theme_colors((ThemeName)name);
        const Color on_card[] = {t->ink, t->missed, t->muted, t->faint, t->mark, t->match};
        for (size_t i = 0; i < sizeof on_card / sizeof *on_card; i++)
            assert_readable(on_card[i], t->card);
        assert_readable(t->ink, t->page);
        assert_readable(t->muted, t->page);
        assert_readable(t->on_tag, t->tag);
        assert_readable(t->alarm, t->box);
    }
}

/* The pHYs chunk's pixels per metre; 0: there is none. */
static unsigned long pixels_per_metre(const char *path)
{
    unsigned char head[4096];
    FILE *in = fopen(path, "rb");
    size_t n = fread(head, 1, sizeof head, in);
    fclose(in);
    for (size_t i = 0; i + 13 < n; i++)
        if (!memcmp(head + i, "pHYs", 4)) {
            const unsigned char *p = head + i + 4;
            assert_memory_equal(p, p + 4, 4); /* square */
            assert_int_equal(p[8], 1);        /* the unit is the metre */
            return (unsigned long)p[0] << 24 | (unsigned long)p[1] << 16 | (unsigned long)p[2] << 8 | p[3];
        }
    return 0;
}

static void resolution(void **state)
{
    Fixture *f = *state;
    fprintf(f->out, "{\"image_id\":1,\"caption\":\"a\"}\n");
    small_tiles(f, 1);
    render(f);
    assert_int_equal(pixels_per_metre(f->output), 0);
    f->options.dpi = 300;
    render(f);
    assert_int_equal(pixels_per_metre(f->output), 11811);
    f->options.dpi = 72;
    render(f);
    assert_int_equal(pixels_per_metre(f->output), 2835);
}

static void scaled(void **state)
{
    Fixture *f = *state;
    picture(f, "p.ppm", 8, 8, 0x00A000);
    for (int i = 0; i < 3; i++)
        fprintf(f->out,
                "{\"image_id\":1,\"file\":\"p.ppm\",\"split\":\"%d\",\"caption\":\"a dog\","
                "\"references\":[\"b\"]}\n",
                i);
    f->options.columns = 2;
    f->options.title = "T";
    render(f);
    Image plain = load(f->output);
    for (int k = 0; k < 4; k++) {
        static const double SCALE[] = {0.25, 0.5, 2, 3};
        f->options.scale = SCALE[k];
        render(f);
        Image sheet = load(f->output);
        double slack = 10 + 5 * SCALE[k]; /* for rounding, and for hinted text */
        assert_in_range(sheet.width, plain.width * SCALE[k] - 3, plain.width * SCALE[k] + 3);
        assert_in_range(sheet.height, plain.height * SCALE[k] - slack, plain.height * SCALE[k] + slack);
        int box = (int)(256 * SCALE[k]), gutter = (sheet.width - 2 * box) / 3;
        int y = find_down(&sheet, gutter + box - 1, 0, 0x00A000); /* right of the tag */
        assert_int_equal(at(&sheet, gutter + box - 1, y + box - 1), 0x00A000);
        assert_int_not_equal(at(&sheet, gutter + box - 1, y + box), 0x00A000);
        image_free(&sheet);
    }
    image_free(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sorted, setup, teardown),
        cmocka_unit_test_setup_teardown(sort_key_is_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_fit_their_sorted_text, setup, teardown),
        cmocka_unit_test_setup_teardown(highlighted_words, setup, teardown),
        cmocka_unit_test_setup_teardown(themes, setup, teardown),
        cmocka_unit_test(text_stands_out),
        cmocka_unit_test_setup_teardown(resolution, setup, teardown),
        cmocka_unit_test_setup_teardown(scaled, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
