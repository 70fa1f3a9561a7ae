#!/usr/bin/env bats
# What strangers write into files, names and addresses does not reach the terminal as control characters.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    dataset d
    tiny -d d -o m.h5 --iterations 20
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp -r "$BATS_FILE_TMPDIR/d" d
    cp "$BATS_FILE_TMPDIR/m.h5" m.h5
}

# clean FILE: no control characters but the ends of lines, no marks of direction, and UTF-8 alone.
clean() {
    python3 - "$1" <<'PY'
import sys, unicodedata
text = open(sys.argv[1], "rb").read().decode("utf-8")
assert text, "empty"
bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
sys.exit(f"{bad!r} in {text!r}" if bad else 0)
PY
}

NASTY=$'\e]0;PWNED\a\e[2J\xc2\x9b31m\xe2\x80\xae\xff\nline'

# words LEAD: a vocabulary, of m.h5 and of d, all of whose words after the marks begin with LEAD.
words() {
    local n
    n=$(h5dump -H -d /vocab/idx_to_word m.h5 | sed -n 's/.*SIMPLE { ( \([0-9]*\) ).*/\1/p')
    mapfile -d '' list < <(printf '%s\0' '<NULL>' '<START>' '<END>' '<UNK>'; for ((i = 4; i < n; i++)); do printf '%s\0' "$1$i"; done)
    tool_h5 m.h5 strings /vocab/idx_to_word "${list[@]}"
    jq -n '{idx_to_word: $ARGS.positional, word_to_idx: ($ARGS.positional | to_entries | map({(.value): .key}) | add)}' \
        --args -- "${list[@]}" >d/coco2014_vocab.json
}

@test "captions as text: a line each, without control characters" {
    words $'\e[31m\xc2\x9b\x7fw'
    coco-sample -q -m m.h5 -d d --format text --temperature 3 >out 
    clean out
    grep -qF '\x1b[31m\xc2\x9b\x7fw' out
    [ "$(wc -l <out)" = "$(coco-sample -q -m m.h5 -d d --temperature 3 | wc -l)" ]
}

@test "captions as JSON: the same words, valid" {
    words $'\e[31m\xc2\x9b\x7fw'
    coco-sample -q -m m.h5 -d d --temperature 3 >out
    jq -e -s 'map(.caption) | join(" ") | contains("\u001b[31m\u009b\u007fw")' out
}

@test "names of files in messages" {
    fails 1 '\\x1b\]0;PWNED\\x07\\x1b\[2J\\xc2\\x9b31m\\xe2\\x80\\xae\\xff\\x0aline: No such file' coco-sample -m "$NASTY" -d d
    clean "$BATS_TEST_TMPDIR/stderr"
    for c in "coco-train -q -d d --resume" "coco-eval" "coco-render -o o.png" "coco-plot -o o.png" "coco-fetch show"; do
        fails 1 '\\x1b\]0;PWNED' $c "$NASTY"
        clean "$BATS_TEST_TMPDIR/stderr"
    done
}

@test "options in messages" {
    fails 2 '\\x1b\]0;PWNED' coco-sample --beam "$NASTY"
    clean "$BATS_TEST_TMPDIR/stderr"
    fails 2 '\\x1b' coco-sample $'-\e'
}

@test "strings of HDF5 files in messages" {
    tool_h5 m.h5 attr / cell text "$NASTY"
    fails 1 '\\x1b\]0;PWNED' coco-sample -m m.h5 -d d
    clean "$BATS_TEST_TMPDIR/stderr"
}

@test "names in HDF5 files in a summary" {
    tool_h5 d/coco2014_captions.h5 group "$NASTY"
    coco-fetch show d >out || true
    clean out
    grep -qF '\x1b]0;PWNED' out
}

@test "addresses and lines of input in messages" {
    printf 'htp://h/%s\n' $'\e[2J\xff' >urls
    run -1 --separate-stderr coco-fetch images -q --cache c urls
    echo "$stderr" >err
    [ -z "$stderr" ] || clean err
}

@test "a note" {
    mkdir $'d\e[2J' && cp d/* $'d\e[2J'
    coco-train --force -d $'d\e[2J' -o $'o\e[2J.h5' --hidden 8 --wordvec 4 --batch-size 4 --iterations 4 2>err
    clean err
}

@test "labels of a table" {
    jq -n -c '{image_id: 1, caption: "a cat", references: ["a cat"]}' >$'\e[2J\xc2\x9b.jsonl'
    cp $'\e[2J\xc2\x9b.jsonl' b.jsonl
    coco-eval --table $'\e[2J\xc2\x9b.jsonl' b.jsonl >out
    clean out
    grep -qF '\x1b[2J\xc2\x9b.jsonl' out
}

@test "a message is one write" {
    command -v strace >/dev/null || skip "strace is missing"
    ! sanitized coco-sample || skip "sanitizers cannot be traced"
    strace -f -qq -e trace=write -o trace coco-sample -m "$NASTY" -d d 2>/dev/null || true
    [ "$(grep -c 'write(2, ' trace)" = 1 ]
    strace -f -qq -e trace=write -o trace coco-sample --beam x 2>/dev/null || true
    [ "$(grep -c 'write(2, ' trace)" = 1 ]
}
