#!/usr/bin/env bats
# scripts/words-or-characters on the built-in shapes, with a second of training for each model.

bats_require_minimum_version 1.5.0
load support/common

@test "words or characters: a table, a sheet, what was trained is kept" {
    sanitized coco-train && skip "a second of training is not enough there"
    cd "$BATS_TEST_TMPDIR"
    coco-fetch shapes -q -o shapes --train 120 --val 12
    # Val's captions as annotations; one has a word that train lacks.
    coco-fetch show shapes --split val -n 12 | jq -s '{images: map({id: .image_id, file_name: (.file | split("/") | last)}),
        annotations: (map({image_id, caption}) | .[3].caption += " lion")}' >val.json
    compared() {
        "$ROOT/scripts/words-or-characters" shapes -o w --seconds 1 --hidden 24 --min-count 30 --pieces 40 --captions val.json --sheet 3
    }
    compared >table
    cat table
    grep -q "^1 of val's captions hold a word that train lacks, such as: .* lion$" table
    grep -q '  words: .* nats for: .* <UNK>$' table
    grep -q '  characters: .* nats for: .* lion$' table
    # Each row has a number for each model.
    [ "$(sed -n '/^| |/,$p' table | awk -F'|' 'NF != 7' | wc -l)" = 0 ]
    [ "$(grep -c '^| [a-zBC].*\( | [0-9][^|]*\)\{4\} |$' table)" = 15 ]
    # All have had the same time, but for the last iteration and saving.
    [ "$(jq -s 'map(.seconds | . >= 0.95 and . < 1.5) | all' w/words.json w/characters.json w/pieces.json "w/small pieces.json")" = true ]
    # Words take a few steps a caption, pieces more, characters many; all score the same captions, all of them.
    awk -F'|' '/steps a caption/ {exit !($3 < 15 && $5 > $3 && $4 > $5 && $6 == $5)}' table
    # Words have fewer parameters than characters here, so none are left out of them.
    [ ! -e "w/small words.json" ]
    local all
    all=$(coco-fetch show shapes --split val -n 12 | jq -s 'map(1 + (.references | length)) | add')
    for name in words characters pieces 'small pieces'; do
        [ "$(wc -l <"w/$name.scores.jsonl")" = "$all" ]
    done
    [ "$(jq -r .caption w/characters.scores.jsonl)" = "$(coco-sample -q -m w/characters.h5 -d w/characters --score --format text)" ]
    run ! grep -q '<UNK>' w/characters.scores.jsonl
    png size w/sheet.png
    cp w/words.h5 before.h5
    compared >again
    same w/words.h5 before.h5
    [ "$(grep nats again)" = "$(grep nats table)" ]
}
