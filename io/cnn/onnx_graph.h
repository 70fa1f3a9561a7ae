/* What an ONNX file (ModelProto, a protocol buffer) says of its graph: the input, the nodes' kinds and the tensors
 * between them. Weights are neither copied nor looked at. For io/cnn/.
 *
 * All lengths in the bytes are checked before they are used; a file that they do not fit is refused with one line. Any
 * thread on an OnnxGraph of its own. */
#ifndef COCO_IO_CNN_ONNX_GRAPH_H
#define COCO_IO_CNN_ONNX_GRAPH_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text inside the file's bytes, without a NUL. */
typedef struct {
    const char *at;
    size_t len;
} OnnxText;

typedef struct {
    OnnxText name, kind;    /* "Conv", "GlobalAveragePool" */
    OnnxText input, output; /* the first of each; empty: none */
} OnnxNode;

typedef struct {
    OnnxText key, value;
} OnnxProperty;

typedef struct {
    OnnxText input;   /* the graph's only input that is not a weight */
    int64_t shape[4]; /* of the input; -1: free */
    OnnxNode *nodes;  /* in the order in which they run */
    int n_nodes;
    OnnxText *outputs; /* of the graph */
    int n_outputs;
    OnnxProperty *properties; /* metadata */
    int n_properties;
} OnnxGraph;

/* Reads the graph of a model that takes one float32 tensor of four dimensions and holds its own weights; anything
 * else is refused. The graph borrows the bytes. */
int onnx_graph_read(OnnxGraph *graph, const void *bytes, size_t len, Err *err);
void onnx_graph_free(OnnxGraph *graph); /* legal on a zeroed one */

bool onnx_text_is(OnnxText text, const char *word);

/* The last node that pools a whole grid into a vector; NULL: there is none. */
const OnnxNode *onnx_last_pooling(const OnnxGraph *graph);
/* The tensor of this name, else the first output of the node of this name; empty: there is neither. */
OnnxText onnx_find_tensor(const OnnxGraph *graph, const char *name);

/* Adds these tensors to the graph's outputs in the model's bytes, which come from malloc: *bytes grows, and may move
 * away from under the graph and the tensors' names. */
int onnx_add_outputs(const OnnxGraph *graph, char **bytes, size_t *len, const OnnxText *tensors, int n, Err *err);

#endif
