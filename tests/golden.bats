#!/usr/bin/env bats
# The commands against NumPy's numbers: nine iterations with each rule, greedy search and beam search. The small model
# stands in tests/golden, the medium one in $COCO_SHARED/golden; the settings are in expected.json beside each.

load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# near A B [PART]: two lists of numbers have the same length and agree within PART (1e-5) of each number.
near() {
    jq -e -n --argjson a "$1" --argjson b "$2" --argjson part "${3-1e-5}" '
        def abs: if . < 0 then -. else . end;
        ($a | length) == ($b | length) and ($a | length) > 0
        and all(range($a | length); ($a[.] - $b[.] | abs) <= $part * ($b[.] | abs))'
}

# trains DIR: trains each cell with each rule from DIR's start; compares the losses and the final parameters.
trains() {
    local golden=$1 cell rule part apart
    for cell in rnn lstm; do
        for rule in sgd momentum rmsprop adam; do
            jq -r --arg rule $rule '"--batch-size \(.batch_size) --order \(.order) --iterations \(.iterations) --lr \(.lr[$rule])"' \
                "$golden/expected.json" >options
            coco-train -q --force -d "$golden" -o m.h5 --init "$golden/$cell.h5" --optim $rule $(cat options) --log log
            # The first step of rmsprop and adam has a fixed width (ten rates, one rate) whatever the gradient: where
            # the true gradient is nearly zero, rounding to float decides the step. In double all rules agree closely.
            part=1e-5 apart=2e-5
            case $rule in
                rmsprop) part=3e-4 apart=5e-2 ;;
                adam) apart=2e-3 ;;
            esac
            near "$(jq -s '[.[] | select(.event == "iteration") | .loss]' log)" \
                "$(jq ".$cell.losses.$rule" "$golden/expected.json")" $part
            h5diff -d $apart m.h5 "$golden/${cell}_$rule.h5" /params /params
        done
    done
}

# decodes DIR NAME OPTION...: words and log-probabilities of the val split, on one and two threads.
decodes() {
    local golden=$1 name=$2 cell j
    shift 2
    for cell in rnn lstm; do
        for j in 1 2; do
            coco-sample -m "$golden/${cell}_decode.h5" -d "$golden" --max-length "$(jq ".$cell.max_length" "$golden/expected.json")" \
                -j $j "$@" >captions
            jq -r .caption captions >have
            jq -r ".$cell.$name[].words" "$golden/expected.json" >want
            cmp want have
            near "$(jq -s '[.[].logprob]' captions)" "$(jq "[.$cell.$name[].logprob]" "$golden/expected.json")"
        done
    done
}

@test "small: nine iterations with each rule" {
    trains "$ROOT/tests/golden/small"
}
@test "small: greedy" {
    decodes "$ROOT/tests/golden/small" greedy
}
@test "small: beam 3" {
    decodes "$ROOT/tests/golden/small" beam3 --beam 3
}
@test "medium: nine iterations with each rule" {
    needs "$COCO_SHARED/golden/medium"
    trains "$COCO_SHARED/golden/medium"
}
@test "medium: greedy" {
    needs "$COCO_SHARED/golden/medium"
    decodes "$COCO_SHARED/golden/medium" greedy
}
@test "medium: beam 3" {
    needs "$COCO_SHARED/golden/medium"
    decodes "$COCO_SHARED/golden/medium" beam3 --beam 3
}
