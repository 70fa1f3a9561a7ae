/* Contact sheets as pages: figures and their files, escaped text, what is replaced and what is not. */
#include "io/file/file.h"
#include "pipeline/page/page_files.h"
#include "tests/support/sheet.h"

#include <glob.h>
#include <sys/stat.h>

typedef struct {
    Fixture *f;
    char *html, *files, *text; /* paths of the page and its directory; the text of the page that was drawn last */
} PageFixture;

static int page_setup(void **state)
{
    PageFixture *p = calloc(1, sizeof *p);
    setup((void **)&p->f);
    p->html = tmp_path(p->f->dir, "a page #1.html");
    p->files = tmp_path(p->f->dir, "a page #1_files");
    p->f->options.output = NULL;
    p->f->options.html = p->html;
    *state = p;
    return 0;
}

static int page_teardown(void **state)
{
    PageFixture *p = *state;
    teardown((void **)&p->f);
    free(p->html);
    free(p->files);
    free(p->text);
    free(p);
    return 0;
}

static void draw_page(PageFixture *p)
{
    Err err;
    size_t len;
    render(p->f);
    free(p->text);
    p->text = file_read(p->html, 1 << 24, &len, &err);
    if (!p->text)
        fail_msg("%s", err.text);
}

static int count_of(const char *text, const char *part)
{
    int n = 0;
    while ((text = strstr(text, part)) != NULL) {
        n++;
        text += strlen(part);
    }
    return n;
}

static bool has_file(const PageFixture *p, const char *name)
{
    char *path = tmp_path(p->files, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/* Where the picture of a figure, from 1, is; NULL: it has none. The caller frees. */
static char *picture_of(const PageFixture *p, int figure)
{
    glob_t found;
    char pattern[4096], *path = NULL;
    snprintf(pattern, sizeof pattern, "%s/%06d-????????????.jpg", p->files, figure);
    int rc = glob(pattern, 0, NULL, &found);
    assert_true(rc == GLOB_NOMATCH || (rc == 0 && found.gl_pathc == 1));
    if (rc == 0)
        path = strdup(found.gl_pathv[0]);
    globfree(&found);
    return path;
}

static bool has_picture(const PageFixture *p, int figure)
{
    char *path = picture_of(p, figure);
    free(path);
    return path != NULL;
}

static Image load_picture(const PageFixture *p, int figure)
{
    char *path = picture_of(p, figure);
    assert_non_null(path);
    Image image = load(path);
    free(path);
    return image;
}

/* The page shows the picture of the figure, with these attributes. */
static void assert_shows(const PageFixture *p, int figure, const char *attributes)
{
    char *path = picture_of(p, figure), want[4096];
    assert_non_null(path);
    snprintf(want, sizeof want, "<img src=\"a%%20page%%20%%231_files/%s\" %s", strrchr(path, '/') + 1, attributes);
    assert_says(p->text, want);
    free(path);
}

static void figures_and_files(void **state)
{
    PageFixture *p = *state;
    Fixture *f = p->f;
    picture(f, "wide.ppm", 1200, 300, 0xC01020);
    picture(f, "high.ppm", 400, 900, 0x1020C0);
    fprintf(f->out,
            "{\"image_id\":7,\"file\":\"wide.ppm\",\"split\":\"val\",\"caption\":\"a dog\",\"logprob\":-1.5,"
            "\"references\":[\"a cat\",\"a dog\"]}\n"
            "{\"image_id\":8,\"file\":\"none.jpg\",\"split\":\"train\",\"caption\":\"\",\"score\":2}\n"
            "{\"image_id\":9,\"file\":\"high.ppm\",\"caption\":\"b\"}\n");
    f->options.references = 2;
    draw_page(p);
    assert_int_equal(f->count.images, 3);
    assert_int_equal(f->count.dead, 1);
    assert_int_equal(f->count.sheets, 0);
    assert_int_equal(strncmp(p->text, "<!DOCTYPE html>\n", 16), 0);
    assert_says(p->text, "<meta charset=\"utf-8\">");
    assert_int_equal(count_of(p->text, "<figure>"), 3);
    assert_int_equal(count_of(p->text, "</figure>"), 3);
    assert_shows(p, 1, "width=\"512\" height=\"128\" loading=\"lazy\" decoding=\"async\" alt=\"a dog\">");
    assert_shows(p, 3, "width=\"228\" height=\"512\"");
    assert_says(p->text, "<p>no such file</p>");
    assert_says(p->text, "(empty caption)");
    assert_says(p->text, "image 7 \u00b7 log p \u22121.50</p>");
    assert_says(p->text, "image 8 \u00b7 score 2.000</p>");
    assert_says(p->text, "<span class=\"tag\">train</span>");
    assert_true(strstr(p->text, ">a dog</span>") < strstr(p->text, ">a cat</span>"));
    assert_int_equal(count_of(p->text, "<script"), 0);
    assert_false(has_picture(p, 2) || has_picture(p, 4));
    Image image = load_picture(p, 1);
    assert_int_equal(image.width, 512);
    assert_int_equal(image.height, 128);
    unsigned middle = at(&image, 256, 64);
    assert_in_range(middle >> 16, 0xB8, 0xC8);
    assert_in_range(middle & 255, 0x18, 0x28);
    image_free(&image);
    f->options.scale = 3; /* a higher resolution asks for more pixels */
    draw_page(p);
    image = load_picture(p, 1);
    assert_int_equal(image.width, 768);
    image_free(&image);
}

/* On the page a small image keeps its size, for the browser to enlarge; on a sheet drawn along with it, it fills the
 * box. */
static void small_images_stay_small(void **state)
{
    PageFixture *p = *state;
    Fixture *f = p->f;
    picture(f, "small.ppm", 60, 30, 0x808080);
    picture(f, "middle.ppm", 100, 400, 0x808080);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"small.ppm\",\"caption\":\"a\"}\n"
                    "{\"image_id\":2,\"file\":\"middle.ppm\",\"caption\":\"a\"}\n");
    f->options.output = f->output;
    draw_page(p);
    assert_shows(p, 1, "width=\"60\" height=\"30\"");
    assert_shows(p, 2, "width=\"100\" height=\"400\"");
    Image image = load_picture(p, 1), sheet = load(f->output);
    assert_int_equal(image.width, 60);
    int gutter = 256 / 14, y = find_down(&sheet, gutter + 128, 0, 0x808080);
    assert_int_equal(at(&sheet, gutter, y + 127), 0x808080);
    assert_int_equal(at(&sheet, gutter + 255, y), 0x808080);
    image_free(&image);
    image_free(&sheet);
}

static void hostile_text(void **state)
{
    static const char *const CAPTION =
        "</p><script>alert(1)</script> \\\" onload='x' & &lt; <!-- \\u0007 \\u2028 a";
    PageFixture *p = *state;
    Fixture *f = p->f;
    picture(f, "<b>.ppm", 64, 64, 0x808080);
    for (int i = 0; i < 2; i++)
        fprintf(f->out,
                "{\"image_id\":1,\"split\":\"<s>%d\",\"file\":\"%s\",\"caption\":\"%s\","
                "\"references\":[\"<i>'\",\"a\"]}\n",
                i, i ? "<x>" : "<b>.ppm", CAPTION);
    f->options.title = "</title><script>\"T\" & 'U'";
    for (int highlight = 0; highlight < 2; highlight++) {
        f->options.highlight = highlight;
        draw_page(p);
        assert_int_equal(count_of(p->text, "<script"), 0);
        assert_int_equal(count_of(p->text, "<i>"), 0);
        assert_int_equal(count_of(p->text, "<s>"), 0);
        assert_int_equal(count_of(p->text, "<!--"), 0);
        assert_int_equal(count_of(p->text, "\a"), 0);
        assert_says(p->text, "<title>&lt;/title&gt;&lt;script&gt;&quot;T&quot; &amp; &#39;U&#39;</title>");
        assert_says(p->text,
                    "alt=\"&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt; &quot; onload=&#39;x&#39; &amp; "
                    "&amp;lt; &lt;!--     a\"");
        assert_says(p->text, "&lt;i&gt;&#39;");
        assert_says(p->text, "&lt;s&gt;0");
    }
    assert_says(p->text, "<span class=\"missed\">p&gt;&lt;script&gt;alert(1)&lt;/script</span>");
}

static void highlighted_words(void **state)
{
    PageFixture *p = *state;
    Fixture *f = p->f;
    fprintf(f->out, "{\"image_id\":1,\"caption\":\"the big dog\",\"references\":[\"a\",\"The dog.\"]}\n"
                    "{\"image_id\":2,\"caption\":\"no truth\"}\n");
    draw_page(p);
    assert_says(p->text, ">the big dog</p>");
    f->options.highlight = true;
    draw_page(p);
    assert_says(p->text, ">the <span class=\"missed\">big</span> dog</p>");
    assert_says(p->text, ">no truth</p>");
    assert_says(p->text, "coloured: words it lacks");
    f->options.theme = THEME_DARK;
    draw_page(p);
    assert_says(p->text, "color-scheme:dark");
    assert_says(p->text, "--page:#131517");
}

/* The directory of an earlier page is replaced; any other is kept, and nothing is written. */
static void replaces_only_its_own(void **state)
{
    PageFixture *p = *state;
    Fixture *f = p->f;
    Err err;
    char *other = tmp_path(p->files, "mine.jpg"),
         *old = tmp_path(p->files, "000009.jpg"); /* once without a digest */
    picture(f, "p.ppm", 64, 64, 0x808080);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"p.ppm\",\"caption\":\"a\"}\n");
    draw_page(p);
    tmp_write(old, "x", 1);
    draw_page(p);
    assert_true(has_picture(p, 1));
    assert_false(has_file(p, "000009.jpg"));
    tmp_write(other, "x", 1);
    assert_int_equal(unlink(p->html), 0);
    assert_int_equal(try_render(f, &err), -1);
    assert_says(err.text, "a page #1_files: is in the way: it contains 'mine.jpg'");
    assert_int_not_equal(access(p->html, F_OK), 0);
    assert_true(has_file(p, "mine.jpg") && has_picture(p, 1));
    /* Names are not enough: COCO's photographs are numbered too. */
    char *marker = tmp_path(p->files, ".coco-render");
    assert_int_equal(unlink(other), 0);
    assert_int_equal(unlink(marker), 0);
    assert_int_equal(try_render(f, &err), -1);
    assert_says(err.text, "not the directory of an earlier page");
    assert_true(has_picture(p, 1));
    free(marker);
    free(other);
    free(old);
}

static int listed(const char *dir, const char *part)
{
    char command[4096];
    int n = -1;
    snprintf(command, sizeof command, "ls -A '%s' | grep -c -e '%s'", dir, part);
    FILE *in = popen(command, "r");
    if (fscanf(in, "%d", &n) != 1)
        n = -1;
    pclose(in);
    return n;
}

/* If a signal comes, or the page cannot be put in its place, nothing is left of it. */
static void all_or_nothing(void **state)
{
    PageFixture *p = *state;
    Fixture *f = p->f;
    Err err;
    volatile sig_atomic_t stop = SIGINT;
    for (int i = 0; i < 30; i++)
        fprintf(f->out, "{\"image_id\":1,\"caption\":\"a\"}\n");
    f->report.stop = &stop;
    assert_ok(try_render(f, &err));
    assert_int_equal(listed(f->dir, "page"), 0);
    f->report.stop = NULL;
    assert_int_equal(mkdir(p->html, 0777), 0);
    assert_int_equal(try_render(f, &err), -1);
    assert_says(err.text, "a page #1.html: ");
    assert_int_equal(listed(f->dir, "page"), 1); /* the directory that is in its place */
}

/* Publishes one picture, whose page does not get its name: it comes and goes. */
static void publish_in_vain(const PageFixture *p)
{
    Err err;
    char name[PICTURE_NAME_LEN];
    PageFiles *files = page_files_open(p->html, &err);
    assert_non_null(files);
    assert_ok(page_files_add(files, 0, "other bytes", 11, name, &err));
    assert_ok(page_files_publish(files, &err));
    assert_true(has_file(p, name) && has_file(p, ".coco-render"));
    page_files_free(files);
    assert_false(has_file(p, name));
}

static void without_its_page(void **state)
{
    PageFixture *p = *state;
    Fixture *f = p->f;
    publish_in_vain(p);
    assert_int_equal(listed(f->dir, "page"), 0);
    picture(f, "p.ppm", 64, 64, 0x808080);
    fprintf(f->out, "{\"image_id\":1,\"file\":\"p.ppm\",\"caption\":\"a\"}\n");
    draw_page(p);
    publish_in_vain(p);
    assert_true(has_picture(p, 1) && has_file(p, ".coco-render"));
}

/* Page and picture are made in one pass: each image is looked for once, and each dead one reported once. */
static void with_a_picture(void **state)
{
    PageFixture *p = *state;
    Fixture *f = p->f;
    picture(f, "p.ppm", 600, 300, 0x808080);
    for (int i = 0; i < 7; i++)
        fprintf(f->out, "{\"image_id\":%d,\"file\":\"%s\",\"caption\":\"a\"}\n", i, i == 3 ? "none" : "p.ppm");
    f->options.output = f->output;
    f->options.columns = 3;
    draw_page(p);
    assert_int_equal(f->n_warnings, 1);
    assert_int_equal(f->count.images, 7);
    assert_int_equal(f->count.sheets, 1);
    assert_int_equal(count_of(p->text, "<img "), 6);
    Image sheet = load(f->output);
    int y = find_down(&sheet, 256 / 14 + 128, 0, 0x808080);
    assert_int_equal(at(&sheet, 256 / 14, y + 127), 0x808080); /* 256 x 128 */
    assert_int_not_equal(at(&sheet, 256 / 14, y + 128), 0x808080);
    image_free(&sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_and_files, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(small_images_stay_small, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(hostile_text, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(highlighted_words, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(replaces_only_its_own, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(all_or_nothing, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(without_its_page, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(with_a_picture, page_setup, page_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
