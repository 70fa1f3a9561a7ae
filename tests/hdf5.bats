#!/usr/bin/env bats
# HDF5 files from strangers: those that stop the HDF5 library, those that reach for other files, and those that claim
# more than they hold. Each is one line and exit 1, soon.

load support/common

setup_file() {
    export GOOD=$BATS_FILE_TMPDIR/good MODEL=$BATS_FILE_TMPDIR/m.h5
    dataset "$GOOD"
    tiny -d "$GOOD" -o "$MODEL" --iterations 20
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp -r "$GOOD" d
    cp "$MODEL" m.h5
    captions=d/coco2014_captions.h5 train=d/train2014_vgg16_fc7_pca.h5 val=d/val2014_vgg16_fc7_pca.h5
}

# patch FILE PYTHON: changes the bytes b of a file.
patch() {
    python3 - "$1" "$2" <<'PY'
import struct, sys
b = bytearray(open(sys.argv[1], "rb").read())
exec(sys.argv[2])
open(sys.argv[1], "wb").write(b)
PY
}

# model_refused PATTERN: coco-sample and coco-train --resume and --init.
model_refused() {
    fails 1 "$1" coco-sample -m m.h5 -d d
    fails 1 "$1" coco-train -q -d d --resume m.h5 --iterations 30
    fails 1 "$1" coco-train -q -d d --init m.h5 --iterations 30 -o out.h5
    [ ! -e out.h5 ]
}

sample_fails() { fails 1 "$1" coco-sample -m m.h5 -d d; }

# --- the library stops ---

@test "an endless loop of the library is stopped" {
    # The size of a free object in the heap of the vocabulary's strings: 0 leads back to itself.
    patch m.h5 'i = b.index(b"GCOL") + 16
while struct.unpack_from("<H", b, i)[0]: i += 16 + (struct.unpack_from("<Q", b, i + 8)[0] + 7) // 8 * 8
b[i + 8:i + 16] = bytes(8)'
    model_refused "m.h5: "
}

@test "a wild size in the heap of strings" {
    patch m.h5 'i = b.index(b"GCOL") + 16; b[i + 8:i + 16] = b"\xf0\xff\xff\xff\xff\xff\xff\x7f"'
    model_refused "m.h5: "
}

@test "files that stopped the library" {
    needs "$COCO_SHARED/golden/hdf5"
    for f in "$COCO_SHARED"/golden/hdf5/model-* "$COCO_SHARED"/golden/hdf5/resume-* "$COCO_SHARED"/golden/hdf5/bomb*; do
        cp --no-preserve=mode "$f" m.h5
        fails 1 "m.h5: " coco-sample -m m.h5 -d d
        fails 1 "m.h5: " coco-train -q --resume m.h5 -o out.h5
    done
}

@test "a reader that is killed" {
    # An object header of the root that is noise all through.
    patch m.h5 'import random; random.seed(4); b[96:600] = random.randbytes(504)'
    model_refused "m.h5: "
}

# --- sizes ---

@test "dimensions whose product wraps" {
    needs "$COCO_SHARED/golden/hdf5/overflow_train"
    cp -r --no-preserve=mode "$COCO_SHARED/golden/hdf5/overflow_train" o
    fails 1 "o/train2014_vgg16_fc7_pca.h5: features: claims more numbers than a file of 2240 bytes can hold" \
        coco-train -q -d o -o out.h5 --iterations 2
}

@test "more rows than the file has bytes" {
    # (24 rows, 8 columns) in the dataspace message of features, twice: now and at most.
    columns=$(h5dump -H $train | sed -n 's/.*( 24, \([0-9]*\) ) \/.*/\1/p')
    patch $train "[struct.pack_into('<Q', b, i, 1 << 61) for i in range(len(b) - 16) if struct.unpack_from('<2Q', b, i) == (24, $columns)]"
    fails 1 "$train: features: claims more numbers than a file of [0-9]+ bytes can hold" tiny -d d -o out.h5 --iterations 2
}

# --- other files ---

@test "a link to another file is refused, and followed on demand" {
    cp m.h5 other.h5
    tool_h5 m.h5 link params/Wh other.h5 /params/Wh
    model_refused "m.h5: '/params/Wh' is a link to '/params/Wh' of other.h5; --allow-external follows it"
    coco-sample -m m.h5 -d d --allow-external >a
    coco-sample -m other.h5 -d d >b
    same a b
}

@test "a link to a pipe does not hang" {
    mkfifo pipe
    tool_h5 m.h5 link params/Wh pipe /params/Wh
    model_refused "m.h5: '/params/Wh' is a link to '/params/Wh' of pipe;"
}

@test "a soft link inside the file is followed, one through a link to another file is not" {
    tool_h5 m.h5 link /copy . /params/Wh
    coco-sample -m m.h5 -d d >/dev/null
    cp m.h5 other.h5
    tool_h5 m.h5 link /there other.h5 /params
    tool_h5 m.h5 link params/Wh . /there/Wh
    model_refused "m.h5: '/there' is a link to '/params' of other.h5;"
}

@test "soft links in a circle" {
    tool_h5 m.h5 link params/Wh . /params/b
    tool_h5 m.h5 link params/b . /params/Wh
    model_refused "m.h5: "
}

@test "numbers in another file are refused, and read on demand" {
    coco-sample -m m.h5 -d d >a
    tool_h5 $val type features float32 outside:$PWD/raw
    sample_fails "$val: features: keeps its values in another file, of $PWD/raw; --allow-external reads it"
    coco-sample -m m.h5 -d d --allow-external >b
    same a b
}

@test "a virtual dataset is refused, and read on demand" {
    coco-sample -m m.h5 -d d >a
    cp $val source.h5
    tool_h5 $val virtual features $PWD/source.h5 features
    sample_fails "$val: features: is a virtual dataset, of $PWD/source.h5; --allow-external reads it"
    coco-sample -m m.h5 -d d --allow-external >b
    same a b
}

@test "a pipe instead of a file" {
    rm m.h5
    mkfifo m.h5
    fails 1 "m.h5: is not a regular file; HDF5 needs to seek in it" coco-sample -m m.h5 -d d
}

# --- limits of the user's own ---

@test "compressed features are read with few descriptors and little locked memory" {
    coco-sample -m m.h5 -d d >a
    tool_h5 $val type features float32 gzip
    (ulimit -n 24; coco-sample -m m.h5 -d d >b)
    same a b
}

# --- files that change while they are read ---

# shrinks FILE COMMAND...: the file is cut while the command, which has opened it, waits for rows on a pipe named rows.
shrinks() {
    local file=$1 got=0
    shift
    mkfifo rows
    "$@" --rows rows >out 2>err &
    exec 4>rows # the other end opens after the datasets
    truncate -s 0 "$file"
    seq 0 3 >&4
    exec 4>&-
    wait $! || got=$?
    cat err
    [ "$got" = 1 ]
    [ "$(cat err)" = "coco-sample: $file: has shrunk while it was being read" ]
}

@test "features that shrink while they are read" {
    shrinks $val coco-sample -m m.h5 -d d
    [ ! -s out ]
}

@test "features that shrink while they are read, on several threads" {
    shrinks $val coco-sample -m m.h5 -d d -j 4
}

# --- mutations ---

@test "mutated files" { "$ROOT/scripts/fuzz-hdf5" -n 60 --build "$BUILD"; }
