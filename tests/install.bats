#!/usr/bin/env bats
# make install, with what is built.

load support/common
bats_require_minimum_version 1.5.0

# installs ARGUMENT...: in a copy of the Makefile's folder, so that a stray folder shows; nothing is compiled.
installs() {
    mkdir -p tree
    cp "$ROOT/Makefile" tree
    ln -sfn "$ROOT/cmd" tree/cmd
    ln -sfn "$ROOT/scripts" tree/scripts
    run -0 make -s -C tree -o all "${goal:-install}" BUILD="$BUILD" "$@"
    [ "$(ls tree | xargs)" = "Makefile cmd scripts" ]
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
}
