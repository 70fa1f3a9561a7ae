/* What is done to a network before it runs, on one of $COCO_SHARED/data/cnn. */
#include "tests/support/test.h"

#include "io/cnn/cnn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char path[4096];
static int asked;
static char of[DIGEST_LEN + 1];

static bool known(const char *sha256)
{
    asked++;
    snprintf(of, sizeof of, "%s", sha256);
    return true;
}

static bool unknown(const char *sha256)
{
    (void)sha256;
    return false;
}

/* Whether opening it took another process, and the network. */
static Cnn *open_with(bool (*harmless)(const char *sha256), bool *apart)
{
    struct rusage before, after;
    Err err;
    getrusage(RUSAGE_CHILDREN, &before);
    Cnn *cnn = cnn_open(path, &(CnnWish){.grid = true, .harmless = harmless}, &err);
    getrusage(RUSAGE_CHILDREN, &after);
    if (!cnn)
        fail_msg("%s", err.text);
    *apart = after.ru_minflt > before.ru_minflt;
    return cnn;
}

/* A network that is known to be harmless is not tried in another process, and is the same network. */
static void known_networks(void **state)
{
    bool apart;
    (void)state;
    if (access(path, R_OK) || !cnn_engine_found(NULL))
        skip();
    Cnn *tried = open_with(unknown, &apart);
    assert_true(apart);
    Cnn *trusted = open_with(known, &apart);
    assert_false(apart);
    const CnnInfo *a = cnn_info(tried), *b = cnn_info(trusted);
    assert_int_equal(asked, 1);
    assert_string_equal(of, a->sha256);
    assert_string_equal(a->layer, b->layer);
    assert_string_equal(a->grid_layer, b->grid_layer);
    assert_int_equal(a->features, b->features);
    assert_int_equal(a->grid_rows, b->grid_rows);
    assert_int_equal(a->grid_columns, b->grid_columns);
    assert_int_equal(a->grid_channels, b->grid_channels);

    size_t grid = (size_t)(a->grid_rows * a->grid_columns * a->grid_channels), n = (size_t)a->features;
    float *input = calloc((size_t)(a->width * a->height * 3), sizeof *input),
          *out = malloc(2 * (n + grid) * sizeof *out);
    Err err;
    assert_non_null(input);
    assert_non_null(out);
    assert_ok(cnn_run(tried, input, out, out + n, &err));
    assert_ok(cnn_run(trusted, input, out + n + grid, out + n + grid + n, &err));
    assert_memory_equal(out, out + n + grid, (n + grid) * sizeof *out);
    free(input);
    free(out);
    cnn_free(tried);
    cnn_free(trusted);
}

int main(void)
{
    const char *shared = getenv("COCO_SHARED");
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_networks)};
    snprintf(path, sizeof path, "%s/data/cnn/mobilenetv2.onnx", shared ? shared : "../shared");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
