#!/usr/bin/env bats
# coco-features: pictures through a network, against numbers of another implementation.

load support/common
bats_require_minimum_version 1.5.0

setup() {
    nets=$COCO_SHARED/data/cnn golden=$COCO_SHARED/golden/cnn/features.h5 photos=$COCO_SHARED/data/flickr8k/images/val
    cd "$BATS_TEST_TMPDIR"
}

needs() {
    [ -r "$golden" ] && [ -r "$nets/efficientnet-lite1.onnx" ] || skip "networks and photographs are not here"
    local said
    said=$(coco-features --cnn "$nets/efficientnet-lite1.onnx" -o none.h5 none.jpg 2>&1) || true
    case $said in *"no ONNX Runtime"*) skip "there is no ONNX Runtime" ;; esac
}

# The eight photographs of the golden file, in p/.
take_photos() {
    mkdir p
    for name in 1022454332_6af2c1449a 103106960_e8a41d64f8 1032122270_ea6f0beedb 1034276567_49bb87c51c \
        1045521051_108ebc19be 1056249424_ef2a2e041c 107582366_d86f2d3347 1077546505_a4f6c4daa9; do
        cp "$photos/$name.jpg" p/
    done
}

@test "vectors and grids of two networks are torch's, with any number of threads" {
    needs
    take_photos
    for net in efficientnet-lite1 mobilenetv2; do
        coco-features -q -j1 --cnn "$nets/$net.onnx" --grid -o one.h5 p
        coco-features -q -j2 --cnn "$nets/$net.onnx" --grid -o two.h5 p
        cmp one.h5 two.h5
        h5diff -d 1e-3 one.h5 "$golden" /features "/$net/features"
        h5diff -d 1e-2 one.h5 "$golden" /grid "/$net/grid"
    done
}

@test "a list that is waited for: the first signal ends it" {
    needs
    mkfifo in
    env --default-signal=INT coco-features --cnn "$nets/efficientnet-lite1.onnx" -o f.h5 - <in &
    pid=$! got=0
    exec 7>in
    sleep 2
    kill -INT $pid
    ends $pid
    exec 7>&-
    wait $pid || got=$?
    [ "$got" = 130 ]
    [ "$(echo *)" = in ]
}

@test "bad use" {
    run -2 coco-features --cnn net.onnx -o f.h5 --images . p
    [[ $output == *"--images needs -d"* ]]
    run -2 coco-features --cnn net.onnx -o f.h5 -d . p
    [[ $output == *"-d and --split need each other"* ]]
    run -2 coco-features --cnn net.onnx -o f.h5 -d . --split val p
    [[ $output == *"unexpected operand 'p': -d and --split name the pictures"* ]]
}

@test "a broken picture is named and left out, and the status is 1" {
    needs
    take_photos
    echo text >p/1000.jpg
    : >p/2.png
    ln -s nowhere "p/3 4.jpg"
    run coco-features -q -j2 --cnn "$nets/mobilenetv2.onnx" -o out.h5 p
    [ "$status" = 1 ]
    [ "${#lines[@]}" = 3 ]
    [[ $output == *"p/1000.jpg: "* && $output == *"p/2.png: empty, not an image"* && $output == *"p/3 4.jpg: No such file"* ]]
    h5diff -d 1e-3 out.h5 "$golden" /features /mobilenetv2/features
}

@test "paths from lines, NULs, records and a dataset give the same rows" {
    needs
    take_photos
    ls -d p/* >list
    coco-features -q --cnn "$nets/mobilenetv2.onnx" -o a.h5 p
    coco-features -q --cnn "$nets/mobilenetv2.onnx" -o b.h5 - <list
    coco-features -q --cnn "$nets/mobilenetv2.onnx" -o c.h5 -0 - < <(tr '\n' '\0' <list)
    coco-features -q --cnn "$nets/mobilenetv2.onnx" -o d.h5 - < <(sed 's/.*/{"image_id":1,"caption":"","file":"&"}/' list)
    cp list val_images.txt
    coco-features -q --cnn "$nets/mobilenetv2.onnx" -o e.h5 -d . --split val
    mkdir elsewhere && mv val_images.txt elsewhere
    coco-features -q --cnn "$nets/mobilenetv2.onnx" -o f.h5 -d elsewhere --images . --split val
    mv elsewhere/val_images.txt .
    for other in b c d e f; do cmp a.h5 $other.h5; done
    echo p/none.jpg >>val_images.txt
    run coco-features -q --cnn "$nets/mobilenetv2.onnx" -o e.h5 -d . --split val
    [ "$status" = 1 ]
    [[ $output == *"p/none.jpg: No such file"* ]]
    cmp a.h5 e.h5
}

@test "files that are not networks, and layers that are not there, are one line" {
    needs
    take_photos
    head -c 100000 "$nets/mobilenetv2.onnx" >cut.onnx
    echo text >text.onnx
    : >empty.onnx
    for file in cut text empty; do
        run coco-features --cnn $file.onnx -o out.h5 p
        [ "$status" = 1 ]
        [ "$output" = "coco-features: $file.onnx: not an ONNX model, or a damaged one" ]
    done
    run coco-features --cnn "$nets/mobilenetv2.onnx" --layer nothing -o out.h5 p
    [ "$status" = 1 ]
    [[ $output == *"--layer: the model has no tensor or node 'nothing'" ]]
    [ ! -e out.h5 ]
}
