#!/usr/bin/env bats
# COCO_SIMD, the environment variable that chooses an instruction set.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    dataset d
    tiny -d d -o m.h5 --iterations 20
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR/d" d
    cp "$BATS_FILE_TMPDIR/m.h5" m.h5
}

@test "each set of this processor trains and samples" {
    simd_sets >sets
    [ "$(head -n 1 sets)" = base ]
    while read -r set; do
        COCO_SIMD=$set tiny -d d -o $set.h5 --iterations 5
        COCO_SIMD=$set coco-sample -q -d d -m m.h5 >$set.jsonl
        jq -e -s 'length > 0 and all(.[]; .logprob < 0)' $set.jsonl
        jq -c 'del(.logprob)' $set.jsonl >want
        COCO_SIMD=$set coco-sample -q -d d -m m.h5 --no-logprob | jq -c . >have
        same want have
    done <sets
}

@test "each set of this processor computes right products, of any parts the same bits" {
    simd_sets >sets
    while read -r set; do
        COCO_SIMD=$set test_simd
    done <sets
}

@test "bf16 of each set: equal on any number of threads and across a stop, alone or beside others" {
    simd_sets >sets
    half() { tiny -d d --cell lstm --hidden 45 --wordvec 19 --batch-size 37 --precision bf16 "$@"; }
    while read -r set; do
        export COCO_SIMD=$set
        half -o 1.h5 --iterations 12
        half -o 3.h5 --iterations 12 -j 3
        half -o stopped.h5 --iterations 5
        coco-train -q --resume stopped.h5 -d d --iterations 12
        same 1.h5 3.h5 stopped.h5
        for options in "" "--beam 3"; do
            coco-sample -q -d d -m 1.h5 --precision bf16 $options -j 2 >all.jsonl
            for i in 0 1 2; do coco-sample -q -d d -m 1.h5 --precision bf16 $options --shard $i/3; done | sort >shards.jsonl
            sed -n 5p all.jsonl | coco-sample -q -d d -m 1.h5 --precision bf16 $options --rows - >alone.jsonl
            same <(sort all.jsonl) shards.jsonl
            same <(sed -n 5p all.jsonl) alone.jsonl
        done
        unset COCO_SIMD
    done <sets
}

@test "the default is the last set of the list; an empty value counts as unset" {
    tiny -d d -o unset.h5 --iterations 5
    COCO_SIMD= tiny -d d -o empty.h5 --iterations 5
    COCO_SIMD=$(simd_sets | tail -n 1) tiny -d d -o best.h5 --iterations 5
    same unset.h5 empty.h5 best.h5
}

@test "an unknown name is a usage error that lists the sets; nothing is written" {
    list=$(simd_sets | paste -sd, | sed 's/,/, /g')
    for name in sse9 AVX2 avx 'avx2 ' basebase; do
        export COCO_SIMD=$name
        fails 2 "COCO_SIMD: '$name' is not an instruction set of this processor, which has $list$" tiny -d d -o out.h5
        fails 2 "COCO_SIMD: '$name' .* has $list$" coco-train --resume m.h5 --iterations 40
        fails 2 "COCO_SIMD: '$name' .* has $list$" coco-sample -d d -m m.h5
    done
    [ ! -e out.h5 ]
    same m.h5 "$BATS_FILE_TMPDIR/m.h5"
}

@test "a set that the processor lacks is a usage error, not the slowest set" {
    [ "$(uname -m)" = x86_64 ] || skip "the names are those of x86-64"
    # flags NAME...: the processor has all of them.
    flags() {
        local f
        for f; do grep -qw "$f" /proc/cpuinfo || return 1; done
    }
    avx512="avx2 fma avx512f avx512bw avx512dq avx512vl"
    for set in "base" "avx2 avx2 fma" "avx512 $avx512" "avx512bf16 $avx512 avx512_bf16 avx512_vnni" \
        "amx $avx512 avx512_bf16 avx512_vnni amx_tile amx_bf16"; do
        set -- $set
        name=$1
        shift
        export COCO_SIMD=$name
        if flags "$@"; then
            tiny -d d -o $name.h5 --iterations 1
        else
            fails 2 "COCO_SIMD: '$name' is not an instruction set of this processor" tiny -d d -o $name.h5 --iterations 1
            [ ! -e $name.h5 ]
        fi
    done
}

@test "help explains COCO_SIMD, and works whatever its value; commands that compute nothing ignore it" {
    export COCO_SIMD=sse9
    for program in coco-train coco-sample; do $program --help | grep -q COCO_SIMD; done
    coco-train --version
    coco-fetch show d -q | grep -q vocab
}
