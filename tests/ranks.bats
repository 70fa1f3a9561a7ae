#!/usr/bin/env bats
# coco-train --shards, and several ranks of it (build/mpi/): the model depends on the shards alone.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset
load support/ranks

setup_file() { small_dataset && small_grids; }

# ranks N ARGUMENT...: tiny with N ranks, its messages on standard output.
ranks() {
    local n=$1
    shift
    ranks_of "$n" coco-train -q --force --hidden 16 --wordvec 8 --batch-size 10 "$@" 2>&1
}

@test "one shard is no shard; more than captions are as many as captions" {
    mkdir none one ten many
    tiny -d d -o none/m.h5 --iterations 3
    tiny -d d -o one/m.h5 --iterations 3 --shards 1
    same none/m.h5 one/m.h5
    run ! h5dump -a /train/shards one/m.h5
    tiny -d d -o ten/m.h5 --iterations 3 --shards 10
    tiny -d d -o many/m.h5 --iterations 3 --shards 99
    same_params ten/m.h5 many/m.h5
    [ "$(attribute many/m.h5 /train shards)" = 99 ]
    run ! same_params ten/m.h5 one/m.h5
}

@test "the shards' sum is the minibatch's gradient" {
    for options in "--shards 3" "--shards 10 --cell lstm --dropout 0.3 --label-smoothing 0.1" "--shards 4 --cell gru --attention soft --dropout 0.5"; do
        coco-train -q -d d --hidden 16 --wordvec 8 --batch-size 10 --check-gradients $options
    done
}

@test "shards stay: threads and resuming change nothing, another number is refused" {
    mkdir whole part
    settings="-d d --cell lstm --dropout 0.2 --clip 1 --shards 7"
    tiny -o whole/m.h5 $settings --iterations 6
    OMP_NUM_THREADS=3 tiny -o part/m.h5 $settings --iterations 2
    coco-train -q --resume part/m.h5 --iterations 6
    same whole/m.h5 part/m.h5
    fails 2 '--shards 3 contradicts part/m.h5, which was trained with 7' coco-train -q --resume part/m.h5 --shards 3 --iterations 9
    fails 2 '--shards' tiny -d d -o m.h5 --shards 0
}

@test "refused: processes that a launcher started, and that know nothing of each other" {
    OMPI_COMM_WORLD_SIZE=2 fails 1 'mpirun started 2 of this command, which is built without MPI' tiny -d d -o m.h5
    SLURM_STEP_NUM_TASKS=3 fails 1 'srun started 3 of this command' tiny -d d -o m.h5
    SLURM_NTASKS=3 tiny -d d -o m.h5 --iterations 1 # a batch script
    needs_ranks coco-train
    PATH=$BUILD/mpi:$PATH SLURM_STEP_NUM_TASKS=3 fails 1 'srun started 3 of this command, but each is alone' tiny -d d -o m.h5
}

@test "any number of ranks: the same bytes" {
    needs_ranks coco-train
    mkdir one many
    while read -r n settings; do
        echo "$n ranks: $settings"
        tiny -d d -o one/m.h5 $settings --iterations 5 --log one/log
        ranks "$n" -d d -o many/m.h5 $settings --iterations 5 --log many/log
        same one/m.h5 many/m.h5
        [ "$(jq -c 'del(.captions_per_s)' one/log)" = "$(jq -c 'del(.captions_per_s)' many/log)" ]
    done <<'END'
1 --shards 4
2 --shards 4 --cell lstm --optim sgd --dropout 0.3
3 --shards 4 --cell gru --optim momentum --precision bf16
4 --shards 4 --optim rmsprop --clip 0.1 --weight-decay 0.1
3 --shards 12 --batch-size 25 --cell lstm --dropout 0.2 --label-smoothing 0.1 --val-every 2i --val-max 19 --best-by cider
2 --shards 5 --cell lstm --attention adaptive --batch-size 33 --dropout 0.2 --val-every 3i
4 --shards 12 --batch-size 100 --order shuffle --cell gru --average 2 --val-every 1i
END
    OMP_NUM_THREADS=2 ranks 2 -d d -o one/m.h5 --shards 4 --iterations 5
    ranks 4 -d d -o many/m.h5 --shards 4 --iterations 5
    same one/m.h5 many/m.h5
}

@test "ranks: one message each, from one rank" {
    needs_ranks coco-train
    [ "$(ranks 2 -d none -o m.h5)" = "coco-train: none: no such dataset directory; coco-prepare makes one from captions, 'coco-fetch shapes' draws one" ]
    [[ "$(ranks 3 -d d -o m.h5 --shards 2)" =~ ^coco-train:\ 3\ ranks\ are\ too\ many\ for\ 2\ shards ]]
    cp -r d/. bad
    tool_h5 bad/train2014_vgg16_fc7_pca.h5 set features 40 nan
    [[ "$(ranks 3 -d bad -o m.h5 --shards 3)" =~ ^coco-train:\ rank\ [0-2]\ on\ .*:\ bad/.*:\ features:\ row\ 3 ]]
    [ ! -e m.h5 ]
}

@test "ranks that differ do not train" {
    needs_ranks coco-train
    mkdir other
    cp -r d/. other/d
    tool_h5 other/d/coco2014_captions.h5 set train_captions 10 11
    printf '#!/bin/sh\n[ "${OMPI_COMM_WORLD_RANK-$PMI_RANK}" != 1 ] || %s\nexec "$@"\n' 'cd other' >elsewhere
    printf '#!/bin/sh\n[ "${OMPI_COMM_WORLD_RANK-$PMI_RANK}" != 1 ] || %s\nexec "$@"\n' 'export COCO_SIMD=base' >slower
    chmod +x elsewhere slower
    [[ "$(WRAP=./elsewhere ranks 2 -d d -o m.h5 --shards 2)" =~ rank\ 1\ on\ .*:\ another\ training\ captions\ than\ rank\ 0 ]]
    [ "$(simd_sets | wc -l)" = 1 ] ||
        [[ "$(WRAP=./slower ranks 2 -d d -o m.h5 --shards 2)" =~ rank\ 1\ on\ .*:\ another\ instruction\ set\ than\ rank\ 0\ .*:\ base,\ not ]]
    [ ! -e m.h5 ]
}

# interrupted SIGNAL [ARGUMENT...]: three ranks, one of which gets the signal once a model is saved.
interrupted() {
    local signal=$1 rank status=0
    shift
    rm -f part/m.h5 rank
    printf '#!/bin/sh\n[ "${OMPI_COMM_WORLD_RANK-$PMI_RANK}" != 2 ] || echo $$ >rank\nexec "$@"\n' >noted
    chmod +x noted
    WRAP=./noted ranks 3 -d d -o part/m.h5 --shards 4 --save-every 5 --iterations 1000000 "$@" >said &
    settle test -e part/m.h5
    kill "-$signal" "$(cat rank)"
    wait $! || status=$?
    cat said
    [ "$status" != 0 ]
    # Where it stopped, on other ranks, and without stopping.
    rank=$(($(attribute part/m.h5 /train iteration) + 3))
    mkdir -p whole
    ranks 2 --batch-size 10 -o part/m.h5 --resume part/m.h5 --iterations $rank
    tiny -d d -o whole/m.h5 --shards 4 --iterations $rank
    same whole/m.h5 part/m.h5
}

@test "a rank that is killed, that hangs or that is asked to stop ends all, and the run resumes on other ranks" {
    needs_ranks coco-train
    mkdir part
    interrupted KILL
    interrupted STOP --mpi-timeout 2
    [[ "$(cat said)" =~ ^coco-train:\ rank\ 0\ on\ .*:\ rank\ 2\ on\ .*\ has\ not\ answered\ for\ 2\ s ]]
    interrupted USR1
}
