/* Sheets that show what each word looked at, and attention files that do not belong to the records. */
#include "tests/support/sheet.h"

#include "io/hdf5/h5.h"

#include <math.h>

enum { STEPS = 4, PLACES = 6 };

/* What is in an attention file of two captions, "a dog" of row 7 and "cat" of row 2; -1: as it should be. */
typedef struct {
    const char *format, *split;
    int64_t down, across;
    const char *const *files;
    float total;   /* of the weights of a step */
    bool no_shape; /* it does not say the grid's */
} Case;

static void write_attention(const Fixture *f, const Case *c, char **path)
{
    Err err;
    const int64_t n = 2, dim[3] = {n, STEPS, PLACES};
    const int32_t rows[2] = {7, 2};
    static const int step_count[2] = {3, 2};
    float weights[2 * STEPS * PLACES];
    for (int i = 0; i < 2; i++)
        for (int t = 0; t < STEPS; t++)
            for (int p = 0; p < PLACES; p++)
                weights[(i * STEPS + t) * PLACES + p] = t >= step_count[i]              ? NAN
                                                        : p == (i * 2 + t * 5) % PLACES ? c->total
                                                                                        : 0;
    *path = tmp_path(f->dir, "looks.h5");
    H5 *h5 = h5_create(*path, &err);
    assert_non_null(h5);
    assert_ok(h5_put_text(h5, "/", "format", c->format ? c->format : "coco-attention", &err));
    assert_ok(h5_put_text(h5, "/", "split", c->split ? c->split : "val", &err));
    if (!c->no_shape) {
        assert_ok(h5_put_int(h5, "/", "grid_rows", c->down ? c->down : 2, &err));
        assert_ok(h5_put_int(h5, "/", "grid_columns", c->across ? c->across : 3, &err));
    }
    if (c->files)
        assert_ok(h5_write_strings(h5, "files", n, c->files, &err));
    assert_ok(h5_write_floats(h5, "attention", 3, dim, weights, &err));
    assert_ok(h5_write_ints(h5, "rows", 1, &n, rows, &err));
    assert_ok(h5_close(h5, &err));
}

static void small(Fixture *f, char *path)
{
    f->options.tile_w = 96;
    f->options.tile_h = 64;
    f->options.columns = 3;
    f->options.title = "T";
    f->options.attention = path;
}

static int brightness(const Image *sheet, int x, int y)
{
    return (int)(at(sheet, x, y) & 255);
}

/* The place, 0 to 5, that is bright in the box whose upper left corner is at x, y. */
static int bright_place(const Image *sheet, int x, int y)
{
    int best = 0, most = 0;
    for (int p = 0; p < PLACES; p++) {
        int v = brightness(sheet, x + p % 3 * 32 + 16, y + p / 3 * 32 + 16);
        best = v > most ? p : best;
        most = v > most ? v : most;
    }
    assert_in_range(most, 80, 130);
    return best;
}

static void each_word_has_its_light(void **state)
{
    Fixture *f = *state;
    char *path;
    picture(f, "p.ppm", 96, 64, 0x646464);
    fprintf(f->out, "{\"image_id\":1,\"split\":\"val\",\"row\":2,\"file\":\"p.ppm\",\"caption\":\"cat\"}\n"
                    "{\"image_id\":2,\"split\":\"val\",\"row\":7,\"file\":\"p.ppm\",\"caption\":\"a dog\"}\n");
    write_attention(f, &(Case){.total = 1}, &path);
    small(f, path);
    render(f);
    Image sheet = load(f->output);
    int gutter = 6, pad = 3, x = gutter + pad, step = 96 + pad;
    int y = find_down(&sheet, x + 48, 0, 0x646464);
    assert_int_equal(sheet.width, 2 * gutter + 3 * step + pad);
    assert_int_equal(bright_place(&sheet, x + step, y), 2);
    assert_int_equal(at(&sheet, x + 2 * step + 48, y + 32),
                     theme_colors(THEME_LIGHT)->card); /* <END> is not shown */
    y = find_down(&sheet, x + 48, y + 64, 0x646464);
    assert_int_equal(bright_place(&sheet, x + step, y), 0);
    assert_int_equal(bright_place(&sheet, x + 2 * step, y), 5);
    image_free(&sheet);
    assert_int_equal(f->count.images, 2);
    free(path);
}

/* In lines of two, a caption of two words takes two. A dead image has grey ones. */
static void strips_wrap(void **state)
{
    Fixture *f = *state;
    char *path;
    fprintf(f->out, "{\"image_id\":2,\"split\":\"val\",\"row\":7,\"file\":\"gone.ppm\",\"caption\":\"a dog\"}\n");
    write_attention(f, &(Case){.total = 1}, &path);
    small(f, path);
    render(f);
    Image wide = load(f->output);
    f->options.columns = 2;
    render(f);
    Image narrow = load(f->output);
    assert_int_equal(wide.width - narrow.width, 96 + 3);
    assert_in_range(narrow.height - wide.height, 64 + 10, 64 + 30);
    assert_int_equal(f->count.dead, 1);
    image_free(&wide);
    image_free(&narrow);
    free(path);
}

static void pictures_go_by_file(void **state)
{
    Fixture *f = *state;
    static const char *const FILES[] = {"other.ppm", "p.ppm"};
    char *path;
    picture(f, "p.ppm", 96, 64, 0x646464);
    fprintf(f->out, "{\"image_id\":0,\"file\":\"p.ppm\",\"caption\":\"cat\"}\n");
    write_attention(f, &(Case){.total = 1, .files = FILES}, &path);
    small(f, path);
    render(f);
    Image sheet = load(f->output);
    int y = find_down(&sheet, 6 + 3 + 48, 0, 0x646464);
    assert_int_equal(bright_place(&sheet, 6 + 3 + 99, y), 2);
    image_free(&sheet);
    free(path);
}

static void what_does_not_belong_is_refused(void **state)
{
    Fixture *f = *state;
    static const char *const FILES[] = {"other.ppm", "p.ppm"};
    static const struct {
        const char *record, *says;
        Case file;
    } CASES[] = {
        {"\"split\":\"val\",\"row\":7,\"caption\":\"a dog runs\"",
         "weights for 3 steps of caption 0",
         {.total = 1}},
        {"\"split\":\"val\",\"row\":3,\"caption\":\"a dog\"",
         "has no row 3; it belongs to another run",
         {.total = 1}},
        {"\"caption\":\"a dog\"", "goes by rows, but the record of image 1 has none", {.total = 1}},
        {"\"split\":\"test\",\"row\":7,\"caption\":\"a dog\"", "is of split 'val'", {.total = 1}},
        {"\"split\":\"val\",\"row\":7,\"caption\":\"a dog\"",
         "a grid of 7 x 7 does not have 6 places",
         {.total = 1, .down = 7, .across = 7}},
        {"\"split\":\"val\",\"row\":7,\"caption\":\"a dog\"",
         "no grid_rows and grid_columns",
         {.total = 1, .no_shape = true}},
        {"\"split\":\"val\",\"row\":7,\"caption\":\"a dog\"", "sum to at most 1", {.total = 1.5f}},
        {"\"split\":\"val\",\"row\":7,\"caption\":\"a dog\"", "sum to at most 1", {.total = -1}},
        {"\"split\":\"val\",\"row\":7,\"caption\":\"a dog\"",
         "not an attention file",
         {.total = 1, .format = "coco-features"}},
        {"\"file\":\"q.ppm\",\"caption\":\"a dog\"", "has no file 'q.ppm'", {.total = 1, .files = FILES}},
        {"\"row\":7,\"caption\":\"a dog\"", "names the files of its pictures", {.total = 1, .files = FILES}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Err err = {.text = ""};
        char *path;
        f->out = fopen(f->records, "w");
        fprintf(f->out, "{\"image_id\":1,%s}\n", CASES[i].record);
        write_attention(f, &CASES[i].file, &path);
        small(f, path);
        assert_int_equal(try_render(f, &err), -1);
        assert_says(err.text, "looks.h5");
        assert_says(err.text, CASES[i].says);
        if (!access(f->output, F_OK))
            fail_msg("case %zu: %s", i, err.text);
        free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_word_has_its_light, setup, teardown),
        cmocka_unit_test_setup_teardown(strips_wrap, setup, teardown),
        cmocka_unit_test_setup_teardown(pictures_go_by_file, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_belong_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
