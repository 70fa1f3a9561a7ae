/* libFuzzer: the reader of ONNX files, on any bytes. A model that is read has its layers found, and is read again
 * with them among its outputs. */
#include "io/cnn/onnx_graph.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches every byte of a text: it lies within the file. */
static size_t sum(OnnxText text)
{
    size_t all = 0;
    for (size_t i = 0; i < text.len; i++)
        all += (unsigned char)text.at[i];
    return all;
}

static void look_around(const OnnxGraph *graph)
{
    volatile size_t all = sum(graph->input);
    for (int i = 0; i < graph->n_nodes; i++)
        all += sum(graph->nodes[i].name) + sum(graph->nodes[i].kind) + sum(graph->nodes[i].input) +
               sum(graph->nodes[i].output);
    for (int i = 0; i < graph->n_outputs; i++)
        all += sum(graph->outputs[i]);
    for (int i = 0; i < graph->n_properties; i++)
        all += sum(graph->properties[i].key) + sum(graph->properties[i].value);
    all += onnx_find_tensor(graph, "out").len + onnx_find_tensor(graph, "").len;
    (void)all; /* clang takes a sum that is never read for a mistake */
}

static void add_outputs(const OnnxGraph *graph, const uint8_t *data, size_t size)
{
    const OnnxNode *pooling = onnx_last_pooling(graph);
    OnnxText layer[2] = {pooling ? pooling->output : graph->nodes[0].output,
                         pooling ? pooling->input : graph->nodes[graph->n_nodes - 1].output};
    OnnxGraph more;
    size_t len = size;
    if (!layer[0].len || !layer[1].len)
        return;
    char *bytes = malloc(size);
    if (!bytes)
        return;
    memcpy(bytes, data, size);
    if (onnx_add_outputs(graph, &bytes, &len, layer, 2, NULL)) {
        free(bytes);
        return;
    }
    if (onnx_graph_read(&more, bytes, len, NULL) || more.n_nodes != graph->n_nodes)
        abort();
    for (int i = 0; i < 2; i++) {
        bool there = false;
        for (int k = 0; k < more.n_outputs; k++)
            there = there ||
                    (more.outputs[k].len == layer[i].len && !memcmp(more.outputs[k].at, layer[i].at, layer[i].len));
        if (!there)
            abort();
    }
    onnx_graph_free(&more);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OnnxGraph graph;
    Err err = {""};
    if (onnx_graph_read(&graph, data, size, &err)) {
        if (!*err.text || graph.nodes)
            abort();
        return 0;
    }
    look_around(&graph);
    add_outputs(&graph, data, size);
    onnx_graph_free(&graph);
    return 0;
}
