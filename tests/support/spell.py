"""Spells captions as coco-prepare --characters and --pieces do, in plain Python: the reference of their tests.

    spell.py MIN_COUNT PIECES <captions of train, one per line, with one space between words

prints the vocabulary and the rows of numbers of the captions as one JSON object. PIECES is how many entries of more than
one character are learnt (0: none)."""
import collections
import json
import sys

SPECIAL = ["<NULL>", "<START>", "<END>", "<UNK>"]


def characters(caption):
    """The characters; <UNK> is one of them."""
    parts = caption.split("<UNK>")
    for i, part in enumerate(parts):
        yield from part
        if i + 1 < len(parts):
            yield "<UNK>"


def words(caption):
    """The characters of each word, with the space before it."""
    word = []
    for c in characters(caption):
        if c == " " and word:
            yield tuple(word)
            word = []
        word.append(c)
    if word:
        yield tuple(word)


def merge(word, piece):
    """Neighbours that are the piece together become one, from left to right."""
    out = []
    for c in word:
        if out and out[-1] is not None and out[-1] + c == piece and "<UNK>" not in (out[-1], c):
            out[-1] = piece
            out.append(None)  # what was merged does not merge again in this round
        else:
            out.append(c)
    return tuple(c for c in out if c is not None)


def learn(counts, n, least):
    pieces = []
    while len(pieces) < n:
        pairs = collections.Counter()
        for word, count in counts.items():
            for a, b in zip(word, word[1:]):
                if "<UNK>" not in (a, b) and (a + b).upper() not in SPECIAL:
                    pairs[a + b] += count
        best = min(pairs, key=lambda p: (-pairs[p], p.encode()), default=None)
        if best is None or pairs[best] < least:
            break
        pieces.append(best)
        merged = collections.Counter()
        for word, count in counts.items():
            merged[merge(word, best)] += count
        counts = merged
    return pieces


def main():
    least, n = int(sys.argv[1]), int(sys.argv[2])
    captions = sys.stdin.read().splitlines()
    seen = collections.Counter(c for caption in captions for c in characters(caption))
    kept = [c for c in seen if c not in SPECIAL and seen[c] >= least]
    vocabulary = SPECIAL + sorted(kept, key=lambda c: (-seen[c], c.encode()))
    spelled = [[tuple(c if c in vocabulary else "<UNK>" for c in word) for word in words(caption)] for caption in captions]
    counts = collections.Counter(word for caption in spelled for word in caption)
    pieces = learn(counts, n, max(least, 2))
    vocabulary += pieces
    rows = []
    for caption in spelled:
        row = []
        for word in caption:
            for piece in pieces:
                word = merge(word, piece)
            row += [vocabulary.index(c) for c in word]
        rows.append([1] + row + [2])
    width = max(map(len, rows))
    json.dump({"vocabulary": vocabulary, "captions": [row + [0] * (width - len(row)) for row in rows]}, sys.stdout)


main()
