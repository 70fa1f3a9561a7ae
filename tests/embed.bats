#!/usr/bin/env bats
# The library for C programs (pipeline/embed/coco.h): its captions are those of coco-sample. install.bats tests how it is
# installed.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    for folder in plain grid; do
        dataset $folder
    done
    tool_grid grid/train2014_vgg16_fc7_pca.h5 24 6 5 1
    tool_grid grid/val2014_vgg16_fc7_pca.h5 11 6 5 2
    # The same, reduced: features of 12 numbers to 4, places of 5 to 3.
    coco-prepare -q -o reduced --from grid --pca 4 --grid-pca 3
    for folder in plain grid reduced; do
        attention=soft
        [ $folder != plain ] || attention=none
        tiny -d $folder -o $folder.h5 --cell lstm --attention $attention --iterations 60
    done
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR"/* .
    val=val2014_vgg16_fc7_pca.h5
}

# as_sampled ARGUMENT...: coco-sample's captions as tool_embed prints them.
as_sampled() {
    coco-sample -q "$@" | jq -r '"\(.logprob) \(.caption)"' | awk '{ printf "%.4f%s\n", $1, substr($0, index($0, " ")) }'
}

@test "greedily, and with beams" {
    for beam in 1 4; do
        as_sampled -m plain.h5 -d plain --beam $beam >wanted
        tool_embed plain.h5 plain/$val $beam >said
        same wanted said
        [ "$(sort -u said | wc -l)" -gt 2 ]
    done
}

@test "many at a time: the captions of one at a time, on any number of threads" {
    tool_embed plain.h5 plain/$val 3 | sed 'p;p;p;p;p;p' >wanted # 77 images
    for threads in 1 4; do
        OMP_NUM_THREADS=$threads tool_embed plain.h5 plain/$val 3 7 >said
        same wanted said
    done
}

@test "attention: grids" {
    as_sampled -m grid.h5 -d grid --beam 3 >wanted
    tool_embed grid.h5 grid/$val 3 5 | sed -n '1~5p' >said
    same wanted said
    run -1 tool_embed grid.h5 plain/$val
}

@test "a model of reduced features takes them reduced or whole" {
    as_sampled -m reduced.h5 -d reduced >wanted
    tool_embed reduced.h5 reduced/val_features.h5 >said
    same wanted said
    as_sampled -m reduced.h5 --features grid/$val >wanted
    tool_embed reduced.h5 grid/$val >said
    same wanted said
}

@test "what a file says reaches no terminal raw" {
    cp plain.h5 nasty.h5
    tool_h5 nasty.h5 attr / cell text "$(printf 'a\033]0;b\007c\nd')"
    run -1 tool_embed nasty.h5 plain/$val
    [[ "$output" == *'a\x1b]0;b\x07c\x0ad'* ]]
    [ "${#lines[@]}" = 1 ]
}

@test "what cannot be captioned is one line, and no crash" {
    run -1 tool_embed plain.h5 reduced/val_features.h5
    [ "$output" = "tool_embed: image 0: 4 features; plain.h5 takes 12" ]
    run -1 tool_embed none.h5 plain/$val
    [[ "$output" == "tool_embed: none.h5: No such file"* ]]
    run -1 tool_embed plain/$val plain/$val
    [[ "$output" == "tool_embed: plain/$val: no attribute 'format': not a model file" ]]
    head -c 3000 plain.h5 >cut.h5
    run -1 tool_embed cut.h5 plain/$val
    [[ "$output" == "tool_embed: cut.h5: "* ]]
    run -1 tool_embed plain.h5 plain/$val 1025
    [ "$output" = "tool_embed: beam 1025: expected 0 to 1024" ]
    COCO_SIMD=none run -1 tool_embed plain.h5 plain/$val
    [[ "$output" == "tool_embed: COCO_SIMD: 'none' is not an instruction set"* ]]
    cp plain/$val nan.h5
    tool_h5 nan.h5 set features 17 nan
    run -1 tool_embed plain.h5 nan.h5
    [ "$output" = "tool_embed: image 1: features: number 5 is not finite" ]
}
