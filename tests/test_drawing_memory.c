/* Drawing without memory: whichever allocation fails once the fonts are chosen, what comes out is the same, or an
 * error. (GLib ends the process instead. That fontconfig chose another font for want of memory, nobody can know.) */
#include "io/picture/canvas.h"
#include "pipeline/page/page.h"
#include "pipeline/sheet/tile.h"
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sanitizers have an allocator of their own, which must not be replaced. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define NO_FAULTS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NO_FAULTS 1
#endif
#endif

/* --- an allocator that fails once --- */

static atomic_long allocations, failing = -1, planned = -1;

/* From here on allocations are counted. */
static void begin(void)
{
    atomic_store(&allocations, 0);
    atomic_store(&failing, planned);
}

#ifndef NO_FAULTS
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static bool fails_now(void)
{
    if (atomic_fetch_add(&allocations, 1) != atomic_load(&failing))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails_now() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __libc_realloc(old, size);
}
#endif

/* --- what is drawn --- */

enum { W = 160, H = 160, BYTES_MAX = 1 << 17 };
typedef struct {
    size_t len;
    unsigned char bytes[BYTES_MAX];
} Drawing;
typedef int (*DrawFn)(Drawing *out, Err *err);

static const TileLook LOOK = {.box_w = 96, .box_h = 64, .scale = 1, .references = 2, .highlight = true};

static Record a_record(void)
{
    static char caption[] = "a man riding a \u05e9\u05dc\u05d5\u05dd horse, and a long way home";
    static char first[] = "a man rides a horse", second[] = "somebody on a horse";
    static char *references[] = {first, second};
    return (Record){.caption = caption, .logprob = NAN, .score = NAN, .references = references, .n_references = 2};
}

static int take_pixels(Canvas *canvas, int rc, Drawing *out, Err *err)
{
    out->len = (size_t)W * H * 3;
    if (!rc)
        rc = canvas_rows(canvas, 0, H, out->bytes, err);
    canvas_free(canvas);
    return rc;
}

static void paint_shapes(Canvas *canvas)
{
    static const double LINE[] = {5, 5, 150, 30, 20, 150, 90, 90.5, 3, 100};
    const TextStyle style = {.size = 13, .width = 100, .max_lines = 2};
    canvas_clear(canvas, 0xFFFFFF);
    canvas_ellipse(canvas, 80, 80, 60, 20, 0x204060);
    canvas_polygon(canvas, LINE, 5, 0x00FF00);
    canvas_dashes(canvas, 4, 3);
    canvas_polyline(canvas, LINE, 5, 2, 0xFF0000);
    canvas_clip(canvas, 0, 0, W, H - 5);
    canvas_text(canvas, &style, 10, 20, "some text that is too long for two lines, and ends in an ellipsis");
    canvas_clip(canvas, 0, 0, 0, 0);
}

static int draw_shapes(Drawing *out, Err *err)
{
    Canvas *canvas = canvas_new(W, H, 0, err);
    if (!canvas)
        return -1;
    paint_shapes(canvas);
    begin();
    paint_shapes(canvas);
    return take_pixels(canvas, 0, out, err);
}

static int paint_tile(Canvas *canvas, Err *err)
{
    TileStyle style;
    MissingFonts missing = {0};
    Record record = a_record();
    canvas_clear(canvas, 0xFFFFFF);
    tile_style(&style, canvas, &LOOK);
    int h = canvas_check(canvas, err) ? -1 : tile_text_height(&style, canvas, &record, &missing, err);
    return h < 0 ? -1 : tile_draw(&style, canvas, h, &record, NULL, "no such file", err);
}

static int draw_tile(Drawing *out, Err *err)
{
    Canvas *canvas = canvas_new(W, H, 0, err);
    if (!canvas)
        return -1;
    int rc = paint_tile(canvas, err);
    begin();
    if (!rc)
        rc = paint_tile(canvas, err);
    return take_pixels(canvas, rc, out, err);
}

static int draw_page(Drawing *out, Err *err)
{
    char *path = NULL, *text = NULL;
    size_t len = 0;
    Record record = a_record();
    int rc = -1;
    begin();
    FILE *stream = open_memstream(&text, &len);
    Page *page = stream && asprintf(&path, "%s/page.html", tmp_dir) >= 0 ? page_open(path, &LOOK, err) : NULL;
    if (page) {
        page_begin(page, stream, "title", "subtitle");
        page_figure(page, &(PageFigure){.record = &record, .why = "no such file"});
        rc = page_end(page, err);
    }
    if ((stream && fclose(stream)) || !text) /* glibc says nothing where it has no memory for the last bytes */
        rc = -1;
    if (!rc) {
        assert_true(len < BYTES_MAX);
        memcpy(out->bytes, text, len);
    }
    out->len = len;
    page_free(page);
    free(path);
    free(text);
    return rc;
}

/* --- one failure after the other --- */

enum { SAME = 0, FAILED, WRONG };

/* In a process of its own: draws while allocation number `at` fails. */
static _Noreturn void draw_in_child(DrawFn draw, long at, const Drawing *want, Drawing *got)
{
    Err err;
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    alarm(20); /* GLib may wait for itself */
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    atomic_store(&planned, at);
    if (draw(got, &err))
        _exit(FAILED);
    _exit(got->len == want->len && !memcmp(got->bytes, want->bytes, want->len) ? SAME : WRONG);
}

static void every_failure(DrawFn draw)
{
    enum { TRIALS = 60 };
    Err err;
    Drawing *drawing = mmap(NULL, 2 * sizeof *drawing, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(drawing, MAP_FAILED);
    assert_ok(draw(&drawing[0], &err));
    long n = atomic_load(&allocations), step = n / TRIALS + 1;
    int failed = 0, status;
    for (long at = 0; at < n; at += step) {
        pid_t child = fork();
        if (child == 0)
            draw_in_child(draw, at, &drawing[0], &drawing[1]);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == WRONG)
            fail_msg("allocation %ld of %ld fails: another drawing, and no error", at, n);
        failed += WIFEXITED(status) && WEXITSTATUS(status) == FAILED;
    }
    munmap(drawing, 2 * sizeof *drawing);
    assert_true(failed > 0);
}

static void drawing(void **state)
{
    (void)state;
    every_failure(draw_shapes);
}

static void tile(void **state)
{
    (void)state;
    every_failure(draw_tile);
}

static void page(void **state)
{
    (void)state;
    every_failure(draw_page);
}

/* cairo refuses dashes of negative length, and is in error from then on. */
static void an_error_stays(void **state)
{
    (void)state;
    Err err;
    unsigned char row[W * 3];
    Canvas *canvas = canvas_new(W, H, 0xFFFFFF, &err);
    assert_non_null(canvas);
    assert_ok(canvas_check(canvas, &err));
    canvas_dashes(canvas, 5, -3);
    canvas_dashes(canvas, 0, 0);
    assert_int_equal(canvas_check(canvas, &err), -1);
    assert_says(err.text, "cannot draw: ");
    assert_int_equal(canvas_rows(canvas, 0, 1, row, &err), -1);
    canvas_free(canvas);
}

int main(void)
{
    const struct CMUnitTest faults[] = {
        cmocka_unit_test(drawing),
        cmocka_unit_test(tile),
        cmocka_unit_test_setup_teardown(page, tmp_setup, tmp_teardown),
    };
    const struct CMUnitTest others[] = {cmocka_unit_test(an_error_stays)};
    int failed = cmocka_run_group_tests(others, NULL, NULL);
#ifdef NO_FAULTS
    (void)faults;
    return failed;
#else
    return failed + cmocka_run_group_tests(faults, NULL, NULL);
#endif
}
