#!/usr/bin/env bats
# Several ranks (build/mpi/): training that draws words, and the sum over ranks alone.

bats_require_minimum_version 1.5.0
load support/common
load support/ranks

setup_file() {
    export GOOD=$BATS_FILE_TMPDIR/good
    dataset "$GOOD"
    tool_grid "$GOOD/train2014_vgg16_fc7_pca.h5" 24 6 5 1
    tool_grid "$GOOD/val2014_vgg16_fc7_pca.h5" 11 6 5 2
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$GOOD" d
}

@test "the sum over ranks is right, of any number of numbers, as is the one that it is measured against" {
    [ -x "$BUILD/mpi/tool_ranks" ] || skip "build/mpi/tool_ranks is missing (make MPI=1 unit)"
    for n in 1 2 3; do
        ranks_of $n tool_ranks 2 0 1 2 1000 300001 >times
        [ "$(wc -l <times)" = 5 ]
    done
}

@test "captions and words that the model draws: the same for any number of ranks" {
    needs_ranks coco-train
    mkdir one many
    for cell in lstm gru; do tiny -d d -o $cell.h5 --cell $cell --iterations 60 --lr 0.01; done
    tiny -d d -o adaptive.h5 --attention adaptive --cell lstm --iterations 60 --lr 0.01
    while read -r n settings; do
        echo "$n ranks: $settings"
        coco-train -q --force -d d -o one/m.h5 $settings --iterations 5 --log one/log
        ranks_of "$n" coco-train -q --force -d d -o many/m.h5 $settings --iterations 5 --log many/log
        same one/m.h5 many/m.h5
        [ "$(jq -c 'del(.captions_per_s)' one/log)" = "$(jq -c 'del(.captions_per_s)' many/log)" ]
    done <<'END'
2 --self-critical --init lstm.h5 --shards 4 --batch-size 7 --samples 3 --dropout 0.2
3 --self-critical --init gru.h5 --shards 5 --baseline greedy --samples 1 --val-every 2i --best-by cider
4 --self-critical --init adaptive.h5 --shards 4 --order shuffle --reward cider=1,bleu4=0.5
3 --scheduled-sampling 0.5 --hidden 16 --wordvec 8 --cell lstm --shards 7
2 --scheduled-sampling 0.5 --hidden 16 --wordvec 8 --attention soft --shards 2 --batch-size 30
END
    jq -se 'map(select(.event == "iteration")) | length == 5' many/log
}
