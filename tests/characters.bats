#!/usr/bin/env bats
# Vocabularies of characters: what coco-prepare makes of captions, against plain Python; captions in any script through training,
# sampling and sheets; what the options of decoding mean for a model that spells.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    dataset small
    seq -f 'p%g.jpg' 0 23 >names
    # Emoji with a joiner and a skin tone, an accent that stands alone, right-to-left, no spaces, and signs of every kind.
    cat >texts <<'END'
👩‍👩‍👧 and a 🐕🏽!
un café (ça va)
كلب أسود يركض
一只黑狗在草地上奔跑
"q" & <b> \ it's 100%
END
    paste -d'|' <(head -n 5 names) <(yes | head -n 5) texts | sed 's/^\([^|]*\)|[^|]*|/\1| 0| /' >captions.bars
    coco-prepare -q -o d captions.bars --features small/train2014_vgg16_fc7_pca.h5 --names names --characters --tokenizer none \
        --min-count 1 --split train=5
    coco-train -q -d d -o m.h5 --cell lstm --hidden 48 --wordvec 16 --batch-size 5 --order sequential --lr 0.02 --iterations 130 \
        --log train.jsonl
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR"/{small,names,texts,d,m.h5,train.jsonl} .
}

# rows DIR: train's captions, a JSON list of rows.
rows() {
    h5dump -y -w 0 -d train_captions -o numbers "$1/captions.h5" >dump
    local width
    width=$(sed -n 's/.*SIMPLE { ( [0-9]*, \([0-9]*\) ).*/\1/p' dump)
    tr ',\n' '  ' <numbers | xargs -n "$width" | jq -R 'split(" ") | map(tonumber)' | jq -sc .
}

# as_python DIR CAPTIONS MIN_COUNT PIECES: the dataset is what plain Python makes of the captions, one per line.
as_python() {
    python3 "$ROOT/tests/support/spell.py" "$3" "$4" <"$2" >want.json
    [ "$(jq -c .idx_to_word "$1/vocab.json")" = "$(jq -c .vocabulary want.json)" ]
    [ "$(rows "$1")" = "$(jq -c .captions want.json)" ]
}

@test "vocabulary and captions are those of plain Python" {
    as_python d texts 1 0
    [ "$(jq -r .joiner d/vocab.json)" = "" ]
    # Rare characters become <UNK>.
    paste -d, <(head -n 3 names) <(printf 'A zebra, a dog.\nThe dog & <UNK> ran\na dog\n' | sed 's/.*/"&"/') >a.csv
    printf 'a zebra a dog\nthe dog <UNK> ran\na dog\n' >simple
    coco-prepare -q -o rare a.csv --features small/train2014_vgg16_fc7_pca.h5 --names names --characters --min-count 2
    as_python rare simple 2 0
    coco-fetch show rare | grep -q 'characters or pieces a caption'
}

@test "captions in any script come out equal, from prepare to the sheet" {
    [ "$(coco-fetch show d --split train -n 5 | jq -r .caption)" = "$(cat texts)" ]
    # A tenth of a nat for each character.
    [ "$(jq -s 'last.loss < 0.1 * 18' train.jsonl)" = true ]
    coco-sample -q -m m.h5 -d d --split train >records
    [ "$(jq -r .caption records)" = "$(cat texts)" ]
    [ "$(jq -r '.references[0]' records)" = "$(cat texts)" ]
    [ "$(coco-sample -q -m m.h5 -d d --split train --beam 3 --format text)" = "$(cat texts)" ]
    [ "$(coco-sample -q -m m.h5 -d d --split train --format coco | jq -r '.[].caption')" = "$(cat texts)" ]
    coco-eval records | jq -e '.Bleu_4 > 0.99' >/dev/null
    coco-render -q --html sheet.html --highlight records 2>/dev/null
    # Each word is marked by itself.
    sed 's/<[^>]*>//g' sheet.html >page
    while IFS= read -r text; do
        [ "$(grep -cF "$text" page)" -ge 2 ]
    done < <(sed -n 2,4p texts)
}

@test "a model that spells: steps, words, ends" {
    # As many steps as the longest caption of its dataset has, without --max-length.
    local longest
    longest=$(jq -Rr 'length' texts | sort -n | tail -n 1)
    [ "$longest" -gt 20 ]
    # A word's log-probability is that of its characters and of the space before it; <END> has one of its own.
    coco-sample -q -m m.h5 -d d --split train --word-logprobs >records
    jq -s -e 'all((.word_logprobs | length) == ([.caption | match("[^ ]+"; "g")] | length) + 1
        and ((.word_logprobs | add) - .logprob | fabs) < 1e-3)' records >/dev/null
    # So are those of captions with spaces at their ends, and <NULL> within words.
    for seed in {1..40}; do
        coco-sample -q -m m.h5 -d d --split train --temperature 4 --seed $seed --max-length 40 --word-logprobs
    done >wild
    jq -s -e 'all((.word_logprobs | length) - ([.caption | match("[^ ]+"; "g")] | length) | . == 0 or . == 1)' wild
    jq -s -e 'all(((.word_logprobs | add) - .logprob | fabs) < 1e-3)' wild
    # --min-length counts words.
    coco-sample -q -m m.h5 -d d --split train --min-length 6 --max-length 90 >longer
    jq -s -e 'all([.caption | length >= 90, ([match("[^ ]+"; "g")] | length >= 6)] | any)' longer >/dev/null
    # No caption ends with "a".
    printf 'p0.jpg,dogs like a\n' >a.csv
    coco-prepare -q -o a a.csv --features small/train2014_vgg16_fc7_pca.h5 --names names --characters --min-count 1
    coco-train -q -d a -o a.h5 --hidden 16 --wordvec 8 --batch-size 5 --lr 0.02 --iterations 60
    [ "$(coco-sample -q -m a.h5 -d a --split train --format text)" = "dogs like a" ]
    [ "$(coco-sample -q -m a.h5 -d a --split train --bad-endings --format text)" != "dogs like a" ]
}

@test "captions that are there are scored" {
    coco-sample -q -m m.h5 -d d --split train --score >scores
    [ "$(jq -r .caption scores)" = "$(cat texts)" ]
    # What sampling says of the same captions, and the loss of training before its last update.
    coco-sample -q -m m.h5 -d d --split train >records
    paste -sd' ' <(jq .logprob scores) <(jq .logprob records) | jq -e -s 'length == 10 and
        ([range(5) as $i | (.[$i] - .[5 + $i]) | fabs] | max) < 1e-3' >/dev/null
    coco-train -q -d d -o more.h5 --init m.h5 --batch-size 5 --order sequential --iterations 1 --log more.jsonl
    jq -s --slurpfile log more.jsonl '(map(.logprob) | add / -5) - $log[0].loss | fabs < 1e-4' scores | grep -q true
    [ "$(coco-sample -q -m m.h5 -d d --split train --score -n 2 | wc -l)" = 2 ]
    fails 2 '--score and --beam exclude each other' coco-sample -m m.h5 -d d --score --beam 3
    fails 2 '--score takes the captions of a dataset, and one model' coco-sample -m m.h5 --score p.jpg
    cp -r d none && rm none/train_images.txt && h5copy -i d/captions.h5 -o none/c.h5 -s train_captions -d val_captions && mv none/c.h5 none/captions.h5
    fails 1 'train_captions' coco-sample -q -m m.h5 -d none --split train --score
}

@test "100 steps: the same bits on one thread and on two, in one run and in two" {
    for i in $(seq 0 9); do
        echo "p$i.jpg,$(printf 'word%s ' $(seq "$i" $((i + 14))))"
    done >long.csv
    coco-prepare -q -o long long.csv --features small/train2014_vgg16_fc7_pca.h5 --names names --characters --min-count 1
    rows long | jq -e '.[0] | length > 90' >/dev/null
    for j in 1 2; do
        tiny -d long -o m.h5.new --cell lstm --iterations 6 -j $j
        mv m.h5.new one.$j
    done
    same one.1 one.2
    tiny -d long -o m.h5.new --cell lstm --iterations 3
    tiny --resume m.h5.new --iterations 6
    same_params one.1 m.h5.new
}

@test "from words to characters and back: the same captions" {
    coco-prepare -q -o spelled --from small --characters
    coco-prepare -q -o back --from spelled --vocab-from small
    for split in train val; do
        h5diff small/coco2014_captions.h5 back/captions.h5 ${split}_captions
        coco-fetch show small --split $split -n 99 | jq -c '[.caption, .references]' >words.txt
        coco-fetch show spelled --split $split -n 99 | jq -c '[.caption, .references]' | diff words.txt -
    done
    # Models of words and of characters do not go together.
    tiny -d small -o w.h5 --iterations 1
    tiny -d spelled -o s.h5 --iterations 1
    fails 1 'vocabularies differ' coco-sample -q -m w.h5 -m s.h5 -d small
    fails 1 'vocabularies differ' coco-train -q -d small -o x.h5 --init s.h5
}

@test "pieces: those of plain Python, and no more than there are" {
    # Equal counts, runs of one letter, <UNK>, rare characters, what looks like a special word.
    cat >captions <<'END'
aaaa aa aaa the then there
the <END> <END> <UNK>the bathe zq
一只黑狗 一只 黑狗 the the
END
    paste -d'|' <(head -n 3 names) <(yes '' | head -n 3) captions | sed 's/||/|0|/' >captions.bars
    for n in 1 4 9 99; do
        coco-prepare -q -o pieces$n captions.bars --features small/train2014_vgg16_fc7_pca.h5 --names names --pieces $n \
            --tokenizer none --min-count 2
        as_python pieces$n captions 2 $n
    done
    [ "$(jq '.idx_to_word | length' pieces99/vocab.json)" -lt 60 ]
    [ "$(coco-fetch show pieces9 --split train -n 3 | jq -r .caption)" = "$(coco-fetch show pieces1 --split train -n 3 | jq -r .caption)" ]
    # A vocabulary tells how captions are cut; captions stay what they are.
    for n in 9 99; do
        coco-prepare -q -o taken$n captions.bars --features small/train2014_vgg16_fc7_pca.h5 --names names --characters \
            --tokenizer none --vocab-from pieces$n
        h5diff pieces$n/captions.h5 taken$n/captions.h5
        same pieces$n/vocab.json taken$n/vocab.json
    done
    coco-prepare -q -o pieces --from small --pieces 20
    coco-prepare -q -o back --from pieces --vocab-from small
    h5diff small/coco2014_captions.h5 back/captions.h5 train_captions
    tiny -d pieces -o p.h5 --iterations 2
    coco-sample -q -m p.h5 -d pieces --split val --word-logprobs >/dev/null
    fails 2 '--vocab-from and --pieces exclude each other' coco-prepare -o e --from small --pieces 3 --vocab-from pieces
}
