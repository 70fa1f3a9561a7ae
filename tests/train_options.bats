#!/usr/bin/env bats
# The options of coco-train that the course does not have: the same bits on any number of threads and across stops, and
# nothing of them in the files of runs without them.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    export GOOD=$BATS_FILE_TMPDIR/good
    dataset "$GOOD"
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$GOOD" d
}

# settings: one line each, which every option is in.
settings() {
    cat <<'END'
--cell lstm --order shuffle --dropout 0.4
--cell gru --dropout 0.1 --label-smoothing 0.1
--cell rnn --precision bf16 --dropout 0.5 --optim sgd
END
}

@test "threads: model files are equal with every option" {
    while read -r line; do
        for j in 1 2 4; do
            tiny -d d -o $j.h5 --hidden 37 --wordvec 19 --batch-size 23 --iterations 7 --val-every 1 $line -j $j
        done
        same 1.h5 2.h5 4.h5
    done < <(settings)
}

@test "resume: to the same bytes with every option" {
    mkdir whole part
    while read -r line; do
        tiny -d d -o whole/m.h5 --batch-size 13 --iterations 10 --log whole/log $line
        for k in 0 3 4 9; do
            tiny -d d -o part/m.h5 --batch-size 13 --iterations $k --log part/log $line
            coco-train -q --resume part/m.h5 --iterations 10 --log part/log
            same whole/m.h5 part/m.h5
        done
    done < <(settings)
}

@test "each option changes what is learned, and is in the file; 0 changes nothing" {
    tiny -d d -o plain.h5 --iterations 4
    for option in dropout label-smoothing; do
        tiny -d d -o m.h5 --iterations 4 --$option 0.3
        run ! same_params plain.h5 m.h5
        [ "$(attribute m.h5 /train ${option/-/_})" = 0.3 ]
        tiny -d d -o m.h5 --iterations 4 --$option 0
        same plain.h5 m.h5
    done
}
