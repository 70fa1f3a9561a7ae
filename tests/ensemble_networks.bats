#!/usr/bin/env bats
# coco-sample -m A -m B: models that take different features, each those of its own dataset, or of its own network.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    for d in five nine; do mkdir $d; done
    dataset five 9 5
    dataset nine 9 9
    tiny -d five -o five.h5 --iterations 60 --lr 0.02
    tiny -d nine -o nine.h5 --cell lstm --iterations 60 --lr 0.02
    # The same numbers, of two networks.
    cp -r five twin
    cp -r five other
    stamp twin a
    stamp other b
    for d in twin other; do tiny -d $d -o $d.h5 --iterations 60 --lr 0.02; done
}

# stamp DATA LETTER: its features are of a network whose digest is that letter.
stamp() {
    for f in "$1"/*_pca.h5; do
        tool_h5 "$f" attr / format text coco-features
        tool_h5 "$f" attr / cnn text "$2.onnx"
        tool_h5 "$f" attr / cnn_sha256 text "$(printf "%064d" 0 | tr 0 "$2")"
    done
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    out=$BATS_TEST_TMPDIR
}

sample() { coco-sample -q "$@" | jq -c '[.row, .caption, (.logprob * 1e4 | round), .references]'; }

@test "of the same numbers in two datasets: one model twice; of other numbers: not" {
    same_params twin.h5 other.h5
    sample -m twin.h5 --beam 3 >"$out/one"
    sample -m twin.h5 -m other.h5 --beam 3 >"$out/two"
    same "$out/one" "$out/two"
    cp -r other kept
    cp five/train2014_vgg16_fc7_pca.h5 other/val2014_vgg16_fc7_pca.h5
    tool_h5 other/val2014_vgg16_fc7_pca.h5 size features 11,5
    stamp other b
    sample -m twin.h5 -m other.h5 --beam 3 >"$out/changed"
    rm -r other && mv kept other
    run ! cmp -s "$out/one" "$out/changed"
}

@test "a dataset of another network: neither its features nor its neighbors are taken" {
    cd "$out"
    cp -r "$BATS_FILE_TMPDIR"/{twin,other,twin.h5} .
    local says="features of the network b.onnx .SHA-256 bbbbbbbbbbbb., but twin.h5 takes those of a.onnx"
    fails 1 "other/val2014_vgg16_fc7_pca.h5: $says" coco-sample -m twin.h5 -d other
    fails 1 "other/train2014_vgg16_fc7_pca.h5: $says" coco-sample -m twin.h5 -d twin --beam 4 --nbest 4 --rerank neighbors --neighbors other
    # It may be taught them, and then takes them.
    tiny -d other -o more.h5 --init twin.h5 --iterations 3 2>said
    grep -q "^coco-train: other/train2014_vgg16_fc7_pca.h5: $says" said
    coco-sample -q -m more.h5 -d other >captions
    mv other/* twin/
    fails 1 "twin/train2014_vgg16_fc7_pca.h5: $says" coco-train --resume twin.h5 -d twin --iterations 70
}

@test "neighbors: images are compared by the features of all networks" {
    local way="--beam 8 --nbest 8 --rerank neighbors"
    order() { coco-sample -q "$@" $way | jq -c '[.row, [.candidates[].caption]]'; }
    # The same numbers twice are no news; other ones are.
    order -m twin.h5 -m other.h5 >"$out/two"
    order -m twin.h5 -m other.h5 --neighbors twin >"$out/first"
    same "$out/two" "$out/first"
    order -m five.h5 -m nine.h5 >"$out/both"
    order -m five.h5 -m nine.h5 --neighbors five >"$out/five"
    run ! cmp -s "$out/both" "$out/five"
    order -m five.h5 -m nine.h5 -j 3 >"$out/threads"
    same "$out/both" "$out/threads"
}

@test "neighbors: a network whose dataset has other captions, or is gone, is left out, and that is told" {
    local way="--beam 8 --nbest 8 --rerank neighbors"
    order() { coco-sample -q "$@" $way 2>"$out/said" | jq -c '[.row, [.candidates[].caption]]'; }
    order -m five.h5 -m nine.h5 --neighbors five >"$out/five"
    cp -r nine "$out/nine"
    mv nine kept
    ln -s "$out/nine" nine
    tool_h5 nine/coco2014_captions.h5 set train_captions 2 5
    order -m five.h5 -m nine.h5 >"$out/without"
    rm nine && mv kept nine
    grep -q "^coco-sample: .*nine: its train has other captions than that of .*five: images are compared without the features of nine.h5$" "$out/said"
    same "$out/five" "$out/without"
}

@test "of different widths: neither model's captions, whichever is first, on any threads" {
    sample -m five.h5 -m nine.h5 --beam 2 >"$out/two"
    sample -m nine.h5 -m five.h5 --beam 2 >"$out/turned"
    same "$out/two" "$out/turned"
    for m in five nine; do
        sample -m $m.h5 --beam 2 >"$out/$m"
        run ! cmp -s "$out/two" "$out/$m"
    done
    for j in 1 3; do coco-sample -q -m five.h5 -m nine.h5 -m five.h5 --beam 2 -j $j >"$out/$j"; done
    same "$out/1" "$out/3"
    seq 10 -1 0 | coco-sample -q -m five.h5 -m nine.h5 -m five.h5 --beam 2 --rows - | tac >"$out/rows"
    same "$out/1" "$out/rows"
}

@test "what cannot be: one dataset for all, other images, a dataset that is gone" {
    fails 1 'nine.h5 takes features of 9 numbers, five.h5 of 5: give no -d and no --features' \
        coco-sample -q -m five.h5 -m nine.h5 -d five
    fails 1 'give no -d and no --features' coco-sample -q -m five.h5 -m nine.h5 --features five/val2014_vgg16_fc7_pca.h5
    cp -r nine "$out/nine"
    mv nine kept
    fails 1 'nine: no such dataset directory' coco-sample -q -m five.h5 -m nine.h5
    ln -s "$out/nine" nine
    sed -i '3s|.*|elsewhere/x.jpg|' nine/val2014_images.txt
    fails 1 'row 2 is .* in five, but x.jpg in nine: an ensemble captions the same images' coco-sample -q -m five.h5 -m nine.h5
    cp kept/train2014_vgg16_fc7_pca.h5 nine/val2014_vgg16_fc7_pca.h5
    rm nine/val2014_{images,urls}.txt
    fails 1 'has 11 rows, .*nine.* 24: an ensemble captions the same images' coco-sample -q -m five.h5 -m nine.h5
    rm nine && mv kept nine
    h5copy -i nine.h5 -o "$out/bare.h5" -s /params -d /params
    h5copy -i nine.h5 -o "$out/bare.h5" -s /vocab -d /vocab
    tool_h5 "$out/bare.h5" attr / format text coco-captioner
    tool_h5 "$out/bare.h5" attr / version int 1
    tool_h5 "$out/bare.h5" attr / cell text lstm
    for size in input_dim:9 wordvec_dim:8 hidden_dim:16 vocab_size:30; do
        tool_h5 "$out/bare.h5" attr / ${size/:/ int }
    done
    fails 1 'bare.h5 takes other features than the first model and does not say in which dataset they are' \
        coco-sample -q -m five.h5 -m "$out/bare.h5"
}

@test "pictures: each model's network runs on each picture" {
    cd "$out"
    coco-fetch shapes -q -o s --train 10 --val 3 --seed 3
    export COCO_CACHE=$PWD/cache
    mkdir -p cache/cnn
    python3 "$ROOT/tests/support/onnx.py" >cache/cnn/one.onnx
    python3 "$ROOT/tests/support/onnx.py" channels=7 size=9x9 >cache/cnn/two.onnx
    local said net
    said=$(coco-features --cnn one -o none.h5 none.jpg 2>&1) || true
    case $said in *"no ONNX Runtime"*) skip "there is no ONNX Runtime" ;; esac
    for net in one two; do
        coco-features -q --cnn $net --grid -o $net.f.h5 s/images/train
        coco-fetch show s --split train -n 10 |
            coco-prepare -q -o data.$net - --features $net.f.h5 --min-count 1 --split train=5 --split val=5 --seed 1
    done
    tiny -d data.one -o one.h5 --iterations 40 --lr 0.02
    tiny -d data.two -o two.h5 --attention soft --iterations 40 --lr 0.02
    mkdir p
    while read -r name; do cp "$(find s/images/train -name "$(basename "$name")")" p/; done <data.one/val_images.txt
    named() { jq -c '[(.file | sub(".*/"; "")), .caption, .logprob]' | sort; }
    coco-sample -q -m one.h5 -m two.h5 --beam 2 --split val | named >rows
    coco-sample -q -m one.h5 -m two.h5 --beam 2 p | named >pictures
    coco-sample -q -m one.h5 --beam 2 p | named >alone
    # A grid in a file is of half precision, that of a picture is not.
    near() { paste -d '\n' "$@" | jq -es 'length == 10 and ([range(0; 10; 2) as $i | .[$i:$i+2] |
        .[0][:2] == .[1][:2] and (.[0][2] - .[1][2] | fabs) < 0.01] | all)'; }
    near rows pictures
    run ! near alone pictures
    fails 1 '--cnn names one network, but one.h5 and two.h5 take features of different ones' \
        coco-sample -q -m one.h5 -m two.h5 --cnn one p
    rm cache/cnn/two.onnx
    fails 1 "two.h5 takes features of two: .*; put its file there, as $COCO_CACHE/cnn/two.onnx: --cnn names one network" \
        coco-sample -q -m one.h5 -m two.h5 p
    fails 1 "two.h5 takes features of two: .* as $COCO_CACHE/cnn/two.onnx, or name it by --cnn" coco-sample -q -m two.h5 p
}
