#!/usr/bin/env bats
# Self-critical training: the same bits on any number of threads and across stops, what it logs, what it refuses.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

setup_file() {
    small_dataset
    small_grids
    cd "$BATS_FILE_TMPDIR"
    for cell in rnn lstm gru; do tiny -d good -o $cell.h5 --cell $cell --iterations 60 --lr 0.01; done
    for kind in soft adaptive; do tiny -d good -o $kind.h5 --attention $kind --cell lstm --iterations 60 --lr 0.01; done
}

setup() {
    linked
    ln -s "$BATS_FILE_TMPDIR"/*.h5 .
}

# settings: one line each: the model to start from and options.
settings() {
    cat <<'END'
rnn.h5 --samples 3 --reward cider=1,bleu4=0.5
lstm.h5 --dropout 0.3 --order shuffle --clip 1 --shards 3
gru.h5 --baseline greedy --samples 1 --precision bf16
soft.h5 --batch-size 7 --max-train 9
adaptive.h5 --baseline greedy --optim rmsprop --val-every 3i --val-metrics --best-by cider
END
}

# critical MODEL ARGUMENT...: some self-critical iterations.
critical() {
    local from=$1
    shift
    coco-train -q --force -d d --self-critical --init "$from" --lr 0.001 "$@"
}

@test "threads: model files are equal" {
    while read -r from line; do
        for j in 1 2 4; do critical $from -o $j.h5 --iterations 4 $line -j $j; done
        same 1.h5 2.h5 4.h5
    done < <(settings)
}

@test "resume: to the same bytes" {
    mkdir whole part
    while read -r from line; do
        critical $from -o whole/m.h5 --iterations 7 --log whole/log $line
        critical $from -o part/m.h5 --iterations 3 --log part/log $line
        coco-train -q --resume part/m.h5 --iterations 7 --log part/log
        same whole/m.h5 part/m.h5
        for run in whole part; do
            jq -c 'select(.event == "iteration") | [.iteration, .loss, .reward, .baseline]' $run/log >$run/rewards
        done
        same whole/rewards part/rewards
    done < <(settings)
}

@test "the reward rises, and the log has it" {
    critical lstm.h5 -o m.h5 --iterations 150 --lr 0.002 --log log
    jq -s -e 'map(select(.event == "iteration") | .reward) | (.[-30:] | add) > 1.1 * (.[:30] | add)' log
    jq -s -e 'map(select(.event == "iteration")) | length == 150 and all(.reward >= 0 and .baseline >= 0)' log
    coco-train -d d --self-critical --init lstm.h5 -o n.h5 --iterations 1 2>err
    grep -qE '^\(Iteration 1 / 1\) loss: -?[0-9.]+ reward: [0-9.]+$' err
}

@test "an epoch is as many images as there are" {
    critical rnn.h5 -o m.h5 --epochs 1 --batch-size 5 --log log
    [ "$(jq -s 'map(select(.event == "iteration")) | length' log)" = 4 ] # 24 images
}

@test "nothing of it in the files of other runs; defaults of its own in those of it" {
    tiny -d d -o m.h5 --iterations 1 --log log
    for name in self_critical samples reward_cider baseline scheduled_sampling; do
        run h5dump -a /train/$name m.h5
        [ "$status" != 0 ]
    done
    [ "$(grep -c reward log)" = 0 ]
    coco-train -q -d d --self-critical --init lstm.h5 -o n.h5 --iterations 1
    [ "$(attribute n.h5 /train lr)" = 5e-05 ]
    [ "$(attribute n.h5 /train clip_value)" = 0.1 ]
    [ "$(attribute n.h5 /train batch_size)" = 10 ]
    [ "$(attribute n.h5 /train samples)" = 5 ]
    [ "$(attribute n.h5 /train reward_cider)" = 1 ]
}

@test "rewards that are next to nothing: a warning" {
    tiny -d d -o fresh.h5 --iterations 0
    coco-train -q -d d --self-critical --init fresh.h5 -o m.h5 --reward bleu4=1 --iterations 10 2>err
    grep -q 'the rewards of the first 10 iterations are .*next to nothing' err
    coco-train -q -d d --self-critical --init lstm.h5 -o m.h5 --reward bleu4=1 --force --iterations 10 2>err
    [ ! -s err ]
}

@test "bad use" {
    fails 2 '--self-critical needs --init' coco-train -d d -o m.h5 --self-critical
    fails 2 '--samples is for --self-critical' coco-train -d d -o m.h5 --samples 3
    fails 2 '--reward is for --self-critical' coco-train -d d -o m.h5 --reward cider=1
    fails 2 '--baseline is for --self-critical' coco-train -d d -o m.h5 --baseline greedy
    fails 2 '--samples 1 needs --baseline greedy' coco-train -d d -o m.h5 --init rnn.h5 --self-critical --samples 1
    for option in --label-smoothing --scheduled-sampling; do
        fails 2 "--self-critical and $option exclude" \
            coco-train -d d -o m.h5 --init rnn.h5 --self-critical $option 0.1
    done
    for reward in cider rouge=1 cider=x cider=-1 cider=1, =1 cider=1,cider=2 ''; do
        fails 2 "--reward '$reward': expected NAME=X" \
            coco-train -d d -o m.h5 --init rnn.h5 --self-critical --reward "$reward"
    done
    fails 2 'all weights are 0' coco-train -d d -o m.h5 --init rnn.h5 --self-critical --reward cider=0
    cp -r d/ bare
    rm bare/coco2014_captions.h5
    fails 1 'coco2014_captions.h5' coco-train -q -d bare -o m.h5 --init rnn.h5 --self-critical
    critical rnn.h5 -o m.h5 --iterations 1
    fails 2 '--reward bleu4=1 contradicts m.h5, which was trained with bleu4=0' \
        coco-train --resume m.h5 --reward cider=1,bleu4=1
    fails 2 '--samples 2 contradicts m.h5' coco-train --resume m.h5 --samples 2
}
