#!/usr/bin/env bats
# coco-features: runs that are killed and go on, and updates, with small networks that are made here.

bats_require_minimum_version 1.5.0
load support/common
load support/pictures

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    onnx size=128x128 channels=64 layers=3 >net.onnx
    pictures 80
    unset no_engine
    local began=$EPOCHREALTIME
    said=$(coco-features -q --cnn net.onnx --grid -o whole.h5 p 2>&1) || case $said in
        *"no ONNX Runtime"*) export no_engine=1 ;;
        *) echo "$said" && false ;;
    esac
    export whole_ms=$(((${EPOCHREALTIME/./} - ${began/./}) / 1000))
}

setup() {
    [ -z "${no_engine-}" ] || skip "there is no ONNX Runtime"
    cd "$BATS_FILE_TMPDIR"
    rm -rf out.h5*
}

features() { coco-features --cnn net.onnx --grid -o out.h5 "$@"; }

# killed SECONDS OPTION...: begins a run that is killed after so long.
killed() {
    local seconds=$1 pid
    shift
    coco-features -q --cnn net.onnx --grid -o out.h5 "$@" p &
    pid=$!
    sleep "$seconds"
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
}

# interrupted: leaves a journal with the first ten rows. The run waits at a picture that is a pipe until it is killed.
interrupted() {
    rm -f out.h5* pipe
    mkfifo pipe
    coco-features -q -j1 --cnn net.onnx --grid -o out.h5 p/00* pipe &
    local pid=$! size=-1
    until [ "$size" -gt $((10 * 64 * (4 + 16 * 16 * 2))) ]; do
        sleep 0.02
        size=$(stat -c %s out.h5.coco-part-rows 2>/dev/null || echo 0)
    done
    kill -9 $pid
    wait $pid 2>/dev/null || true
    rm pipe
    [ ! -e out.h5 ]
}

@test "twenty kills at any moment, and the bytes are those of one run" {
    local left=0 i
    for i in {1..20}; do
        killed "$(awk "BEGIN { print $RANDOM / 32768 * $whole_ms / 2000 }")" -j$((i % 2 + 1))
        [ ! -e out.h5 ] || cmp out.h5 whole.h5
        [ ! -e out.h5.coco-part-rows ] || left=$((left + 1))
    done
    features -q -j2 p
    cmp out.h5 whole.h5
    [ "$left" -ge 1 ]
    [ "$(echo out.h5*)" = out.h5 ]
}

@test "a run that goes on computes what is missing, and no more" {
    interrupted
    run -0 features -j1 p
    [ "$output" = "resuming an unfinished run: 10 rows are done
out.h5: 80 pictures, 64 numbers each, a grid of 16 x 16 places of 64" ]
    cmp out.h5 whole.h5
}

@test "a run that a signal stops says so, leaves no file, and goes on later" {
    local pid
    mkfifo pipe
    exec 8<>pipe
    coco-features -j1 --cnn net.onnx --grid -o out.h5 p/00* pipe p/01* 2>said 8>&- &
    pid=$!
    # What is written before it has opened the pipe would be gone when this end is closed.
    until [ -e out.h5.coco-part-rows ] && [[ "$(readlink /proc/$pid/fd/*)" == */pipe* ]]; do sleep 0.02; done
    kill -TERM $pid
    cat p/000.ppm >&8
    exec 8>&-
    wait $pid || status=$?
    [ "$status" = 143 ]
    grep -q "^interrupted; run the same command again to resume$" said
    [ ! -e out.h5 ]
    rm pipe
    features -q -j2 p
    cmp out.h5 whole.h5
}

@test "a dataset with a broken picture fails, and goes on once that is mended" {
    mkdir -p data
    ls p/* | sed 's|^|../|' >data/val_images.txt
    cp p/005.ppm kept
    echo broken >p/005.ppm
    run -1 coco-features -q -j1 --cnn net.onnx --grid -o out.h5 -d data --split val
    [[ $output == "coco-features: data/../p/005.ppm: "* ]]
    [ ! -e out.h5 ]
    cp kept p/005.ppm
    run -0 coco-features -j1 --cnn net.onnx --grid -o out.h5 -d data --split val
    [[ $output == "resuming an unfinished run: "[1-5]" row"*" done"$'\nout.h5: '* ]]
    h5diff out.h5 whole.h5 /features
    h5diff out.h5 whole.h5 /grid
}

@test "a journal with a torn or changed end is cut, and rows of changed pictures are computed anew" {
    local rows=out.h5.coco-part-rows size
    interrupted
    size=$(stat -c %s $rows)
    truncate -s $((size - 7)) $rows
    printf 'rubbish that is longer than the head of a record, but is not one' >>$rows
    features -q p
    cmp out.h5 whole.h5

    rm out.h5
    interrupted
    printf x | dd of=$rows bs=1 seek=$(($(stat -c %s $rows) - 1)) conv=notrunc status=none
    features -q p
    cmp out.h5 whole.h5

    rm out.h5
    interrupted
    cp -p p/000.ppm kept
    cp p/001.ppm p/000.ppm
    features -q p
    coco-features -q --cnn net.onnx --grid -o fresh.h5 p
    cmp out.h5 fresh.h5
    cp -p kept p/000.ppm
    features -q --update p
    cmp out.h5 whole.h5
}

@test "rows of other settings are dropped, with a line; one process writes a file at a time" {
    interrupted
    run -0 features -j2 --fit crop p
    [[ $output == *"rows of an unfinished run are dropped: it was made with --fit squash"$'\nout.h5: '* ]]
    coco-features -q --cnn net.onnx --grid --fit crop -o fresh.h5 p
    cmp out.h5 fresh.h5

    mkfifo pipe
    coco-features -q --cnn net.onnx --grid -o out.h5 pipe &
    until [ -e out.h5.coco-part-rows ]; do sleep 0.02; done
    run -1 features p
    [ "$output" = "coco-features: out.h5: another process is writing it" ]
    cp p/000.ppm pipe
    wait $!
    rm pipe
    [ "$(h5dump -d files out.h5 | grep -c '"pipe"')" = 1 ]
}

@test "an update runs what is new or changed, drops what is gone, and gives a fresh run's bytes" {
    features -q p
    cp -p p/003.ppm kept
    touch -d '+1 hour' kept
    rm p/003.ppm
    cp p/001.ppm p/0015.ppm
    head -c 2000 p/002.ppm | tail -c 1000 | dd of=p/004.ppm bs=1 seek=100 conv=notrunc status=none
    coco-features -q --cnn net.onnx --grid -o fresh.h5 p
    features -q --update p
    cmp out.h5 fresh.h5
    features -q --update --checksum p
    cmp out.h5 fresh.h5
    touch p/*
    features -q --update p
    cmp out.h5 fresh.h5

    mv p/0015.ppm p/004.ppm .
    cp -p kept p/003.ppm
    rm 0015.ppm
    rm 004.ppm
    pictures 80
    features -q --update -j2 p
    cmp out.h5 whole.h5
}

@test "an update takes rows of unchanged pictures from the file" {
    features -q p
    # Nothing is left of the picture but its size and its time.
    cp -p p/000.ppm kept
    local was
    was=$(stat -c %y p/000.ppm)
    printf x | dd of=p/000.ppm bs=1 seek=500 conv=notrunc status=none
    touch -d "$was" p/000.ppm
    touch -d '+1 hour' out.h5
    features -q --update p
    cmp out.h5 whole.h5
    touch -d '+1 hour' out.h5
    features -q --update --checksum p
    run -1 cmp -s out.h5 whole.h5
    cp -p kept p/000.ppm
    features -q --update p
    cmp out.h5 whole.h5
    # The file's time is that of the beginning of the run.
    [ "$(stat -c %Y out.h5)" -le "$(date +%s)" ]
}

@test "an update with other settings is refused with the option's name" {
    coco-features -q --cnn net.onnx --grid -o out.h5 p/000.ppm p/001.ppm
    cp out.h5 before.h5
    local option
    for option in "--fit crop" "--mean 3" "--scale 2" "--order bgr" "--layer r1" "--grid-layer r1" --exact --truncated \
        "--max-pixels 5000"; do
        run -1 features --update $option p/000.ppm
        [[ $output == "coco-features: out.h5: ${option% *}: it was made with '"*"', not with '"*"'" ]]
    done
    run -1 coco-features --cnn net.onnx --update -o out.h5 p/000.ppm
    [[ $output == "coco-features: out.h5: --grid: it was made with 'r2', not with ''" ]]
    onnx channels=4 >other.onnx
    run -1 coco-features --cnn other.onnx --grid --update -o out.h5 p/000.ppm
    [[ $output == "coco-features: out.h5: --cnn: it was made with '"* ]]
    onnx size=0x0 >open.onnx
    coco-features -q --cnn open.onnx --size 32x32 -o open.h5 p/000.ppm
    run -1 coco-features --cnn open.onnx --size 32x40 --update -o open.h5 p/000.ppm
    [[ $output == "coco-features: open.h5: --size: it was made with '32', not with '40'" ]]
    cmp out.h5 before.h5
    [ "$(echo out.h5*)" = out.h5 ]
    # A file that others have made.
    cp "$ROOT/tests/golden/small/val2014_vgg16_fc7_pca.h5" out.h5
    run -1 features --update p
    [[ $output == "coco-features: out.h5: was not made by this version of coco-features: make it without --update" ]]
    run -2 features --checksum p
    [[ $output == "coco-features: --checksum needs --update"* ]]
}

@test "a file of another kind is not replaced, and those that may be are" {
    cp p/001.ppm a.ppm
    run -1 coco-features --cnn net.onnx -o a.ppm p/000.ppm # -o *.ppm
    [ "$output" = "coco-features: a.ppm: exists, and is not named as an HDF5 file; remove it, or give another name" ]
    cmp a.ppm p/001.ppm
    dataset small
    cp small/coco2014_captions.h5 out.h5
    for update in "" --update; do
        run -1 features $update p/000.ppm
        [ "$output" = "coco-features: out.h5: exists, and is an HDF5 file without the array features; remove it, or give another name" ]
        cmp small/coco2014_captions.h5 out.h5
    done
    : >out.h5
    run -0 coco-features --cnn net.onnx -o out.h5 p/000.ppm
    [ "$output" = "out.h5: 1 picture, 64 numbers each" ]
    features -q p/000.ppm p/001.ppm
    [ -z "$(features -q p/000.ppm 2>&1)" ]
}

@test "a folder that is not there: the file is named" {
    run -1 coco-features --cnn net.onnx -o nowhere/out.h5 p
    [ "$output" = "coco-features: nowhere/out.h5: No such file or directory" ]
}

@test "what is not a regular file is refused, and links are followed" {
    mkdir -p elsewhere
    ln -s elsewhere/real.h5 out.h5
    features -q p/000.ppm
    [ -L out.h5 ]
    [ -s elsewhere/real.h5 ]
    [ "$(ls elsewhere)" = real.h5 ]
    run -1 coco-features --cnn net.onnx -o /dev/null p
    [ "$output" = "coco-features: /dev/null: is not a regular file; HDF5 needs to seek in it" ]
}
