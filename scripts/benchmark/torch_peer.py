"""The work of coco-train and coco-sample in PyTorch, for scripts/bench --torch: prints the rate as JSON.

    torch_peer.py train DATA CELL BATCH THREADS SECONDS WAY     WAY: modules, best, bf16
    torch_peer.py sample DATA MODEL THREADS WAY                 WAY: greedy, words, beam
    torch_peer.py product THREADS                               GFLOP/s of a large product

modules: modules for embedding, cell and output, a loop over time steps, autograd, Adam.
best:    written by hand: whole-sequence products for inputs and weight gradients, the output layer at scored words only,
         Adam in place on one flat block.
bf16:    "modules" under autocast.
greedy:  the embedding is folded into the input product; stops when all captions have ended; the best of several batch
         sizes. words: the same without log-probabilities. beam: three hypotheses per image, batched over images.
"""
import json
import statistics
import sys
import time

import h5py
import numpy as np
import torch
import torch.nn.functional as F

from torch_common import Flat, rate

T, W, H, STEPS = 16, 256, 512, 30


def captions(data, batch, count=24):
    """Minibatches like coco-train's, gathered beforehand, so that gathering costs PyTorch nothing here."""
    with h5py.File(f"{data}/coco2014_captions.h5") as f, h5py.File(f"{data}/train2014_vgg16_fc7_pca.h5") as g:
        words, image = f["train_captions"][:], f["train_image_idxs"][:]
        features = g["features"][:]
    rng = np.random.RandomState(0)
    picks = [rng.randint(len(words), size=batch) for _ in range(count)]
    return [(torch.from_numpy(features[image[p]]), torch.from_numpy(words[p].astype(np.int64))) for p in picks]


GATES = {"rnn": 1, "gru": 3, "lstm": 4}
CELLS = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}


class Modules(torch.nn.Module):
    def __init__(self, cell, D, V):
        super().__init__()
        self.lstm = cell == "lstm"
        self.embed, self.proj = torch.nn.Embedding(V, W), torch.nn.Linear(D, H)
        self.cell = CELLS[cell](W, H)
        self.out = torch.nn.Linear(H, V)

    def loss(self, features, words):
        h, x, hs = self.proj(features), self.embed(words[:, :-1]), []
        c = torch.zeros_like(h)
        for t in range(words.shape[1] - 1):
            if self.lstm:
                h, c = self.cell(x[:, t], (h, c))
            else:
                h = self.cell(x[:, t], h)
            hs.append(h)
        scores = self.out(torch.stack(hs, 1))
        due = words[:, 1:].reshape(-1)
        return F.cross_entropy(scores.reshape(len(due), -1), due, ignore_index=0, reduction="sum") / len(words)


# The cells by hand, one step each. `a` holds the input products on entry and the gates afterwards; h and c are all steps'
# states, from step 0. Backward takes dh, the gradient of h[t + 1], writes da, the gradient of the input products, and du,
# that of h[t]·Wh, and returns the gradient of h[t].
class Rnn:
    def forward(self, t, a, h, p):
        a.addmm_(h[t], p["Wh"])
        torch.tanh(a, out=h[t + 1])

    def backward(self, t, a, h, dh, p, da, du):
        torch.mul(dh, 1 - h[t + 1] * h[t + 1], out=da)
        return torch.mm(da, p["Wh"].t())


class Lstm:
    def __init__(self, L, N):
        self.c, self.dc = torch.zeros(L + 1, N, H), torch.zeros(N, H)

    def forward(self, t, a, h, p):
        a.addmm_(h[t], p["Wh"])
        a[:, :3 * H].sigmoid_()
        a[:, 3 * H:].tanh_()
        i, f, o, g = a.split(H, 1)
        torch.mul(f, self.c[t], out=self.c[t + 1]).addcmul_(i, g)
        torch.mul(o, self.c[t + 1].tanh(), out=h[t + 1])

    def backward(self, t, a, h, dh, p, da, du):
        i, f, o, g = a.split(H, 1)
        tc = self.c[t + 1].tanh()
        self.dc.add_(dh * o * (1 - tc * tc))
        di, df, do, dg = da.split(H, 1)
        torch.mul(self.dc * g, i * (1 - i), out=di)
        torch.mul(self.dc * self.c[t], f * (1 - f), out=df)
        torch.mul(dh * tc, o * (1 - o), out=do)
        torch.mul(self.dc * i, 1 - g * g, out=dg)
        self.dc = self.dc * f
        return torch.mm(da, p["Wh"].t())


class Gru:
    def __init__(self, L, N):
        self.q = torch.empty(L, N, H)

    def forward(self, t, a, h, p):
        u = torch.mm(h[t], p["Wh"])
        a[:, :2 * H].add_(u[:, :2 * H]).sigmoid_()
        r, z, n = a.split(H, 1)
        torch.add(u[:, 2 * H:], p["b_hn"], out=self.q[t])
        n.addcmul_(r, self.q[t]).tanh_()
        torch.lerp(n, h[t], z, out=h[t + 1])

    def backward(self, t, a, h, dh, p, da, du):
        r, z, n = a.split(H, 1)
        dr, dz, dn = da.split(H, 1)
        torch.mul(dh * (1 - z), 1 - n * n, out=dn)
        torch.mul(dh * (h[t] - n), z * (1 - z), out=dz)
        torch.mul(dn * self.q[t], r * (1 - r), out=dr)
        du[:, :2 * H] = da[:, :2 * H]
        torch.mul(dn, r, out=du[:, 2 * H:])
        return torch.mul(dh, z).addmm_(du, p["Wh"].t())


class ByHand(Flat):
    def __init__(self, cell, D, V):
        GH = GATES[cell] * H
        shape = {"W_embed": (V, W), "W_proj": (D, H), "b_proj": (H,), "Wx": (W, GH), "Wh": (H, GH), "b": (GH,),
                 "W_vocab": (H, V), "b_vocab": (V,)}
        if cell == "gru":
            shape["b_hn"] = (H,)
        super().__init__(shape)
        self.cell = cell

    def gradients(self, features, words):
        """The loss; its gradients go to self.g."""
        p, g = self.p, self.g
        N, L = words.shape[0], words.shape[1] - 1
        ins, due = words[:, :-1].t().reshape(-1), words[:, 1:].t().reshape(-1)
        cell = {"rnn": Rnn, "gru": lambda: Gru(L, N), "lstm": lambda: Lstm(L, N)}[self.cell]()
        x = p["W_embed"][ins]
        a = torch.addmm(p["b"], x, p["Wx"]).view(L, N, -1)
        hs = torch.empty(L + 1, N, H)
        hs[0] = torch.addmm(p["b_proj"], features, p["W_proj"])
        for t in range(L):
            cell.forward(t, a[t], hs, p)
        loss, dh = self.output(hs[1:].view(-1, H), due, N)
        dh = dh.view(L, N, H)
        da, back = torch.empty_like(a), torch.zeros(N, H)
        du = torch.empty_like(a) if self.cell == "gru" else da
        for t in reversed(range(L)):
            back = cell.backward(t, a[t], hs, dh[t].add_(back), p, da[t], du[t])
        flat, du = da.view(L * N, -1), du.view(L * N, -1)
        torch.mm(hs[:-1].view(-1, H).t(), du, out=g["Wh"])
        if self.cell == "gru":
            torch.sum(du[:, 2 * H:], 0, out=g["b_hn"])
        torch.mm(x.t(), flat, out=g["Wx"])
        torch.sum(flat, 0, out=g["b"])
        g["W_embed"].zero_().index_add_(0, ins, flat @ p["Wx"].t())
        torch.mm(features.t(), back, out=g["W_proj"])
        torch.sum(back, 0, out=g["b_proj"])
        return loss

    def step(self, features, words):
        loss = self.gradients(features, words)
        self.adam()
        return loss


def train(data, cell, batch, seconds, way):
    batches = captions(data, batch)
    D, V = batches[0][0].shape[1], 1004
    if way == "best":
        with torch.no_grad():
            return rate(ByHand(cell, D, V).step, batches, seconds)
    model = Modules(cell, D, V)
    adam = torch.optim.Adam(model.parameters(), lr=5e-3, foreach=True)

    def step(features, words):
        adam.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=way == "bf16"):
            loss = model.loss(features, words)
        loss.backward()
        adam.step()
        return float(loss.detach())

    return rate(step, batches, seconds)


def load(path):
    with h5py.File(path) as f:
        p = {k: torch.from_numpy(v[:]) for k, v in f["params"].items()}
    return p, p["W_embed"] @ p["Wx"] + p["b"]


def step_cell(p, a, h, c):
    a = torch.addmm(a, h, p["Wh"])
    if p["Wh"].shape[1] == H:
        return a.tanh_(), c
    i, f, o = a[:, :3 * H].sigmoid_().split(H, 1)
    c = f * c + i * a[:, 3 * H:].tanh_()
    return o * c.tanh(), c


def greedy(p, E, features, logprob=True):
    n = len(features)
    h, word = torch.addmm(p["b_proj"], features, p["W_proj"]), torch.ones(n, dtype=torch.long)
    c, done, logp, out = torch.zeros_like(h), torch.zeros(n, dtype=torch.bool), torch.zeros(n), []
    for _ in range(STEPS):
        h, c = step_cell(p, E[word], h, c)
        scores = torch.addmm(p["b_vocab"], h, p["W_vocab"])
        best, word = scores.max(1)
        if logprob:
            logp += torch.where(done, torch.zeros(n), best - scores.logsumexp(1))
        out.append(word)
        done |= word == 2
        if done.all():
            break
    return torch.stack(out, 1), logp


def beam(p, E, features, K=3):
    n, V = len(features), p["b_vocab"].shape[0]
    h = torch.addmm(p["b_proj"], features, p["W_proj"]).repeat_interleave(K, 0)
    c, word = torch.zeros_like(h), torch.ones(n * K, dtype=torch.long)
    logp = torch.full((n, K), -1e30)
    logp[:, 0] = 0
    ended, words = torch.zeros(n, K, dtype=torch.bool), torch.zeros(n, K, 0, dtype=torch.long)
    only_end = torch.full((V,), -1e30)
    only_end[2] = 0
    for _ in range(STEPS):
        h, c = step_cell(p, E[word], h, c)
        scores = F.log_softmax(torch.addmm(p["b_vocab"], h, p["W_vocab"]), 1).view(n, K, V)
        scores[ended] = only_end
        logp, at = (logp[:, :, None] + scores).view(n, -1).topk(K, 1)
        row, word = at // V, at % V
        flat = (row + torch.arange(n)[:, None] * K).view(-1)
        h, c = h[flat], c[flat]
        ended = ended.view(-1)[flat].view(n, K) | (word == 2)
        words = torch.cat([words.view(n * K, -1)[flat].view(n, K, -1), word[:, :, None]], 2)
        word = word.view(-1)
        if ended.all():
            break
    return words[:, 0], logp[:, 0]


def sample(data, model, way):
    p, E = load(model)
    with h5py.File(f"{data}/val2014_vgg16_fc7_pca.h5") as f:
        features = torch.from_numpy(f["features"][:])
    run, best = {"greedy": greedy, "words": lambda *a: greedy(*a, logprob=False), "beam": beam}[way], 0
    features = features[:8192]
    with torch.no_grad():
        for size in (256, 512, 1024, 2048) if way != "beam" else (64, 128, 256):
            t = time.perf_counter()
            for part in features.split(size):
                run(p, E, part)
            best = max(best, len(features) / (time.perf_counter() - t))
    return best


def product():
    a, b, times = torch.randn(2048, 2048), torch.randn(2048, 2048), []
    for _ in range(9):
        t = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - t)
    return 2 * 2048**3 / statistics.median(times) * 1e-9


what, args = sys.argv[1], sys.argv[2:]
if what == "train":
    torch.set_num_threads(int(args[3]))
    print(json.dumps(train(args[0], args[1], int(args[2]), float(args[4]), args[5])))
elif what == "sample":
    torch.set_num_threads(int(args[2]))
    print(json.dumps(sample(args[0], args[1], args[3])))
else:
    torch.set_num_threads(int(args[0]))
    print(json.dumps(product()))
