#!/usr/bin/env bats
# coco-fetch coco2014 and coco2017, from a mirror on loopback: small archives of the official ones' shape.

load support/common
load support/server

# One archive stands for all of a year: each part takes its own directory of it.
setup_file() {
    cd "$BATS_FILE_TMPDIR"
    mkdir -p train2014 val2014 annotations
    for i in 9 25 30; do head -c 300000 /dev/urandom >train2014/COCO_train2014_00000000000$i.jpg; done
    echo photograph >val2014/COCO_val2014_000000000042.jpg
    echo '{"images":[]}' | tee annotations/captions_train2014.json annotations/captions_val2014.json >annotations/instances_val2014.json
    echo '{"images":[]}' | tee dataset_coco.json >readme.txt
    python3 -m zipfile -c all.zip train2014 val2014 annotations dataset_coco.json readme.txt
    export ALL=$BATS_FILE_TMPDIR/all.zip
    start_server "$ALL"
}

teardown_file() { stop_server; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    fast=(-q --stall-timeout 1 --connect-timeout 2 --retries 1 --backoff 0.05)
}

asked() { curl -s "$SERVER/count/$1"; }

@test "all parts lie as they should, once, and archives stay or go" {
    coco-fetch coco2014 "${fast[@]}" -o coco --url-base "$SERVER/file/keep" >paths
    [ "$(cat paths)" = "$(printf 'coco/annotations\ncoco/karpathy\ncoco/images/val2014\ncoco/images/train2014')" ]
    diff -r coco/images/train2014 "$BATS_FILE_TMPDIR/train2014"
    diff -r coco/images/val2014 "$BATS_FILE_TMPDIR/val2014"
    [ "$(ls coco/annotations)" = "$(printf 'captions_train2014.json\ncaptions_val2014.json')" ]
    [ "$(ls coco/karpathy)" = dataset_coco.json ]
    [ "$(ls coco | grep -c 'zip$')" = 4 ]
    for path in zips/train2014.zip zips/val2014.zip annotations/annotations_trainval2014.zip caption_datasets.zip; do
        [ "$(asked "file/keep/$path")" = 1 ]
    done
    # A second run asks for nothing; --no-keep removes what was downloaded.
    coco-fetch coco2014 "${fast[@]}" -o coco --url-base "$SERVER/file/keep" --no-keep
    [ "$(asked file/keep/zips/train2014.zip)" = 1 ]
    [ "$(ls coco)" = "$(printf 'annotations\nimages\nkarpathy')" ]
    coco-fetch coco2014 "${fast[@]}" -o other --no-keep --parts val,annotations --url-base "$SERVER/404" --url-base "$SERVER/file/go" 2>err
    [ "$(ls other other/images)" = "$(printf 'other:\nannotations\nimages\n\nother/images:\nval2014')" ]
}

@test "an interrupted download is resumed; an archive of one's own is used, and stays" {
    mkdir coco
    head -c 500000 "$ALL" >coco/train2014.zip.part
    printf '{"url":"%s","validator":"\\"v1\\"","length":%d}\n' "$SERVER/file/cut/zips/train2014.zip" "$(stat -c %s "$ALL")" \
        >coco/train2014.zip.json
    run coco-fetch coco2014 "${fast[@]:1}" -o coco --parts train --url-base "$SERVER/file/cut"
    [ "$status" = 0 ]
    [[ $output == *"resuming at 500.0 kB"* ]]
    diff -r coco/images/train2014 "$BATS_FILE_TMPDIR/train2014"

    cp "$ALL" coco/val2014.zip
    coco-fetch coco2014 -q -o coco --parts val --no-keep --url-base "$SERVER/404"
    same coco/val2014.zip "$ALL"
    same coco/images/val2014/COCO_val2014_000000000042.jpg "$BATS_FILE_TMPDIR/val2014/COCO_val2014_000000000042.jpg"
}

@test "what is not such an archive leaves nothing unpacked" {
    fails 1 "holds none of the files that belong into images/train2017$" \
        coco-fetch coco2017 "${fast[@]}" -o coco --parts train --url-base "$SERVER/file/other"
    [ -z "$(find coco -type f)" ] # nor the archive
    head -c 400000 "$ALL" >coco/val2017.zip
    fails 1 "coco/val2017.zip: truncated or damaged" coco-fetch coco2017 -q -o coco --parts val --url-base "$SERVER/404"
    [ "$(ls coco)" = "$(printf 'images\nval2017.zip')" ] # one's own is not removed
    fails 1 "/404/zips/train2017.zip: HTTP 404" coco-fetch coco2017 "${fast[@]}" -o coco --parts train --url-base "$SERVER/404"
    fails 2 "--parts: 'karpathy': expected some of train, val, annotations$" coco-fetch coco2017 --parts val,karpathy
    fails 2 "--parts: '': expected" coco-fetch coco2014 --parts train,
    fails 2 "unexpected operand 'x'; -o names the directory$" coco-fetch coco2014 x
}
