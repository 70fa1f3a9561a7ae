#!/usr/bin/env bats
# scripts/recipes/slurm-train and slurm-sample, with stand-ins for Slurm's commands.

bats_require_minimum_version 1.5.0
load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir d
    dataset d
    RECIPES=$ROOT/scripts/recipes
}

@test "slurm-sample: shards, missing ones, merged in order" {
    tiny -d d -o m.h5 --iterations 3
    coco-sample -q -m m.h5 -d d >want
    for i in 0 1 3; do SLURM_ARRAY_TASK_ID=$i "$RECIPES/slurm-sample" out 5 -q -m m.h5 -d d; done
    [ "$("$RECIPES/slurm-sample" out 5 missing)" = 2,4 ]
    run -1 "$RECIPES/slurm-sample" out 5 merge
    [ "$output" = "scripts/recipes/slurm-sample: missing shards: 2,4" ]
    run -1 env SLURM_ARRAY_TASK_ID=2 "$RECIPES/slurm-sample" out 5 -q -m none.h5 -d d
    [ "$("$RECIPES/slurm-sample" out 5 missing)" = 2,4 ]
    for i in 2 4; do SHARD=$i "$RECIPES/slurm-sample" out 5 -q -m m.h5 -d d; done
    "$RECIPES/slurm-sample" out 5 merge >got
    same want got
    run -2 "$RECIPES/slurm-sample" out 5
    run -1 "$RECIPES/slurm-sample" out 5 -m m.h5
}

@test "slurm-train: begins, is stopped by the time limit, is queued again and resumes" {
    mkdir -p bin mpi
    printf '#!/bin/sh\nwhile case $1 in --*) true ;; *) false ;; esac; do shift; done\nexec "$@"\n' >bin/srun
    printf '#!/bin/sh\necho "$@" >>queued\n' >bin/scontrol
    # The limit comes after the first save.
    printf '#!/bin/sh\ncoco-train "$@" & p=$!\n[ -e m.h5 ] || { while [ ! -e m.h5 ]; do sleep 0.1; done; kill -USR1 $p; }\nwait $p\n' >mpi/coco-train
    chmod +x bin/* mpi/*
    train() { BUILD=. SAVE_EVERY=5 SLURM_JOB_ID=77 PATH=$PWD/bin:$PATH "$RECIPES/slurm-train" "$@"; }
    run -138 train -q -d d -o m.h5 --hidden 16 --wordvec 8 --shards 2 --iterations 100000000
    [ "$(cat queued)" = "requeue 77" ]
    at=$(attribute m.h5 /train iteration)
    # What is left is shorter here.
    coco-train -q --resume m.h5 --iterations $((at + 3))
    train -q -d d -o m.h5 --hidden 16
    [ "$(attribute m.h5 /train iteration)" = $((at + 3)) ]
    [ "$(wc -l <queued)" = 1 ]
    run -2 train -d d
}
