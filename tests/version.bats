#!/usr/bin/env bats
# --version: the version, the instruction set, the libraries.

load support/common
bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_TMPDIR"; }

# named LIBRARY: --version, in the file `said`, names it with a number.
named() { grep -Eq "^libraries: (.*, )?$1 [0-9]+(\.[0-9]+)+(,|\$)" said; }

@test "the first line is the name and the version of debian/changelog alone" {
    version=$(sed -n '1s/^[^ ]* (\([0-9.]*\)-.*/\1/p' "$ROOT/debian/changelog")
    for source in "$ROOT"/cmd/coco-*.c; do
        name=$(basename "$source" .c)
        [ "$("$name" --version | head -n 1)" = "$name $version" ]
    done
}

@test "libraries: those that the command is linked with, and no others" {
    needs_program readelf
    for source in "$ROOT"/cmd/coco-*.c; do
        program=$BUILD/$(basename "$source" .c)
        "$program" --version >said
        readelf -d "$program" | sed -n 's/.*NEEDED.*\[lib\(.*\)\.so.*/\1/p' >linked
        n=0
        while read -r name pattern; do
            name=${name//_/ }
            if grep -Eq "^$pattern" linked; then
                named "$name" || { echo "$program does not name $name"; cat said; false; }
                n=$((n + 1))
            else
                run ! grep -F " $name " said
            fi
        done <<'END'
HDF5 hdf5
cJSON cjson
GLib glib
libcurl curl
OpenSSL crypto
libarchive archive
zlib z$
libpng png
cairo cairo
Pango pango-
libwebp webp$
libheif heif
LibTIFF tiff
Little_CMS lcms2
LAPACK lapacke
END
        [ "$n" -ge 2 ]
    done
}

@test "ONNX Runtime: the one that would run networks, or none" {
    for program in coco-features coco-sample; do
        COCO_ONNXRUNTIME=$PWD/none $program --version >said
        grep -q ', ONNX Runtime not found$' said
    done
    library=$ROOT/build/lib/libonnxruntime.so
    [ -e "$library" ] || skip "there is no ONNX Runtime"
    COCO_ONNXRUNTIME=$library coco-features --version >said
    named "ONNX Runtime"
    [ "$(coco-plot --version | grep -c ONNX)" = 0 ]
}

@test "instruction set: the one in use and those that there are, of commands that compute" {
    list=$(simd_sets | paste -sd, | sed 's/,/, /g')
    for set in $(simd_sets); do
        [ "$(COCO_SIMD=$set coco-train --version | sed -n 2p)" = "instruction set: $set (this processor has $list)" ]
    done
    coco-sample --version >said
    grep -qF "(this processor has $list)" said
    [ "$(coco-plot --version | grep -c instruction)" = 0 ]
}
