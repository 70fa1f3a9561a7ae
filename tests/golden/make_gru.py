#!/usr/bin/env python3
"""Writes gru.json: PyTorch's gated recurrent unit on inputs that a test can make again (needs python3-torch).

    tests/golden/make_gru.py > tests/golden/gru.json

Inputs are linspace over the product of the shape, as in vectors.json; all in float64. Keys: layer.* is a torch.nn.GRU
over a sequence, with the gradients of sum(h * dh); captioner.* is the whole captioner, its loss the sum over words
that are not NULL, divided by the rows.
"""
import json
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def linspace(a, b, *shape):
    n = 1
    for d in shape:
        n *= d
    return torch.linspace(a, b, n).reshape(shape)


def gru(x, h0, Wx, Wh, b, b_hn):
    """h (N,T,H) by PyTorch's own GRU; its two biases of r and z are one of ours."""
    N, T, D = x.shape
    H = h0.shape[1]
    zero = torch.zeros(2 * H)
    params = [Wx.t(), Wh.t(), b, torch.cat([zero, b_hn])]
    return torch.gru(x, h0[None], params, True, 1, 0.0, False, False, True)[0]


def grads(loss, tensors):
    for name, g in zip(tensors, torch.autograd.grad(loss, list(tensors.values()))):
        yield name, g.flatten().tolist()


out = {}
N, T, D, H = 2, 5, 3, 4
t = {"x": linspace(-0.4, 0.6, N, T, D), "h0": linspace(-0.4, 0.8, N, H), "Wx": linspace(-0.9, 0.7, D, 3 * H),
     "Wh": linspace(-0.8, 0.9, H, 3 * H), "b": linspace(-0.2, 0.7, 3 * H), "b_hn": linspace(-0.5, 0.6, H)}
for v in t.values():
    v.requires_grad_()
h = gru(*t.values())
out["layer.h"] = h.flatten().tolist()
for name, g in grads((h * linspace(-1.0, 1.5, N, T, H)).sum(), t):
    out[f"layer.d{name}"] = g

N, T, D, W, H, V = 4, 6, 5, 3, 4, 7
features = linspace(-1.0, 1.2, N, D)
captions = torch.tensor([[1 + (3 * i + 2 * j) % (V - 1) if j <= 2 + i else 0 for j in range(T + 1)] for i in range(N)])
p = {"W_embed": linspace(-0.7, 0.8, V, W), "W_proj": linspace(-0.6, 0.5, D, H), "b_proj": linspace(-0.1, 0.2, H),
     "Wx": linspace(-0.9, 0.7, W, 3 * H), "Wh": linspace(-0.8, 0.9, H, 3 * H), "b": linspace(-0.2, 0.7, 3 * H),
     "W_vocab": linspace(-1.1, 0.9, H, V), "b_vocab": linspace(-0.3, 0.3, V), "b_hn": linspace(-0.5, 0.6, H)}
for v in p.values():
    v.requires_grad_()
h = gru(p["W_embed"][captions[:, :-1]], features @ p["W_proj"] + p["b_proj"], p["Wx"], p["Wh"], p["b"], p["b_hn"])
scores = h @ p["W_vocab"] + p["b_vocab"]
loss = F.cross_entropy(scores.reshape(-1, V), captions[:, 1:].reshape(-1), ignore_index=0, reduction="sum") / N
out["captioner.loss"] = [loss.item()]
for name, g in grads(loss, p):
    out[f"captioner.d{name}"] = g
print("{\n" + ",\n".join(f' "{k}": {json.dumps(v)}' for k, v in out.items()) + "\n}")
