#!/usr/bin/env bats
# Scheduled sampling: words that go in are now and then the model's own.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

setup_file() { small_dataset && small_grids; }

settings() {
    cat <<'END'
--cell rnn --scheduled-sampling 1
--cell lstm --scheduled-sampling 0.5 --dropout 0.2 --order shuffle
--cell gru --scheduled-sampling 0.3 --attention adaptive --precision bf16
END
}

@test "threads: model files are equal" {
    while read -r line; do
        for j in 1 4; do tiny -d d -o $j.h5 --hidden 37 --iterations 14 $line -j $j; done
        same 1.h5 4.h5
    done < <(settings)
}

@test "stopped and resumed: the same bytes" {
    all="-q -d d --hidden 16 --wordvec 8 --batch-size 10 --epochs 80 --scheduled-sampling 0.5 --save-every 1"
    coco-train -o whole.h5 $all
    coco-train -o part.h5 $all &
    until [ -s part.h5 ] && [ "$(attribute part.h5 /train iteration)" -gt 20 ]; do sleep 0.01; done
    kill -TERM $!
    wait $! || true
    [ "$(attribute part.h5 /train iteration)" -lt 480 ]
    coco-train -q --resume part.h5
    same whole.h5 part.h5
}

@test "the first epoch is that of training without it, the later ones are not" {
    tiny -d d -o plain.h5 --epochs 3 --log plain
    tiny -d d -o m.h5 --epochs 3 --scheduled-sampling 0.5 --log log
    for run in plain log; do jq -c 'select(.event == "iteration") | [.epoch, .loss]' $run >$run.loss; done
    same <(grep '^\[1,' plain.loss) <(grep '^\[1,' log.loss)
    run ! same <(grep '^\[2,' plain.loss | tail -n +2) <(grep '^\[2,' log.loss | tail -n +2)
}

@test "bad use" {
    fails 2 '--scheduled-sampling' coco-train -d d -o m.h5 --scheduled-sampling 1.5
    tiny -d d -o m.h5 --iterations 1 --scheduled-sampling 0.5
    fails 2 '--scheduled-sampling 0.25 contradicts m.h5' coco-train --resume m.h5 --scheduled-sampling 0.25
}
