#!/usr/bin/env bats
# Features at every step: coco-train --inject steps.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

setup_file() {
    small_dataset
    small_grids
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp -r "$GOOD" d
}

# settings: one line each.
settings() {
    cat <<'END'
--cell rnn --dropout 0.2
--cell gru --order shuffle --shards 3
--cell lstm --precision bf16 --val-every 1 --val-metrics
--cell lstm --attention adaptive --dropout 0.3
END
}

@test "threads: model files and captions are equal" {
    while read -r line; do
        for j in 1 2 4; do
            tiny -d d -o $j.h5 --inject steps --hidden 37 --wordvec 19 --batch-size 23 --iterations 7 --val-every 1 $line -j $j
        done
        same 1.h5 2.h5 4.h5
        for way in --greedy "--beam 3" "--temperature 1 --samples 2"; do
            coco-sample -q -m 1.h5 -d d -j1 $way >one.jsonl
            coco-sample -q -m 1.h5 -d d -j4 $way >four.jsonl
            same one.jsonl four.jsonl
        done
    done < <(settings)
}

@test "resume: to the same bytes; self-critical training goes on from it" {
    mkdir whole part
    while read -r line; do
        tiny -d d -o whole/m.h5 --inject steps --batch-size 13 --iterations 10 --log whole/log $line
        tiny -d d -o part/m.h5 --inject steps --batch-size 13 --iterations 4 --log part/log $line
        coco-train -q --resume part/m.h5 --iterations 10 --log part/log
        same whole/m.h5 part/m.h5
    done < <(settings)
    for j in 1 3; do
        coco-train -q -d d -o critical$j.h5 --init whole/m.h5 --self-critical --iterations 3 --dropout 0.3 -j $j
    done
    same critical1.h5 critical3.h5
    [ "$(attribute critical1.h5 / inject)" = steps ]
}

@test "the model file says it, and nothing of it without" {
    tiny -d d -o steps.h5 --iterations 5 --inject steps
    tiny -d d -o init.h5 --iterations 5 --inject init
    tiny -d d -o plain.h5 --iterations 5
    same init.h5 plain.h5
    [ "$(attribute steps.h5 / inject)" = steps ]
    [ "$(attribute steps.h5 / version)" = 2 ]
    h5dump -d params/W_inject -H steps.h5 >/dev/null
    run ! h5dump -a inject plain.h5
    # The words are those of a greedy search with its scores.
    coco-sample -q -m steps.h5 -d d --format text >words
    coco-sample -q -m steps.h5 -d d | jq -r .caption >scored
    same words scored
}

@test "the features of an image decide its captions at every step" {
    tiny -d d -o m.h5 --iterations 150 --lr 0.01 --inject steps
    coco-sample -q -m m.h5 -d d --split train | jq -r .logprob >with
    # Zeros but for one of them.
    shape=$(h5dump -H -d params/W_inject m.h5 | sed -n 's/.*SIMPLE { ( \([0-9]*\), \([0-9]*\) ).*/\1,\2/p')
    tool_h5 m.h5 size params/W_inject 1,1
    tool_h5 m.h5 size params/W_inject "$shape"
    coco-sample -q -m m.h5 -d d --split train | jq -r .logprob >without
    run ! cmp -s with without
    coco-train -d d -o c.h5 --hidden 12 --wordvec 6 --batch-size 5 --inject steps --check-gradients >table
    grep -q '^W_inject ' table
    grep -q '^W_image ' table
}

@test "bad use" {
    tiny -d d -o steps.h5 --iterations 2 --inject steps
    tiny -d d -o plain.h5 --iterations 2
    fails 2 '--inject' coco-train -q -d d -o x.h5 --inject every
    fails 2 '--inject init contradicts steps.h5, which was trained with steps' coco-train -q --resume steps.h5 --iterations 4 --inject init
    fails 2 '--inject steps contradicts plain.h5' coco-train -q -d d -o x.h5 --init plain.h5 --inject steps
    # A file whose shape and tensors disagree.
    python3 - steps.h5 broken.h5 <<'END'
import sys
data = open(sys.argv[1], "rb").read()
assert data.count(b"W_inject") >= 1
open(sys.argv[2], "wb").write(data.replace(b"W_inject", b"W_injekt"))
END
    fails 1 'broken.h5' coco-sample -q -m broken.h5 -d d
}
