#!/usr/bin/env bats
# make install, with what is built.

load support/common
bats_require_minimum_version 1.5.0

# installs ARGUMENT...: in a copy of the Makefile's folder, so that a stray folder shows; nothing is compiled.
installs() {
    mkdir -p tree
    cp "$ROOT/Makefile" tree
    for folder in cmd debian pipeline scripts; do ln -sfn "$ROOT/$folder" tree/$folder; done
    run -0 make -s -C tree -o all "${goal:-install}" BUILD="$BUILD" "$@"
    [ "$(ls tree | xargs)" = "Makefile cmd debian pipeline scripts" ]
}

# complete DIR: all commands are there, and start.
complete() {
    local source command
    for source in "$ROOT"/cmd/coco-*.c; do
        command=$1/$(basename "$source" .c)
        case $command in */coco-fetch-dataset) command=$1/../libexec/coco/coco-fetch-dataset ;; esac
        [ -x "$command" ]
        "$command" --version >/dev/null
    done
    "$1/coco-fetch" shapes --help >/dev/null # by the program in libexec
}

setup() { cd "$BATS_TEST_TMPDIR"; }

@test "a folder with blanks and quotes in its name" {
    for prefix in plain "with a blank" "two  blanks" "it's" 'say "x"' '-dash'; do
        installs PREFIX="$PWD/$prefix"
        complete "$PWD/$prefix/bin"
    done
    installs DESTDIR="$PWD/stage of it" PREFIX="/usr/my local"
    complete "$PWD/stage of it/usr/my local/bin"
}

@test "a tilde that the shell has left" {
    mkdir "my home"
    HOME=$PWD/my\ home installs PREFIX='~/a b'
    complete "$PWD/my home/a b/bin"
}

@test "manuals and completion are installed, and uninstall removes all that install wrote" {
    installs PREFIX="$PWD/a prefix"
    [ -s "a prefix/share/man/man1/coco-train.1" ]
    [ -s "a prefix/share/man/man7/coco.7" ]
    [ -s "a prefix/share/bash-completion/completions/coco-fetch" ]
    touch "a prefix/share/man/man1/other.1"
    goal=uninstall installs PREFIX="$PWD/a prefix"
    [ "$(find "a prefix" -type f)" = "a prefix/share/man/man1/other.1" ]
    goal=uninstall installs PREFIX="$PWD/a prefix"
    [[ $output == *"removed 0 files below $PWD/a prefix" ]]
}

@test "a relative folder is refused: the library's file for pkg-config would lead nowhere" {
    cp -r "$ROOT/scripts" .
    INSTALL_PREFIX=some/where INSTALL_DESTDIR= run -2 scripts/install
    [ "$output" = "PREFIX=some/where: expected an absolute path" ]
}

@test "commands of another processor write their pages through an emulator, where none can start another" {
    needs_program readelf
    loader=$(readelf -l "$BUILD/coco-train" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
    printf '#!/bin/sh\necho "${1##*/}" >>"%s/emulated"\nexec "%s" "$@"\n' "$PWD" "$loader" >emulator
    chmod +x emulator
    mkdir built
    cp "$BUILD"/coco-* "$BUILD"/libcoco.a built
    chmod -x built/coco-* # the loader runs them, the kernel does not
    BUILD=$PWD/built installs PREFIX="$PWD/prefix" EMULATOR="$PWD/emulator"
    for source in "$ROOT"/cmd/coco-*.c; do
        command=$(basename "$source" .c)
        [ $command = coco-fetch ] || grep -qx $command emulated # its pages are coco-fetch-dataset's
    done
    [ -s prefix/share/man/man1/coco-fetch-shapes.1 ]
}

# compiles PROGRAM SOURCE PKG-CONFIG'S OPTION...: as a user does, with the compiler of this build. Folders with blanks
# need eval.
compiles() {
    local program=$1 source=$2 flags compiler=${CC:-gcc}
    shift 2
    [ "$(nm "$BUILD/libcoco.a" | grep -c __kmpc_)" = 0 ] || compiler=clang
    flags=$(pkg-config "$@" --cflags --libs coco)
    eval "$compiler -Wall -Wextra -Werror '$source' -o $program $flags"
}

@test "a C program: the example, compiled with what pkg-config says, captions as coco-sample does" {
    needs_program pkg-config
    ! sanitized coco-train || skip "a program with a sanitized library needs the sanitizer's flags"
    dataset d
    tiny -d d -o m.h5 --cell lstm --iterations 60
    coco-sample -q -m m.h5 -d d --split val --beam 3 --format text >wanted
    [ "$(sort -u wanted | wc -l)" -gt 2 ]
    h5dump -d features -b LE -o features d/val2014_vgg16_fc7_pca.h5 >/dev/null
    for prefix in plain "with a blank" "two  blanks" "it's" 'say "x"' 'a#b'; do
        installs PREFIX="$PWD/$prefix"
        export PKG_CONFIG_PATH="$PWD/$prefix/lib/pkgconfig"
        [ "$(pkg-config --modversion coco)" = "$(coco-train --version | sed -n '1s/.* //p')" ]
        compiles caption "$ROOT/examples/caption.c"
        ./caption m.h5 <features >said
        same wanted said
    done
    head -c -1 features >cut
    run -1 --separate-stderr ./caption m.h5 <cut
    [ "$output" = "$(sed '$d' wanted)" ]
    [[ "$stderr" == "caption: the input cannot be read, or is no multiple of "*" float32 numbers" ]]
    echo no model >m.h5
    run -1 --separate-stderr ./caption m.h5 <features
    [ -z "$output" ]
    [[ "$stderr" == "caption: m.h5: "* ]]
}

@test "a C program: staged with DESTDIR, in another folder of libraries, in C++" {
    needs_program pkg-config
    needs_program g++
    ! sanitized coco-train || skip "a program with a sanitized library needs the sanitizer's flags"
    installs DESTDIR="$PWD/stage" PREFIX=/usr LIBDIR=lib/there
    [ -s stage/usr/lib/there/libcoco.a ]
    grep -qx prefix=/usr stage/usr/lib/there/pkgconfig/coco.pc
    export PKG_CONFIG_PATH="$PWD/stage/usr/lib/there/pkgconfig"
    printf '%s\n' '#include <coco.h>' 'int main() { return coco_version()[0] != 0x31; }' >plus.cc
    CC=g++ compiles plus plus.cc --define-variable=prefix="$PWD/stage/usr"
    ./plus
    goal=uninstall installs DESTDIR="$PWD/stage" PREFIX=/usr LIBDIR=lib/there
    [ -z "$(find stage -type f)" ]
}

@test "a C program may use the library's own names for what it likes" {
    [ "$(nm -g --defined-only "$BUILD/libcoco.a" | awk 'NF == 3 { print $3 }' | grep -vc '^coco_')" = 0 ]
    [ "$(nm -g --defined-only "$BUILD/libcoco.a" | grep -c ' T coco_')" = 6 ]
}
