"""An lstm with adaptive attention (model/attention/attention.h) in PyTorch, for scripts/bench-attention: prints the rate.

    torch_attention.py train DATA BATCH THREADS SECONDS WAY     captions per second; WAY: autograd, hand
    torch_attention.py beam DATA MODEL THREADS IMAGES WIDTH     images per second
    torch_attention.py check DATA                               compares the gradients of the two ways

autograd: a loop over time steps, differentiated by PyTorch, and its own Adam.
hand:     captions sorted by length, so that the rows that are alive at a step are the first ones; one product for all that h is
          multiplied by; whole-sequence products for inputs and weight gradients; the hyperbolic tangents kept for backward, which
          is written out; the output layer at scored words only; Adam in place on one flat block.
beam:     hypotheses of an image share its values and keys; images that are done leave the batch; the best of several batch sizes.
"""
import json
import os
import sys
import time

import h5py
import numpy as np
import torch
import torch.nn.functional as F

from torch_common import Flat, rate

W, H, K, STEPS = 256, 512, 128, 30


def columns(data, split):
    """The features file and, of training's, the captions, whose paths depend on who made the dataset."""
    course = f"{split}2014_vgg16_fc7_pca.h5"
    for features, captions in (f"{data}/{split}_features.h5", f"{data}/captions.h5"), (f"{data}/{course}",
                                                                                     f"{data}/coco2014_captions.h5"):
        try:
            return h5py.File(features), captions
        except FileNotFoundError:
            pass
    sys.exit(f"{data}: no features of {split}")


def minibatches(data, batch, count=8):
    """Minibatches like coco-train's, gathered and sorted beforehand, longest first, so that this costs PyTorch nothing here."""
    g, captions = columns(data, "train")
    with h5py.File(captions) as f:
        words, image = f["train_captions"][:], f["train_image_idxs"][:]
    rng = np.random.RandomState(0)
    for _ in range(count):
        pick = rng.randint(len(words), size=batch)
        pick = pick[np.argsort(-(words[pick] > 0).sum(1), kind="stable")]
        rows, back = np.unique(image[pick], return_inverse=True)
        features = g["features"][rows][back].astype(np.float32)
        grid = g["grid"][rows][back].astype(np.float32)
        yield torch.from_numpy(features), torch.from_numpy(grid), torch.from_numpy(words[pick].astype(np.int64))


def vocabulary(data):
    """The number of words."""
    with open(next(path for path in (f"{data}/vocab.json", f"{data}/coco2014_vocab.json") if os.path.exists(path))) as f:
        return len(json.load(f)["idx_to_word"])


def shapes(D, C, V):
    return {"W_embed": (V, W), "W_proj": (D, H), "b_proj": (H,), "Wx": (W, 4 * H), "Wh": (H, 4 * H), "b": (4 * H,),
            "W_vocab": (H, V), "b_vocab": (V,), "W_grid": (C, H), "b_grid": (H,), "W_key": (H, K), "W_query": (H, K),
            "b_query": (K,), "w_score": (K,), "Wz": (H, 4 * H), "Wx_sentinel": (W, H), "Wh_sentinel": (H, H),
            "b_sentinel": (H,), "W_sentinel": (H, K)}


def look(p, values, keys, word, h, c):
    """z of rows (n), each of which looks at its own values (n,P,H) and keys (n,P,K)."""
    q = torch.addmm(p["b_query"], h, p["W_query"])
    s = torch.sigmoid(torch.addmm(word, h, p["Wh_sentinel"])) * torch.tanh(c)
    e = torch.tanh(keys + q[:, None]) @ p["w_score"]
    e_s = torch.tanh(s @ p["W_sentinel"] + q) @ p["w_score"]
    share = torch.softmax(torch.cat([e, e_s[:, None]], 1), 1)
    return torch.bmm(share[:, None, :-1], values)[:, 0] + share[:, -1:] * s


def lstm(a, c):
    i, f, o = torch.sigmoid(a[:, :3 * H]).split(H, 1)
    c = f * c + i * torch.tanh(a[:, 3 * H:])
    return o * torch.tanh(c), c


def loss_by_autograd(p, features, grid, words):
    h = torch.addmm(p["b_proj"], features, p["W_proj"])
    c, x, hs = torch.zeros_like(h), F.embedding(words[:, :-1], p["W_embed"]), []
    values = torch.relu(grid @ p["W_grid"] + p["b_grid"])
    keys = values @ p["W_key"]
    a, word = x @ p["Wx"] + p["b"], x @ p["Wx_sentinel"] + p["b_sentinel"]
    for t in range(words.shape[1] - 1):
        z = look(p, values, keys, word[:, t], h, c)
        h, c = lstm(torch.addmm(torch.addmm(a[:, t], z, p["Wz"]), h, p["Wh"]), c)
        hs.append(h)
    due = words[:, 1:] > 0
    scores = torch.addmm(p["b_vocab"], torch.stack(hs, 1)[due], p["W_vocab"])
    return F.cross_entropy(scores, words[:, 1:][due], reduction="sum") / len(words)


class ByHand(Flat):
    """The arrays of a step t are at [t, :n], n being the rows that are alive. u is what h is multiplied by: the gates, the
    sentinel's gate and the query, side by side; so W_h = [Wh, Wh_sentinel, W_query]."""

    def __init__(self, D, C, V):
        super().__init__(shapes(D, C, V))
        self.blocks = {}

    def room(self, name, *shape):
        """Numbers that stay from one minibatch to the next: new memory for each would cost as much as a product."""
        n = int(np.prod(shape))
        if name not in self.blocks or len(self.blocks[name]) < n:
            self.blocks[name] = torch.zeros(n)
        return self.blocks[name][:n].view(shape)

    def inputs(self, words):
        """All steps' inputs of u from words (L,N), without h."""
        p = self.p
        self.x = p["W_embed"][words].view(-1, W)
        self.W_x = torch.cat([p["Wx"], p["Wx_sentinel"]], 1)
        u = self.room("u", *words.shape, 5 * H + K)
        torch.addmm(torch.cat([p["b"], p["b_sentinel"]]), self.x, self.W_x, out=u.view(-1, 5 * H + K)[:, :5 * H])
        u[:, :, 5 * H:] = p["b_query"]
        return u

    def forward(self, features, grid, alive, u):
        p, (L, N), P = self.p, u.shape[:2], grid.shape[1]
        self.W_h = torch.cat([p["Wh"], p["Wh_sentinel"], p["W_query"]], 1)
        self.values, self.keys = self.room("values", N, P, H), self.room("keys", N, P, K)
        torch.addmm(p["b_grid"], grid.view(N * P, -1), p["W_grid"], out=self.values.view(N * P, H)).relu_()
        torch.mm(self.values.view(N * P, H), p["W_key"], out=self.keys.view(N * P, K))
        self.h, self.c = self.room("h", L + 1, N, H), self.room("c", L + 1, N, H)
        self.c[0] = 0
        self.memory, self.s, self.z = (self.room(name, L, N, H) for name in ("memory", "s", "z"))
        self.tanh, self.tanh_s = self.room("tanh", L, N, P, K), self.room("tanh_s", L, N, K)
        self.share, self.u = self.room("share", L, N, P + 1), u
        torch.addmm(p["b_proj"], features, p["W_proj"], out=self.h[0])
        for t, n in enumerate(alive):
            self.step_forward(t, n)

    def step_forward(self, t, n):
        p, h, c, a, s, z = self.p, self.h[t, :n], self.c[t, :n], self.u[t, :n], self.s[t, :n], self.z[t, :n]
        a.addmm_(h, self.W_h)
        torch.tanh(c, out=self.memory[t, :n])
        torch.mul(a[:, 4 * H:5 * H].sigmoid_(), self.memory[t, :n], out=s)
        q = a[:, 5 * H:]
        torch.add(self.keys[:n], q[:, None], out=self.tanh[t, :n]).tanh_()
        torch.addmm(q, s, p["W_sentinel"], out=self.tanh_s[t, :n]).tanh_()
        e = torch.cat([self.tanh[t, :n] @ p["w_score"], (self.tanh_s[t, :n] @ p["w_score"])[:, None]], 1)
        share = torch.softmax(e, 1, out=self.share[t, :n])
        torch.bmm(share[:, None, :-1], self.values[:n], out=z[:, None])
        z.addcmul_(share[:, -1:], s)
        a[:, :4 * H].addmm_(z, p["Wz"])
        a[:, :3 * H].sigmoid_()
        a[:, 3 * H:4 * H].tanh_()
        i, f, o, g = a[:, :4 * H].split(H, 1)
        torch.mul(f, c, out=self.c[t + 1, :n]).addcmul_(i, g)
        torch.mul(o, self.c[t + 1, :n].tanh(), out=self.h[t + 1, :n])

    def backward(self, alive, dh):
        L, N, P = len(dh), dh.shape[1], self.keys.shape[1]
        self.du, self.dz, self.dsk = self.room("du", *self.u.shape), self.room("dz", L, N, H), self.room("dsk", L, N, K)
        self.dkeys, self.dc, self.dw = self.room("dkeys", N, P, K), torch.zeros(N, H), torch.zeros(K)
        for added in self.du, self.dz, self.dsk, self.dkeys:  # what the rows that have ended leave out is 0
            added.zero_()
        back = torch.zeros(N, H)
        for t, n in reversed(list(enumerate(alive))):
            back[:n] = self.step_backward(t, n, dh[t, :n].add_(back[:n]))
        return back

    def step_backward(self, t, n, dh):
        p, (i, f, o, g), tc = self.p, self.u[t, :n, :4 * H].split(H, 1), self.c[t + 1, :n].tanh()
        du, dz, dc, dkeys = self.du[t, :n], self.dz[t, :n], self.dc[:n], self.dkeys[:n]
        dc.add_(dh * o * (1 - tc * tc))
        di, df, do, dg = du[:, :4 * H].split(H, 1)
        torch.mul(dc * g, i * (1 - i), out=di)
        torch.mul(dc * self.c[t, :n], f * (1 - f), out=df)
        torch.mul(dh * tc, o * (1 - o), out=do)
        torch.mul(dc * i, 1 - g * g, out=dg)
        dc.mul_(f)
        torch.mm(du[:, :4 * H], p["Wz"].t(), out=dz)
        share, s = self.share[t, :n], self.s[t, :n]
        dshare = torch.cat([torch.bmm(self.values[:n], dz[:, :, None])[:, :, 0], (dz * s).sum(1, keepdim=True)], 1)
        de = share * (dshare - (share * dshare).sum(1, keepdim=True))
        tanh, tanh_s = self.tanh[t, :n], self.tanh_s[t, :n]
        self.dw.addmv_(tanh.view(-1, K).t(), de[:, :-1].reshape(-1)).addmv_(tanh_s.t(), de[:, -1])
        inner = tanh.square_().sub_(1).mul_(de[:, :-1, None]).mul_(-p["w_score"])
        dkeys.add_(inner)
        dsk = torch.mul((1 - tanh_s * tanh_s) * p["w_score"], de[:, -1:], out=self.dsk[t, :n])
        torch.add(inner.sum(1), dsk, out=du[:, 5 * H:])
        ds, gate, m = torch.addmm(share[:, -1:] * dz, dsk, p["W_sentinel"].t()), self.u[t, :n, 4 * H:5 * H], self.memory[t, :n]
        torch.mul(ds * m, gate * (1 - gate), out=du[:, 4 * H:5 * H])
        dc.addcmul_(ds * gate, 1 - m * m)
        return torch.mm(du, self.W_h.t())

    def weights(self, features, grid, words, back):
        p, g, N, P = self.p, self.g, len(features), grid.shape[1]
        du, flat = self.du.view(-1, 5 * H + K), lambda x: x.view(-1, x.shape[2])
        d = torch.mm(flat(self.h[:-1]).t(), du)
        g["Wh"][:], g["Wh_sentinel"][:], g["W_query"][:] = d[:, :4 * H], d[:, 4 * H:5 * H], d[:, 5 * H:]
        d = torch.mm(self.x.t(), du[:, :5 * H])
        g["Wx"][:], g["Wx_sentinel"][:] = d[:, :4 * H], d[:, 4 * H:]
        d = du.sum(0)
        g["b"][:], g["b_sentinel"][:], g["b_query"][:] = d[:4 * H], d[4 * H:5 * H], d[5 * H:]
        g["W_embed"].zero_().index_add_(0, words.view(-1), du[:, :5 * H] @ self.W_x.t())
        torch.mm(flat(self.z).t(), du[:, :4 * H], out=g["Wz"])
        torch.mm(flat(self.s).t(), flat(self.dsk), out=g["W_sentinel"])
        g["w_score"][:] = self.dw
        dvalues = torch.bmm(self.share[:, :, :-1].permute(1, 2, 0), self.dz.transpose(0, 1)).view(N * P, H)
        values, dkeys = self.values.view(N * P, H), self.dkeys.view(N * P, K)
        dvalues.addmm_(dkeys, p["W_key"].t())
        torch.mm(values.t(), dkeys, out=g["W_key"])
        dvalues.mul_(values > 0)
        torch.mm(grid.view(N * P, -1).t(), dvalues, out=g["W_grid"])
        torch.sum(dvalues, 0, out=g["b_grid"])
        torch.mm(features.t(), back, out=g["W_proj"])
        torch.sum(back, 0, out=g["b_proj"])

    def gradients(self, features, grid, words):
        """The loss; its gradients go to self.g. Captions are sorted by length, longest first."""
        ins, due = words[:, :-1].t().contiguous(), words[:, 1:].t().contiguous()
        alive = [int(n) for n in (due > 0).sum(1) if n]
        ins, due = ins[:len(alive)], due[:len(alive)]
        self.forward(features, grid, alive, self.inputs(ins))
        loss, dh = self.output(self.h[1:].view(-1, H), due.view(-1), len(words))
        self.weights(features, grid, ins, self.backward(alive, dh.view(len(alive), -1, H)))
        return loss


def train(data, batch, seconds, way):
    batches = list(minibatches(data, batch))
    features, grid, words = batches[0]
    model = ByHand(features.shape[1], grid.shape[2], vocabulary(data))
    if way == "hand":
        def step(*batch):
            loss = model.gradients(*batch)
            model.adam()
            return loss

        with torch.no_grad():
            return rate(step, batches, seconds)
    p = {k: v.clone().requires_grad_() for k, v in model.p.items()}
    adam = torch.optim.Adam(p.values(), lr=5e-3, foreach=True)

    def step(*batch):
        adam.zero_grad(set_to_none=True)
        loss = loss_by_autograd(p, *batch)
        loss.backward()
        adam.step()
        return float(loss.detach())

    return rate(step, batches, seconds)


def check(data):
    """The largest difference of a gradient between the two ways, in units of that tensor's largest one."""
    batch = next(minibatches(data, 16))
    model = ByHand(batch[0].shape[1], batch[1].shape[2], vocabulary(data))
    p = {k: v.clone().requires_grad_() for k, v in model.p.items()}
    loss_by_autograd(p, *batch).backward()
    with torch.no_grad():
        model.gradients(*batch)
    return max(float((v.grad - model.g[k]).abs().max() / v.grad.abs().max()) for k, v in p.items())


# --- captions ---


def beam(p, E, E_sentinel, features, grid, width):
    """The best caption of each image, and its log-probability."""
    n, P, V = len(features), grid.shape[1], len(p["b_vocab"])
    values = torch.addmm(p["b_grid"], grid.view(n * P, -1), p["W_grid"]).relu_()
    keys, values = (values @ p["W_key"]).view(n, 1, P, K), values.view(n, P, H)
    h = torch.addmm(p["b_proj"], features, p["W_proj"]).repeat_interleave(width, 0)
    c, word = torch.zeros_like(h), torch.ones(n * width, dtype=torch.long)
    logp, ended = torch.full((n, width), -1e30), torch.zeros(n, width, dtype=torch.bool)
    logp[:, 0] = 0
    words, only_end = torch.zeros(n, width, 0, dtype=torch.long), torch.full((V,), -1e30)
    only_end[2] = 0
    W_h = torch.cat([p["Wh"], p["Wh_sentinel"], p["W_query"]], 1)
    image, best = torch.arange(n), [None] * n
    for step in range(STEPS):
        u = h @ W_h
        q = u[:, 5 * H:] + p["b_query"]
        s = torch.sigmoid_(u[:, 4 * H:5 * H].add_(E_sentinel[word])).mul(c.tanh())
        e = torch.tanh_(keys + q.view(-1, width, 1, K)) @ p["w_score"]
        e_s = torch.tanh_(torch.addmm(q, s, p["W_sentinel"])) @ p["w_score"]
        share = torch.softmax(torch.cat([e, e_s.view(-1, width, 1)], 2), 2)
        z = torch.bmm(share[:, :, :-1], values).view(-1, H).addcmul_(share[:, :, -1:].reshape(-1, 1), s)
        h, c = lstm(torch.addmm(u[:, :4 * H].add_(E[word]), z, p["Wz"]), c)
        scores = F.log_softmax(torch.addmm(p["b_vocab"], h, p["W_vocab"]), 1).view(-1, width, V)
        scores[ended] = only_end
        logp, at = (logp[:, :, None] + scores).view(len(scores), -1).topk(width, 1)
        row, word = at // V, at % V
        flat = (row + torch.arange(len(row))[:, None] * width).view(-1)
        h, c = h[flat], c[flat]
        ended = ended.view(-1)[flat].view(-1, width) | (word == 2)
        words = torch.cat([words.view(len(flat), step)[flat].view(len(row), width, step), word[:, :, None]], 2)
        word, done = word.view(-1), ended.all(1)
        if step + 1 == STEPS:
            done[:] = True
        if done.any():
            for i in done.nonzero()[:, 0].tolist():
                best[image[i]] = (words[i, 0], logp[i, 0])
            live = ~done
            rows = live.repeat_interleave(width)
            h, c, word = h[rows], c[rows], word[rows]
            logp, ended, words, image, keys, values = (x[live] for x in (logp, ended, words, image, keys, values))
            if not len(image):
                break
    return best


def captions(data, model, images, width):
    with h5py.File(model) as f:
        p = {k: torch.from_numpy(v[:]) for k, v in f["params"].items()}
    E, E_sentinel = p["W_embed"] @ p["Wx"] + p["b"], p["W_embed"] @ p["Wx_sentinel"] + p["b_sentinel"]
    f, _ = columns(data, "train")
    features, grid = (torch.from_numpy(f[name][:images].astype(np.float32)) for name in ("features", "grid"))
    fastest = 0
    for size in 32, 64, 128, 256:
        began = time.perf_counter()
        found = [pair for part in zip(features.split(size), grid.split(size)) for pair in beam(p, E, E_sentinel, *part, width)]
        fastest = max(fastest, len(found) / (time.perf_counter() - began))
    return fastest, found


def main(what, data, *args):
    if what == "check":
        print(check(data))
        return
    torch.set_num_threads(int(args[1]))
    if what == "train":
        print(train(data, int(args[0]), float(args[2]), args[3]))
    else:
        with torch.no_grad():
            print(captions(data, args[0], int(args[2]), int(args[3]))[0])


main(*sys.argv[1:])
