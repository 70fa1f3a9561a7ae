#!/usr/bin/env bats
# From photographs to captions: the network that a model belongs to, and coco-sample on pictures.

load support/common

DIGEST=3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526

setup_file() {
    export PLAIN=$BATS_FILE_TMPDIR/plain MADE=$BATS_FILE_TMPDIR/made
    dataset "$PLAIN"
    features=$BATS_FILE_TMPDIR/reduced
    coco-prepare -q -o "$features" --from "$PLAIN" --pca 4 --min-count 1
    # With features of four numbers, of a network.
    cp -r "$features" "$MADE"
    for f in "$MADE"/*_features.h5; do stamp "$f" a.onnx $DIGEST; done
}

setup() { cd "$BATS_TEST_TMPDIR"; }

# stamp FILE NAME DIGEST: what coco-features says of a network.
stamp() {
    tool_h5 "$1" attr / format text coco-features
    tool_h5 "$1" attr / cnn text "$2"
    tool_h5 "$1" attr / cnn_sha256 text "$3"
    tool_h5 "$1" attr / layer text pool
    tool_h5 "$1" attr / fit text squash
    tool_h5 "$1" attr / input_width int 8
    tool_h5 "$1" attr / input_height int 6
}

# of_network FILE NAME: the model says that its features are this network's, reduced as those of $MADE.
of_network() {
    [ "$(attribute "$1" /cnn cnn)" = "$2" ]
    [ "$(attribute "$1" /cnn cnn_sha256)" = $DIGEST ]
    [ "$(attribute "$1" /cnn fit)" = squash ]
    [ "$(attribute "$1" /cnn input_width)" = 8 ]
    h5diff "$1" "$MADE/train_features.h5" /pca
}

@test "a model keeps the network of its features, however it goes on" {
    tiny -d "$MADE" -o m.h5 --iterations 6 --save-every 2
    of_network m.h5 a.onnx
    tiny -d "$MADE" -o half.h5 --iterations 3
    coco-train -q --resume half.h5 --iterations 6
    of_network half.h5 a.onnx
    h5diff m.h5 half.h5 /params

    # Features that say nothing: those of the model that it starts from. Others: their own.
    cp -r "$MADE" silent
    for f in silent/*_features.h5; do
        for name in cnn cnn_sha256; do tool_h5 "$f" rmattr / $name; done
        tool_h5 "$f" rm pca
    done
    tiny -d silent -o on.h5 --init m.h5 --iterations 2
    of_network on.h5 a.onnx
    cp -r "$MADE" other
    for f in other/*_features.h5; do
        tool_h5 "$f" rmattr / cnn
        tool_h5 "$f" attr / cnn text b.onnx
    done
    tiny -d other -o on.h5 --init m.h5 --iterations 2
    of_network on.h5 b.onnx
}

@test "a model of features that say nothing has no such groups" {
    tiny -d "$PLAIN" -o m.h5 --iterations 2
    run h5ls m.h5
    [ "$(echo "$output" | cut -d' ' -f1 | paste -sd' ')" = "optim params train vocab" ]
}

@test "damage to what a model says of its network is one line" {
    tiny -d "$MADE" -o good.h5 --iterations 2
    while read -r -u 3 edit; do
        cp good.h5 m.h5
        eval "tool_h5 m.h5 ${edit%%|*}"
        fails 1 "m.h5: ${edit##*| }" coco-sample -m m.h5 -d "$MADE"
    done 3<<'END'
attr /cnn cnn_sha256 text nothing | /cnn: attribute 'cnn_sha256' is not a SHA-256
attr /cnn cnn text ../a | /cnn: attribute 'cnn' is not a value
attr /cnn mean pair 1 | .*'mean'
attr /cnn input_width int -4 | /cnn: attribute 'input_width' is -4
attr /cnn input_width text wide | .*'input_width'
set /pca/components 3 nan | /pca/components: number 3 is not finite
set /pca/mean 0 inf | /pca/mean: number 0 is not finite
size /pca/mean 3 | /pca/mean
rm /pca/mean | .*'/pca/mean'
type /pca/components string | /pca/components
END
    cp good.h5 m.h5
    rows=$(h5dump -A -d /pca/mean m.h5 | sed -n 's/.*SIMPLE { ( \([0-9]*\) ).*/\1/p')
    tool_h5 m.h5 size /pca/components "$rows,3"
    fails 1 "m.h5: /pca/components: reduces to 3 numbers, but input_dim is 4" coco-sample -m m.h5 -d "$MADE"
}
