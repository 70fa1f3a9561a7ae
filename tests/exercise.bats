#!/usr/bin/env bats
# scripts/exercise: the exercise's checks, the page, and where its numbers come from. The small run is smaller here.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    sanitized coco-train && return 0
    cd "$BATS_FILE_TMPDIR"
    export HIDDEN=24 WORDVEC=12
    # A network so small learns no caption by heart; the first target takes it two runs.
    TARGET=16 "$ROOT/scripts/exercise" -o en --html en.html >en.txt
    TARGET=30 "$ROOT/scripts/exercise" --lang fr -o fr --html=fr.html --seed 7 -d en/shapes >fr.txt
}

setup() {
    ! sanitized coco-train || skip "the commands have tests of their own"
    cd "$BATS_FILE_TMPDIR"
}

@test "every check of the exercise is met" {
    for text in en.txt fr.txt; do
        [ "$(grep -c '✓$' $text)" = 28 ]
        run ! grep -q '✗' $text
        for name in next_h dx dprev_h dWx dWh db h dh0 out dW dw W_embed W_proj b_proj Wx Wh b W_vocab b_vocab; do
            grep -qE "^    $name error +[0-9.e-]+ +1e-[0-9]+ +✓$" $text
        done
        [ "$(awk '$1 == "loss" { print $2 }' $text)" = 9.83235591003 ]
        grep -qE '^    difference +[0-9.e-]+ +1e-10 +✓$' $text
    done
}

@test "the page is well formed, whole, and in its language" {
    for lang in en fr; do
        [ "$(python3 -I "$ROOT/tests/support/page.py" --whole $lang.html)" = "0 3" ]
        grep -q "<html lang=\"$lang\">" $lang.html
        [ "$(grep -c 'src="data:image/png;base64,iVBOR' $lang.html)" = 3 ]
        [ "$(grep -c '^<h2>' $lang.html)" = "$(grep -c '^## ' "$ROOT/scripts/exercise.$lang")" ]
        # The source of each function that it names.
        [ "$(grep -c '<details>' $lang.html)" = "$(grep -A 1 '<details>' $lang.html | grep -c '^<pre>[a-z].*(')" ]
        run ! grep -q '[{][a-z_]*[}]' $lang.txt
    done
    grep -q 'rétropropagation' fr.html
    # Both languages go through the same steps.
    diff <(grep '^[$@]' "$ROOT/scripts/exercise.en" | grep -v '^@picture') \
        <(grep '^[$@]' "$ROOT/scripts/exercise.fr" | grep -v '^@picture')
}

@test "the text's lines end without blanks, fit, and no sign stands apart from its number" {
    for text in en.txt fr.txt; do
        run ! grep -n ' $' $text
        run ! grep -nE '^[%:;?!»]' $text
        run ! grep -nE '^[^ ].{100}' <(grep -v '\.html$' $text) # what is indented is other programs' output
        grep -q $'[0-9]\u00a0%' $text
    done
}

@test "results come from the run: another seed gives others, and the texts have none" {
    losses() { sed -n 's/^ *(Iteration \([0-9]*\) .* loss: \([0-9.]*\).*/\1 \2/p' "$1"; }
    [ "$(losses fr.txt | wc -l)" = 10 ]
    [ "$(losses fr.txt)" = "$(jq -r 'select(.event == "iteration" and .iteration % 10 == 1) | [.iteration, .loss] | @tsv' \
        fr/small.jsonl | awk '{ printf "%d %.6f\n", $1, $2 }')" ]
    [ "$(losses en.txt | head -n 1)" != "$(losses fr.txt | head -n 1)" ]
    run ! cmp -s en/minibatch.png fr/minibatch.png
    # A loss, an error, a score: anything with two decimals or an exponent.
    run ! grep -E '[0-9][.,][0-9]{2}|[0-9]e-?[0-9]' "$ROOT"/scripts/exercise.{en,fr}
}

@test "captions that fifty epochs do not teach get more of them" {
    [ "$(grep -c -- '--max-train .*--epochs 50 ' fr.txt)" = 2 ]
    [ "$(grep -c -- '--max-train .*--epochs 100 ' fr.txt)" = 0 ]
    [ "$(grep -c -- '--max-train .*--epochs 100 ' en.txt)" = 1 ]
    grep -q '^The last loss, [0-9.]*, is not below 16\. ' en.txt
    grep -q 'in 200 iterations. Below 16: yes.✓$' en.txt
    grep -q 'en 100 itérations. Inférieur à 30.: oui.✓$' fr.txt
    [ "$(jq -s 'map(select(.event == "iteration")) | length' en/small.jsonl)" = 200 ]
}

@test "captions that are never learnt are exit 1" {
    run -1 --separate-stderr env TARGET=1e-9 HIDDEN=4 WORDVEC=4 "$ROOT/scripts/exercise" -d en/shapes -o never
    grep -q 'in 800 iterations. Below 1e-9: no.✗$' <<<"$output"
    [[ "$stderr" =~ "a check failed" ]]
}

@test "an error that is too large is shown, and is exit 1" {
    mkdir -p wrong/tests
    ln -sf "$BUILD"/coco-* wrong
    ln -sf "$BUILD/tests/test_loss64" wrong/tests
    printf '#!/bin/sh\n"%s" | sed "s/^# next_h error: [^ ]*/# next_h error: 2.1e-08/"\n' "$BUILD/tests/test_layers64" >wrong/tests/test_layers64
    chmod +x wrong/tests/test_layers64
    run -1 --separate-stderr env BUILD="$PWD/wrong" TARGET=100 HIDDEN=4 WORDVEC=4 "$ROOT/scripts/exercise" -d en/shapes -o wrong/files
    [ "$(grep -c '✗' <<<"$output")" = 1 ]
    grep -qE 'next_h error +2.1e-08 +1e-08 +✗' <<<"$output"
    [[ "$stderr" =~ "a check failed" ]]
}

@test "wrong arguments" {
    for arguments in "--lang de" "--lang" "--seed x" "--what 1" "more"; do
        run -2 --separate-stderr "$ROOT/scripts/exercise" $arguments
        [[ "$stderr" =~ ^usage: ]]
    done
    run -1 --separate-stderr env BUILD="$PWD/none" "$ROOT/scripts/exercise" -o none-files
    [[ "$stderr" =~ "make exercise" ]]
    [ ! -e none-files ]
}
