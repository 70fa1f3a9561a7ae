#!/usr/bin/env bats
# The fuzzers' corpora: seeds and former findings. tests/corpus/NAME belongs to tests/fuzz/fuzz_NAME.c.

bats_require_minimum_version 1.5.0
load support/common

@test "each fuzz target runs on its corpus" {
    n=0
    for source in "$ROOT"/tests/fuzz/fuzz_*.c; do
        name=$(basename "$source" .c)
        name=${name#fuzz_}
        run -0 "replay_$name" "$ROOT/tests/corpus/$name"/*
        echo "$name: $output"
        n=$((n + 1))
    done
    [ "$n" -ge 5 ]
}
