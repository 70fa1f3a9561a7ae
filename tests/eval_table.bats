#!/usr/bin/env bats
# coco-eval: several files, groups, statistics, and whether files differ.

bats_require_minimum_version 1.5.0
load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >a.jsonl <<'E2'
{"image_id":1,"split":"val","n":10,"caption":"a cat on the mat","references":["a cat sits on the mat","the cat is on a mat"]}
{"image_id":2,"split":"test","n":9,"caption":"a man riding a <UNK> wave","references":["a man riding a wave on a surfboard","a surfer rides a large wave"]}
{"image_id":3,"split":"val","caption":"a dog in the grass","references":["two dogs play in the snow","dogs running through snow"]}
{"image_id":4,"split":"test","n":10,"caption":"a dog in the grass","references":["a brown dog in the grass"]}
E2
    jq -c '.caption = .references[0]' a.jsonl >b.jsonl
}

# better N: makes n.jsonl and m.jsonl with N images; m's captions are right more often.
better() {
    jq -n -c --argjson n "$1" 'range($n) | {image_id: ., caption: (if . % 3 == 0 then "a b c d \(. % 17)" else "x b c y z" end), references: ["a b c d \(. % 17)"]}' >n.jsonl
    jq -n -c --argjson n "$1" 'range($n) | {image_id: ., caption: (if . % 2 == 0 then "a b c d \(. % 17)" else "x b c y z" end), references: ["a b c d \(. % 17)"]}' >m.jsonl
}

@test "several files: each object is that of the file alone, with its name" {
    coco-eval -q a.jsonl >alone
    coco-eval -q b.jsonl >>alone
    run -0 --separate-stderr coco-eval -q a.jsonl b.jsonl
    echo "$output" >together
    [ "$(jq -r .file together | xargs)" = "a.jsonl b.jsonl" ]
    sed 's/"file":"[^"]*",//' together >unnamed
    same alone unnamed
    # Warnings name the file.
    [[ "$stderr" == "coco-eval: a.jsonl: <UNK>, in 1 "* ]]
    run -0 coco-eval -q - b.jsonl <a.jsonl
    [ "$(jq -r .file <<<"${lines[-2]}")" = "standard input" ]
}

@test "references are read once, whatever they come from" {
    jq -s -c '[.[] | {image_id, caption}]' a.jsonl >a.json
    jq -s -c '[.[] | {image_id, caption}]' b.jsonl >b.json
    jq -s -c '{annotations: [.[] | {image_id, caption: .references[]}]}' a.jsonl >refs.json
    coco-eval a.json --refs refs.json >alone
    coco-eval b.json --refs refs.json >>alone
    coco-eval a.json b.json --refs <(cat refs.json) | sed 's/"file":"[^"]*",//' >together
    same alone together
}

@test "a table has a row for each file" {
    mv a.jsonl a-longer-name.jsonl
    run -0 --separate-stderr coco-eval --table a-longer-name.jsonl b.jsonl
    [[ "${lines[0]}" == *"out of 100, CIDEr (CIDEr-D) out of 1000"* ]]
    [[ "${lines[1]}" =~ ^file\ +images\ +captions\ +BLEU-1\ +BLEU-2\ +BLEU-3\ +BLEU-4\ +ROUGE-L\ +CIDEr$ ]]
    [[ "${lines[2]}" =~ ^a-longer-name.jsonl\ +4\ +4\ +[0-9]+\.[0-9]\  ]]
    [[ "${lines[3]}" =~ ^b.jsonl\ +4\ +4\ +100\.0\ +100\.0\ +100\.0\ +100\.0\ +100\.0\  ]]
    [ "${#lines[@]}" = 4 ]
    # Columns are aligned.
    [ "${#lines[1]}" = "${#lines[2]}" ]
    [ "${#lines[2]}" = "${#lines[3]}" ]
    # Control characters in names do not reach the terminal; names that are not UTF-8 leave JSON valid.
    cp b.jsonl $'c\e\n.jsonl'
    run -0 --separate-stderr coco-eval --table b.jsonl $'c\e\n.jsonl'
    [[ "${lines[3]}" == 'c\x1b\x0a.jsonl '* ]]
    cp b.jsonl $'\xff.jsonl'
    run -0 --separate-stderr coco-eval b.jsonl $'\xff.jsonl'
    [ "$(jq -r .file <<<"${lines[1]}")" = $'\uFFFD.jsonl' ]
}

@test "groups by a key, and all" {
    run -0 --separate-stderr coco-eval -q a.jsonl --by split
    [ "$(jq -c '[.by, .group, .images, .captions]' <<<"$output" | xargs)" = "[split,test,2,2] [split,val,2,2] [null,null,4,4]" ]
    coco-eval -q a.jsonl >all
    [ "${lines[2]}" = "$(cat all)" ]
    # BLEU and ROUGE-L of a group are those of its records alone; the group's CIDEr has the weights of the whole file.
    grep '"val"' a.jsonl | coco-eval -q >val
    jq -s -e '.[0] as $x | .[1] as $y | all("Bleu_1", "Bleu_4", "ROUGE_L", "testlen", "distinct"; . as $k | $x[$k] == $y[$k])' val <(echo "${lines[1]}")
    jq -s -e '(.[0].CIDEr + .[1].CIDEr) / 2 - .[2].CIDEr | fabs < 1e-12' <<<"$output"
}

@test "groups are sorted by value; records without the key come last" {
    jq -c 'if .n == 9 then .n = "9" else . end' a.jsonl >mixed.jsonl
    jq -c '.image_id += 10 | .n = (.image_id == 11)' a.jsonl >>mixed.jsonl
    jq -c '.image_id += 20 | .n = 9' a.jsonl >>mixed.jsonl
    jq -c '.image_id += 30 | .n = null' a.jsonl >>mixed.jsonl
    run -0 --separate-stderr coco-eval -q mixed.jsonl --by n
    [ "$(jq -c '[.group, .captions]' <<<"$output" | tr '\n' ' ')" = '[9,4] [10,2] ["9",1] [false,3] [true,1] [null,5] [null,16] ' ]
    run -0 --separate-stderr coco-eval -q mixed.jsonl a.jsonl --by n --table
    [[ "${lines[1]}" =~ ^file\ +n\ +images ]]
    [[ "${lines[2]}" =~ ^mixed.jsonl\ +9\ +4\  ]]
    [[ "${lines[7]}" =~ ^mixed.jsonl\ +\(none\)\ +5\  ]]
    [[ "${lines[8]}" =~ ^mixed.jsonl\ +all\ +16\  ]]
    [[ "${lines[12]}" =~ ^a.jsonl\ +all\ +4\  ]]
}

@test "a key that no record has, or none can be grouped by" {
    fails 1 'a.jsonl: no record has a "splt" to group by' coco-eval a.jsonl --by splt
    fails 1 'a.jsonl: line 1: "references": not a string, a number, true or false' coco-eval a.jsonl --by references
    # A results array has no more than captions, as a rule.
    jq -s -c '[.[] | {image_id, caption}]' a.jsonl >results.json
    jq -s -c '{annotations: [.[] | {image_id, caption: .references[]}]}' a.jsonl >refs.json
    fails 1 'results.json: no record has a "split" to group by' coco-eval results.json --refs refs.json --by split
    jq -s -c '[.[] | {image_id, caption, split}]' a.jsonl >results.json
    run -0 --separate-stderr coco-eval -q results.json --refs refs.json --by split
    [ "$(jq -c .group <<<"$output" | xargs)" = "test val null" ]
}

@test "statistics" {
    run -0 --separate-stderr coco-eval -q a.jsonl --stats
    # 21 words: 17 of them in the references; "a dog in the grass" twice
    jq -e '.stats.words == 21 and .stats.unk == 1 / 21 and .stats.mean_length == 5.25' <<<"$output"
    jq -e '.stats.word_precision == 17 / 21' <<<"$output"
    jq -e '.stats.distinct_1 == 12 / 21 and .stats.distinct_2 == 13 / 17' <<<"$output"
    jq -e '.stats.distinct_captions == 3 and .stats.distinct_captions_share == 0.75' <<<"$output"
    jq -e '.stats | has("novel_captions") | not' <<<"$output"
    # <UNK> is counted also where it is no word.
    run -0 --separate-stderr coco-eval -q a.jsonl --stats --drop-unk
    jq -e '.stats.words == 20 and .stats.unk == 1 / 21' <<<"$output"
    run -0 --separate-stderr coco-eval -q a.jsonl --stats --table
    [[ "$output" == *"right words    81.0%"* && "$output" == *"distinct-2     76.5%"* ]]
    run -0 --separate-stderr coco-eval -q a.jsonl b.jsonl --stats --table
    [[ "${lines[4]}" == "Statistics:"* ]]
    [[ "${lines[6]}" =~ ^a.jsonl\ +5\.2\ +81\.0\ +4\.8\ +57\.1\ +76\.5\ +3\ +75\.0\ +-$ ]]
    # Nothing divided by nothing is null.
    run -0 --separate-stderr coco-eval -q --stats <<<'{"image_id":1,"caption":"","references":["a"]}'
    jq -e '.stats.words == 0 and .stats.word_precision == null and .stats.distinct_2 == null' <<<"$output"
}

@test "novel captions, of a dataset, of annotations and of records" {
    jq -c 'select(.image_id > 2)' a.jsonl >train.jsonl
    sed -i 's/"references":\[/&"a cat on the mat",/' train.jsonl
    # References are the training captions, not what a model made of them.
    run -0 --separate-stderr coco-eval -q a.jsonl --train train.jsonl --stats
    jq -e '.novel == 0.75 and .stats.novel_captions == 3 and .stats.novel_captions_share == 0.75' <<<"$output"
    jq -c '{image_id, caption}' train.jsonl >captions.jsonl
    run -0 --separate-stderr coco-eval -q a.jsonl --train captions.jsonl
    jq -e '.novel == 0.5' <<<"$output"
    for indent in -c --tab; do
        jq $indent -s '{annotations: [.[] | {image_id, caption}]}' train.jsonl >annotations.json
        run -0 --separate-stderr coco-eval -q a.jsonl --train annotations.json
        jq -e '.novel == 0.5' <<<"$output"
    done
    : >empty
    fails 1 'empty: no captions' coco-eval b.jsonl --train empty
    echo '{"image_id":1}' >bad
    fails 1 'bad: no "annotations"' coco-eval b.jsonl --train bad
    echo '{"image_id":1,"caption":7}' >bad
    fails 1 'bad: line 1: "caption": not a string' coco-eval b.jsonl --train bad
    fails 1 'nowhere' coco-eval b.jsonl --train nowhere
}

@test "differences from the first file" {
    better 300
    run -0 --separate-stderr coco-eval n.jsonl m.jsonl n.jsonl --significance
    [ -z "$stderr" ]
    jq -s -e '.[0] | has("difference") | not' <<<"$output"
    # The difference of the scores, inside its interval, and beyond doubt.
    jq -s -e '.[1].difference.from == "n.jsonl"' <<<"$output"
    for key in Bleu_1 Bleu_4 ROUGE_L CIDEr; do
        jq -s -e --arg k $key '.[1].difference[$k] as $d | (.[1][$k] - .[0][$k] - $d.value | fabs < 1e-12)
            and $d.low > 0 and $d.low < $d.value and $d.value < $d.high and $d.p < 0.01' <<<"$output"
        # A file does not differ from itself.
        jq -s -e --arg k $key '.[2].difference[$k] == {"value": 0, "low": 0, "high": 0, "p": 1}' <<<"$output"
    done
    run -0 --separate-stderr coco-eval n.jsonl m.jsonl --significance --table
    [[ "$output" == *"Differences from n.jsonl"*"paired bootstrap, Koehn 2004"*"approximate randomization, Riezler and Maxwell 2005"*"1000 resamples"* ]]
    [[ "$output" =~ m.jsonl\ +BLEU-4\ +\+[0-9.]+\ +\+[0-9.]+\ +\+[0-9.]+\ +0\.00 ]]
}

@test "differences: the same bits for any number of threads and order of records; another seed, others" {
    better 100
    coco-eval -j1 n.jsonl m.jsonl --significance >one
    coco-eval -j3 n.jsonl m.jsonl --significance >three
    same one three
    # The second file's order does not matter; words of the next caption neither, as white space parts words here.
    tac m.jsonl >backwards
    mv backwards m.jsonl
    coco-eval n.jsonl m.jsonl --significance | jq -c .difference.Bleu_4 >again
    same <(jq -c .difference.Bleu_4 one) again
    coco-eval n.jsonl m.jsonl --significance --seed 2 >other
    [ "$(cat one)" != "$(cat other)" ]
    # Few images: nothing is certain.
    better 4
    run -0 --separate-stderr coco-eval n.jsonl m.jsonl --significance --resamples 500
    jq -s -e '.[1].difference | .resamples == 500 and .ROUGE_L.p > 0.05' <<<"$output"
}

@test "the interval covers the true difference about as often as it says" {
    # 40 pairs of systems, right by chance with 0.5 and 0.6: the true difference in BLEU-1 is 0.1. An interval misses it
    # with probability 0.05 or a little more, all 40 or even 8 of them next to never.
    local missed=0
    for seed in $(seq 40); do
        for chance in 50 60; do
            awk -v seed=$((seed * 1000 + chance)) -v chance=$chance 'BEGIN { srand(seed); for (i = 0; i < 200; i++)
                printf "{\"image_id\":%d,\"caption\":\"%s\",\"references\":[\"a\"]}\n", i, rand() * 100 < chance ? "a" : "b" }' >$chance.jsonl
        done
        coco-eval 50.jsonl 60.jsonl --significance --resamples 400 >out
        jq -s -e '.[1].difference.Bleu_1 | .low <= 0.1 and 0.1 <= .high' out >/dev/null || missed=$((missed + 1))
    done
    echo "$missed of 40 missed"
    [ $missed -le 7 ]
}

@test "the help names every key of the JSON" {
    coco-eval --help >help
    coco-eval -q a.jsonl b.jsonl --by split --stats --train a.jsonl --significance --resamples 100 --meteor-lite |
        jq -r 'keys[], (.stats // {} | keys[]), (.difference // {} | keys[], (.CIDEr // {} | keys[]))' | sort -u >keys
    grep -qx novel_captions keys && grep -qx high keys && grep -qx group keys
    while IFS= read -r key; do
        case $key in Bleu_[23]) continue ;; esac # "Bleu_1" to "Bleu_4"
        grep -qw -- "${key%_share}" help
    done <keys
}

@test "differences need the same images, and several" {
    head -n 3 b.jsonl >three.jsonl
    fails 1 'three.jsonl: no scored caption of image 4 of split test, which b.jsonl has' coco-eval b.jsonl three.jsonl --significance
    fails 1 'three.jsonl: no scored caption of image 4 of split test, which b.jsonl has' coco-eval three.jsonl b.jsonl --significance
    sed 's/"split":"test"/"split":"dev"/' b.jsonl >dev.jsonl
    fails 1 'dev.jsonl: no scored caption of image 2 of split test' coco-eval b.jsonl dev.jsonl --significance
    head -n 1 b.jsonl >one.jsonl
    run -1 --separate-stderr coco-eval one.jsonl one.jsonl --significance
    [[ "$stderr" == *"one.jsonl: captions of one image: --significance needs several images to resample" ]]
    [ -z "$output" ]
}

@test "several captions of an image stay together when images are drawn" {
    better 60
    # The same counts twice over: the same differences, intervals and p.
    coco-eval -q n.jsonl m.jsonl --significance >once
    cat n.jsonl n.jsonl >n2.jsonl
    cat m.jsonl m.jsonl >m2.jsonl
    run -0 --separate-stderr coco-eval -q n2.jsonl m2.jsonl --significance
    [[ "$stderr" == *"n2.jsonl: 60 images with several captions"* ]]
    jq -s -e '.[1].captions == 60 and .[3].captions == 120' once <(echo "$output")
    jq -s -e '[.[1], .[3]] | map(.difference.ROUGE_L) | (.[0].low - .[1].low | fabs < 1e-12) and .[0].p == .[1].p' once <(echo "$output")
}

@test "a file among several that cannot be scored" {
    : >empty.jsonl
    fails 1 'empty.jsonl: no captions' coco-eval b.jsonl empty.jsonl
    jq -c 'del(.references)' b.jsonl >without.jsonl
    run -1 --separate-stderr coco-eval b.jsonl without.jsonl
    [[ "$stderr" == *"without.jsonl: no caption has references"* ]]
    [ -z "$output" ]
    fails 1 'nowhere.jsonl: No such file' coco-eval b.jsonl nowhere.jsonl
}

@test "a hundred thousand captions: memory and groups without end" {
    jq -n -c 'range(100000) | {image_id: ., caption: "a \(. % 1000) b \(. % 7) on the \(. % 313)", references: ["a \(. % 999) b \(. % 7) on a \(. % 313)", "the \(. % 11) is here"]}' >many.jsonl
    (sanitized coco-eval || ulimit -v 2000000 # sanitizers need their address space
        coco-eval --stats many.jsonl many.jsonl --significance --resamples 100 --by image_id >out)
    [ "$(wc -l <out)" = 200002 ]
    jq -s -e '.[100000].captions == 100000 and .[0].group == 0 and .[99999].group == 99999' out
}
