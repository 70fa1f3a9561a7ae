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
@test "captions: image rows as a matrix" { tool_h5 $captions size train_image_idxs 60,1; train_fails "$captions: train_image_idxs: shape \(60,1\), expected \(60\)"; }
@test "captions: no rows" { tool_h5 $captions size train_captions 0,9; tool_h5 $captions size train_image_idxs 0; train_fails "$captions: train_captions: no captions"; }
@test "captions: no columns" { tool_h5 $captions size train_captions 60,0; train_fails "$captions: train_captions: "; }
@test "captions: one column" { tool_h5 $captions size train_captions 60,1; train_fails "$captions: train_captions: "; }
@test "captions: no matrix" { tool_h5 $captions size train_captions 540; train_fails "$captions: train_captions: .*matrix"; }
@test "captions: three dimensions" { tool_h5 $captions size train_captions 60,3,3; train_fails "$captions: train_captions: .*matrix"; }
@test "captions: strings for numbers" { tool_h5 $captions type train_captions string; train_fails "$captions: train_captions: .*integers"; }
@test "captions: floats for integers" { tool_h5 $captions type train_captions float32; train_fails "$captions: train_captions: .*integers"; }
@test "captions: compound for integers" { tool_h5 $captions type train_captions compound; train_fails "$captions: train_captions: .*integers"; }
@test "captions: image rows as strings" { tool_h5 $captions type train_image_idxs string; train_fails "$captions: train_image_idxs: holds string, not integers"; }
@test "captions: image rows as floats" { tool_h5 $captions type train_image_idxs float64; train_fails "$captions: train_image_idxs: holds float64, not integers"; }
@test "captions: a filter that is not there" { tool_h5 $captions type train_captions int32 unknown; train_fails "$captions: train_captions: .*lacks its filter 'lzf' \(32000\)"; }
@test "captions: image rows with that filter" { tool_h5 $captions type val_image_idxs int32 unknown; sample_fails "$captions: val_image_idxs: .*lacks its filter 'lzf'"; }

# --- features ---

@test "features: none" { rm $train $val; both_fail "$train: No such file" "$val: No such file"; }
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
@test "features: integers" { tool_h5 $val type features int32; sample_fails "$val: features: holds int32, not floats"; }
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
@test "rows: beyond any number" { echo 99999999999999999999 >r; sample_fails "r: line 1: " --rows r; }
@test "rows: a record of another split" { echo '{"image_id":1,"caption":"","split":"train","row":1}' >r; sample_fails "r: line 1: the record is of split 'train', not 'val'" --rows r; }
@test "rows: a record without a row" { echo '{"image_id":1,"caption":""}' >r; sample_fails "r: line 1: .*row" --rows r; }
@test "rows: a broken record" { echo '{"image_id":1,"caption":' >r; sample_fails "r: line 1: not JSON" --rows r; }
@test "rows: no such file" { sample_fails "none: No such file" --rows none; }
@test "a dataset directory that is not there" { rm -r d; both_fail "d: no such dataset directory" "d: no such dataset directory"; }
@test "a dataset directory that is a file" { rm -r d; echo >d; both_fail "d.*: " "d.*: "; }
@test "a split that is not there, or no name" {
    sample_fails "d/test2014_vgg16_fc7_pca.h5: No such file" --split test
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
