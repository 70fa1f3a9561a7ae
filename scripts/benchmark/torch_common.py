"""What the PyTorch peers of the benchmarks share: parameters in one flat block, and a rate."""
import statistics
import time

import numpy as np
import torch
import torch.nn.functional as F


class Flat:
    """Parameters p and their gradients g by name, each of them a view of one block, so that Adam is a handful of passes over it."""

    def __init__(self, shapes):
        sizes = [int(np.prod(s)) for s in shapes.values()]
        self.block, self.grad, self.m, self.v = torch.randn(sum(sizes)) * 0.03, *(torch.zeros(sum(sizes)) for _ in range(3))
        self.p = {k: x.view(s) for (k, s), x in zip(shapes.items(), self.block.split(sizes))}
        self.g = {k: x.view(s) for (k, s), x in zip(shapes.items(), self.grad.split(sizes))}
        self.t = 0

    def adam(self, lr=5e-3):
        self.t += 1
        self.m.mul_(0.9).add_(self.grad, alpha=0.1)
        self.v.mul_(0.999).addcmul_(self.grad, self.grad, value=0.001)
        rate = lr * (1 - 0.999 ** self.t) ** 0.5 / (1 - 0.9 ** self.t)
        self.block.addcdiv_(self.m, self.v.sqrt().add_(1e-8), value=-rate)

    def output(self, h, due, N):
        """The loss of N captions from the states h (positions,H), at positions where a word is due, that is, above 0; and the
        gradient of h. Those of W_vocab and b_vocab go to g."""
        p, g, at = self.p, self.g, due.nonzero().squeeze(1)
        out = h[at]
        logp = F.log_softmax(torch.addmm(p["b_vocab"], out, p["W_vocab"]), 1)
        loss = -logp.gather(1, due[at, None]).sum() / N
        d = logp.exp_()
        d[torch.arange(len(at)), due[at]] -= 1
        d /= N
        torch.mm(out.t(), d, out=g["W_vocab"])
        torch.sum(d, 0, out=g["b_vocab"])
        dh = torch.zeros(len(due), h.shape[1])
        dh[at] = d @ p["W_vocab"].t()
        return float(loss), dh


def rate(step, batches, seconds):
    """Captions per second: of the median step, without the first three."""
    times, began, i = [], time.perf_counter(), 0
    while time.perf_counter() - began < seconds or len(times) < 8:
        t = time.perf_counter()
        step(*batches[i % len(batches)])
        times.append(time.perf_counter() - t)
        i += 1
    return len(batches[0][0]) / statistics.median(times[3:])
