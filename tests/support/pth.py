"""Writes the weights of an EfficientNet-Lite network in ONNX as PyTorch's older format has them, for tests of
scripts/efficientnet-to-onnx: each convolution is taken apart into one with another scale and a batch norm that undoes it, and
the first convolution lies as TensorFlow's does, with its output channels last.

  pth.py NETWORK.onnx OUT.pth        the weights of the network
  pth.py --mobilenet OUT.pth         a state dict of another network
  pth.py --command OUT.pth           a pickle that would run a command
"""
import array
import collections
import math
import pickle
import struct
import sys
import types

torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": utils})
torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})


def _rebuild_tensor_v2(*parts):
    return parts


_rebuild_tensor_v2.__module__ = "torch._utils"
utils._rebuild_tensor_v2 = _rebuild_tensor_v2


class Storage:
    def __init__(self, key, values):
        self.key, self.values = key, values


class Tensor:
    def __init__(self, key, shape, values, stride=None):
        self.storage, self.shape = Storage(key, values), tuple(shape)
        self.stride = stride or tuple(math.prod(shape[i + 1:]) for i in range(len(shape)))

    def __reduce__(self):
        return _rebuild_tensor_v2, (self.storage, 0, self.shape, self.stride, False, collections.OrderedDict())


class Writer(pickle.Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, Storage):
            return "storage", torch.FloatStorage, thing.key, "cpu", len(thing.values), None


def write(path, tensors):
    with open(path, "wb") as file:
        for head in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}):
            pickle.dump(head, file, 2)
        Writer(file, 2).dump(tensors)
        storages = [tensor.storage for tensor in tensors.values()]
        pickle.dump([storage.key for storage in storages], file, 2)
        for storage in storages:
            file.write(struct.pack("<q", len(storage.values)) + storage.values.tobytes())


# --- ONNX ---


def fields(data):
    """(number, value) of each field of a protocol buffer."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(data):
        key = varint()
        value = varint()
        if key & 7 == 2:
            at += value
            value = data[at - value:at]
        yield key >> 3, value


def read_tensors(path):
    """(shape, numbers) of each weight, in the order of the file."""
    with open(path, "rb") as file:
        graph = dict(fields(file.read()))[7]
    for number, value in fields(graph):
        if number == 5:
            shape = [n for part, n in fields(value) if part == 1]
            yield shape, array.array("f", dict(fields(value))[9])


def names(convolutions):
    """PyTorch's names of each convolution and its batch norm, by the shapes of their weights."""
    yield "_conv_stem", "_bn0"
    block, first = 0, True
    for shape in convolutions[1:-1]:
        if shape[1] == 1:
            yield f"_blocks.{block}._depthwise_conv", f"_blocks.{block}._bn1"
            first = False
        elif first:
            yield f"_blocks.{block}._expand_conv", f"_blocks.{block}._bn0"
        else:
            yield f"_blocks.{block}._project_conv", f"_blocks.{block}._bn2"
            block, first = block + 1, True
    yield "_conv_head", "_bn1"


def outputs_last(shape, values):
    """A tensor that is stored (height, width, in, out)."""
    out, channels, height, width = shape
    stored = [values[((o * channels + c) * height + y) * width + x] for y in range(height) for x in range(width)
              for c in range(channels) for o in range(out)]
    return array.array("f", stored), (1, out, width * channels * out, channels * out)


def take_apart(path):
    tensors, state = [t for t in read_tensors(path) if t[0]], collections.OrderedDict()
    convolutions = [t for t in tensors if len(t[0]) == 4]
    biases = [t for t in tensors if len(t[0]) == 1]

    def put(name, shape, values, stride=None):
        state[name] = Tensor(str(len(state)), shape, array.array("f", values), stride)
    for (shape, weight), (_, bias), (name, norm) in zip(convolutions, biases, names([c[0] for c in convolutions])):
        gamma = [0.5 + c % 5 / 4 for c in range(shape[0])]
        mean = [c % 7 - 3 for c in range(shape[0])]
        variance = [0.25 + c % 3 for c in range(shape[0])]
        scale = [g / math.sqrt(v + 1e-3) for g, v in zip(gamma, variance)]
        row = len(weight) // shape[0]
        raw = [w / s for c, s in enumerate(scale) for w in weight[c * row:(c + 1) * row]]
        put(f"{name}.weight", shape, *(outputs_last(shape, raw) if name == "_conv_stem" else (raw,)))
        put(f"{norm}.weight", shape[:1], gamma)
        put(f"{norm}.bias", shape[:1], [b + m * s for b, m, s in zip(bias, mean, scale)])
        put(f"{norm}.running_mean", shape[:1], mean)
        put(f"{norm}.running_var", shape[:1], variance)
    (shape, fc), = [t for t in tensors if len(t[0]) == 2]
    classes = len(biases[-1][1])
    if shape[0] != classes:  # (features, classes)
        shape, fc = shape[::-1], [fc[i * classes + c] for c in range(classes) for i in range(shape[0])]
    put("_fc.weight", shape, fc)
    put("_fc.bias", shape[:1], biases[-1][1])
    return state


class Command:
    def __reduce__(self):
        return print, ("ran",)


def main(source, target):
    if source == "--mobilenet":
        write(target, {"features.0.0.weight": Tensor("0", (1,), array.array("f", [1]))})
    elif source == "--command":
        with open(target, "wb") as file:
            for head in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, Command()):
                pickle.dump(head, file, 2)
    else:
        write(target, take_apart(source))


if __name__ == "__main__":
    main(*sys.argv[1:])
