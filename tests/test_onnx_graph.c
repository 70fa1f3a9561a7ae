/* The reader of ONNX files, on a small model made here and on every way to damage it. */
#include "io/cnn/onnx_graph.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/* A ModelProto: input x (float32, N x 3 x 8 x 8), Conv "c" x -> y, GlobalAveragePool "p" y -> z, output z, weight w,
 * metadata coco.mean = 127. */
static size_t put(unsigned char *out, int number, const void *bytes, size_t n)
{
    out[0] = (unsigned char)(number << 3 | 2);
    out[1] = (unsigned char)n; /* below 128 */
    memcpy(out + 2, bytes, n);
    return n + 2;
}

static size_t put_text(unsigned char *out, int number, const char *text)
{
    return put(out, number, text, strlen(text));
}

static size_t put_node(unsigned char *out, const char *in, const char *to, const char *name, const char *kind)
{
    unsigned char node[64];
    size_t n = put_text(node, 1, in);
    n += put_text(node + n, 2, to);
    n += put_text(node + n, 3, name);
    n += put_text(node + n, 4, kind);
    return put(out, 1, node, n);
}

static size_t put_input(unsigned char *out)
{
    static const unsigned char type[] = {0x0a, 21,   8, 1,    0x12, 17,   0x0a, 3,    0x12, 1,    'N', 0x0a,
                                         2,    0x08, 3, 0x0a, 2,    0x08, 8,    0x0a, 2,    0x08, 8};
    unsigned char info[64];
    size_t n = put_text(info, 1, "x");
    n += put(info + n, 2, type, sizeof type);
    return put(out, 11, info, n);
}

/* Returns the length, below 200. */
static size_t make_model(unsigned char *out)
{
    unsigned char graph[128], part[64];
    size_t n = put_node(graph, "x", "y", "c", "Conv"), k;
    n += put_node(graph + n, "y", "z", "p", "GlobalAveragePool");
    n += put(graph + n, 5, part, put_text(part, 8, "w"));
    n += put_input(graph + n);
    n += put(graph + n, 12, part, put_text(part, 1, "z"));
    size_t len = put(out, 7, graph, n);
    k = put_text(part, 1, "coco.mean");
    k += put_text(part + k, 2, "127");
    return len + put(out + len, 14, part, k);
}

static void test_read(void **state)
{
    unsigned char model[256];
    size_t len = make_model(model);
    OnnxGraph graph;
    Err err;
    (void)state;
    assert_ok(onnx_graph_read(&graph, model, len, &err));
    assert_true(onnx_text_is(graph.input, "x"));
    assert_int_equal(graph.shape[0], -1);
    assert_int_equal(graph.shape[1], 3);
    assert_int_equal(graph.shape[3], 8);
    assert_int_equal(graph.n_nodes, 2);
    assert_true(onnx_text_is(onnx_last_pooling(&graph)->input, "y"));
    assert_true(onnx_text_is(onnx_find_tensor(&graph, "c"), "y"));
    assert_true(onnx_text_is(onnx_find_tensor(&graph, "z"), "z"));
    assert_int_equal(onnx_find_tensor(&graph, "nothing").len, 0);
    assert_int_equal(graph.n_properties, 1);
    assert_true(onnx_text_is(graph.properties[0].key, "coco.mean"));
    assert_true(onnx_text_is(graph.properties[0].value, "127"));
    onnx_graph_free(&graph);
}

/* Appended outputs are found when the new bytes are read; one that is there already is not doubled. */
static void test_outputs(void **state)
{
    unsigned char model[256];
    size_t len = make_model(model), more_len = len;
    OnnxGraph graph, more;
    Err err;
    (void)state;
    assert_ok(onnx_graph_read(&graph, model, len, &err));
    const OnnxText both[2] = {onnx_find_tensor(&graph, "z"), onnx_find_tensor(&graph, "y")};
    char *bytes = malloc(len);
    assert_non_null(bytes);
    memcpy(bytes, model, len);
    assert_ok(onnx_add_outputs(&graph, &bytes, &more_len, both, 2, &err));
    assert_ok(onnx_graph_read(&more, bytes, more_len, &err));
    assert_int_equal(more.n_outputs, 2);
    assert_true(onnx_text_is(more.outputs[1], "y"));
    onnx_graph_free(&graph);
    onnx_graph_free(&more);
    free(bytes);
}

/* Any prefix, and any change of one byte, is read or refused with a line, in memory of its own size. */
static void test_damage(void **state)
{
    unsigned char model[256];
    size_t len = make_model(model);
    int refused = 0;
    (void)state;
    for (size_t n = 0; n < len; n++)
        for (int bit = 0; bit < 9; bit++) {
            size_t size = bit < 8 ? len : n;
            unsigned char *copy = malloc(size ? size : 1);
            OnnxGraph graph;
            Err err = {""};
            assert_non_null(copy);
            memcpy(copy, model, size);
            if (bit < 8)
                copy[n] ^= (unsigned char)(1 << bit);
            if (onnx_graph_read(&graph, copy, size, &err)) {
                assert_true(*err.text);
                refused++;
            }
            onnx_graph_free(&graph);
            free(copy);
        }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
