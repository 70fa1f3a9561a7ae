#!/usr/bin/env python3
"""Writes reward.json: rewards of self-critical training, by a plain CIDEr-D and BLEU-4 (needs Python alone).

    tests/golden/make_reward.py > tests/golden/reward.json

Captions are lists of word numbers, each up to <END> (2), which is a word; a caption without it was cut off. `train`
has references, `image` the image of each, `drawn` some captions of each image, `cider` and `bleu4` their scores; document
frequencies are those of `train`, an image being a document. <UNK> (3) of a caption that is drawn matches nothing.
"""
import json
import math
import random
from collections import Counter

END = 2
UNK = 3
NOTHING = 99  # what no reference has


def ngrams(words, n):
    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))


def cider_d(caption, references, df, images):
    """Vedantam et al. 2015 as in the COCO tools: sigma 6, clipped counts, times 10."""
    def vector(words, n):
        return {g: c * (math.log(images) - math.log(max(1, df[g]))) for g, c in ngrams(words, n).items()}

    total = 0
    for reference in references:
        delta = max(len(caption) - 1, 0) - max(len(reference) - 1, 0)
        for n in range(1, 5):
            c, r = vector(caption, n), vector(reference, n)
            dot = sum(min(c[g], r[g]) * r[g] for g in c if g in r)
            norm = math.sqrt(sum(v * v for v in c.values())) * math.sqrt(sum(v * v for v in r.values()))
            total += (dot / norm if norm else dot) * math.exp(-delta * delta / 72)
    return 10 * total / 4 / len(references)


def bleu4(caption, references):
    product = 1
    for n in range(1, 5):
        counts = ngrams(caption, n)
        correct = sum(min(c, max(ngrams(r, n)[g] for r in references)) for g, c in counts.items())
        product *= (correct + 1e-15) / (max(0, len(caption) - n + 1) + 1e-9)
    nearest = min((abs(len(r) - len(caption)), len(r)) for r in references)[1]
    ratio = (len(caption) + 1e-15) / (nearest + 1e-9)
    return product ** 0.25 * (math.exp(1 - 1 / ratio) if ratio < 1 else 1)


def frequencies(train):
    df = Counter()
    for references in train:
        df.update({g for r in references for n in range(1, 5) for g in ngrams(r, n)})
    return df


def main():
    rng = random.Random(7)
    words = range(3, 14)
    train = [[[rng.choice(words) for _ in range(rng.randint(1, 7))] + [END] for _ in range(rng.randint(1, 5))]
             for _ in range(12)]
    train[3][0] = train[3][0][:-1] + [9, 9, 9]  # cut off: it fills its row and has no <END>
    df = frequencies(train)
    drawn, cider, bleu = [], [], []
    for references in train:
        own = [rng.choice(references)[:],  # as a reference, and without its end
               rng.choice(references)[:-1],
               [rng.choice(words) for _ in range(6)] + [END],
               references[0][:3] + [50, 51, 50, 51, 50, 51],  # what train does not have, again and again
               [END]]
        drawn += own
        scored = [[NOTHING if w == UNK else w for w in c] for c in own]
        cider += [cider_d(c, references, df, len(train)) for c in scored]
        bleu += [bleu4(c, references) for c in scored]
    order = sorted(((k, i) for i, references in enumerate(train) for k in range(len(references))), key=lambda p: p[0])
    out = {"train": [train[i][k] + [0] * (11 - len(train[i][k])) for k, i in order], "image": [i for _, i in order],
           "drawn": [c + [0] * (11 - len(c)) for c in drawn], "cider": cider, "bleu4": bleu}
    print("{\n" + ",\n".join(f' "{k}": {json.dumps(v)}' for k, v in out.items()) + "\n}")


if __name__ == "__main__":
    main()
