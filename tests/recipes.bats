#!/usr/bin/env bats
# scripts/recipes/flickr8k and sweep, on pictures of shapes.

bats_require_minimum_version 1.5.0
load support/common

setup() { cd "$BATS_TEST_TMPDIR"; }

@test "flickr8k: from photographs to an ensemble and its figures, in steps that are not repeated" {
    ! sanitized coco-train || skip "each command has its own tests"
    local said
    export COCO_CACHE=$PWD/cache
    mkdir -p cache/cnn
    python3 "$ROOT/tests/support/onnx.py" >cache/cnn/one.onnx
    python3 "$ROOT/tests/support/onnx.py" channels=7 size=9x9 >cache/cnn/two.onnx
    said=$(coco-features --cnn one -o none.h5 none.jpg 2>&1) || true
    case $said in *"no ONNX Runtime"*) skip "there is no ONNX Runtime" ;; esac
    coco-fetch shapes -q -o s --train 40 --val 1 --seed 3
    coco-fetch show s --split train -n 40 | jq -c 'del(.split)' >captions.jsonl
    export CNNS="one two" SEEDS="1 2" HELD=8 HIDDEN=16 WORDVEC=8 PCA=4 GRID_PCA=3 MIN_COUNT=40 BATCH=10 LR=0.01 DECODE="--beam 2"
    recipe() { "$ROOT/scripts/recipes/flickr8k" out s/images/train captions.jsonl; }
    EPOCHS=2 CRITICAL_EPOCHS=0 recipe >table
    grep -q '^attention-all.captions.jsonl  *8 ' table
    [ "$(grep -c '^attention-[12].captions.jsonl  *8 ' table)" = 2 ]
    [ "$(attribute out/attention-1.h5 /cnn cnn)" = one ]
    [ "$(attribute out/attention-2.h5 /cnn cnn)" = two ]
    # The references are whole: rare words too.
    [ -s out/data-one/test_texts.txt ]
    jq -es 'all(.references | length == 5 and all(contains("<UNK>") | not))' out/attention-all.captions.jsonl
    # Again, longer: what is done stays.
    touch -d 2001-01-01 out/{one,two,data-*/captions}.h5
    EPOCHS=3 CRITICAL_EPOCHS=0 recipe >table
    [ "$(find out ! -newermt 2002-01-01 -type f | wc -l)" = 4 ]
    [ "$(attribute out/attention-2.h5 /train epoch)" = 3 ]
    [ ! -e out/critical-1.h5 ]
    # Without these captions' split.
    said=$(SPLIT=other recipe 2>&1) && false
    [[ $said == *"captions.jsonl: has no split other"* ]]
    EPOCHS=3 CRITICAL_EPOCHS=1 recipe >table
    grep -q '^critical-all.captions.jsonl  *8 ' table
}

@test "sweep: the best of several rates" {
    dataset d
    export RATES="1e-4 2e-2 5e-2"
    "$ROOT/scripts/recipes/sweep" out -d d --hidden 16 --wordvec 8 --batch-size 10 --epochs 3 >rates
    [ "$(wc -l <rates)" = 3 ]
    read -r best key value <rates
    [ "$key" = val_cider ]
    same out/best.h5 "out/$best.best.h5"
    jq -es --argjson v "$value" '([.[].val_cider | numbers] | max) - $v | fabs < 1e-4' "out/$best.jsonl"
    for rate in $RATES; do
        jq -es --argjson v "$value" 'all(.[]; (.val_cider // 0) - $v < 1e-4)' "out/$rate.jsonl"
        [ "$(attribute out/$rate.h5 /train lr)" = "$(printf %g $rate)" ]
    done
    [ -s out/sweep.png ]
    # By the loss, the lowest first; and a run that is done is not run again.
    "$ROOT/scripts/recipes/sweep" loss -d d --hidden 16 --wordvec 8 --batch-size 10 --epochs 2 --best-by loss >rates
    [ "$(cut -d ' ' -f 3 rates)" = "$(cut -d ' ' -f 3 rates | sort -g)" ]
    grep -q 'val_loss' rates
    touch -d 2001-01-01 loss/2e-2.h5
    "$ROOT/scripts/recipes/sweep" loss -d d --hidden 16 --wordvec 8 --batch-size 10 --epochs 2 --best-by loss >again
    same rates again
    [ ! loss/2e-2.h5 -nt out/sweep.png ]
    RATES="1e-2 2e-2" run -1 "$ROOT/scripts/recipes/sweep" loss -d d --hidden 16 --epochs 9
    [[ $output == *"loss: holds a sweep with other options (-d d --hidden 16 --wordvec 8 "* ]]
}

@test "bad use" {
    for recipe in flickr8k sweep; do
        run -2 "$ROOT/scripts/recipes/$recipe" out
        [[ $output == "usage: scripts/recipes/$recipe "* ]]
    done
    # A failed training fails the sweep.
    RATES="1e-3 1e-2" run -1 "$ROOT/scripts/recipes/sweep" out -d none
    [[ $output == *"coco-train: none"* ]]
    [ ! -e out/best.h5 ]
    # Nor does it keep the folder from others.
    RATES=1e-3 run -1 "$ROOT/scripts/recipes/sweep" out -d nowhere
    [[ $output == *"coco-train: nowhere"* ]]
}
