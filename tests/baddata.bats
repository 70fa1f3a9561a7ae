#!/usr/bin/env bats
# Datasets and feature files that are broken or unusual, through coco-train and coco-sample: each broken one
# gets its exit status and its one line, each unusual one is read.

load support/common

setup_file() {
    export GOOD=$BATS_FILE_TMPDIR/good MODEL=$BATS_FILE_TMPDIR/m.h5
    dataset "$GOOD"
    tiny -d "$GOOD" -o "$MODEL" --iterations 40 --lr 0.02
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp -r "$GOOD" d
    cp "$MODEL" m.h5
    captions=d/coco2014_captions.h5 vocab=d/coco2014_vocab.json
    train=d/train2014_vgg16_fc7_pca.h5 val=d/val2014_vgg16_fc7_pca.h5
}

# train_fails PATTERN ARGUMENT...: and leaves nothing behind.
train_fails() {
    fails 1 "$1" tiny -d d -o out.h5 --iterations 12 "${@:2}"
    [ -z "$(ls | grep out.h5)" ]
}

sample_fails() { fails 1 "$1" coco-sample -m m.h5 -d d "${@:2}"; }

# both_fail PATTERN PATTERN: coco-train on train, coco-sample on val.
both_fail() {
    train_fails "$1"
    sample_fails "$2"
}

# --- captions ---

@test "captions: none" { rm $captions; train_fails "$captions: No such file"; }
@test "captions: an empty file" { : >$captions; both_fail "$captions: .*not readable" "$captions: .*not readable"; }
@test "captions: no HDF5" { echo hello >$captions; both_fail "$captions: .*not readable" "$captions: .*not readable"; }
@test "captions: truncated" { truncate -s -1000 $captions; both_fail "$captions: .*truncated" "$captions: .*truncated"; }
@test "captions: cut to half" { truncate -s 3000 $captions; both_fail "$captions: " "$captions: "; }
@test "captions: a directory" { rm $captions; mkdir $captions; both_fail "$captions: Is a directory" "$captions: Is a directory"; }
@test "captions: no such split" { tool_h5 $captions rm train_captions; train_fails "$captions: no dataset 'train_captions'"; }
@test "captions: no image rows" { tool_h5 $captions rm train_image_idxs; train_fails "$captions: no dataset 'train_image_idxs'"; }
@test "captions: image rows of val missing" { tool_h5 $captions rm val_image_idxs; sample_fails "$captions: no dataset 'val_image_idxs'"; }
@test "captions: a group instead" { tool_h5 $captions rm train_captions; tool_h5 $captions group train_captions; train_fails "$captions: 'train_captions' is not a dataset"; }
@test "captions: word out of range" { tool_h5 $captions set train_captions 29 30; train_fails "$captions: train_captions: row 3: word 30 is out of range .*30"; }
@test "captions: word out of range, last row" { tool_h5 $captions set train_captions 539 1000; train_fails "$captions: train_captions: row 59: word 1000 "; }
@test "captions: negative word" { tool_h5 $captions set train_captions 0 -1; train_fails "$captions: train_captions: row 0: word -1 "; }
@test "captions: int64 beyond int32" { tool_h5 $captions type train_captions int64; tool_h5 $captions set train_captions 18 4294967298; train_fails "$captions: train_captions: row 2: word 2147483647 "; }
@test "captions: int64 far below" { tool_h5 $captions type train_captions int64; tool_h5 $captions set train_captions 18 -4294967298; train_fails "$captions: train_captions: row 2: word -2147483648 "; }
@test "captions: word of val out of range" { tool_h5 $captions set val_captions 20 77; sample_fails "$captions: val_captions: row 2: word 77 "; }
@test "captions: image out of range" { tool_h5 $captions set train_image_idxs 7 24; train_fails "$captions: train_image_idxs: row 7: image 24 is out of range .*24"; }
@test "captions: negative image" { tool_h5 $captions set train_image_idxs 59 -5; train_fails "$captions: train_image_idxs: row 59: image -5 "; }
@test "captions: image of val out of range" { tool_h5 $captions set val_image_idxs 0 11; sample_fails "$captions: val_image_idxs: row 0: image 11 "; }
@test "captions: fewer image rows" { tool_h5 $captions size train_image_idxs 59; train_fails "$captions: train_image_idxs: shape \(59\), expected \(60\)"; }
@test "captions: image rows as a matrix" { tool_h5 $captions size train_image_idxs 30,2; train_fails "$captions: train_image_idxs: shape \(30,2\), expected \(60\)"; }
@test "captions: no rows" { tool_h5 $captions size train_captions 0,9; tool_h5 $captions size train_image_idxs 0; train_fails "$captions: train_captions: no captions"; }
@test "captions: no columns" { tool_h5 $captions size train_captions 60,0; train_fails "$captions: train_captions: "; }
@test "captions: one column" { tool_h5 $captions size train_captions 60,1; train_fails "$captions: train_captions: "; }
@test "captions: no matrix" { tool_h5 $captions size train_captions 540; train_fails "$captions: train_captions: .*matrix"; }
@test "captions: three dimensions" { tool_h5 $captions size train_captions 60,3,3; train_fails "$captions: train_captions: .*matrix"; }
@test "captions: strings for numbers" { tool_h5 $captions type train_captions string; train_fails "$captions: train_captions: .*integers"; }
@test "captions: floats that are not whole numbers" {
    for type in float16 float32 float64; do
        cp "$GOOD/coco2014_captions.h5" $captions
        tool_h5 $captions type train_captions $type
        for value in 4.5 nan inf; do
            tool_h5 $captions set train_captions 29 $value
            train_fails "$captions: train_captions: row 3: $value is not a whole number"
        done
    done
    tool_h5 $captions set train_captions 29 1e30
    train_fails "$captions: train_captions: row 3: word 2147483647 is out of range"
    tool_h5 $captions set train_captions 29 -1e30
    train_fails "$captions: train_captions: row 3: word -2147483648 is out of range"
}
@test "captions: compound for integers" { tool_h5 $captions type train_captions compound; train_fails "$captions: train_captions: .*integers"; }
@test "captions: image rows as strings" { tool_h5 $captions type train_image_idxs string; train_fails "$captions: train_image_idxs: holds string, not integers"; }
@test "captions: image rows that are not whole numbers" { tool_h5 $captions type train_image_idxs float64; tool_h5 $captions set train_image_idxs 59 0.1; train_fails "$captions: train_image_idxs: row 59: 0.1 is not a whole number"; }
@test "captions: a filter that is not there" { tool_h5 $captions type train_captions int32 unknown; train_fails "$captions: train_captions: .*lacks its filter 'lzf' \(32000\)"; }
@test "captions: image rows with that filter" { tool_h5 $captions type val_image_idxs int32 unknown; sample_fails "$captions: val_image_idxs: .*lacks its filter 'lzf'"; }

# --- captions that break the layout ---

# row I NUMBER...: of the train captions.
row() {
    local at=$(($1 * 9)) n
    shift
    for n; do tool_h5 $captions set train_captions $((at++)) "$n"; done
}

# train_warns PATTERN ARGUMENT...: one line of warning, and a model.
train_warns() {
    tiny -d d -o out.h5 --iterations 12 "${@:2}" 2>stderr
    cat stderr
    [ "$(wc -l <stderr)" = 1 ]
    [[ "$(cat stderr)" =~ ^coco-train:\ .*$1 ]]
    rm out.h5
}

@test "layout: captions without <START> and <END>" {
    for i in $(seq 0 59); do row "$i" 4 5 6 7 0 0 0 0 0; done
    train_fails "$captions: train_captions: 60 of 60 captions break the layout .*: row 0 is the first and has neither <START> nor <END>"
    coco-fetch show d >said 2>stderr && false
    [[ "$(cat stderr)" =~ ^coco-fetch:\ .*"60 of 60 captions break the layout" ]]
    # Full rows of words are no better.
    for i in $(seq 0 59); do row "$i" 4 5 6 7 4 5 6 7 4; done
    train_fails "60 of 60 captions .* has neither <START> nor <END>"
}
@test "layout: captions that never end, or never begin" {
    for i in $(seq 20 59); do row "$i" 1 5 6 7 0 0 0 0 0; done
    train_fails "$captions: train_captions: 40 of 60 captions .*: row 20 is the first and is not full and has no <END>"
    for i in $(seq 20 59); do row "$i" 5 6 7 2 0 0 0 0 0; done
    train_fails "$captions: train_captions: 40 of 60 captions .*: row 20 is the first and does not begin with <START>"
}
@test "layout: in a split for the validation loss" {
    for i in $(seq 0 19); do for t in 0 1 2 3 4 5 6 7 8; do tool_h5 $captions set val_captions $((9 * i + t)) 4; done; done
    train_fails "$captions: val_captions: 20 of 20 captions break" --val-every 1
    tiny -d d -o out.h5 --iterations 2
}
@test "layout: some rows break it, with a warning that names the first" {
    row 7 1 5 0 6 2 0 0 0 0
    train_warns "$captions: train_captions: 1 of 60 captions .*: row 7 is the first and has a <NULL> among its words"
    row 7 1 5 1 6 2 0 0 0 0
    train_warns "row 7 is the first and has a second <START>"
    row 7 1 5 6 2 7 0 0 0 0
    train_warns "row 7 is the first and goes on after its <END>"
    row 9 5 6 2 0 0 0 0 0 0
    row 8 1 6 0 0 0 0 0 0 0
    row 7 0 0 0 0 0 0 0 0 0
    train_warns "3 of 60 captions .*: row 7 is the first and has neither"
    coco-fetch show d >said 2>stderr
    [ ! -s stderr ]
    [ "$(grep -c "3 of 60 captions break the layout" said)" = 1 ]
    coco-fetch show d -n 2 --split train >records 2>stderr
    [ "$(grep -c "3 of 60 captions break the layout" stderr)" = 1 ]
}
@test "layout: full rows need no <END>" {
    for i in $(seq 0 59); do row "$i" 1 5 6 7 4 5 6 7 4; done
    tiny -d d -o out.h5 --iterations 12 2>stderr
    # Nor do all of them need to be full.
    row 59 1 5 6 0 0 0 0 0 0
    rm out.h5
    train_warns "1 of 60 captions .*: row 59"
}

# --- what was never written ---

@test "never written: captions, image rows and features" {
    for layout in late lazy; do
        for name in train_captions train_image_idxs; do
            cp "$GOOD/coco2014_captions.h5" $captions
            tool_h5 $captions type $name int32 $layout
            train_fails "$captions: $name: nothing was ever written to it"
        done
        cp "$GOOD"/*.h5 d
        tool_h5 $train type features float32 $layout
        tool_h5 $val type features float32 $layout
        both_fail "$train: features: nothing was ever written to it" "$val: features: nothing was ever written to it"
        coco-fetch show d >said 2>stderr && false
        grep -qx "coco-fetch: $train: features: nothing was ever written to it" stderr
        cp "$GOOD"/*.h5 d
    done
}
@test "never written: with room for the values, which are zeros" {
    tool_h5 $train type features float32 early
    tool_h5 $val type features float32 early
    both_fail "$train: features: every number is zero" "$val: features: every number is zero"
    fails 1 "$val: features: every number is zero" coco-sample -m m.h5 --features $val
    cp "$GOOD/train2014_vgg16_fc7_pca.h5" $train
    train_fails "$val: features: every number is zero" --val-every 1
    coco-fetch show d >said 2>stderr && false
    grep -q "^coco-fetch: $val: features: every number is zero" stderr
    cp "$GOOD/val2014_vgg16_fc7_pca.h5" $val
    tool_h5 $captions type train_image_idxs int32 early
    train_warns "$captions: train_image_idxs: all 60 captions are of image 0"
    tool_h5 $captions type train_captions int32 early
    train_fails "$captions: train_captions: 60 of 60 captions break"
}
@test "never written: some rows, counted and warned of once" {
    tool_h5 $val type features float32 half
    coco-sample -q -m m.h5 -d d >captions.jsonl 2>stderr
    [ "$(wc -l <captions.jsonl)" = 11 ]
    [ "$(cat stderr)" = "coco-sample: $val: features: 6 of 11 rows are all zeros, as if never computed: the first is row 5" ]
    # Rows that are not asked for are nobody's business.
    echo 4 | coco-sample -q -m m.h5 -d d --rows - >captions.jsonl 2>stderr
    [ ! -s stderr ]
    coco-fetch show d >said
    grep -qx "  6 feature rows are all zeros: the first is row 5" said
    tool_h5 $train type features float32 half
    train_warns "$train: features: 12 of 24 rows are all zeros, as if never computed: the first is row 12"
    cp "$GOOD/train2014_vgg16_fc7_pca.h5" $train
    train_warns "$val: features: 6 of 11 rows are all zeros" --val-every 1
    # Zeros among other numbers are numbers.
    for j in $(seq 0 10); do tool_h5 $train set features "$j" 0; done
    tiny -d d -o out.h5 --iterations 12 2>stderr
    [ ! -s stderr ]
}
@test "virtual datasets: read, and refused without their source" {
    for split in train val; do
        mv d/${split}2014_vgg16_fc7_pca.h5 d/$split.h5
        cp d/$split.h5 d/${split}2014_vgg16_fc7_pca.h5
        tool_h5 d/${split}2014_vgg16_fc7_pca.h5 virtual features $split.h5 features
    done
    coco-sample -m m.h5 -d d --allow-external >have
    coco-sample -m m.h5 -d "$GOOD" >want
    same want have
    coco-fetch show --allow-external d | grep -q "features .*virtual"
    # From elsewhere, through a link, and by HDF5_VDS_PREFIX.
    mkdir e
    ln -s ../$val e/f.h5
    coco-sample -m m.h5 --allow-external --features e/f.h5 >have
    rm e/f.h5
    cp $val e/f.h5
    HDF5_VDS_PREFIX=none:d coco-sample -m m.h5 --allow-external --features e/f.h5 >again
    same have again
    fails 1 "e/f.h5: features: a virtual dataset without its source: val.h5: no such file" coco-sample -m m.h5 --allow-external --features e/f.h5
    # A virtual dataset of a virtual dataset.
    cp d/val.h5 d/next.h5
    tool_h5 d/next.h5 virtual features $PWD/$val features
    coco-sample -m m.h5 --allow-external --features d/next.h5 >again
    same have again
    tool_h5 d/val.h5 type features float32 late
    fails 1 "d/next.h5: features: .*: $PWD/$val: features: .*: $PWD/d/val.h5: features: nothing was ever written" coco-sample -m m.h5 --allow-external --features d/next.h5
    tool_h5 d/val.h5 rm features
    sample_fails "$val: features: a virtual dataset without its source: d/val.h5: no dataset 'features'" --allow-external
    rm d/train.h5 d/val.h5
    both_fail "$train: features: is a virtual dataset, of train.h5, which is not there" "$val: features: is a virtual dataset, of val.h5, which is not there"
    sample_fails "$val: features: a virtual dataset without its source: val.h5: no such file" --allow-external
    cp "$GOOD/coco2014_captions.h5" d/other.h5
    tool_h5 $captions virtual train_captions gone.h5 train_captions
    cp "$GOOD"/*_pca.h5 d
    train_fails "$captions: train_captions: is a virtual dataset, of gone.h5, which is not there"
    train_fails "$captions: train_captions: a virtual dataset without its source: gone.h5: no such file" --allow-external
}
@test "virtual datasets: of themselves" {
    tool_h5 $val virtual features . features
    sample_fails "$val: features: .*too many virtual datasets" --allow-external
}
@test "numbers in another file that is gone" {
    tool_h5 $val type features float32 outside:$PWD/raw
    coco-sample -m m.h5 -d d --allow-external >have
    rm raw
    sample_fails "$val: features: keeps its values in another file: $PWD/raw: no such file" --allow-external
}
@test "links that lead nowhere: the message says to what" {
    tool_h5 $captions link train_captions gone.h5 /words
    train_fails "$captions: 'train_captions' is a link to '/words' of gone.h5, which is not there"
    coco-fetch show --allow-external d >said 2>stderr && false
    grep -qxE " *train_captions +link to '/words' of gone.h5, which is not there" said
    tool_h5 $captions link val_captions . /nothing
    sample_fails "$captions: 'val_captions' is a link to '/nothing', which is not there"
    tool_h5 $val link features "$GOOD/val2014_vgg16_fc7_pca.h5" /features
    tool_h5 $captions link val_captions "$GOOD/coco2014_captions.h5" /val_captions
    coco-sample -m m.h5 -d d --allow-external >have
    coco-sample -m m.h5 -d "$GOOD" >want
    same want have
}
@test "a file that another process has locked" {
    exec 9<$val
    flock -x 9
    sample_fails "$val: file is locked by another process"
    flock -u 9
    exec 9<&-
    coco-sample -m m.h5 -d d >have
}

# --- unusual forms ---

@test "captions as floats, integers as features, dimensions of 1: the same captions" {
    tiny -d d -o want.h5 --iterations 8 --val-every 1
    for type in float16 float32 float64; do
        for name in train_captions val_captions train_image_idxs val_image_idxs; do tool_h5 $captions type $name $type gzip; done
        tiny -d d -o have.h5 --iterations 8 --val-every 1
        same_params want.h5 have.h5
    done
    tool_h5 $captions size train_captions 60,9,1
    tool_h5 $captions size train_image_idxs 60,1
    tool_h5 $captions size val_image_idxs 20,1,1,1
    tool_h5 $train size features 24,12,1,1
    tool_h5 $val size features 11,1,1,12
    tiny -d d -o have.h5 --iterations 8 --val-every 1
    same_params want.h5 have.h5
    for split in train val; do
        for i in 0 30 90; do tool_h5 d/${split}2014_vgg16_fc7_pca.h5 set features $i 7; done
        tool_h5 d/${split}2014_vgg16_fc7_pca.h5 type features int16
        cp d/${split}2014_vgg16_fc7_pca.h5 $split.h5
        tool_h5 d/${split}2014_vgg16_fc7_pca.h5 type features float64
    done
    tiny -d d -o want.h5 --iterations 8 --val-every 1
    for type in int8 uint64; do
        for split in train val; do
            cp $split.h5 d/${split}2014_vgg16_fc7_pca.h5
            tool_h5 d/${split}2014_vgg16_fc7_pca.h5 type features $type
        done
        tiny -d d -o have.h5 --iterations 8 --val-every 1
        same_params want.h5 have.h5
    done
}

# --- features ---

@test "features: none" { rm $train $val; both_fail "$train: No such file or directory; coco-features makes" "$val: No such file or directory; coco-features makes"; }
@test "features: truncated" { truncate -s -64 $train; truncate -s -64 $val; both_fail "$train: .*truncated" "$val: .*truncated"; }
@test "features: an empty file" { : >$train; : >$val; both_fail "$train: .*not readable" "$val: .*not readable"; }
@test "features: another name inside" { tool_h5 $val rm features; sample_fails "$val: no dataset 'features'"; }
@test "features: NaN, as it is drawn" { for r in $(seq 0 23); do tool_h5 $train set features $((r * 12 + 4)) nan; done; train_fails "$train: features: row [0-9]+: number 4 is not finite"; }
@test "features: infinite" { tool_h5 $train set features 40 -inf; train_fails "$train: features: row 3: number 4 is not finite" --order sequential; }
@test "features: NaN in val" { tool_h5 $val set features 131 nan; sample_fails "$val: features: row 10: number 11 is not finite"; }
@test "features: infinite in val" { tool_h5 $val set features 0 inf; sample_fails "$val: features: row 0: number 0 is not finite"; }
@test "features: NaN is seen in a validation loss too" { tool_h5 $val set features 12 nan; train_fails "$val: features: row 1: number 0 is not finite" --val-every 1; }
@test "features: float64 beyond float32" { tool_h5 $val type features float64; tool_h5 $val set features 5 1e300; sample_fails "$val: features: row 0: number 5 is not finite"; }
@test "features: fewer images than captions name" { tool_h5 $train size features 20,12; train_fails "$captions: train_image_idxs: row 20: image 20 is out of range .*20"; }
@test "features: another number in train and val" { tool_h5 $val size features 11,13; train_fails "$val has 13 features, $train 12" --val-every 1; }
@test "features: another number than the model's" { tool_h5 $val size features 11,13; sample_fails "m.h5 takes features of 12 numbers, $val has 13"; }
@test "features: strings" { tool_h5 $val type features string; sample_fails "$val: features: holds string, not floats"; }
@test "features: one dimension" { tool_h5 $val size features 132; sample_fails "$val: features: has 1 dimension"; }
@test "features: three dimensions" { tool_h5 $val size features 11,4,3; sample_fails "$val: features: has 3 dimensions"; }
@test "features: no rows" { tool_h5 $val size features 0,12; sample_fails "$val: features: no rows or no columns"; }
@test "features: no columns" { tool_h5 $val size features 11,0; sample_fails "$val: features: no rows or no columns"; }
@test "features: absurdly many columns" { tool_h5 $val size features 11,1048577; sample_fails "$val: features: 1048577 numbers"; }
@test "features: a filter that is not there" { tool_h5 $val type features float32 unknown; sample_fails "$val: features: .*lacks its filter 'lzf' \(32000\)"; }
@test "features: a filter that is not there, train" { tool_h5 $train type features float32 unknown; train_fails "$train: features: .*lacks its filter 'lzf'"; }
@test "features: no unreduced ones" { fails 1 "d/train2014_vgg16_fc7.h5: No such file" tiny -d d -o out.h5 --raw-features; sample_fails "d/val2014_vgg16_fc7.h5: No such file" --raw-features; }
@test "features: gzip data damaged" {
    tool_h5 $val type features float32 gzip
    # Somewhere in a compressed chunk: zlib says so, or its checksum.
    size=$(stat -c %s $val)
    head -c 400 /dev/zero | dd of=$val bs=1 seek=$((size - 420)) conv=notrunc status=none
    sample_fails "$val: "
}
@test "a bare file of features: NaN, missing, no matrix" {
    cp $val f.h5
    tool_h5 f.h5 set features 25 nan
    fails 1 "f.h5: features: row 2: number 1 is not finite" coco-sample -m m.h5 --features f.h5
    fails 1 "none.h5: No such file" coco-sample -m m.h5 --features none.h5
    tool_h5 f.h5 size features 11,5
    fails 1 "m.h5 takes features of 12 numbers, f.h5 has 5" coco-sample -m m.h5 --features f.h5
}

# --- vocabulary ---

# words SCRIPT: the vocabulary changed by jq.
words() { jq "$1" $vocab >v.json && mv v.json $vocab; }

@test "vocabulary: none" { rm $vocab; both_fail "$vocab: No such file" "$vocab: No such file"; }
@test "vocabulary: empty" { : >$vocab; both_fail "$vocab: " "$vocab: "; }
@test "vocabulary: truncated" { truncate -s 300 $vocab; both_fail "$vocab: not JSON" "$vocab: not JSON"; }
@test "vocabulary: truncated at every length" {
    for n in $(seq 0 37 620); do
        head -c "$n" "$GOOD/coco2014_vocab.json" >$vocab
        fails 1 "$vocab: " tiny -d d -o out.h5
    done
}
@test "vocabulary: no object" { echo '["<NULL>"]' >$vocab; both_fail "$vocab: " "$vocab: "; }
@test "vocabulary: no list" { words 'del(.idx_to_word)'; both_fail "$vocab: .*idx_to_word" "$vocab: .*idx_to_word"; }
@test "vocabulary: list of another type" { words '.idx_to_word = "x"'; both_fail "$vocab: .*idx_to_word" "$vocab: .*idx_to_word"; }
@test "vocabulary: a number in the list" { words '.idx_to_word[7] = 7'; both_fail "$vocab: idx_to_word: entry 7 is not a string" "$vocab: idx_to_word: entry 7"; }
@test "vocabulary: an empty list" { words '.idx_to_word = [] | del(.word_to_idx)'; both_fail "$vocab: .*<NULL>" "$vocab: .*<NULL>"; }
@test "vocabulary: no <NULL>" { words '.idx_to_word[0] = "zero" | del(.word_to_idx)'; both_fail "$vocab: word 0 is 'zero', not <NULL>" "$vocab: word 0 is 'zero', not <NULL>"; }
@test "vocabulary: <NULL> elsewhere" { words '.idx_to_word[5] = "<NULL>" | del(.word_to_idx)'; both_fail "$vocab: <NULL> is word 5, expected 0" "$vocab: <NULL> is word 5, expected 0"; }
@test "vocabulary: <END> elsewhere" { words '.idx_to_word[2] = "<UNK>" | .idx_to_word[3] = "<END>" | del(.word_to_idx)'; both_fail "$vocab: .*<(END|UNK)>" "$vocab: .*<(END|UNK)>"; }
@test "vocabulary: no <START>" { words '.idx_to_word[1] = "begin" | del(.word_to_idx)'; both_fail "$vocab: word 1 is 'begin', not <START>" "$vocab: word 1 is 'begin', not <START>"; }
@test "vocabulary: no <END>" { words '.idx_to_word[2] = "end" | del(.word_to_idx)'; both_fail "$vocab: word 2 is 'end', not <END>" "$vocab: word 2 is 'end', not <END>"; }
@test "vocabulary: <NULL> alone" { words '.idx_to_word = ["<NULL>"] | del(.word_to_idx)'; both_fail "$vocab: no <START>, only 1 words" "$vocab: no <START>, only 1 words"; }
@test "vocabulary: maps that disagree" { words '.word_to_idx.dog = 19'; both_fail "$vocab: word_to_idx says 'dog' is 19, idx_to_word has 'cat' there" "$vocab: word_to_idx says 'dog' is 19"; }
@test "vocabulary: map with a word less" { words 'del(.word_to_idx.dog)'; both_fail "$vocab: word_to_idx has 29 words, idx_to_word 30" "$vocab: word_to_idx has 29"; }
@test "vocabulary: map out of range" { words '.word_to_idx.dog = 30'; both_fail "$vocab: word_to_idx: 'dog': expected a number from 0 to 29" "$vocab: word_to_idx: 'dog'"; }
@test "vocabulary: map with text" { words '.word_to_idx.dog = "18"'; both_fail "$vocab: word_to_idx: 'dog': expected a number from 0 to 29" "$vocab: word_to_idx: 'dog'"; }
@test "vocabulary: map with a fraction" { words '.word_to_idx.dog = 18.5'; both_fail "$vocab: word_to_idx: 'dog': expected a number" "$vocab: word_to_idx: 'dog'"; }
@test "vocabulary: a list for the map" { words '.word_to_idx = [1]'; both_fail "$vocab: .*word_to_idx" "$vocab: .*word_to_idx"; }
@test "vocabulary: no UTF-8" { LC_ALL=C sed -i 's/caf../caf\xff/g' $vocab; both_fail "$vocab: " "$vocab: "; }
@test "vocabulary: another word than the model's" { words '.idx_to_word[18] = "hound" | del(.word_to_idx)'; sample_fails "word 18 is 'dog' in m.h5, 'hound' in d"; }
@test "vocabulary: shorter than the model's" { words '.idx_to_word |= .[:29] | del(.word_to_idx)'; tool_h5 $captions rm val_captions; sample_fails "30 words in m.h5, 29 in d"; }
@test "vocabulary: another on resume, and with --init" {
    words '.idx_to_word[18] = "hound" | del(.word_to_idx)'
    cp m.h5 before.h5
    fails 1 "word 18 is 'dog' in m.h5, 'hound' in d" coco-train -q -d d --resume m.h5 --iterations 50
    same m.h5 before.h5
    train_fails "word 18 is 'dog' in m.h5, 'hound' in d" --init m.h5
}

# --- lists, rows, directories ---

@test "lists: fewer URLs than images" { sed -i 3d d/val2014_urls.txt; sample_fails "d/val2014_urls.txt: 10 lines for 11 images"; }
@test "lists: more images than there are" { echo x.jpg >>d/val2014_images.txt; sample_fails "d/val2014_images.txt: 12 lines for 11 images"; }
@test "lists: a NUL byte" { printf 'a\0b\n' >d/val2014_urls.txt; sample_fails "d/val2014_urls.txt: .*NUL"; }
@test "lists: no UTF-8" { LC_ALL=C sed -i '4s/COCO/\xff/' d/val2014_images.txt; sample_fails "d/val2014_images.txt: line 4: .*UTF-8"; }
@test "rows: out of range" { echo 11 >r; sample_fails "r: line 1: row 11 is out of range \(images: 11\)" --rows r; }
@test "rows: negative" { printf '1\n-1\n' >r; sample_fails "r: line 2: '-1' is neither a row number nor a record" --rows r; }
@test "rows: no number" { printf '1\n2\nthree\n' >r; sample_fails "r: line 3: 'three' is neither" --rows r; }
@test "rows: a fraction" { echo 1.5 >r; sample_fails "r: line 1: '1.5' is neither" --rows r; }
@test "rows: beyond any number" { echo 99999999999999999999 >r; sample_fails "r: line 1: row 99999999999999999999 is too large" --rows r; }
@test "rows: an id beyond any number" { echo '{"image_id":99999999999999999999,"caption":"","row":1}' >r; sample_fails 'r: line 1: "image_id": 99999999999999999999 is too large' --rows r; }
@test "lists and vocabulary: UTF-16" {
    iconv -t UTF-16 "$GOOD/val2014_urls.txt" >d/val2014_urls.txt
    sample_fails "d/val2014_urls.txt: not text: a BOM says that it is UTF-16, not UTF-8"
    iconv -t UTF-16 "$GOOD/coco2014_vocab.json" >$vocab
    both_fail "$vocab: not UTF-8: a BOM says that it is UTF-16" "$vocab: not UTF-8: a BOM says that it is UTF-16"
}
@test "rows: a record of another split" { echo '{"image_id":1,"caption":"","split":"train","row":1}' >r; sample_fails "r: line 1: the record is of split 'train', not 'val'" --rows r; }
@test "rows: a record without a row" { echo '{"image_id":1,"caption":""}' >r; sample_fails "r: line 1: .*row" --rows r; }
@test "rows: a broken record" { echo '{"image_id":1,"caption":' >r; sample_fails "r: line 1: not JSON" --rows r; }
@test "rows: no such file" { sample_fails "none: No such file" --rows none; }
@test "a dataset directory that is not there" { rm -r d; both_fail "d: no such dataset directory" "d: no such dataset directory"; }
@test "a dataset directory that is a file" { rm -r d; echo >d; both_fail "d.*: " "d.*: "; }
@test "a split that is not there, or no name" {
    sample_fails "d: has no split 'test'; it has train, val" --split test
    sample_fails "'../val' is not a name of a split" --split ../val
    sample_fails "'' is not a name of a split" --split ''
}

@test "the tool that makes datasets: a number is all digits" {
    mkdir none
    fails 1 'usage: ' tool_dataset none 12x
    fails 1 'usage: ' tool_dataset none 9 ''
    fails 1 'usage: ' tool_dataset none 99999999999
    [ -z "$(ls none)" ]
}
