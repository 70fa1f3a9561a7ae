#!/usr/bin/env bats
# What a power cut or a kill at the wrong moment leaves: bytes are on the disk before they get their name, and names before
# what they replace goes. The order of the system calls shows it.

load support/common
load support/server
bats_require_minimum_version 1.5.0

setup_file() {
    start_server
    export no_proxy='*'
}

teardown_file() { stop_server; }

setup() {
    command -v strace >/dev/null || skip "strace is missing"
    ! sanitized coco-render || skip "a sanitizer cannot be traced"
    strace -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
    cd "$BATS_TEST_TMPDIR"
    export COCO_CACHE=$BATS_TEST_TMPDIR/cache
}

# traced CALLS COMMAND...: runs the command; `trace` lists these system calls, paths in the place of descriptors.
traced() {
    local calls=$1
    shift
    strace -f -y -qq -e signal=none -e trace="$calls" -o trace "$@"
}

# in_order PATTERN...: `trace` has lines that match, one after the other.
in_order() {
    local at=0 line pattern
    for pattern; do
        line=$(tail -n +$((at + 1)) trace | grep -nE -m 1 -e "$pattern" | cut -d: -f1)
        [ -n "$line" ] || { echo "not found after line $at: $pattern"; cat trace; return 1; }
        at=$((at + line))
    done
}

# pictures COLOUR...: records of pictures of one colour (three octal bytes).
pictures() {
    local i=0 colour
    rm -rf img
    mkdir img
    for colour; do
        i=$((i + 1))
        { printf 'P6 2 2 255\n'; for _ in 1 2 3 4; do printf "$colour"; done; } >img/$i.ppm
        echo "{\"image_id\":$i,\"file\":\"$i.ppm\",\"caption\":\"a\"}"
    done >in.jsonl
}

page() { coco-render -q -j 1 --images img --html page.html in.jsonl; }

@test "a file: synced, renamed, the name synced" {
    pictures '\1\2\3'
    traced fsync,rename coco-render -q --images img -o sheet.png in.jsonl
    in_order 'fsync\(.*/sheet\.png\.coco-part-' 'rename\("sheet\.png\.coco-part-.*"sheet\.png"' \
        "fsync\(.*<$PWD>\)"
}

@test "a folder: synced, exchanged with the old one, the names synced, the old one removed" {
    coco-fetch shapes -q --train 1 --val 1 -o d
    traced fsync,syncfs,/rename,/unlink,rmdir coco-fetch shapes -q --force --train 2 --val 1 -o d
    in_order "syncfs\(.*<$PWD/d\.coco-part-[0-9]*>\)" 'renameat2\(.*/d\.coco-part-.*/d", RENAME_EXCHANGE' \
        "fsync\(.*<$PWD>\)" 'unlink.*d\.coco-part-'
}

@test "a page: pictures and their names synced, then the page, then the old pictures go" {
    pictures '\1\2\3' '\4\5\6'
    page
    pictures '\1\2\3' '\7\7\7'
    traced fsync,syncfs,/rename,/unlink coco-render -q -j 1 --images img --html page.html in.jsonl
    in_order "syncfs\(.*<$PWD/page_files\.coco-part-[0-9]*>\)" 'renameat\(.*"000002-.*/page_files>, "000002-' \
        "fsync\(.*<$PWD/page_files>\)" "fsync\(.*/page\.html\.coco-part-" 'rename\(.*"page\.html"' "fsync\(.*<$PWD>\)" \
        'unlinkat\(.*/page_files>, "000002-'
    [ "$(ls page_files | wc -l)" = 2 ]
    [ "$(python3 "$ROOT/tests/support/page.py" page.html)" = "2 2" ]
}

@test "a page that does not get its name: the old one keeps its pictures" {
    pictures '\1\2\3' '\4\5\6'
    page
    cp -r page.html page_files "$(mkdir old && echo old)"
    pictures '\1\2\3' '\7\7\7' '\4\1\0'
    run strace -f -qq -o trace -e trace=rename -e inject=rename:error=EIO \
        coco-render -q -j 1 --images img --html page.html in.jsonl
    [ "$status" = 1 ]
    grep -q 'rename(.*page.html.*INJECTED' trace
    same page.html old/page.html
    diff -r page_files old/page_files
    # A kill leaves the new pictures beside the old ones, until the next page.
    run strace -f -qq -o trace -e trace=rename -e inject=rename:error=EIO:signal=KILL \
        coco-render -q -j 1 --images img --html page.html in.jsonl
    [ "$status" = 137 ]
    same page.html old/page.html
    [ "$(ls page_files | wc -l)" = 4 ]
    diff -r page_files old/page_files | grep -v "^Only in page_files" && return 1
    page
    [ "$(python3 "$ROOT/tests/support/page.py" page.html)" = "3 3" ]
    [ -z "$(find . -name '*coco-part*')" ]
}

@test "an image in the cache: synced before it gets its name" {
    printf '%s\n' "$SERVER"/ok/{d1,d2} | traced fsync,rename coco-fetch images -q --cache cache >status
    # With several threads a call may have two lines: its result is in the second.
    local temps temp
    temps=$(grep -oE 'rename\("[^"]*/tmp/[^"]*"' trace | cut -d'"' -f2 | sort -u)
    [ "$(wc -w <<<"$temps")" = 2 ]
    for temp in $temps; do
        in_order "fsync\(.*/$temp>" "rename\(\"$temp\","
    done
}
