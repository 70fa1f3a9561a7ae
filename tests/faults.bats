#!/usr/bin/env bats
# Calls that fail: memory, reads, writes, files, threads, at a few moments of each command (scripts/faults tries them all).

bats_require_minimum_version 1.5.0
load support/common

setup() {
    ! sanitized coco-train || skip "sanitizers have an allocator of their own"
    export TMPDIR=$BATS_TEST_TMPDIR
    unset OMP_NUM_THREADS
}

@test "reads, writes, files: the same bytes, or a line, exit 1 and the old files" {
    "$ROOT/scripts/faults" --sample 2 --kind read,shortread,write,shortwrite,sync,rename,open \
        shapes archive images train again resume greedy table
    "$ROOT/scripts/faults" --kind write,shortwrite,sync,rename plot
}

@test "memory and threads: the same bytes, or a line, exit 1 and the old files" {
    "$ROOT/scripts/faults" --sample 4 --kind alloc,thread shapes show train eval
}

@test "the driver finds commands that lose a message, or a file" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p silent/tests
    cp -s "$BUILD"/coco-* silent
    cp -s "$BUILD"/tests/fault.so silent/tests
    rm silent/coco-plot
    printf '#!/bin/sh\n"%s/coco-plot" "$@" 2>/dev/null || { rm -f p.png; exit 1; }\n' "$BUILD" >silent/coco-plot
    chmod +x silent/coco-plot
    BUILD=$PWD/silent run -1 "$ROOT/scripts/faults" --kind sync plot
    [[ $output == *"SAYS 0 lines: 1 times"* ]]
    sed -i 's/2>.dev.null//' silent/coco-plot
    BUILD=$PWD/silent run -1 "$ROOT/scripts/faults" --kind sync plot
    [[ $output == *"LOST p.png: 1 times"* ]]
}
