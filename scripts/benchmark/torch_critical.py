"""Self-critical training of an lstm in PyTorch with pycocoevalcap's CIDEr scorer, for scripts/bench-self-critical: prints
iterations per second.

    torch_critical.py DATA MODEL IMAGES SAMPLES THREADS SECONDS WAY

one:  the captions are drawn with autograd on, and the loss is that of the log-probabilities drawn.
two:  they are drawn without it, and the loss is computed again with all words known: whole-sequence products for the inputs, the
      output layer at drawn words only. Faster where drawing with a graph is slow.

References are cooked, and document frequencies counted, beforehand. CIDEr-D, the mean of the other samples as baseline, <END>
a word, a value clip of 0.1 and Adam at 5e-5, as coco-train has them.
"""
import statistics
import sys
import time
from collections import Counter

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from pycocoevalcap.cider.cider_scorer import CiderScorer, precook

START, END, STEPS = 1, 2, 16


class Corpus(list):
    """References of a minibatch that say how many images the document frequencies are of."""
    images = 0

    def __len__(self):
        return self.images


class Rewards:
    def __init__(self, words, image):
        cooked = {}
        for row, i in zip(words, image):
            cooked.setdefault(int(i), []).append(precook(" ".join(str(w) for w in row[1:] if w)))
        self.cooked = cooked
        self.frequency = Counter(g for refs in cooked.values() for g in {g for ref in refs for g in ref})

    def __call__(self, images, drawn, samples):
        scorer = CiderScorer()
        scorer.document_frequency = self.frequency
        scorer.crefs = Corpus(self.cooked[i] for i in images for _ in range(samples))
        scorer.crefs.images = len(self.cooked)
        texts = []
        for row in drawn.tolist():
            row = row[:row.index(END) + 1] if END in row else row
            texts.append(precook(" ".join(map(str, row))))
        scorer.ctest = texts
        return torch.tensor(np.array(scorer.compute_cider()), dtype=torch.float32).view(-1, samples)


def cell(p, a, h, c):
    H = h.shape[1]
    a = torch.addmm(a, h, p["Wh"])
    i, f, o = torch.sigmoid(a[:, :3 * H]).split(H, 1)
    c = f * c + i * torch.tanh(a[:, 3 * H:])
    return o * torch.tanh(c), c


def draw(p, features, samples):
    """Words (n,L) and, of each, its log-probability."""
    h = torch.addmm(p["b_proj"], features, p["W_proj"]).repeat_interleave(samples, 0)
    c, word = torch.zeros_like(h), torch.full((len(h),), START)
    ended, words, logs = torch.zeros(len(h), dtype=torch.bool), [], []
    for _ in range(STEPS):
        h, c = cell(p, torch.addmm(p["b"], p["W_embed"][word], p["Wx"]), h, c)
        log = F.log_softmax(torch.addmm(p["b_vocab"], h, p["W_vocab"]), 1)
        word = torch.multinomial(log.detach().exp(), 1)[:, 0].masked_fill(ended, 0)
        words.append(word)
        logs.append(log.gather(1, word[:, None])[:, 0])
        ended = ended | (word == END)
        if ended.all():
            break
    return torch.stack(words, 1), torch.stack(logs, 1)


def logs_of(p, features, samples, words):
    """The log-probabilities of the words that are not padding, and their rows."""
    h = torch.addmm(p["b_proj"], features, p["W_proj"]).repeat_interleave(samples, 0)
    c, n = torch.zeros_like(h), len(h)
    into = torch.cat([torch.full((n, 1), START), words[:, :-1]], 1)
    a = (F.embedding(into, p["W_embed"]) @ p["Wx"] + p["b"]).transpose(0, 1)
    hs = []
    for t in range(words.shape[1]):
        h, c = cell(p, a[t], h, c)
        hs.append(h)
    due = words > 0
    scores = torch.addmm(p["b_vocab"], torch.stack(hs, 1)[due], p["W_vocab"])
    return -F.cross_entropy(scores, words[due], reduction="none"), due.nonzero()[:, 0]


def main(data, model, images, samples, threads, seconds, way):
    torch.set_num_threads(threads)
    with h5py.File(f"{data}/coco2014_captions.h5") as f, h5py.File(f"{data}/train2014_vgg16_fc7_pca.h5") as g:
        words, image, features = f["train_captions"][:], f["train_image_idxs"][:], torch.from_numpy(g["features"][:])
    with h5py.File(model) as f:
        p = {k: torch.from_numpy(v[:]).requires_grad_() for k, v in f["params"].items()}
    rewards, known = Rewards(words, image), np.unique(image)
    adam = torch.optim.Adam(p.values(), lr=5e-5, foreach=True)
    rng, times, end = np.random.RandomState(0), [], time.perf_counter() + seconds
    while len(times) < 8 or time.perf_counter() < end:
        began = time.perf_counter()
        picked = rng.choice(known, images)
        x = features[picked]
        with torch.set_grad_enabled(way == "one"):
            drawn, logs = draw(p, x, samples)
        r = rewards(picked.tolist(), drawn, samples)
        advantage = (r - (r.sum(1, keepdim=True) - r) / (samples - 1)).view(-1)
        if way == "one":
            loss = -(advantage[:, None] * logs * (drawn > 0)).sum() / len(drawn)
        else:
            logs, row = logs_of(p, x, samples, drawn)
            loss = -(advantage[row] * logs).sum() / len(drawn)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_value_(p.values(), 0.1)
        adam.step()
        times.append(time.perf_counter() - began)
    print(1 / statistics.median(times[3:]))


main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]), float(sys.argv[6]), sys.argv[7])
