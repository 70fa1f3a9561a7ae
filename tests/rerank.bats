#!/usr/bin/env bats
# coco-sample --rerank: of several captions of an image, the one closest to the others.

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

@test "bad use" {
    fails 2 '--rerank needs --nbest or --samples of at least 2' coco-sample -q -d d -m lstm.h5 --beam 4 --rerank cider
    fails 2 '--rerank needs --nbest or --samples of at least 2' coco-sample -q -d d -m lstm.h5 --temperature 1 --samples 1 --rerank cider
    fails 2 '--rerank' coco-sample -q -d d -m lstm.h5 --beam 4 --nbest 4 --rerank bleu
}
