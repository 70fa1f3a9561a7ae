#!/usr/bin/env bats
# scripts/recipes/coco on a small mirror: archives of COCO 2017's shape with 53 of its photographs.

load support/common
load support/server

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    local from=$COCO_SHARED/data/coco
    [ -e "$from/captions_val2017.json" ] && [ -d "$from/images" ] && ! sanitized coco-train || return 0
    mkdir -p train2017 val2017 annotations
    cp $(printf '%s\n' "$from"/images/*.jpg | head -n 40) train2017/
    cp $(printf '%s\n' "$from"/images/*.jpg | tail -n +41) val2017/
    for set in train2017 val2017; do
        ls $set | jq -R -s 'split("\n")[:-1]' >names
        jq -c --slurpfile names names '.images |= map(select(.file_name | IN($names[0][])))
            | ([.images[].id] | map({(tostring): 1}) | add) as $ids
            | .annotations |= map(select($ids[.image_id | tostring]))' "$from/captions_val2017.json" >annotations/captions_$set.json
    done
    python3 -m zipfile -c all.zip train2017 val2017 annotations
    start_server "$PWD/all.zip"
}

teardown_file() { stop_server; }

@test "from archives to a scored model, in steps that are not repeated" {
    ! sanitized coco-train || skip "each command has its own tests"
    net=$COCO_SHARED/data/cnn/efficientnet-lite1.onnx
    needs "$net" "$COCO_SHARED/data/coco/captions_val2017.json" "$COCO_SHARED/data/coco/images"
    cd "$BATS_TEST_TMPDIR"
    local said
    said=$(coco-features --cnn "$net" -o none.h5 none.jpg 2>&1) || true
    case $said in *"no ONNX Runtime"*) skip "there is no ONNX Runtime" ;; esac
    mkdir -p cache/cnn
    cp "$net" cache/cnn/efficientnet-lite1.onnx
    export COCO_CACHE=$PWD/cache
    EPOCHS=2 "$ROOT/scripts/recipes/coco" coco --no-keep --url-base "$SERVER/file/m" >table
    grep -q '^CIDEr' table
    [ "$(wc -l <coco/val.jsonl)" = 13 ]
    [ "$(jq -r .image_id coco/val.jsonl | sort -n | xargs)" = "$(ls "$BATS_FILE_TMPDIR/val2017" | sed 's/^0*//; s/.jpg//' | sort -n | xargs)" ]
    jq -e '.CIDEr >= 0' coco/scores.json
    [ -s coco/sheet.png ]
    [ -z "$(find coco -name '*.zip*')" ]
    # Again, for one epoch more: nothing is fetched, run through the network or prepared again.
    touch -d 2001-01-01 coco/*2017.h5 coco/data/captions.h5
    EPOCHS=3 "$ROOT/scripts/recipes/coco" coco --no-keep --url-base "$SERVER/404" >table
    [ "$(find coco -name '*.h5' ! -newermt 2002-01-01 | wc -l)" = 3 ]
    [ "$(attribute coco/model.h5 /train epoch)" = 3 ]
}
