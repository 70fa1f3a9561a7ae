/* Contact sheets, read back pixel by pixel: order, boxes, letterboxes, placeholders, series. */
#include "pipeline/sheet/sheet_output.h"
#include "tests/support/sheet.h"

enum { GUTTER = 256 / 14 };

static unsigned color_of(int i)
{
    return (unsigned)(40 + i * 3) << 16 | (unsigned)(200 - i * 5) << 8 | (unsigned)(i * 37 % 256);
}

static void order_and_places(void **state)
{
    Fixture *f = *state;
    enum { N = 30 };
    char name[32];
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof name, "p%d.ppm", i);
        picture(f, name, 20 + i % 3 * 200, 20 + i % 3 * 200, color_of(i));
        fprintf(f->out, "{\"image_id\":%d,\"file\":\"%s\",\"caption\":\"picture\"}\n", i, name);
    }
    f->options.tile_w = f->options.tile_h = 64;
    f->options.columns = 7;
    render(f);
    assert_int_equal(f->count.images, N);
    assert_int_equal(f->count.dead, 0);
    assert_int_equal(f->n_warnings, 0);
    Image sheet = load(f->output);
    int gutter = (sheet.width - 7 * 64) / 8;
    assert_in_range(gutter, 1, 64 / 3);
    assert_int_equal(sheet.width, 7 * 64 + 8 * gutter);
    for (int i = 0, y = 0; i < N; i++) {
        int x = gutter + i % 7 * (64 + gutter);
        if (i % 7 == 0)
            y = find_down(&sheet, x, y, color_of(i));
        assert_int_equal(at(&sheet, x, y), color_of(i));
        assert_int_equal(at(&sheet, x + 63, y + 63), color_of(i));
        assert_int_equal(at(&sheet, x + 31, y + 65), 0xFFFFFF); /* the card below */
    }
    image_free(&sheet);
}

static void aspect_is_kept(void **state)
{
    Fixture *f = *state;
    picture(f, "wide.ppm", 200, 50, 0xC01020);
    picture(f, "high.ppm", 10, 40, 0x1020C0);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"wide.ppm\",\"caption\":\"a\"}\n"
                    "{\"image_id\":2,\"file\":\"high.ppm\",\"caption\":\"b\"}\n");
    render(f);
    Image sheet = load(f->output);
    assert_int_equal(sheet.width, 2 * 256 + 3 * GUTTER); /* there are no more columns than images */
    int y = find_down(&sheet, GUTTER + 128, 0, 0xC01020), x2 = 2 * GUTTER + 256;
    int top = y - 96; /* of the box; the image is 256 x 64 in its middle */
    assert_int_equal(find_down(&sheet, GUTTER, 0, 0xC01020), y);
    assert_int_equal(at(&sheet, GUTTER + 255, y + 63), 0xC01020);
    assert_int_not_equal(at(&sheet, GUTTER + 128, y + 64), 0xC01020);
    assert_int_equal(at(&sheet, x2 + 96, top), 0x1020C0); /* 64 x 256 */
    assert_int_equal(at(&sheet, x2 + 159, top + 255), 0x1020C0);
    assert_int_not_equal(at(&sheet, x2 + 95, top + 10), 0x1020C0);
    assert_int_not_equal(at(&sheet, x2 + 160, top + 10), 0x1020C0);
    image_free(&sheet);
}

static void dead_images_keep_their_place(void **state)
{
    Fixture *f = *state;
    char *path = tmp_path(f->dir, "broken.gif"), *link = tmp_path(f->dir, "link.ppm");
    picture(f, "good.ppm", 64, 64, 0x20A040);
    tmp_write(path, "GIF89a", 6);
    assert_int_equal(symlink("/etc/hostname", link), 0);
    fprintf(f->out,
            "{\"image_id\":1,\"file\":\"none.jpg\",\"caption\":\"a\",\"references\":[\"x\"]}\n"
            "{\"image_id\":2,\"file\":\"broken.gif\",\"caption\":\"b\"}\n"
            "{\"image_id\":3,\"file\":\"good.ppm\",\"caption\":\"c\"}\n"
            "{\"image_id\":4,\"file\":\"../captions.jsonl\",\"caption\":\"d\"}\n"
            "{\"image_id\":5,\"file\":\"/etc/hostname\",\"caption\":\"e\"}\n"
            "{\"image_id\":6,\"file\":\"link.ppm\",\"caption\":\"f\"}\n"
            "{\"image_id\":7,\"url\":\"file:///etc/hostname\",\"caption\":\"g\"}\n"
            "{\"image_id\":8,\"file\":\"captions.jsonl\",\"caption\":\"h\"}\n"
            "{\"image_id\":9,\"url\":\"file://%s/good.ppm\",\"caption\":\"i\"}\n"
            "{\"image_id\":10,\"url\":\"ftp://h/x\",\"caption\":\"k\"}\n"
            "{\"image_id\":11,\"caption\":\"k\"}\n",
            f->dir);
    f->options.tile_w = f->options.tile_h = 64;
    f->options.columns = 11;
    render(f);
    assert_int_equal(f->count.images, 11);
    assert_int_equal(f->count.dead, 9);
    assert_int_equal(f->n_warnings, 9);
    assert_says(f->warnings, "image 1: none.jpg: no such file\n");
    assert_says(f->warnings, "image 2: broken.gif: ");
    assert_says(f->warnings, "image 4: ../captions.jsonl: the file's path leads out");
    assert_says(f->warnings, "image 5: /etc/hostname: the file's path leads out");
    assert_says(f->warnings, "image 6: link.ppm: not an image");
    assert_says(f->warnings, "image 7: file:///etc/hostname: a file:// URL outside");
    assert_says(f->warnings, "image 8: captions.jsonl: not an image");
    assert_says(f->warnings, "image 10: ftp://h/x: ");
    assert_says(f->warnings, "image 11: the record names no file and no url");
    Image sheet = load(f->output);
    int gutter = (sheet.width - 11 * 64) / 12, x = gutter + 2 * (64 + gutter);
    int y = find_down(&sheet, x, 0, 0x20A040);
    assert_int_equal(at(&sheet, x + 63, y + 63), 0x20A040);
    assert_int_equal(at(&sheet, gutter + 8 * (64 + gutter), y), 0x20A040); /* the file:// URL inside */
    for (int i = 0; i < 11; i++)
        if (i != 2 && i != 8)
            assert_int_equal(at(&sheet, gutter + i * (64 + gutter), y), at(&sheet, gutter, y));
    image_free(&sheet);
    free(path);
    free(link);
}

/* A row of tiles is high enough for its caption and references; an endless caption is cut. */
static void text_grows_the_row(void **state)
{
    Fixture *f = *state;
    picture(f, "p.ppm", 64, 64, 0x305070);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"p.ppm\",\"caption\":\"short\"}\n");
    render(f);
    Image one = load(f->output);
    f->out = fopen(f->records, "w");
    fprintf(f->out,
            "{\"image_id\":1,\"file\":\"p.ppm\",\"caption\":\"short\",\"references\":[\"a\",\"b\",\"c\"]}\n");
    render(f);
    Image with_gt = load(f->output);
    f->options.references = 3;
    render(f);
    Image with_three = load(f->output);
    f->options.references = 0;
    render(f);
    Image with_none = load(f->output);
    assert_true(with_gt.height > one.height);
    assert_true(with_three.height > with_gt.height);
    assert_int_equal(with_none.height, one.height);
    f->out = fopen(f->records, "w");
    fprintf(f->out, "{\"image_id\":1,\"file\":\"p.ppm\",\"caption\":\"");
    for (int i = 0; i < 5000; i++)
        fprintf(f->out, "word ");
    fprintf(f->out, "\"}\n");
    render(f);
    Image endless = load(f->output);
    assert_in_range(endless.height, one.height, one.height + 200);
    image_free(&one);
    image_free(&with_gt);
    image_free(&with_three);
    image_free(&with_none);
    image_free(&endless);
}

static void series(void **state)
{
    Fixture *f = *state;
    char *name = tmp_path(f->dir, "s-%03d-%.png"), *first = tmp_path(f->dir, "s-001-%.png"),
         *third = tmp_path(f->dir, "s-003-%.png"), *fourth = tmp_path(f->dir, "s-004-%.png");
    picture(f, "p.ppm", 8, 8, 0x305070);
    for (int i = 0; i < 17; i++)
        fprintf(f->out, "{\"image_id\":%d,\"file\":\"p.ppm\",\"caption\":\"%d\"}\n", i, i);
    f->options.output = name;
    f->options.tile_w = f->options.tile_h = 32;
    f->options.columns = 4;
    f->options.rows = 2;
    render(f);
    assert_int_equal(f->count.sheets, 3);
    Image a = load(first), b = load(third);
    assert_int_equal(a.width, b.width);
    assert_true(a.height > b.height);
    assert_int_not_equal(access(fourth, F_OK), 0);
    image_free(&a);
    image_free(&b);
    free(name);
    free(first);
    free(third);
    free(fourth);
}

static void same_bytes_on_any_threads(void **state)
{
    Fixture *f = *state;
    char name[32];
    size_t n, m;
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "p%d.ppm", i);
        picture(f, name, 30 + i * 17, 50, color_of(i));
        fprintf(f->out,
                "{\"image_id\":%d,\"split\":\"%s\",\"file\":\"%s\",\"caption\":\"a caption\",\"references\":[\"x "
                "y\"]}\n",
                i, i % 2 ? "train" : "val", i == 5 ? "none" : name);
    }
    f->options.threads = 1;
    render(f);
    FILE *in = fopen(f->output, "rb");
    char *one = malloc(1 << 22), *many = malloc(1 << 22);
    n = fread(one, 1, 1 << 22, in);
    fclose(in);
    for (int threads = 2; threads < 9; threads++) {
        f->options.threads = threads;
        render(f);
        in = fopen(f->output, "rb");
        m = fread(many, 1, 1 << 22, in);
        fclose(in);
        assert_int_equal(n, m);
        assert_memory_equal(one, many, n);
    }
    free(one);
    free(many);
}

static void impossible(void **state)
{
    Fixture *f = *state;
    Err err;
    for (int i = 0; i < 20; i++)
        fprintf(f->out, "{\"image_id\":%d,\"caption\":\"x\"}\n", i);
    f->options.tile_w = 4096;
    f->options.columns = 20;
    assert_int_equal(try_render(f, &err), -1);
    assert_says(err.text, "32767");
    f->options = (SheetOptions){.input = f->records,
                                .output = f->output,
                                .tile_w = 16,
                                .tile_h = 16,
                                .columns = 2,
                                .rows = 3,
                                .scale = 1,
                                .threads = 1};
    assert_int_equal(try_render(f, &err), -1);
    assert_says(err.text, "%03d");
    f->options.where.images = "/no/such";
    assert_int_equal(try_render(f, &err), -1);
    assert_says(err.text, "/no/such: ");
    assert_int_not_equal(access(f->output, F_OK), 0);
    assert_null(sheet_output_problem("a-%d.png"));
    assert_null(sheet_output_problem("100%.png"));
    assert_non_null(sheet_output_problem("%d-%d.png"));
    assert_non_null(sheet_output_problem(""));
}

static void assert_name(const char *output, bool series, const char *second)
{
    char *name = sheet_output_name(output, 1);
    if (sheet_output_problem(output) || sheet_output_is_series(output) != series || strcmp(name, second))
        fail_msg("%s: %s", output, name);
    free(name);
}

/* Only a field is replaced; another percent sign stays. */
static void names(void **state)
{
    (void)state;
    assert_name("a-%d.png", true, "a-2.png");
    assert_name("a-%03d.png", true, "a-002.png");
    assert_name("a-%3d.png", true, "a-  2.png");
    assert_name("%d", true, "2");
    assert_name("%d_of_9.png", true, "2_of_9.png");
    assert_name("%02dth.png", true, "02th.png");
    assert_name("50%done.png", false, "50%done.png");
    assert_name("50%done-%d.png", true, "50%done-2.png");
    assert_name("100%.png", false, "100%.png");
    assert_name("100%", false, "100%");
    assert_name("100%%.png", false, "100%.png");
    assert_name("%%d.png", false, "%d.png");
    assert_name("%%%d.png", true, "%2.png");
    assert_name("%%%%%03d%%.png", true, "%%002%.png");
    assert_name("%003d-%s.png", false, "%003d-%s.png");
    assert_name("%.png", false, "%.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(order_and_places, setup, teardown),
        cmocka_unit_test_setup_teardown(aspect_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(dead_images_keep_their_place, setup, teardown),
        cmocka_unit_test_setup_teardown(text_grows_the_row, setup, teardown),
        cmocka_unit_test_setup_teardown(series, setup, teardown),
        cmocka_unit_test_setup_teardown(same_bytes_on_any_threads, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible, setup, teardown),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
