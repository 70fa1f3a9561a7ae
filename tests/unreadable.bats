#!/usr/bin/env bats
# What cannot be looked at is not absent: optional files are left out only when they are not there.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o d --train 20 --val 10
    tiny -d d -o m.h5 --iterations 5 --log log.jsonl
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp -r "$BATS_FILE_TMPDIR/d" d
    cp "$BATS_FILE_TMPDIR"/{m.h5,log.jsonl} .
    mkdir locked
}

teardown() { chmod 755 "$BATS_TEST_TMPDIR"/locked* 2>/dev/null || true; }

OPTIONAL="coco2014_captions.h5 val2014_images.txt val2014_urls.txt"

# unreadable NAME COMMAND...: with d/NAME a link in a circle, a link that leads nowhere, and in a locked folder.
unreadable() {
    local name=$1
    shift
    rm -f "d/$name"
    ln -s "$name" "d/$name"
    fails 1 "d/$name: Too many levels of symbolic links" "$@"
    ln -sfn nowhere "d/$name"
    fails 1 "d/$name: is a link that leads nowhere" "$@"
    ln -sfn ../locked/x "d/$name"
    chmod 0 locked
    fails 1 "d/$name: Permission denied" "$@"
    chmod 755 locked
    rm "d/$name"
}

# The program's name is what fails looks for first.
coco-sample() { without_override "$BUILD/coco-sample" "$@"; }
coco-fetch() { without_override "$BUILD/coco-fetch" "$@"; }
coco-features() { without_override "$BUILD/coco-features" "$@"; }
coco-train() { without_override "$BUILD/coco-train" "$@"; }

@test "captions and lists of a split, for captions" {
    for name in $OPTIONAL; do
        unreadable "$name" coco-sample -q -m m.h5 -d d
        coco-sample -q -m m.h5 -d d >out # absent
        [ "$(wc -l <out)" = 10 ]
        cp "$BATS_FILE_TMPDIR/d/$name" d
    done
}

# stops_reading COMMAND...: a folder of the test, read to its end, cannot be read further.
stops_reading() {
    strace -o /dev/null true 2>/dev/null || skip "strace is missing, or cannot trace here"
    : >trace
    # A tracer keeps LeakSanitizer from its work.
    ASAN_OPTIONS=detect_leaks=0 run -1 strace -f -qq -y -o trace -e trace=getdents64 -P "$PWD/$1" -e inject=getdents64:error=EIO:when=2 "${@:2}"
    grep -q INJECTED trace
    [[ "$output" == *"$1: Input/output error"* ]]
    [ "${#lines[@]}" = 1 ]
}

@test "a folder that cannot be read to its end" {
    stops_reading d "$BUILD/coco-fetch" show d
    cp -r d before
    stops_reading d "$BUILD/coco-fetch" shapes -q --force -o d --train 3 --val 2
    diff -r d before
}

@test "a page's folder that cannot be read to its end keeps its pictures" {
    coco-fetch show d --split val -n 4 >four.jsonl
    coco-render -q -d d --html page.html four.jsonl
    cp -r page_files before
    stops_reading page_files "$BUILD/coco-render" -q -d d --html page.html four.jsonl
    diff -r page_files before
}

@test "a folder of pictures with entries that cannot be looked at" {
    python3 "$ROOT/tests/support/onnx.py" >net.onnx
    mkdir -p locked/more
    cp d/images/val/*.png locked/more
    case $(coco-features -q --cnn net.onnx -o f.h5 locked 2>&1) in
        *"no ONNX Runtime"*) skip "there is no ONNX Runtime" ;;
    esac
    chmod 644 locked
    fails 1 "locked/more: Permission denied" coco-features -q --cnn net.onnx -o g.h5 locked
    [ ! -e g.h5 ]
}

@test "captions, features and lists, for show" {
    for name in $OPTIONAL val2014_vgg16_fc7_pca.h5; do
        rm -f "d/$name" && ln -s "$name" "d/$name"
        run -1 coco-fetch show d --split val
        [[ "$output" == *"d/$name: Too many levels of symbolic links"* ]]
        rm "d/$name" && cp "$BATS_FILE_TMPDIR/d/$name" d
    done
}

@test "the dataset itself" {
    tiny -d d -o m.h5 --iterations 5 # which names this d
    mv d locked/d
    ln -s locked/d d
    chmod 0 locked
    fails 1 "d: Permission denied" coco-sample -q -m m.h5 -d d
    fails 1 "d: Permission denied; give the dataset of m.h5 with -d DIR" coco-sample -q -m m.h5
}

@test "the log that a model remembers" {
    mv log.jsonl locked
    ln -s locked/log.jsonl log.jsonl
    chmod 0 locked
    coco-train -q --resume m.h5 -d d --iterations 6 2>err
    grep -q "log.jsonl: Permission denied; this run is not logged" err
}

@test "a folder that cannot be read is not empty" {
    mkdir locked_shapes && echo mine >locked_shapes/mine
    chmod 0 locked_shapes
    fails 1 "locked_shapes: is not empty" coco-fetch shapes -q -o locked_shapes --train 1 --val 1 --force
    chmod 755 locked_shapes
    [ "$(cat locked_shapes/mine)" = mine ]
}
