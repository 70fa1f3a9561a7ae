#!/usr/bin/env bats
# The fuzzers' kept corpora: seeds, and what was found once.

bats_require_minimum_version 1.5.0
load support/common

@test "pictures" {
    run -0 replay_image "$ROOT"/tests/corpus/image/*
}
