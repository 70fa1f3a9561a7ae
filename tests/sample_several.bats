#!/usr/bin/env bats
# coco-sample: several captions of an image, and several models.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o shapes --train 100 --val 40
    coco-train -q -d shapes -o lstm.h5 --cell lstm --hidden 32 --wordvec 16 --order shuffle --epochs 4
    coco-train -q -d shapes -o gru.h5 --cell gru --seed 3 --hidden 40 --wordvec 16 --order shuffle --epochs 4
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR/shapes" d
    ln -s "$BATS_FILE_TMPDIR"/*.h5 .
}

sample() { coco-sample -q -d d -m lstm.h5 "$@"; }
bad() { fails "$1" "$2" coco-sample -q -d d -m lstm.h5 "${@:3}"; }

@test "the N best: the first is the caption, none is better than the one before, and the caption is that of one" {
    sample --beam 4 --nbest 3 >three
    sample --beam 4 >one
    jq -c 'del(.candidates)' three >without
    jq -c . one >plain
    same without plain
    jq -es 'all(.candidates as $c | ($c | length) >= 1 and ($c | length) <= 3 and $c[0].caption == .caption and
                $c[0].logprob == .logprob and ([$c[].caption] | unique | length) == ($c | length))' three
    jq -es 'map(.candidates | length) | max == 3' three
    sample --beam 4 --nbest 1 >same_as_one
    same one same_as_one
    sample --beam 4 --nbest 3 --no-logprob | jq -es 'all(has("logprob") or (.candidates[0] | has("logprob")) | not)'
}

@test "the same bytes for any threads, shards and rows: N best, groups, samples, ensembles" {
    local ways=("--beam 4 --nbest 4 --length-norm 0.7" "--beam 4 --groups 2 --nbest 3" "--beam 2 -m gru.h5"
        "--temperature 1.2 --samples 3 --top-p 0.9 --seed 5" "--temperature 1 --top-k 4 --word-logprobs")
    for way in "${ways[@]}"; do
        for j in 1 3; do sample $way -j $j >$j; done
        same 1 3
        for i in 0 1 2; do sample $way --shard $i/3 >shard$i; done
        paste -d '\n' shard0 shard1 shard2 | grep . >merged
        same 1 merged
        seq 39 -1 0 | sample $way --rows - | tac >rows
        same 1 rows
    done
}

@test "samples: each is a draw of its own, and the first of them is the one without --samples" {
    sample --temperature 1.3 --seed 7 | jq -r .caption >one
    sample --temperature 1.3 --seed 7 --samples 4 | jq -c '[.candidates[].caption]' >four
    paste -d '|' one four | jq -Rse 'split("\n")[:-1] | map(split("|") | .[0] as $c | .[1] | fromjson | index($c) != null) | all'
    jq -es 'all(length == 4) and (map(unique | length) | max > 1)' four
    # The best first, whichever was drawn first.
    sample --temperature 1.3 --seed 7 --samples 4 | jq -es 'all([.candidates[].logprob] as $p | $p == ($p | sort | reverse))'
    # One likeliest word is what greedy decoding takes.
    sample --temperature 5 --top-k 1 >drawn
    sample --greedy >greedy
    same drawn greedy
}

@test "word_logprobs: one for each word and for <END>, which sum up to logprob" {
    for way in --greedy "--beam 3" "--temperature 1"; do
        sample $way --word-logprobs | jq -es 'all(.logprob as $all | (.word_logprobs | add - $all | . * . < 1e-20) and
            ((.word_logprobs | length) - (.caption | split(" ") | length) | . == 1 or (. == 0 and $all < -9)))'
    done
    sample --greedy --word-logprobs --max-length 2 | jq -es 'all((.word_logprobs | length) == (.caption | split(" ") | length))'
}

@test "an ensemble of one model twice is that model; of two it is neither" {
    sample --beam 3 | jq -c '[.row, .caption]' >one
    sample --beam 3 -m lstm.h5 | jq -c '[.row, .caption]' >twice
    same one twice
    sample --greedy -m gru.h5 | jq .logprob >both
    sample --greedy | jq .logprob >lstm
    coco-sample -q -d d -m gru.h5 | jq .logprob >gru
    run ! cmp -s both lstm
    run ! cmp -s both gru
    # The mean of two probabilities of a caption of one word is the mean of both models' (word by word).
    sample --greedy -m gru.h5 --max-length 1 --word-logprobs >mean
    [ "$(jq -s 'map(.word_logprobs | length) | unique == [1]' mean)" = true ]
}

@test "models that do not go together" {
    python3 - d wide <<'P'
import json, shutil, sys
shutil.copytree(sys.argv[1], sys.argv[2])
path = sys.argv[2] + "/coco2014_vocab.json"
vocab = json.load(open(path))
words = vocab["idx_to_word"]
words[5], words[6] = words[6], words[5]
vocab["word_to_idx"] = {word: i for i, word in enumerate(words)}
json.dump(vocab, open(path, "w"))
P
    coco-train -q -d wide -o wide.h5 --hidden 8 --wordvec 8 --iterations 1
    bad 1 'wide.h5.*5' -m wide.h5
    bad 1 'absent.h5' -m absent.h5
}

@test "options that do not go together" {
    bad 2 '--nbest goes with --beam' --nbest 2
    bad 2 '--nbest 5 needs a --beam of at least as many' --beam 4 --nbest 5
    bad 2 '--groups 3 does not divide --beam 4' --beam 4 --groups 3
    bad 2 '--groups goes with --beam' --groups 2
    bad 2 '--diversity goes with --groups' --beam 4 --diversity 1
    bad 2 '--samples goes with --temperature' --samples 2
    bad 2 '--top-k goes with --temperature' --beam 2 --top-k 2
    bad 2 '--top-p goes with --temperature' --top-p 0.5
    bad 2 '--length-norm goes with --beam' --length-norm 0.7
    bad 2 '--length-norm goes with --beam' --temperature 1 --length-norm 0.7
    bad 2 '--length-norm goes with --beam' --greedy --length-norm 0.7
    for way in "" --greedy "--temperature 1"; do # 0 is how all of them compare captions
        sample $way >without
        sample $way --length-norm 0 | same without -
    done
    bad 2 '--word-logprobs and --no-logprob exclude each other' --word-logprobs --no-logprob
    bad 2 '--nbest writes records: --format coco' --beam 2 --nbest 2 --format coco
    bad 2 '--samples writes records: --format text' --temperature 1 --samples 2 --format text
    bad 2 'top-p' --temperature 1 --top-p 1.5
    bad 2 'nbest' --beam 2 --nbest 0
}
