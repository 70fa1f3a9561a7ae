#include "io/cnn/onnx_graph.h"

#include "io/cnn/protobuf.h"

#include <stdlib.h>
#include <string.h>

static OnnxText text_of(const ProtoPart *part)
{
    return (OnnxText){(const char *)part->bytes.at, (size_t)(part->bytes.end - part->bytes.at)};
}

/* --- growing lists --- */

/* Room for one more in an array of n, which doubles at powers of two. */
static void *grow(void *array, int n, size_t size)
{
    return n & (n - 1) ? array : realloc(array, (size_t)(n ? 2 * n : 1) * size);
}

/* --- ONNX's messages (onnx.proto; numbers of fields below are from there) --- */

enum { INPUTS_MAX = 1 << 16 };

/* What a graph holds besides what callers see. */
typedef struct {
    OnnxGraph *graph;
    ProtoBytes *inputs; /* ValueInfoProto */
    int n_inputs;
    OnnxText *weights;
    int n_weights;
} Reader;

static const char DAMAGED[] = "not an ONNX model, or a damaged one", NO_MEMORY[] = "out of memory";

static int read_node(Reader *r, ProtoBytes in, Err *err)
{
    OnnxNode node = {0};
    ProtoPart part;
    int rc;
    while ((rc = proto_next(&in, &part)) > 0) {
        OnnxText text = text_of(&part);
        if (!part.bytes.at)
            continue;
        if (part.number == 1 && !node.input.at)
            node.input = text;
        else if (part.number == 2 && !node.output.at)
            node.output = text;
        else if (part.number == 3)
            node.name = text;
        else if (part.number == 4)
            node.kind = text;
    }
    if (rc)
        return err_set(err, "%s", DAMAGED);
    OnnxNode *nodes = grow(r->graph->nodes, r->graph->n_nodes, sizeof *nodes);
    if (!nodes)
        return err_set(err, "%s", NO_MEMORY);
    r->graph->nodes = nodes;
    nodes[r->graph->n_nodes++] = node;
    return 0;
}

/* A weight's name. One whose numbers are in another file is refused: what a model reads is what its digest says. */
static int read_weight(Reader *r, ProtoBytes in, Err *err)
{
    OnnxText name = {0};
    ProtoPart part;
    int rc;
    while ((rc = proto_next(&in, &part)) > 0) {
        if (part.number == 8 && part.bytes.at)
            name = text_of(&part);
        else if (part.number == 13 || (part.number == 14 && part.value))
            return err_set(err, "the model keeps weights in other files; store it as one file");
    }
    if (rc)
        return err_set(err, "%s", DAMAGED);
    OnnxText *weights = grow(r->weights, r->n_weights, sizeof *weights);
    if (!weights)
        return err_set(err, "%s", NO_MEMORY);
    r->weights = weights;
    weights[r->n_weights++] = name;
    return 0;
}

static int read_output(Reader *r, ProtoBytes in, Err *err)
{
    OnnxText name = {0};
    ProtoPart part;
    int rc;
    while ((rc = proto_next(&in, &part)) > 0)
        if (part.number == 1 && part.bytes.at)
            name = text_of(&part);
    if (rc)
        return err_set(err, "%s", DAMAGED);
    OnnxText *outputs = grow(r->graph->outputs, r->graph->n_outputs, sizeof *outputs);
    if (!outputs)
        return err_set(err, "%s", NO_MEMORY);
    r->graph->outputs = outputs;
    outputs[r->graph->n_outputs++] = name;
    return 0;
}

static int read_graph(Reader *r, ProtoBytes in, Err *err)
{
    ProtoPart part;
    int rc;
    while ((rc = proto_next(&in, &part)) > 0) {
        if (!part.bytes.at)
            continue;
        if (part.number == 1 && read_node(r, part.bytes, err))
            return -1;
        if (part.number == 5 && read_weight(r, part.bytes, err))
            return -1;
        if (part.number == 12 && read_output(r, part.bytes, err))
            return -1;
        if (part.number == 11) {
            ProtoBytes *inputs = r->n_inputs < INPUTS_MAX ? grow(r->inputs, r->n_inputs, sizeof *inputs) : NULL;
            if (!inputs)
                return err_set(err, "%s", r->n_inputs < INPUTS_MAX ? NO_MEMORY : DAMAGED);
            r->inputs = inputs;
            inputs[r->n_inputs++] = part.bytes;
        }
    }
    return rc ? err_set(err, "%s", DAMAGED) : 0;
}

static int read_property(OnnxGraph *graph, ProtoBytes in, Err *err)
{
    OnnxProperty property = {0};
    ProtoPart part;
    int rc;
    while ((rc = proto_next(&in, &part)) > 0) {
        if (part.number == 1 && part.bytes.at)
            property.key = text_of(&part);
        else if (part.number == 2 && part.bytes.at)
            property.value = text_of(&part);
    }
    if (rc)
        return err_set(err, "%s", DAMAGED);
    OnnxProperty *properties = grow(graph->properties, graph->n_properties, sizeof *properties);
    if (!properties)
        return err_set(err, "%s", NO_MEMORY);
    graph->properties = properties;
    properties[graph->n_properties++] = property;
    return 0;
}

/* --- the input --- */

/* A TensorShapeProto: the number of dimensions, of which `shape` holds the first four. -1: damaged. */
static int read_shape(ProtoBytes in, int64_t shape[4])
{
    ProtoPart dim, part;
    int rank = 0, rc;
    while ((rc = proto_next(&in, &dim)) > 0) {
        if (dim.number != 1 || !dim.bytes.at)
            continue;
        int64_t size = -1;
        while ((rc = proto_next(&dim.bytes, &part)) > 0)
            if (part.number == 1 && !part.bytes.at && part.value && part.value <= INT32_MAX)
                size = (int64_t)part.value;
        if (rc)
            return -1;
        if (rank < 4)
            shape[rank] = size;
        rank += rank < 5;
    }
    return rc ? -1 : rank;
}

static bool same(OnnxText a, OnnxText b)
{
    return a.len == b.len && !memcmp(a.at ? a.at : "", b.at ? b.at : "", a.len);
}

static bool is_weight(const Reader *r, OnnxText name)
{
    for (int i = 0; i < r->n_weights; i++)
        if (same(r->weights[i], name))
            return true;
    return false;
}

static int take_input(Reader *r, Err *err)
{
    ProtoBytes found = {NULL, NULL}, type;
    ProtoPart part;
    int n = 0;
    for (int i = 0; i < r->n_inputs; i++) {
        ProtoBytes name = proto_field(r->inputs[i], 1);
        OnnxText text = {(const char *)name.at, name.at ? (size_t)(name.end - name.at) : 0};
        if (!text.len || is_weight(r, text))
            continue;
        found = r->inputs[i];
        r->graph->input = text;
        n++;
    }
    if (n != 1)
        return err_set(err, "the model has %d inputs; an image network has one", n);
    type = proto_field(found, 2);
    type = type.at ? proto_field(type, 1) : type;
    uint64_t element = 0;
    for (ProtoBytes in = type; in.at && proto_next(&in, &part) > 0;)
        if (part.number == 1 && !part.bytes.at)
            element = part.value;
    ProtoBytes shape = type.at ? proto_field(type, 2) : type;
    if (element != 1 || !shape.at || read_shape(shape, r->graph->shape) != 4)
        return err_set(err, "the model's input is not a float32 tensor of four dimensions");
    return 0;
}

int onnx_graph_read(OnnxGraph *graph, const void *bytes, size_t len, Err *err)
{
    Reader r = {.graph = graph};
    ProtoBytes in = {bytes, (const unsigned char *)bytes + len};
    ProtoPart part;
    int rc = 0, got;
    memset(graph, 0, sizeof *graph);
    while (!rc && (got = proto_next(&in, &part)) > 0) {
        if (part.number == 7 && part.bytes.at)
            rc = read_graph(&r, part.bytes, err);
        else if (part.number == 14 && part.bytes.at)
            rc = read_property(graph, part.bytes, err);
    }
    if (!rc && (got || !graph->n_nodes))
        rc = err_set(err, "%s", DAMAGED);
    if (!rc)
        rc = take_input(&r, err);
    free(r.inputs);
    free(r.weights);
    if (rc)
        onnx_graph_free(graph);
    return rc;
}

void onnx_graph_free(OnnxGraph *graph)
{
    free(graph->nodes);
    free(graph->outputs);
    free(graph->properties);
    memset(graph, 0, sizeof *graph);
}

/* --- looking around --- */

bool onnx_text_is(OnnxText text, const char *word)
{
    return text.len == strlen(word) && !memcmp(text.at ? text.at : "", word, text.len);
}

const OnnxNode *onnx_last_pooling(const OnnxGraph *graph)
{
    /* Keras' converters write a global pooling as a mean. */
    static const char *const KINDS[][3] = {{"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"},
                                           {"ReduceMean", "ReduceMax", "ReduceL2"}};
    for (int set = 0; set < 2; set++)
        for (int i = graph->n_nodes - 1; i >= 0; i--)
            for (int k = 0; k < 3; k++)
                if (onnx_text_is(graph->nodes[i].kind, KINDS[set][k]))
                    return &graph->nodes[i];
    return NULL;
}

OnnxText onnx_find_tensor(const OnnxGraph *graph, const char *name)
{
    for (int i = 0; i < graph->n_nodes; i++)
        if (onnx_text_is(graph->nodes[i].output, name))
            return graph->nodes[i].output;
    for (int i = 0; i < graph->n_outputs; i++)
        if (onnx_text_is(graph->outputs[i], name))
            return graph->outputs[i];
    for (int i = 0; i < graph->n_nodes; i++)
        if (onnx_text_is(graph->nodes[i].name, name))
            return graph->nodes[i].output;
    return (OnnxText){NULL, 0};
}

/* --- more outputs --- */

/* What the model's bytes lack, *len bytes in new memory. */
static void *more_outputs(const OnnxGraph *graph, const OnnxText *tensors, int n, size_t *len, Err *err)
{
    size_t room = 1;
    for (int i = 0; i < n; i++)
        room += 3 * PROTO_HEAD_MAX + tensors[i].len;
    unsigned char *all = malloc(room), head[PROTO_HEAD_MAX], inner[PROTO_HEAD_MAX], *out = all;
    if (!all) {
        err_set(err, "%s", NO_MEMORY);
        return NULL;
    }
    /* A message's second field of one kind is merged with its first: graph{ output{ name } }. */
    for (int i = 0; i < n; i++) {
        bool there = false;
        for (int k = 0; k < graph->n_outputs; k++)
            there = there || same(graph->outputs[k], tensors[i]);
        for (int k = 0; k < i; k++)
            there = there || same(tensors[k], tensors[i]);
        if (there)
            continue;
        size_t name = (size_t)(proto_put_head(head, 1, tensors[i].len) - head) + tensors[i].len;
        size_t output = (size_t)(proto_put_head(inner, 12, name) - inner) + name;
        out = proto_put_head(out, 7, output);
        out = proto_put_head(out, 12, name);
        out = proto_put_head(out, 1, tensors[i].len);
        memcpy(out, tensors[i].at, tensors[i].len);
        out += tensors[i].len;
    }
    *len = (size_t)(out - all);
    return all;
}

int onnx_add_outputs(const OnnxGraph *graph, char **bytes, size_t *len, const OnnxText *tensors, int n, Err *err)
{
    size_t more_len;
    void *more = more_outputs(graph, tensors, n, &more_len, err);
    char *longer = more && more_len ? realloc(*bytes, *len + more_len) : *bytes;
    int rc = !more ? -1 : longer ? 0 : err_set(err, "%s", NO_MEMORY);
    if (!rc) {
        memcpy(longer + *len, more, more_len);
        *bytes = longer;
        *len += more_len;
    }
    free(more);
    return rc;
}
