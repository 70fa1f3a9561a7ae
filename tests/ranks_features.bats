#!/usr/bin/env bats
# coco-features as several ranks (build/mpi/): the bytes of one.

bats_require_minimum_version 1.5.0
load support/common
load support/pictures
load support/ranks

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    onnx size=64x64 channels=32 layers=2 >net.onnx
    pictures 61
    for i in 007 030 031; do echo broken >p/$i.ppm; done
    coco-features -q --cnn net.onnx --grid -o one.h5 p 2>said || true
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR"/{net.onnx,p,one.h5,said} .
    needs_ranks coco-features
    if grep -q 'no ONNX Runtime' said; then skip "there is no ONNX Runtime"; fi
}

features() { ranks_of "$1" coco-features -q --cnn net.onnx --grid -o out.h5 "${@:2}"; }

@test "any number of ranks and threads: the same bytes, and each broken picture is named once, in its place" {
    [ "$(wc -l <said)" = 3 ]
    for n in 2 4; do
        rm -f out.h5
        run -1 --separate-stderr features $n -j $((n / 2)) p
        echo "$stderr" | cmp - said
        same one.h5 out.h5
        [ ! -e out.h5.coco-part-rows ]
    done
}

@test "--update on several ranks takes what has not changed" {
    mkdir q
    cp p/04* q
    features 2 q
    cp out.h5 first.h5
    cp p/050.ppm q/045.ppm
    rm q/041.ppm
    coco-features -q --cnn net.onnx --grid -o fresh.h5 q
    features 3 --update q
    same fresh.h5 out.h5
    run ! same first.h5 out.h5
    features 2 --update --checksum q
    same fresh.h5 out.h5
}

@test "ranks that do not see the same compute nothing" {
    mkdir other
    cp -rL p net.onnx other
    rm other/p/050.ppm
    printf '#!/bin/sh\n[ "${OMPI_COMM_WORLD_RANK-$PMI_RANK}" != 1 ] || cd other\nexec "$@"\n' >elsewhere
    chmod +x elsewhere
    WRAP=./elsewhere run -1 --separate-stderr features 2 p
    [[ "$stderr" =~ ^coco-features:\ rank\ 1\ on\ .*:\ another\ number\ of\ pictures\ than\ rank\ 0\ .*:\ 60,\ not\ 61 ]]
    mv other/p/049.ppm other/p/050.ppm
    cp p/040.ppm other/p/0400.ppm
    WRAP=./elsewhere run -1 --separate-stderr features 2 p
    [[ "$stderr" =~ another\ list\ of\ pictures ]]
    rm other/net.onnx
    WRAP=./elsewhere run -1 --separate-stderr features 2 p
    [[ "$stderr" =~ ^coco-features:\ rank\ 1\ on\ .*:\ net.onnx ]]
    [ ! -e out.h5 ]
}

@test "one message: no pictures, a dataset's broken picture, standard input" {
    run -1 --separate-stderr features 3 none.jpg
    [[ "$stderr" =~ ^coco-features:\ none.jpg:.*coco-features:\ none\ of\ 1\ pictures ]]
    mkdir d
    ls p/04* p/007.ppm | sed 's,^,../,' >d/val_images.txt
    run -1 --separate-stderr features 2 -d d --split val
    [[ "$stderr" =~ ^coco-features:\ rank\ [01]\ on\ .*:\ d/../p/007.ppm ]]
    [ "$(echo "$stderr" | wc -l)" = 1 ]
    run -1 --separate-stderr features 2 -
    [[ "$stderr" =~ ^coco-features:\ -:\ standard\ input\ reaches\ one\ rank ]]
    [ ! -e out.h5 ]
}

@test "a rank that dies ends all, and the rows that are there stay for a run on other ranks" {
    ls p/00[0-6]* p/01* >list
    mkfifo pipe # at which the third rank waits
    printf '#!/bin/sh\n[ "${OMPI_COMM_WORLD_RANK-$PMI_RANK}" != 2 ] || echo $$ >rank\nexec "$@"\n' >noted
    chmod +x noted
    WRAP=./noted features 3 $(cat list list list) p/000.ppm p/000.ppm pipe &
    settle test -s rank
    local size=0
    until [ "$size" -gt 5000 ]; do
        sleep 0.05
        size=$(stat -c %s out.h5.coco-part-rows 2>/dev/null || echo 0)
    done
    kill -KILL "$(cat rank)"
    local status=0
    wait $! || status=$?
    [ "$status" != 0 ]
    [ ! -e out.h5 ]
    ranks_of 2 coco-features --cnn net.onnx --grid -o out.h5 $(cat list)
    grep '^resuming an unfinished run: ' stderr
    coco-features -q --cnn net.onnx --grid -o whole.h5 $(cat list)
    same whole.h5 out.h5
}
