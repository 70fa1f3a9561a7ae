#!/usr/bin/env bats
# coco-sample as several ranks (build/mpi/): the bytes of one.

bats_require_minimum_version 1.5.0
load support/common
load support/ranks

setup_file() {
    export MADE=$BATS_FILE_TMPDIR/made
    dataset "$MADE/d"
    cd "$MADE"
    tiny -d d -o m.h5 --iterations 5
    coco-fetch shapes -q -o s --train 12 --val 70 --seed 3
    mkdir -p cache/cnn && python3 "$ROOT/tests/support/onnx.py" >cache/cnn/tiny.onnx
    coco-features -q --cnn cache/cnn/tiny.onnx -o f.h5 s/images/train 2>said || return 0
    coco-fetch show s --split train -n 12 | coco-prepare -q -o p - --features f.h5 --pca 5 --min-count 1
    tiny -d p -o p.h5 --iterations 20
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$MADE"/* .
    needs_ranks coco-sample
}

sample() { ranks_of "$1" coco-sample -q -m m.h5 -d d "${@:2}"; }

@test "any number of ranks, and several rounds: the same bytes" {
    # More rows than a rank captions at a time, as many times each.
    seq 200 | sed 's,.*\(.\)$,\1,' >rows
    while read -r n options; do
        echo "$n ranks: $options"
        coco-sample -q -m m.h5 -d d $options >one
        sample "$n" $options >many
        same one many
        sample "$n" $options -o file
        same one file
    done <<'END'
1 --format text
2 --beam 40 --nbest 2 --rows rows
3 --beam 40 --rows rows --format coco
2 --temperature 1 --samples 2 --split train --word-logprobs
3 --split train --shard 1/3 -n 20 --format text
4 -n 2 --format coco
2 -n 0 --format coco
END
}

@test "pictures: the same records, and each broken one is named once, by the first rank" {
    if grep -q 'no ONNX Runtime' said; then skip "there is no ONNX Runtime"; fi
    export COCO_CACHE=$PWD/cache
    mkdir v && cp s/images/val/*.png v
    for f in 3 40 41; do echo broken >"v/$(ls v | sed -n "${f}p")"; done
    run -1 --separate-stderr coco-sample -q -m p.h5 v
    echo "$output" >one
    echo "$stderr" >said_one
    [ "$(wc -l <one)" = 67 ]
    [ "$(wc -l <said_one)" = 3 ]
    run -1 --separate-stderr ranks_of 2 coco-sample -q -m p.h5 v
    echo "$output" | cmp - one
    echo "$stderr" | cmp - said_one
}

@test "ranks that do not see the same caption nothing" {
    mkdir other
    cp -rL d m.h5 other
    printf '1\n2\n3\n' >rows
    printf '1\n2\n4\n' >other/rows
    cat >elsewhere <<'END'
#!/bin/sh
[ "${OMPI_COMM_WORLD_RANK-$PMI_RANK}" != 1 ] || cd other
exec "$@"
END
    chmod +x elsewhere
    run -1 --separate-stderr env WRAP=./elsewhere bash -c ". '$ROOT/tests/support/ranks.bash'; ranks_of 2 coco-sample -q -m m.h5 -d d --rows rows"
    [ -z "$output" ]
    [[ "$stderr" =~ ^coco-sample:\ rank\ 1\ on\ .*:\ another\ choice\ of\ images\ than\ rank\ 0 ]]
    rm other/m.h5
    WRAP=./elsewhere run -1 --separate-stderr sample 2
    [[ "$stderr" =~ ^coco-sample:\ rank\ 1\ on\ .*:\ m.h5 ]]
    [ -z "$output" ]
}

@test "one message from the ranks, and what one rank alone can do" {
    run -1 --separate-stderr sample 3 --split none
    [[ "$stderr" =~ ^coco-sample:\ d: ]]
    cp -rL d bad
    tool_h5 bad/val2014_vgg16_fc7_pca.h5 set features 10 nan
    run -1 --separate-stderr ranks_of 2 coco-sample -q -m m.h5 -d bad
    [[ "$stderr" =~ ^coco-sample:\ rank\ [01]\ on\ .*:\ bad/.*features:\ row ]]
    [ -z "$output" ]
    run -1 --separate-stderr sample 2 --score
    [[ "$stderr" =~ ^coco-sample:\ --score\ takes\ one\ rank ]]
    run -1 --separate-stderr sample 2 --rows -
    [[ "$stderr" =~ ^coco-sample:\ --rows\ -:\ standard\ input\ reaches\ one\ rank ]]
}

@test "a rank that dies ends all, after whole records" {
    seq 300000 | sed 's,.*\(.\)$,\1,' >many
    cat >noted <<'END'
#!/bin/sh
[ "${OMPI_COMM_WORLD_RANK-$PMI_RANK}" != 1 ] || echo $$ >rank
exec "$@"
END
    chmod +x noted
    WRAP=./noted sample 2 --rows many --beam 40 --mpi-timeout 20 >out 2>said &
    settle test -s out
    kill -KILL "$(cat rank)"
    local status=0
    wait $! || status=$?
    [ $status != 0 ]
    [ "$(tail -c 1 out | od -An -c | tr -d ' ')" = '\n' ]
}
