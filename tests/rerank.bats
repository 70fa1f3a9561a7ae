#!/usr/bin/env bats
# coco-sample --rerank: of several captions of an image, the one closest to the others, or also to what those of train
# images predict.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o shapes --train 60 --val 20
    coco-train -q -d shapes -o lstm.h5 --cell lstm --hidden 24 --wordvec 12 --order shuffle --epochs 3
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR/shapes" d
    ln -s "$BATS_FILE_TMPDIR"/*.h5 .
}

sample() { coco-sample -q -d d -m lstm.h5 "$@"; }

# by_consensus: records, their candidates in the order that --rerank promises.
by_consensus() {
    python3 -c '
import json, math, sys
from collections import Counter
def grams(words):
    return [Counter(tuple(words[i:i + k]) for i in range(len(words) - k + 1)) for k in (1, 2, 3, 4)]
def cider(c, r):
    total = 0
    for a, b in zip(grams(c), grams(r)):
        norm = math.sqrt(sum(x * x for x in a.values())) * math.sqrt(sum(x * x for x in b.values()))
        dot = sum(min(x, b[g]) * b[g] for g, x in a.items())
        total += dot / norm if norm else dot
    delta = max(len(c) - 1, 0) - max(len(r) - 1, 0)
    return 2.5 * total * math.exp(-delta * delta / 72)
for line in sys.stdin:
    r = json.loads(line)
    words = [c["caption"].split() for c in r["candidates"]]
    others = lambda i: [w for j, w in enumerate(words) if j != i]
    score = [sum(cider(w, o) for o in others(i)) for i, w in enumerate(words)]
    order = sorted(range(len(words)), key=lambda i: -round(score[i], 9))
    print(json.dumps([r["row"], [r["candidates"][i]["caption"] for i in order]]))'
}

@test "candidates, caption and logprob are those of the reference's order" {
    for way in "--beam 6 --nbest 6" "--temperature 1.5 --samples 8 --seed 3"; do
        sample $way | by_consensus | jq -c . >want
        sample $way --rerank cider >got
        jq -c '[.row, [.candidates[].caption]]' got >order
        same want order
        jq -es 'all(.candidates[0] as $c | $c.caption == .caption and $c.logprob == .logprob)' got
        sample $way | jq -r .caption >first
        sample $way --rerank cider --format text >text
        jq -r .caption got >captions
        same text captions
        run ! cmp -s first text
        sample $way --rerank none >none
        sample $way >plain
        same none plain
    done
}

@test "the same bytes for any threads, shards and rows" {
    local way="--beam 4 --nbest 4 --rerank cider --word-logprobs"
    for j in 1 3; do sample $way -j $j >$j; done
    same 1 3
    for i in 0 1 2; do sample $way --shard $i/3 >shard$i; done
    paste -d '\n' shard0 shard1 shard2 | grep . >merged
    same 1 merged
    seq 19 -1 0 | sample $way --rows - | tac >rows
    same 1 rows
    # The log-probabilities of words are those of the caption that came first.
    jq -es 'all(.logprob as $all | .word_logprobs | add - $all | . * . < 1e-20)' 1
}

features() { ls d/$1*_vgg16_fc7_pca.h5; }

# by_neighbors SPLIT: records, their candidates in the order that --rerank neighbors promises.
by_neighbors() {
    local i
    for i in "$1" train; do
        h5dump -o "$i.bin" -b LE -d features "$(features $i)" >/dev/null
    done
    coco-fetch show d --split train -n 1000 >train.jsonl
    python3 -c '
import array, json, math, sys
from collections import Counter
def rows(split, D):
    a = array.array("f", open(split + ".bin", "rb").read())
    return [a[i:i + D] for i in range(0, len(a), D)]
def grams(words):
    return [Counter(tuple(words[i:i + k]) for i in range(len(words) - k + 1)) for k in (1, 2, 3, 4)]
refs = [[r["caption"].split()] + [c.split() for c in r["references"]] for r in map(json.loads, open("train.jsonl"))]
df = Counter(g for image in refs for g in {g for c in image for k in grams(c) for g in k})
def weighted(words):
    return [{g: x * (math.log(len(refs)) - math.log(max(1, df[g]))) for g, x in k.items()} for k in grams(words)]
def cider(c, r):
    total = 0
    for a, b in zip(weighted(c), weighted(r)):
        norm = math.sqrt(sum(x * x for x in a.values())) * math.sqrt(sum(x * x for x in b.values()))
        dot = sum(min(x, b.get(g, 0)) * b.get(g, 0) for g, x in a.items())
        total += dot / norm if norm else dot
    delta = max(len(c) - 1, 0) - max(len(r) - 1, 0)
    return 2.5 * total * math.exp(-delta * delta / 72)
D = int(sys.argv[2])
train, own = rows("train", D), rows(sys.argv[1], D)
mean = [sum(c) / len(train) for c in zip(*train)]
dot = lambda a, b: sum(p * q for p, q in zip(a, b))
def unit(x):
    x = [a - m for a, m in zip(x, mean)]
    length = math.sqrt(dot(x, x)) or 1
    return [a / length for a in x]
train = [unit(t) for t in train]
kernel = lambda x, y: math.exp(2 * (min(dot(x, y), 1) - 1))
n = len(train)
K = [[kernel(x, y) for y in train] for x in train]
A = [[dot(K[i], K[j]) + 0.3 * K[i][j] for j in range(n)] for i in range(n)]
small = 1e-7 * sum(A[i][i] for i in range(n)) / n
for i in range(n):
    A[i][i] += small
def solve(A, b):
    A = [row + [x] for row, x in zip(A, b)]
    for i in range(n):
        for k in range(i + 1, n):
            f = A[k][i] / A[i][i]
            A[k] = [p - f * q for p, q in zip(A[k], A[i])]
    z = [0] * n
    for i in reversed(range(n)):
        z[i] = (A[i][n] - dot(A[i][i + 1:n], z[i + 1:])) / A[i][i]
    return z
def vector(words):
    norms = [math.sqrt(sum(x * x for x in k.values())) for k in weighted(words)]
    return {g: x / m for k, m in zip(weighted(words), norms) if m for g, x in k.items()}
for line in sys.stdin:
    r = json.loads(line)
    x = unit(own[r["row"]])
    z = solve(A, [kernel(x, t) for t in train])
    others = [i for i in range(n) if dot(x, train[i]) <= 1 - 1e-6]
    weight = [dot(K[i], z) for i in range(n)]
    share = sum(weight) - sum(weight[i] for i in others)
    expected = Counter()
    for i in others:
        for c in refs[i]:
            for g, v in vector(c).items():
                expected[g] += weight[i] / (1 - share) * v / len(refs[i])
    words = [c["caption"].split() for c in r["candidates"]]
    p = [math.exp((c["logprob"] - max(c["logprob"] for c in r["candidates"])) / 3) for c in r["candidates"]]
    score = []
    for w in words:
        score.append(sum(a * cider(w, o) for a, o in zip(p, words)) / sum(p) +
                     32 * 2.5 * sum(v * expected[g] for g, v in vector(w).items()))
    order = sorted(range(len(words)), key=lambda i: -round(score[i], 5))
    print(json.dumps([r["row"], [r["candidates"][i]["caption"] for i in order]]))' "$1" "$(h5dump -H -d features "$(features train)" |
        sed -n 's/.*( [0-9]*, \([0-9]*\) ) .*/\1/p')"
}

@test "neighbors: the order of a reference; captions of the image itself do not count" {
    local way="--beam 6 --nbest 6"
    for split in val train; do
        sample $way --split $split | by_neighbors $split | jq -c . >want
        sample $way --split $split --rerank neighbors | jq -c '[.row, [.candidates[].caption]]' >order
        same want order
        sample $way --split $split --rerank cider | jq -c '[.row, [.candidates[].caption]]' >others
        run ! cmp -s others order
    done
}

@test "neighbors: the same bytes for any threads and shards, and another dataset's train" {
    local way="--beam 6 --nbest 6 --rerank neighbors"
    for j in 1 3; do sample $way -j $j >$j; done
    same 1 3
    for i in 0 1 2; do sample $way --shard $i/3 >shard$i; done
    paste -d '\n' shard0 shard1 shard2 | grep . >merged
    same 1 merged
    # Without -d it is the dataset that the model was trained on.
    (cd "$BATS_FILE_TMPDIR" && coco-sample -q -m lstm.h5 $way) >own
    same <(jq -c .candidates 1) <(jq -c .candidates own)
    coco-fetch shapes -q -o more --train 90 --val 5 --seed 9
    sample $way --neighbors more >other
    run ! cmp -s 1 other
    sample $way --neighbors d >again
    same 1 again
}

@test "neighbors: by unreduced features, if the model takes them" {
    dataset reduced 9 12
    dataset raw 9 20
    for split in train val; do cp raw/${split}2014_vgg16_fc7_pca.h5 reduced/${split}2014_vgg16_fc7.h5; done
    coco-train -q -d reduced -o raw.h5 --raw-features --hidden 16 --wordvec 8 --iterations 20
    coco-sample -q -m raw.h5 -d reduced --raw-features --beam 4 --nbest 4 --rerank neighbors >captions
    [ "$(wc -l <captions)" = 11 ]
    # Which it does is said in its file.
    coco-sample -q -m raw.h5 -d reduced --beam 4 --nbest 4 --rerank neighbors >again
    same captions again
    coco-sample -q -m raw.h5 --features reduced/val2014_vgg16_fc7.h5 --beam 4 --nbest 4 --rerank neighbors >bare
    same <(jq -c .candidates captions) <(jq -c .candidates bare)
}

@test "neighbors: an image is known as itself by features far from zero, whose products in float32 are coarse" {
    dataset far 9 512 1000
    coco-train -q -d far -o far.h5 --hidden 16 --wordvec 8 --iterations 20 --lr 1e-4
    rm d && ln -s far d
    coco-sample -q -d d -m far.h5 --split train --beam 6 --nbest 6 | by_neighbors train | jq -c . >want
    coco-sample -q -d d -m far.h5 --split train --beam 6 --nbest 6 --rerank neighbors | jq -c '[.row, [.candidates[].caption]]' >order
    same want order
}

@test "neighbors: bad use" {
    local way="--beam 4 --nbest 4"
    fails 2 '--neighbors goes with --rerank neighbors' coco-sample -q -d d -m lstm.h5 $way --neighbors d
    fails 2 '--rerank needs --nbest or --samples' coco-sample -q -d d -m lstm.h5 --rerank neighbors
    fails 1 'none' coco-sample -q -d d -m lstm.h5 $way --rerank neighbors --neighbors none
    dataset words
    fails 1 'words' coco-sample -q -d d -m lstm.h5 $way --rerank neighbors --neighbors words
}

@test "bad use" {
    fails 2 '--rerank needs --nbest or --samples of at least 2' coco-sample -q -d d -m lstm.h5 --beam 4 --rerank cider
    fails 2 '--rerank needs --nbest or --samples of at least 2' coco-sample -q -d d -m lstm.h5 --temperature 1 --samples 1 --rerank cider
    fails 2 '--rerank' coco-sample -q -d d -m lstm.h5 --beam 4 --nbest 4 --rerank bleu
}
