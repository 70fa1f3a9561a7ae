#!/usr/bin/env bats
# coco-train --check-gradients: what it accepts, prints and finds.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

setup_file() { small_dataset && small_grids; }

# check ARGUMENT...: it passes; the table is in `out`.
check() { tiny -d d --check-gradients "$@" >out; }

@test "every cell, attention, dropout and label smoothing pass" {
    for cell in rnn lstm gru; do
        for more in "" "--attention soft" "--attention adaptive --dropout 0.4" "--label-smoothing 0.2 --order shuffle"; do
            check --cell $cell $more
            awk 'NR > 1 && $1 != "worst" && ($2 < 1 || $3 > 1e-5 || $NF > 1e-4) { exit 1 }' out
        done
        [ "$(grep -cE '^(W_embed|W_proj|b_proj|Wx|Wh|b|W_vocab|b_vocab) ' out)" = 8 ]
        grep -qE '^worst +[0-9.e-]+ +[A-Za-z_]+\[[0-9,]+\]$' out
    done
}

@test "a model's own gradient; nothing is written; the seed chooses the minibatch" {
    tiny -d d -o m.h5 --cell gru --iterations 5
    cp m.h5 kept.h5
    check --init m.h5
    mv out first
    check --init m.h5 -o m.h5 --log log.jsonl
    cmp out first
    check --init m.h5 -j 3
    cmp out first
    cmp m.h5 kept.h5
    [ ! -e log.jsonl ]
    grep -q '^b_hn ' out
    check --init m.h5 --seed 7
    run ! cmp -s out first
}

@test "a wrong gradient is found" {
    if sanitized coco-train; then skip "sanitizers want to be loaded first"; fi
    # A tanh that is not the one whose derivative is 1 - tanh².
    echo 'double exp(double); double tanh(double x) { double e = exp(-2 * x); return 1.001 * (1 - e) / (1 + e); }' |
        "${CC:-gcc}" -shared -fPIC -fno-builtin -x c -o wrong.so - -lm
    run -1 --separate-stderr env LD_PRELOAD="$PWD/wrong.so" coco-train -q -d d --hidden 16 --wordvec 8 --check-gradients
    element='[A-Za-z_]+\[[0-9,]+\]'
    grep -qE "^coco-train: the gradient of $element is .*, by centred differences .*: error .*, at most 1e-05" <<<"$stderr"
    [[ "$output" =~ worst\ +[0-9.e-]+\ +[A-Za-z_]+\[ ]]
}

@test "what does not go together" {
    tiny -d d -o m.h5 --iterations 1
    fails 2 "check-gradients and --resume" coco-train -d d --resume m.h5 --check-gradients
    fails 2 "hidden" coco-train -d d --init m.h5 --hidden 5 --check-gradients
    fails 1 "nothing to check" tiny -d d --check-gradients --iterations 0
    fails 1 "nowhere" tiny -d nowhere --check-gradients
    [ -c /dev/full ] || skip "no /dev/full"
    run -1 --separate-stderr bash -c 'coco-train -q -d d --hidden 4 --wordvec 4 --check-gradients >/dev/full'
    [[ "$stderr" =~ standard\ output ]]
}
