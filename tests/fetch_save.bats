#!/usr/bin/env bats
# coco-fetch images --save-to: copies with names that people can read.

load support/server
bats_require_minimum_version 1.5.0

setup_file() {
    start_server
    export no_proxy='*'
}

teardown_file() { stop_server; }

setup() { cd "$BATS_TEST_TMPDIR"; }

# fetch PATH...: prints the status records, in order.
fetch() { printf "$SERVER/%s\n" "$@" | coco-fetch images -q --ordered --cache cache --save-to out/pictures; }

@test "names come from the URL, suffixes from the content; records name the copies" {
    fetch 'ok/my%20dog.php?x=1' jpeg 'ok/..%2Fup' ok/b.JPG >status
    [ "$(ls -A out/pictures | tr '\n' ,)" = "_._up.png,b.png,jpeg.jpg,my dog.png," ]
    [ "$(jq -r .status status | sort -u)" = ok ]
    while read -r path; do [ -s "$path" ]; done < <(jq -r .path status)
    [ "$(jq -r .path status | head -n 2 | tr '\n' ,)" = "out/pictures/my dog.png,out/pictures/jpeg.jpg," ]
    [ "$(find . -name 'up*')" = "" ]
    [ -z "$(find out -name '*.coco-part*')" ]
}

@test "nothing is replaced: another image of the same name has digits, the same one is the copy" {
    mkdir -p out/pictures
    echo mine >out/pictures/a.png
    fetch ok/a >one
    [ "$(cat out/pictures/a.png)" = mine ]
    path=$(jq -r .path one)
    [[ "$path" =~ ^out/pictures/a-[0-9a-f]{8}\.png$ ]]
    [ "$(sha256sum "$path" | cut -c1-8)" = "$(basename "$path" .png | cut -d- -f2)" ]
    fetch ok/a >two
    [ "$(jq -r .path two)" = "$path" ]
    [ "$(jq -r .status two)" = cached ]
    [ "$(ls out/pictures | wc -l)" = 2 ]
}

@test "what is not there has no copy; a folder that cannot be made is an error" {
    run fetch 404
    [ "$(jq -r '.status + "," + (.path | tostring)' <<<"$output")" = dead,null ]
    [ -z "$(ls out/pictures)" ]
    echo file >f
    run bash -c "echo '$SERVER/ok/a' | coco-fetch images -q --cache cache --save-to f/x"
    [ "$status" = 1 ]
    [[ "$output" = *"coco-fetch: f"* ]]
}
