#!/usr/bin/env bats
# coco-sample: captions do not depend on other rows, on threads or on how rows are chosen; records and formats.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o shapes --train 150 --val 90
    # Enough training to tell some pictures apart, not enough to be sure: captions of many lengths.
    for cell in rnn lstm; do
        coco-train -q -d shapes -o $cell.h5 --cell $cell --hidden 48 --wordvec 24 --order shuffle --epochs 4
    done
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR/shapes" d
    ln -s "$BATS_FILE_TMPDIR/rnn.h5" rnn.h5
    ln -s "$BATS_FILE_TMPDIR/lstm.h5" m.h5
}

sample() { coco-sample -q -d d -m m.h5 "$@"; }

# The options of the three decoders.
DECODERS=("--greedy" "--beam 3" "--temperature 1.3 --seed 7")

# --- the same captions ---

@test "threads: equal bytes, for each cell and decoder" {
    for cell in rnn lstm; do
        for decoder in "${DECODERS[@]}"; do
            for j in 1 2 4; do coco-sample -q -d d -m $BATS_FILE_TMPDIR/$cell.h5 $decoder -j $j >$j; done
            same 1 2 4
            [ "$(wc -l <1)" = 90 ]
        done
    done
}
@test "bf16: equal bytes on any number of threads and in shards; most captions equal those of float32" {
    for decoder in --greedy "--beam 3"; do
        for j in 1 2 4; do coco-sample -m m.h5 -d d $decoder --precision bf16 -j $j >$j.jsonl; done
        cmp 1.jsonl 2.jsonl && cmp 1.jsonl 4.jsonl
        for i in 0 1 2; do coco-sample -m m.h5 -d d $decoder --precision bf16 --shard $i/3; done | sort >shards
        cmp <(sort 1.jsonl) shards
        coco-sample -m m.h5 -d d $decoder >full.jsonl
        same=$(comm -12 <(jq -r '"\(.row) \(.caption)"' full.jsonl | sort) <(jq -r '"\(.row) \(.caption)"' 1.jsonl | sort) | wc -l)
        [ "$same" -ge $(($(wc -l <full.jsonl) * 3 / 4)) ]
    done
}

@test "shards: interleaved, they give the whole" {
    for decoder in "${DECODERS[@]}"; do
        sample $decoder >whole
        for i in 0 1 2 3 4 5 6; do
            sample $decoder --shard $i/7 >shard
            awk -v i=$i 'NR % 7 == (i + 1) % 7' whole >want
            same want shard
        done
    done
    sample -n 10 --shard 1/4 | jq -c .row >have
    printf '1\n5\n9\n' >want
    same want have
}
@test "rows: any rows, in any order, repeated, as numbers and as records" {
    for decoder in "${DECODERS[@]}"; do
        sample $decoder >whole
        printf '%s\n' 88 3 3 40 0 89 >rows
        sample $decoder --rows rows >have
        while read -r row; do sed -n "$((row + 1))p" whole; done <rows >want
        same want have
        tac whole | sample $decoder --rows - >have
        tac whole | same - have
        sample $decoder --rows - -n 2 <rows >have
        head -n 2 want >two
        same two have
    done
}
@test "features: a bare array gets the captions of the same rows in a dataset" {
    for decoder in "${DECODERS[@]}"; do
        sample $decoder >whole
        coco-sample -q -m m.h5 --features d/val2014_vgg16_fc7_pca.h5 $decoder >bare
        jq -c '[.caption, .logprob]' whole >want
        jq -c '[.caption, .logprob]' bare >have
        same want have
        jq -e -s '[.[].image_id] == [range(90)] and all(.[]; has("url") or has("file") or has("split") | not)' bare
    done
}
@test "another split, and the first N rows" {
    sample --split train -n 5 >have
    jq -e -s 'length == 5 and all(.[]; .split == "train") and [.[].row] == [0, 1, 2, 3, 4]' have
    sample -n 1000 | jq -e -s 'length == 90 and all(.[]; .split == "val")'
    sample -n 0 >none
    [ ! -s none ]
}

# --- records and formats ---

@test "records: fields, order, references" {
    sample --beam 2 >have
    jq -e -s '[.[].row] == [range(90)] and [.[].image_id] == [range(1000001; 1000091)]
        and all(.[]; (.logprob | type) == "number" and .logprob < 0 and (.references | length) == 5
            and (.file | test("^images/val/[0-9]{12}[.]png$")) and (.url | startswith("file:///")))' have
    # Captions consist of words of the vocabulary, without special entries.
    jq -r .caption have | tr ' ' '\n' | sort -u >words
    jq -r '.idx_to_word[4:][]' d/coco2014_vocab.json | sort -u >known
    [ -z "$(comm -23 words known | grep -v '^$')" ]
}
@test "formats: the same captions as records, as COCO results and as text" {
    sample >records
    sample --format jsonl >have
    same records have
    sample --format coco >results
    jq -e 'type == "array" and all(.[]; keys == ["caption", "image_id"])' results
    jq -c '{image_id, caption}' records >want
    jq -c '.[] | {image_id, caption}' results >have
    same want have
    sample --format text >have
    jq -r .caption records >want
    same want have
    sample --format coco -n 0 | jq -e '. == []'
}
@test "--no-logprob: the same records without log-probabilities" {
    for decoder in "${DECODERS[@]}"; do
        sample $decoder | jq -c 'del(.logprob)' >want
        sample $decoder --no-logprob | jq -c . >have
        same want have
    done
}

# --- decoders ---

@test "greedy is the default, and equals a beam of 1" {
    sample >greedy
    sample --greedy >have
    same greedy have
    sample --beam 1 >have
    same greedy have
}
@test "beams: likelier captions in total than greedy, and likelier with more hypotheses" {
    for k in 1 3 8; do sample --beam $k | jq -s 'map(.logprob) | add' >$k; done
    jq -n -e --slurpfile a 1 --slurpfile b 3 --slurpfile c 8 '$a[0] < $b[0] and $b[0] <= $c[0]'
    # More hypotheses than words in the vocabulary.
    sample --beam 100 -n 3 | jq -e -s 'length == 3'
}
@test "temperature: each seed draws its own captions, with the model's probabilities" {
    sample --temperature 1 >a
    sample --temperature 1 --seed 231 >b
    same a b
    sample --temperature 1 --seed 232 >c
    run ! cmp -s a c
    # A low temperature leaves almost nothing to chance.
    sample >greedy
    sample --temperature 0.001 >cold
    jq -c '[.row, .caption]' greedy >want
    jq -c '[.row, .caption]' cold >have
    same want have
    # A high temperature draws unlikely captions.
    sample --temperature 5 | jq -s 'map(.logprob) | add' >hot
    jq -n -e --slurpfile a hot --slurpfile b <(jq -s 'map(.logprob) | add' greedy) '$a[0] < $b[0]'
}
@test "max-length: longer captions are cut" {
    for decoder in "${DECODERS[@]}"; do
        sample $decoder --max-length 3 | jq -e -s 'all(.[]; (.caption | split(" ") | length) <= 3)'
    done
    # Greedy search does not look ahead: a cut caption is the beginning of the full one.
    sample >whole
    sample --max-length 4 >cut
    jq -r .caption cut >have
    jq -r '.caption | split(" ")[:4] | join(" ")' whole >want
    same want have
}

# --- with other commands ---

@test "pipes: filtered records choose the rows to caption" {
    sample | jq -c 'select(.logprob < -1.5)' >some
    [ -s some ]
    sample --rows some >have
    same some have
}
@test "progress: none with --quiet, none on standard output" {
    coco-sample -d d -m m.h5 2>stderr >have
    sample >want
    same want have
    sample 2>stderr >have
    [ ! -s stderr ]
}

@test "--files names the images of bare features: file, and the image_id of COCO's names" {
    seq -f 'images/%.0f.jpg' 90 | sed '2s/.*/a\/COCO_val2014_000000391895.jpg/; 3s/.*//' >names
    bare() { coco-sample -q -m m.h5 --features d/val2014_vgg16_fc7_pca.h5 "$@"; }
    bare >plain
    bare --files names >named
    [ "$(jq -r '.file // ""' named)" = "$(<names)" ]
    jq -es '.[0].image_id == 0 and .[1].image_id == 391895 and .[2].image_id == 2 and (.[2] | has("file") | not)' named
    same <(jq .caption plain) <(jq .caption named)
    bare --files names -n 2 --format coco | jq -e '.[1].image_id == 391895'
    head -n 89 names >few
    fails 1 'few: 89 lines, but d/val2014_vgg16_fc7_pca.h5 has 90 rows' coco-sample -q -m m.h5 --features d/val2014_vgg16_fc7_pca.h5 --files few
    printf '\377\n' | cat - <(head -n 89 names) >latin
    fails 1 'latin: line 1: not UTF-8' coco-sample -q -m m.h5 --features d/val2014_vgg16_fc7_pca.h5 --files latin
    fails 2 '--files needs --features' coco-sample -m m.h5 -d d --files names
}

# --- rules ---

@test "rules: what they ban does not occur, and other captions stay as they are" {
    sample --beam 3 --format text >free
    sample --beam 3 --no-repeat 2 --format text >ruled
    python3 - free ruled <<'PY'
import sys

def repeats(line):
    words = line.split()
    pairs = list(zip(words, words[1:]))
    return len(pairs) != len(set(pairs))

free, ruled = ([line.rstrip("\n") for line in open(name)] for name in sys.argv[1:])
assert not any(map(repeats, ruled))
assert len(free) == len(ruled) == 90
PY
    sample --min-length 12 --format text | awk 'NF < 12 { exit 1 }'
    sample --temperature 1.5 --no-unk --no-repeat 1 --format text |
        awk '/<UNK>/ { exit 1 } { split("", seen); for (i = 1; i <= NF; i++) if (seen[$i]++) exit 1 }'
    sample --beam 3 --bad-endings --max-length 60 --format text >endings
    run ! grep -qE '(^| )(a|the|of|with)$' endings
}
@test "rules: a longer norm gives longer captions; threads and shards change nothing" {
    mean() { awk '{ n += NF } END { print n / NR }'; }
    short=$(sample --beam 5 --format text | mean)
    long=$(sample --beam 5 --length-norm 2 --format text | mean)
    awk -v a="$short" -v b="$long" 'BEGIN { exit !(b >= a) }'
    for j in 1 2 4; do sample -j $j --beam 4 --length-norm 0.7 --no-repeat 2 --bad-endings >$j; done
    same 1 2 4
    for i in 0 1 2; do sample --shard $i/3 --beam 4 --length-norm 0.7 --no-repeat 2 --bad-endings; done | sort >shards
    sort 1 | cmp - shards
}
@test "rules: contradictions" {
    fails 2 "--min-length 30 needs a --max-length above it" coco-sample -m m.h5 -d d --min-length 30
    fails 2 "--no-repeat: '-1': expected an integer from 0" coco-sample -m m.h5 -d d --no-repeat -1
    fails 2 "--length-norm: 'nan'" coco-sample -m m.h5 -d d --length-norm nan
}

# --- to a file ---

@test "-o: the bytes of standard output, and a note says where they are" {
    for format in jsonl coco text; do
        sample --format $format >want
        sample --format $format -o have
        same want have
    done
    sample --score --split val >want
    sample --score --split val -o have
    same want have
    run -0 --separate-stderr coco-sample -d d -m m.h5 -n 1 -o one
    [ -z "$output" ]
    [ "$stderr" = "one: 1 caption" ]
    coco-sample -q -d d -m m.h5 -n 1 -o - | cmp - one
    # Through a link, to what it leads to.
    ln -s one link
    sample -n 2 -o link
    [ -L link ]
    [ "$(wc -l <one)" = 2 ]
}
@test "-o: whole or not at all" {
    local got=0 pid
    echo old >out
    # A failure at the end, and one to write.
    sample >whole
    bash -c "ulimit -f $(($(wc -c <whole) / 1024 - 1)); exec coco-sample -q -d d -m m.h5 -o out" 2>stderr || got=$?
    [ $got = 1 ]
    grep -qE '^coco-sample: out: .*(File too large|write error)' stderr
    seq 89 | sed '$s/.*/1000/' >rows
    fails 1 "rows: line 89" coco-sample -q -d d -m m.h5 --rows rows -o out
    fails 1 "none/out: No such file" coco-sample -q -d d -m m.h5 -o none/out
    [ "$(cat out)" = old ]
    # A signal: the file is begun when the rows are read.
    mkfifo fifo
    coco-sample -d d -m m.h5 --rows fifo -o out 2>stderr &
    pid=$!
    exec 9>fifo
    for i in $(seq 600); do
        [ -z "$(echo out.coco-part-[0-9]*[0-9])" ] || [ ! -e "$(echo out.coco-part-[0-9]*[0-9])" ] || break
        sleep 0.1
    done
    kill -TERM $pid
    seq 0 89 >&9
    exec 9>&-
    got=0
    wait $pid || got=$?
    [ $got = 143 ]
    grep -qx 'stopped: out is left as it was' stderr
    [ "$(cat out)" = old ]
    [ -z "$(ls | grep coco-part || true)" ]
}
@test "-o: not onto what the run reads or writes otherwise" {
    cp -L m.h5 own.h5
    fails 1 "own.h5: -o would replace the model" coco-sample -q -d d -m own.h5 -o ./own.h5
    same m.h5 own.h5
    fails 1 "x: -o and --attention name the same file" coco-sample -q -d d -m m.h5 -o x --attention x
    echo 3 >rows
    fails 1 "rows: -o and --rows name the same file" coco-sample -q -d d -m m.h5 -o rows --rows ./rows
    [ "$(cat rows)" = 3 ]
    cp -L d/val2014_vgg16_fc7_pca.h5 f.h5
    fails 1 "f.h5: -o and --features name the same file" coco-sample -q -m m.h5 --features f.h5 -o f.h5
    fails 1 "n: -o and --files name the same file" coco-sample -q -m m.h5 --features f.h5 --files n -o n
    cmp d/val2014_vgg16_fc7_pca.h5 f.h5
}
