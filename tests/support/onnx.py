"""Writes a small ONNX network to standard output: convolutions with fixed pseudo-random weights, then a global pooling.

    onnx.py [size=WxH] [batch=N] [channels=C] [layers=N] [mean=X] [nhwc] [huge|endless|nan]

size=0x0 and batch=0 leave them open; mean= leaves out how pictures are prepared. Networks of no use: huge (a tensor of 2^44
numbers), endless (a loop that does not stop), nan (numbers that are not finite).
"""
import random
import struct
import sys

FLOAT, INT64, BOOL = 1, 7, 9  # TensorProto.DataType


def varint(v):
    out = bytearray()
    while v > 127:
        out.append(v & 127 | 128)
        v >>= 7
    return bytes(out + bytes([v]))


def num(n, v):
    return varint(n << 3) + varint(v)


def sub(n, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(n << 3 | 2) + varint(len(content)) + content


def tensor(name, kind, dims, raw):
    return b"".join(num(1, d) for d in dims) + num(2, kind) + sub(8, name) + sub(9, raw)


def floats(name, dims, values):
    return tensor(name, FLOAT, dims, struct.pack(f"<{len(values)}f", *values))


def info(name, kind, dims=None):
    shape = b"" if dims is None else sub(2, b"".join(sub(1, num(1, d) if d else b"") for d in dims))
    return sub(1, name) + sub(2, sub(1, num(1, kind) + shape))


def ints(name, values):
    return sub(1, name) + b"".join(num(8, v) for v in values) + num(20, 7)


def graph_attribute(name, graph):
    return sub(1, name) + sub(6, graph) + num(20, 5)


def node(kind, inputs, outputs, *attributes):
    return (b"".join(sub(1, i) for i in inputs) + b"".join(sub(2, o) for o in outputs) + sub(3, "the " + outputs[0]) +
            sub(4, kind) + b"".join(sub(5, a) for a in attributes))


def main(words):
    wish = {"size": "32x32", "batch": "1", "channels": "8", "layers": "1", "mean": "127"}
    wish.update(w.split("=", 1) for w in words if "=" in w)
    width, height = map(int, wish["size"].split("x"))
    channels, batch = int(wish["channels"]), int(wish["batch"])
    draw = random.Random(1)
    nodes, weights, last, depth = [], [], "x", 3
    if "nhwc" in words:
        nodes.append(node("Transpose", ["x"], ["planes"], ints("perm", [0, 3, 1, 2])))
        last = "planes"
    for i in range(int(wish["layers"])):
        dims = [channels, depth, 3, 3]
        weights.append(floats(f"w{i}", dims, [draw.gauss(0, 1 / (9 * depth) ** 0.5) for _ in range(channels * depth * 9)]))
        nodes.append(node("Conv", [last, f"w{i}"], [f"c{i}"], ints("pads", [1, 1, 1, 1]), ints("strides", [2, 2])))
        nodes.append(node("Relu", [f"c{i}"], [f"r{i}"]))
        last, depth = f"r{i}", channels
    if "nan" in words:
        weights.append(floats("zero", [1], [0.0]))
        nodes += [node("Mul", [last, "zero"], ["nothing"]), node("Div", ["nothing", "zero"], ["nan"])]
        last = "nan"
    if "huge" in words:
        weights.append(tensor("large", INT64, [4], struct.pack("<4q", 1, channels, 1 << 22, 1 << 22)))
        nodes.append(node("ConstantOfShape", ["large"], ["giant"]))
        nodes.append(node("Add", ["giant", "giant"], ["sum"]))
        last = "sum"
    if "endless" in words:
        body = (sub(1, node("Identity", ["go"], ["on"])) + sub(1, node("Abs", ["state"], ["next"])) + sub(2, "body") +
                sub(11, info("i", INT64, [])) + sub(11, info("go", BOOL, [])) + sub(11, info("state", FLOAT)) +
                sub(12, info("on", BOOL, [])) + sub(12, info("next", FLOAT)))
        weights += [tensor("most", INT64, [], struct.pack("<q", 2**63 - 1)), tensor("yes", BOOL, [], b"\1")]
        nodes.append(node("Loop", ["most", "yes", last], ["looped"], graph_attribute("body", body)))
        last = "looped"
    nodes.append(node("GlobalAveragePool", [last], ["out"]))
    dims = [batch, height, width, 3] if "nhwc" in words else [batch, 3, height, width]
    graph = (b"".join(sub(1, n) for n in nodes) + sub(2, "g") + b"".join(sub(5, w) for w in weights) +
             sub(11, info("x", FLOAT, dims)) + sub(12, info("out", FLOAT)))
    model = num(1, 8) + sub(7, graph) + sub(8, sub(1, "") + num(2, 13))
    if wish["mean"]:
        for key, value in (("coco.mean", wish["mean"]), ("coco.scale", "0.01")):
            model += sub(14, sub(1, key) + sub(2, value))
    sys.stdout.buffer.write(model)


main(sys.argv[1:])
