#include "io/cnn/onnx_graph.h"

#include <stdlib.h>
#include <string.h>

/* --- protocol buffers: fields of (number, wire type), then a number or a counted run of bytes --- */

typedef struct {
    const unsigned char *at, *end;
} Bytes;

typedef struct {
    uint32_t number;
    uint64_t value; /* of a varint */
    Bytes bytes;    /* of a counted field; at == NULL: it is none */
} Part;

static bool read_varint(Bytes *in, uint64_t *out)
{
    *out = 0;
    for (int shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        unsigned char byte = *in->at++;
        *out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

static bool skip(Bytes *in, uint64_t n)
{
    if (n > (uint64_t)(in->end - in->at))
        return false;
    in->at += n;
    return true;
}

/* The next field: 1; 0: the end; -1: the bytes are not a message. */
static int next_part(Bytes *in, Part *part)
{
    uint64_t tag, n;
    if (in->at == in->end)
        return 0;
    if (!read_varint(in, &tag) || tag >> 3 == 0 || tag >> 32)
        return -1;
    *part = (Part){.number = (uint32_t)(tag >> 3)};
    switch (tag & 7) {
    case 0:
        return read_varint(in, &part->value) ? 1 : -1;
    case 1:
        return skip(in, 8) ? 1 : -1;
    case 2:
        if (!read_varint(in, &n) || n > (uint64_t)(in->end - in->at))
            return -1;
        part->bytes = (Bytes){in->at, in->at + n};
        in->at += n;
        return 1;
    case 5:
        return skip(in, 4) ? 1 : -1;
    default:
        return -1;
    }
}

static OnnxText text_of(const Part *part)
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
    Bytes *inputs; /* ValueInfoProto */
    int n_inputs;
    OnnxText *weights;
    int n_weights;
} Reader;

static const char DAMAGED[] = "not an ONNX model, or a damaged one", NO_MEMORY[] = "out of memory";

static int read_node(Reader *r, Bytes in, Err *err)
{
    OnnxNode node = {0};
    Part part;
    int rc;
    while ((rc = next_part(&in, &part)) > 0) {
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
static int read_weight(Reader *r, Bytes in, Err *err)
{
    OnnxText name = {0};
    Part part;
    int rc;
    while ((rc = next_part(&in, &part)) > 0) {
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

static int read_output(Reader *r, Bytes in, Err *err)
{
    OnnxText name = {0};
    Part part;
    int rc;
    while ((rc = next_part(&in, &part)) > 0)
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

static int read_graph(Reader *r, Bytes in, Err *err)
{
    Part part;
    int rc;
    while ((rc = next_part(&in, &part)) > 0) {
        if (!part.bytes.at)
            continue;
        if (part.number == 1 && read_node(r, part.bytes, err))
            return -1;
        if (part.number == 5 && read_weight(r, part.bytes, err))
            return -1;
        if (part.number == 12 && read_output(r, part.bytes, err))
            return -1;
        if (part.number == 11) {
            Bytes *inputs = r->n_inputs < INPUTS_MAX ? grow(r->inputs, r->n_inputs, sizeof *inputs) : NULL;
            if (!inputs)
                return err_set(err, "%s", r->n_inputs < INPUTS_MAX ? NO_MEMORY : DAMAGED);
            r->inputs = inputs;
            inputs[r->n_inputs++] = part.bytes;
        }
    }
    return rc ? err_set(err, "%s", DAMAGED) : 0;
}

static int read_property(OnnxGraph *graph, Bytes in, Err *err)
{
    OnnxProperty property = {0};
    Part part;
    int rc;
    while ((rc = next_part(&in, &part)) > 0) {
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

/* The last field of this number that is counted; .at == NULL: none, or the bytes are damaged. */
static Bytes field(Bytes in, uint32_t number)
{
    Bytes found = {NULL, NULL};
    Part part;
    int rc;
    while ((rc = next_part(&in, &part)) > 0)
        if (part.number == number && part.bytes.at)
            found = part.bytes;
    return rc ? (Bytes){NULL, NULL} : found;
}

/* A TensorShapeProto: the number of dimensions, of which `shape` holds the first four. -1: damaged. */
static int read_shape(Bytes in, int64_t shape[4])
{
    Part dim, part;
    int rank = 0, rc;
    while ((rc = next_part(&in, &dim)) > 0) {
        if (dim.number != 1 || !dim.bytes.at)
            continue;
        int64_t size = -1;
        while ((rc = next_part(&dim.bytes, &part)) > 0)
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
    Bytes found = {NULL, NULL}, type;
    Part part;
    int n = 0;
    for (int i = 0; i < r->n_inputs; i++) {
        Bytes name = field(r->inputs[i], 1);
        OnnxText text = {(const char *)name.at, name.at ? (size_t)(name.end - name.at) : 0};
        if (!text.len || is_weight(r, text))
            continue;
        found = r->inputs[i];
        r->graph->input = text;
        n++;
    }
    if (n != 1)
        return err_set(err, "the model has %d inputs; an image network has one", n);
    type = field(found, 2);
    type = type.at ? field(type, 1) : type;
    uint64_t element = 0;
    for (Bytes in = type; in.at && next_part(&in, &part) > 0;)
        if (part.number == 1 && !part.bytes.at)
            element = part.value;
    Bytes shape = type.at ? field(type, 2) : type;
    if (element != 1 || !shape.at || read_shape(shape, r->graph->shape) != 4)
        return err_set(err, "the model's input is not a float32 tensor of four dimensions");
    return 0;
}

int onnx_graph_read(OnnxGraph *graph, const void *bytes, size_t len, Err *err)
{
    Reader r = {.graph = graph};
    Bytes in = {bytes, (const unsigned char *)bytes + len};
    Part part;
    int rc = 0, got;
    memset(graph, 0, sizeof *graph);
    while (!rc && (got = next_part(&in, &part)) > 0) {
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

OnnxText onnx_property(const OnnxGraph *graph, const char *key)
{
    for (int i = 0; i < graph->n_properties; i++)
        if (onnx_text_is(graph->properties[i].key, key))
            return graph->properties[i].value.at ? graph->properties[i].value : (OnnxText){"", 0};
    return (OnnxText){NULL, 0};
}

/* --- more outputs --- */

static unsigned char *put_field(unsigned char *out, int number, size_t len)
{
    *out++ = (unsigned char)(number << 3 | 2);
    for (; len >= 128; len >>= 7)
        *out++ = (unsigned char)(len | 128);
    *out++ = (unsigned char)len;
    return out;
}

/* Bytes of a field's head at most, and of a field with content. */
enum { HEAD_MAX = 11 };

void *onnx_with_outputs(const OnnxGraph *graph, const void *bytes, size_t len, const OnnxText *tensors, int n,
                        size_t *new_len, Err *err)
{
    size_t room = len;
    for (int i = 0; i < n; i++)
        room += 3 * HEAD_MAX + tensors[i].len;
    unsigned char *all = malloc(room), head[HEAD_MAX], inner[HEAD_MAX], *out = all;
    if (!all) {
        err_set(err, "%s", NO_MEMORY);
        return NULL;
    }
    memcpy(out, bytes, len);
    out += len;
    /* A message's second field of one kind is merged with its first: graph{ output{ name } }. */
    for (int i = 0; i < n; i++) {
        bool there = false;
        for (int k = 0; k < graph->n_outputs; k++)
            there = there || same(graph->outputs[k], tensors[i]);
        for (int k = 0; k < i; k++)
            there = there || same(tensors[k], tensors[i]);
        if (there)
            continue;
        size_t name = (size_t)(put_field(head, 1, tensors[i].len) - head) + tensors[i].len;
        size_t output = (size_t)(put_field(inner, 12, name) - inner) + name;
        out = put_field(out, 7, output);
        out = put_field(out, 12, name);
        out = put_field(out, 1, tensors[i].len);
        memcpy(out, tensors[i].at, tensors[i].len);
        out += tensors[i].len;
    }
    *new_len = (size_t)(out - all);
    return all;
}
