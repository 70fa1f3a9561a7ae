#!/usr/bin/env bats
# coco-features: layouts of networks, layers, ways to fit pictures in, and networks that are of no use, all made here.

bats_require_minimum_version 1.5.0
load support/common
load support/pictures

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    onnx >net.onnx
    python3 - <<'END'
import os, random
draw = random.Random(5)
os.makedirs("p")
for i in range(3):
    with open(f"p/{i}.ppm", "wb") as f:
        f.write(b"P6 40 30 255\n" + draw.randbytes(3600))
# Its middle, 30 x 30, and that alone.
rows = [draw.randbytes(120) for _ in range(30)]
open("wide", "wb").write(b"P6 40 30 255\n" + b"".join(rows))
open("middle", "wb").write(b"P6 30 30 255\n" + b"".join(r[15:105] for r in rows))
END
    unset no_engine
    said=$(coco-features -q --cnn net.onnx --grid -o net.h5 p 2>&1) || case $said in
        *"no ONNX Runtime"*) export no_engine=1 ;;
        *) echo "$said" && false ;;
    esac
}

setup() {
    [ -z "${no_engine-}" ] || skip "there is no ONNX Runtime"
    cd "$BATS_FILE_TMPDIR"
    rm -rf out.h5*
}

# same_rows FILE FILE [DELTA]
same_rows() {
    h5diff -d "${3:-1e-6}" "$1" "$2" /features
    h5diff -d "${3:-1e-2}" "$1" "$2" /grid
    h5diff "$1" "$2" /files
}

@test "channels last, batches of a fixed size and open sizes give the same rows" {
    onnx nhwc >nhwc.onnx
    onnx batch=4 >batch.onnx
    onnx batch=0 size=0x0 >open.onnx
    coco-features -q --cnn nhwc.onnx --grid -o nhwc.h5 p
    coco-features -q --cnn batch.onnx --grid -o batch.h5 p
    coco-features -q --cnn open.onnx --grid --size 32x32 -o open.h5 p
    for other in nhwc batch open; do same_rows net.h5 $other.h5; done
    [ "$(attribute net.h5 '' grid_rows)" = 16 ]
    [ "$(attribute net.h5 '' input_width)" = 32 ]
    run -1 coco-features --cnn open.onnx -o out.h5 p
    [ "$output" = "coco-features: open.onnx: the model leaves the size of its input open: say it with --size WxH" ]
    run -1 coco-features --cnn net.onnx --size 32x40 -o out.h5 p
    [ "$output" = "coco-features: net.onnx: --size 32x40: the model's input is 32 x 32 pixels" ]
}

@test "a crop is the picture's middle" {
    onnx size=30x30 >thirty.onnx # nothing is resized
    coco-features -q --cnn thirty.onnx --grid --fit crop -o crop.h5 wide
    coco-features -q --cnn thirty.onnx --grid --fit squash -o middle.h5 middle
    coco-features -q --cnn thirty.onnx --grid --fit squash -o squash.h5 wide
    h5diff crop.h5 middle.h5 /features
    h5diff crop.h5 middle.h5 /grid
    run -1 h5diff squash.h5 middle.h5 /features
    [ "$(attribute crop.h5 '' fit)" = crop ]
}

@test "layers by the name of a tensor or a node; one that is not there, or not of a fit shape, is refused" {
    coco-features -q --cnn net.onnx --layer out --grid --grid-layer "the r0" -o out.h5 p
    same_rows out.h5 net.h5
    [ "$(attribute out.h5 '' grid_layer)" = r0 ]
    run -1 coco-features --cnn net.onnx --layer gone -o none.h5 p
    [ "$output" = "coco-features: net.onnx: --layer: the model has no tensor or node 'gone'" ]
    run -1 coco-features --cnn net.onnx --grid --grid-layer gone -o none.h5 p
    [ "$output" = "coco-features: net.onnx: --grid-layer: the model has no tensor or node 'gone'" ]
    run -2 coco-features --cnn net.onnx --grid-layer r0 -o none.h5 p
    [[ $output == "coco-features: --grid-layer needs --grid"* ]]
    # A layer that is no vector is taken whole.
    coco-features -q --cnn net.onnx --layer r0 -o flat.h5 p
    h5dump -H -d features flat.h5 | grep -q '( 3, 2048 )'
    onnx mean= >bare.onnx
    run -1 coco-features --cnn bare.onnx -o none.h5 p
    [[ $output == *"say it with --mean" ]]
    [ ! -e none.h5 ]
}

@test "networks that take all memory, never end, or give no numbers are one line" {
    onnx huge >huge.onnx
    run -1 coco-features --cnn huge.onnx -o out.h5 p
    [[ $output == "coco-features: huge.onnx: ONNX Runtime"* ]]
    [ "${#lines[@]}" = 1 ]
    onnx endless >endless.onnx
    run -1 bash -c 'ulimit -t 2; coco-features --cnn endless.onnx -o out.h5 p'
    [[ $output == "coco-features: endless.onnx: ONNX Runtime fails on it: "* ]]
    [ "${#lines[@]}" = 1 ]
    onnx nan >nan.onnx
    run -1 coco-features -j1 --cnn nan.onnx -o out.h5 p
    [ "${#lines[@]}" = 4 ]
    [ "${lines[0]}" = "coco-features: p/0.ppm: the network gives numbers that are not finite, or too large for float16" ]
    [ "${lines[3]}" = "coco-features: none of 3 pictures can be read" ]
    [ "$(echo out.h5*)" = "out.h5*" ]
}
