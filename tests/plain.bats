#!/usr/bin/env bats
# A dataset directory with plain file names gives what the same files give under the course's names, with every command.

bats_require_minimum_version 1.5.0
load support/common

# plain FROM TO: a copy of a dataset with the plain names.
plain() {
    local split
    mkdir "$2"
    cp "$1/coco2014_captions.h5" "$2/captions.h5"
    cp "$1/coco2014_vocab.json" "$2/vocab.json"
    for split in train val; do
        cp "$1/${split}2014_vgg16_fc7_pca.h5" "$2/${split}_features.h5"
        cp "$1/${split}2014_urls.txt" "$2/${split}_urls.txt"
        cp "$1/${split}2014_images.txt" "$2/${split}_images.txt"
    done
    [ ! -d "$1/images" ] || cp -r "$1/images" "$2"
}

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    dataset course
    plain course plain
    coco-fetch shapes -q -o shapes --train 2 --val 2
    tiny -d course -o course.h5 --iterations 5
}

setup() { cd "$BATS_FILE_TMPDIR"; }

@test "coco-train and coco-sample take plain names" {
    tiny -d plain -o plain.h5 --iterations 5 --val-every 1
    same_params course.h5 plain.h5
    coco-sample -q -m course.h5 -d course >course.jsonl
    coco-sample -q -m course.h5 -d plain >plain.jsonl
    same course.jsonl plain.jsonl
    [ "$(jq -s '[.[] | .file, .url] | map(select(. != null)) | length' plain.jsonl)" = 22 ]
}

@test "coco-fetch show names the files that are there" {
    coco-fetch show course | sed 's/coco2014_//; s/2014_vgg16_fc7_pca/_features/' >want
    coco-fetch show plain >got
    same want got
    grep -qx 'vocab.json' got
    coco-fetch show course --split val -n 3 >want
    coco-fetch show plain --split val -n 3 >got
    same want got
}

@test "plain names win over the course's" {
    cp -r plain both
    echo nonsense >both/coco2014_vocab.json
    echo nonsense >both/coco2014_captions.h5
    coco-fetch show both >/dev/null
}

@test "a missing file is named plainly beside plain files" {
    cp -r plain missing
    rm missing/train_features.h5
    fails 1 'missing/train_features.h5: No such file' coco-train -d missing -o m.h5
}

@test "coco-fetch unpacks, and replaces, a dataset with plain names" {
    tar cf plain.tar plain
    coco-fetch plain.tar -q -o unpacked >/dev/null
    diff -r plain unpacked
    coco-fetch plain.tar -q -o unpacked --force >/dev/null
    diff -r plain unpacked
}

@test "coco-render finds the images of records by plain lists" {
    plain shapes drawn
    coco-fetch show drawn --split val -n 2 | jq -c 'del(.file, .url)' >bare.jsonl
    coco-render -q --strict -d drawn -o plain.png bare.jsonl
    coco-render -q --strict -d shapes -o course.png bare.jsonl
    same plain.png course.png
}

@test "a split that is not there: the message says which are" {
    dataset d
    tiny -d d -o m.h5 --iterations 1
    fails 1 "d: has no split 'tset'; it has train, val$" coco-sample -m m.h5 -d d --split tset
    fails 1 "d: has no split 'tset'; it has train, val$" coco-fetch show d --split tset -n 1
    # A file that is missing of one that is there is named.
    rm d/val2014_vgg16_fc7_pca.h5
    fails 1 "d/val2014_vgg16_fc7_pca.h5: No such file" coco-sample -m m.h5 -d d
}
