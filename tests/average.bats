#!/usr/bin/env bats
# coco-train --average: what is averaged, what is validated and written, and that runs resume.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

@test "the weights at the last checks are kept; training itself is as without" {
    tiny -d d -o m.h5 --iterations 9 --val-every 2i --average 3
    for i in 4 6 8 9; do tiny -d d -o plain$i.h5 --iterations $i; done
    h5diff m.h5 plain4.h5 /train/average/0 /params
    h5diff m.h5 plain6.h5 /train/average/1 /params
    h5diff m.h5 plain8.h5 /train/average/2 /params
    h5diff m.h5 plain9.h5 /train/weights /params
    run ! same_params m.h5 plain8.h5
    # Of one check: the weights that were validated last. Before the first: those that there are.
    tiny -d d -o one.h5 --iterations 9 --val-every 2i --average 1
    same_params one.h5 plain8.h5
    tiny -d d -o none.h5 --iterations 4 --val-every 9i --average 3
    same_params none.h5 plain4.h5
    run ! h5ls none.h5/train/average
}

@test "validations score the mean, which --keep-best and the end write" {
    tiny -d d -o m.h5 --cell lstm --lr 0.05 --iterations 30 --val-every 10i --val-max 9 --best-by cider \
        --average 2 --keep-best best.h5 --log log
    coco-sample -q -m m.h5 -d d -n 9 | coco-eval -q - >want
    jq -s -e --slurpfile w want 'map(select(.val_loss))[-1].val_cider == $w[0].CIDEr' log
    coco-sample -q -m best.h5 -d d -n 9 | coco-eval -q - >best
    jq -s -e --slurpfile w best '(map(select(.val_cider).val_cider) | max) == $w[0].CIDEr' log
    # A new run starts from the mean: with no rate, its loss is the one that was logged.
    coco-train -q -d d -o next.h5 --init m.h5 --optim sgd --lr 0 --iterations 1 --val-every 1i --val-max 9 --batch-size 10 --log next
    jq -s -e --slurpfile l log 'map(select(.val_loss))[-1].val_loss == ($l | map(select(.val_loss))[-1].val_loss)' next
}

@test "resumed at a check and between checks: the same bytes" {
    mkdir whole part
    settings="-d d --cell gru --batch-size 13 --val-every 2i --average 3 --best-by cider --dropout 0.2"
    tiny -o whole/m.h5 $settings --iterations 11
    for k in 1 6 9; do
        tiny -o part/m.h5 $settings --iterations $k
        coco-train -q --resume part/m.h5 --iterations 11
        same whole/m.h5 part/m.h5
    done
}

@test "bad use" {
    fails 2 '--average needs --val-every' tiny -d d -o m.h5 --average 2
    fails 2 '--average' tiny -d d -o m.h5 --val-every 1 --average 101
    tiny -d d -o m.h5 --iterations 2 --val-every 1i --average 2
    fails 2 '--average 3 contradicts m.h5, which was trained with 2' coco-train -q --resume m.h5 --average 3 --iterations 4
    fails 2 '--val-every 0 contradicts m.h5, which averages over validations' coco-train -q --resume m.h5 --val-every 0 --iterations 4
    tool_h5 m.h5 rm /train/average/1
    fails 1 'm.h5: .*/train/average/1' coco-train -q --resume m.h5 --iterations 4
}
