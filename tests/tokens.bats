#!/usr/bin/env bats
# The tokenizer against the COCO tools' own, over many captions.

bats_require_minimum_version 1.5.0
load support/common

# equal NAME: our words of $COCO_SHARED/golden/ptb/NAME.txt.gz, and the tools': the tokens beside it less those that the
# tools drop (pycocoevalcap/tokenizer/ptbtokenizer.py).
equal() {
    local golden=$COCO_SHARED/golden/ptb/$1
    needs "$golden.txt.gz" "$golden.tok.gz"
    gzip -dc "$golden.txt.gz" | tool_tokens >"$BATS_TEST_TMPDIR/ours"
    gzip -dc "$golden.tok.gz" | awk '
        BEGIN { split("'"'' ' \`\` \` -LRB- -RRB- -LCB- -RCB- . ? ! , : - -- ... ;"'", marks, " "); for (i in marks) drop[marks[i]] }
        { words = ""; for (i = 1; i <= NF; i++) if (!($i in drop)) words = words (words == "" ? "" : " ") $i; print words }
    ' FS=' ' >"$BATS_TEST_TMPDIR/theirs"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/ours")" = "$2" ]
    diff "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours" | head -n 20
    cmp "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours"
}

@test "COCO's validation captions" { equal val2017 25014; }

@test "captions with odd signs put in" { equal odd_a 15000; }

@test "check-tokens: finds what differs, and nothing else" {
    cd "$BATS_TEST_TMPDIR"
    export BUILD=$PWD/build COCO_PTB_JAR=$PWD/jar
    mkdir -p build/tests bin
    printf '#!/bin/sh\ntr A-Z a-z\n' >build/tests/tool_tokens
    printf '#!/bin/sh\nfor last; do :; done\ntr A-Z a-z <"$last" | sed "s/red/read/; s/$/ ./"\n' >bin/java # "java"
    chmod +x build/tests/tool_tokens bin/java
    printf 'A cat\nA Red dog\nA bird\n' >captions
    rm -f jar
    run -1 --separate-stderr "$ROOT/scripts/check-tokens" captions
    [[ "$stderr" == *COCO_PTB_JAR* ]]
    : >jar
    PATH=$PWD/bin:$PATH run -1 --separate-stderr "$ROOT/scripts/check-tokens" captions
    [[ "$output" == *"line 2: 'A Red dog'"*"theirs: 'a read dog'"*"ours:   'a red dog'"*"1 of 3 lines differ" ]]
    sed -i 2d captions
    PATH=$PWD/bin:$PATH run -0 --separate-stderr "$ROOT/scripts/check-tokens" --save kept captions
    [ "$output" = "0 of 2 lines differ" ]
    same captions kept.txt
    [ "$(cat kept.words)" = $'a cat\na bird' ]
}
