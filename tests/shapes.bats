#!/usr/bin/env bats
# coco-fetch shapes: every file of the dataset and how they agree, the same bytes for the same seed, what happens to
# existing directories, on stops and on full disks; and scripts/shapes-right, which judges captions.

bats_require_minimum_version 1.5.0
load support/common

TRAIN=9 VAL=4

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o s --train $TRAIN --val $VAL --seed 7
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    S=$BATS_FILE_TMPDIR/s
}

shapes() { coco-fetch shapes -q "$@"; }

# ended: waits for $pid; its exit status is in $got then.
ended() {
    got=0
    wait "$pid" 2>/dev/null || got=$?
}

# arrays FILE: the name, type and shape of each array.
arrays() {
    h5dump -H "$1" | tr -d '"(),' | awk '$1 == "DATASET" { name = $2 } $1 == "DATATYPE" { type = $2 }
        $1 == "DATASPACE" { shape = ""; for (i = 4; $i != "/"; i++) shape = shape " " $i; print name, type shape }'
}

# numbers FILE ARRAY: all of its numbers, one per line.
numbers() {
    h5dump -y -w 0 -d "$2" -o "numbers-$2" "$1" >/dev/null
    tr ', ' '\n\n' <"numbers-$2" | awk NF
}

# sentences DIR SPLIT: the image's row and the caption, from the HDF5 file. A row that is not <START>, words, <END>, then
# <NULL> to its end, or that has a word outside the vocabulary, gives "bad".
sentences() {
    numbers "$1/coco2014_captions.h5" "$2_captions" | paste -sd' ' | xargs -n 19 >rows.txt
    numbers "$1/coco2014_captions.h5" "$2_image_idxs" | paste -d' ' - rows.txt >lines.txt
    jq -r '.idx_to_word[]' "$1/coco2014_vocab.json" | awk '
        NR == FNR { word[NR - 1] = $0; next }
        {
            text = $1
            bad = NF != 20 || $2 != 1
            for (i = 3; i <= NF && $i != 2; i++) {
                bad = bad || $i < 4 || !($i in word)
                text = text " " word[$i]
            }
            bad = bad || i > NF
            for (i++; i <= NF; i++) bad = bad || $i != 0
            print bad ? "bad" : text
        }' - lines.txt
}

is_png() { [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]; }

# no_parts: nothing is left beside the targets.
no_parts() { [ -z "$(find . -name '*part-*')" ]; }

# --- the files ---

@test "layout: these files and no others" {
    {
        printf '%s\n' README.txt coco2014_captions.h5 coco2014_vocab.json
        printf '%s\n' {train,val}2014_{images.txt,urls.txt,vgg16_fc7_pca.h5}
        cat "$S"/{train,val}2014_images.txt
    } | sort >want
    (cd "$S" && find . ! -type d | sed 's,^\./,,') | sort >have
    same want have
}
@test "layout: arrays have the names, types and shapes that the course's have" {
    [ "$(arrays "$S/coco2014_captions.h5")" = "train_captions H5T_STD_I32LE 45 19
train_image_idxs H5T_STD_I32LE 45
val_captions H5T_STD_I32LE 20 19
val_image_idxs H5T_STD_I32LE 20" ]
    read -r name type rows columns <<<"$(arrays "$S/train2014_vgg16_fc7_pca.h5")"
    [ "$name $type $rows" = "features H5T_IEEE_F32LE 9" ]
    [ "$columns" -ge 10 ]
    [ "$(arrays "$S/val2014_vgg16_fc7_pca.h5")" = "features H5T_IEEE_F32LE 4 $columns" ]
}
@test "vocabulary: special words first, both directions agree, no word twice" {
    jq -e '.idx_to_word[:4] == ["<NULL>", "<START>", "<END>", "<UNK>"]
        and .word_to_idx == (.idx_to_word | to_entries | map({(.value): .key}) | add)
        and (.idx_to_word | length == (unique | length))
        and (["red", "green", "blue", "yellow", "purple", "orange", "circle", "square", "triangle", "star", "diamond",
              "left", "right", "of", "above", "over", "below", "under", "small", "large", "a", "an"] - .idx_to_word == [])' \
        "$S/coco2014_vocab.json"
}
@test "captions: words of the vocabulary between <START> and <END>; five different ones per picture" {
    for split in train val; do
        n=$([ $split = train ] && echo $TRAIN || echo $VAL)
        sentences "$S" $split >$split.txt
        run ! grep bad $split.txt
        # Rows of images: 0 five times, 1 five times...
        cut -d' ' -f1 $split.txt | sort -n | uniq -c | awk '{ print $1, $2 }' >have
        for i in $(seq 0 $((n - 1))); do echo "5 $i"; done >want
        same want have
        [ "$(sort -u $split.txt | wc -l)" = $((5 * n)) ]
        # Each is a sentence of the grammar.
        np='an? (small |large )?(red|green|blue|yellow|purple|orange) (circle|square|triangle|star|diamond)'
        r="(left of|right of|above|over|below|under) $np"
        run ! grep -vE "^[0-9]+ ((there is |a picture of |just )?$np( alone)?|(there is )?$np( is)? $r( and $r)?)$" $split.txt
        run ! grep -E ' a orange| an (red|green|blue|yellow|purple|small|large)' $split.txt
    done
}
@test "captions: coco-fetch show prints those of the file" {
    for split in train val; do
        sentences "$S" $split >want
        coco-fetch show "$S" --split $split -n 100 | jq -r '.row as $r | .caption, .references[] | "\($r) \(.)"' >have
        same want have
    done
}
@test "features: finite; each column of train has mean 0 and deviation 1, or is 0" {
    columns=$(arrays "$S/val2014_vgg16_fc7_pca.h5" | awk '{ print $4 }')
    for split in train val; do
        numbers "$S/${split}2014_vgg16_fc7_pca.h5" features >$split.txt
        [ "$(grep -cE '^-?[0-9.]+(e[-+]?[0-9]+)?$' $split.txt)" = $((columns * $([ $split = train ] && echo $TRAIN || echo $VAL))) ]
        run ! grep -vE '^-?[0-9.]+(e[-+]?[0-9]+)?$' $split.txt
    done
    awk -v D="$columns" -v n=$TRAIN '{ j = (NR - 1) % D; sum[j] += $1; square[j] += $1 * $1 }
        END {
            for (j = 0; j < D; j++) {
                mean = sum[j] / n; variance = square[j] / n - mean * mean
                if (mean * mean > 1e-6) exit 1
                if (variance > 1e-6 && (variance < 0.99 || variance > 1.01)) exit 1
                varied += variance > 0.99
            }
            exit varied < D / 2
        }' train.txt
}
@test "lists: a line per picture, with URL and path of the same file" {
    for split in train val; do
        [ "$(wc -l <"$S/${split}2014_images.txt")" = $([ $split = train ] && echo $TRAIN || echo $VAL) ]
        sed "s,^,file://$(realpath "$S")/," "$S/${split}2014_images.txt" >want
        same want "$S/${split}2014_urls.txt"
        # Names give a COCO id, and no id twice.
        [ "$(grep -cE "^images/$split/[0-9]{12}\.png$" "$S/${split}2014_images.txt")" = "$(wc -l <want)" ]
    done
    [ "$(cat "$S"/*_images.txt | xargs -n 1 basename | sort -u | wc -l)" = $((TRAIN + VAL)) ]
}
@test "pictures: PNGs of 128 by 128, no two alike" {
    cat "$S"/*_images.txt >all
    [ "$(wc -l <all)" = $((TRAIN + VAL)) ]
    [ "$(cd "$S" && png size $(cat "$OLDPWD/all") | uniq)" = "128 128" ]
    (cd "$S" && xargs sha256sum <"$OLDPWD/all") | cut -d' ' -f1 | sort -u >digests
    [ "$(wc -l <digests)" = $((TRAIN + VAL)) ]
}
@test "pictures: they show the colours that their captions name, where the captions say so" {
    coco-fetch show "$S" --split train -n 100 | PYTHONPATH=$ROOT/tests/support python3 -B -c '
import json, re, sys
import png
palette = {"red": (214, 47, 47), "green": (47, 158, 68), "blue": (47, 98, 214), "yellow": (242, 200, 30),
           "purple": (142, 63, 192), "orange": (242, 128, 27)}

def pixels(path):
    width, height, rows = png.read(path)
    return ((x, y, tuple(rows[y][3 * x:3 * x + 3])) for y in range(height) for x in range(width))

n = 0
for record in map(json.loads, sys.stdin):
    seen = {}
    for x, y, rgb in pixels(sys.argv[1] + "/" + record["file"]):
        for name, pure in palette.items():
            if all(abs(v - u) <= 10 for v, u in zip(rgb, pure)):
                m = seen.setdefault(name, [0, 0, 0])
                m[0] += 1; m[1] += x; m[2] += y
    # A few pixels may be the blended edge of another colour.
    place = {name: (sx / k, sy / k) for name, (k, sx, sy) in seen.items() if k > 40}
    for text in [record["caption"]] + record["references"]:
        named = re.findall("|".join(palette), text)
        assert sorted(named) == sorted(place), (record, place)
        (x, y), first = place[named[0]], seen[named[0]][0]
        for other, word in zip(named[1:], re.findall("left|right|above|over|below|under", text)):
            dx, dy = x - place[other][0], y - place[other][1]
            true = {"left": -dx > abs(dy), "right": dx > abs(dy), "above": -dy > abs(dx), "over": -dy > abs(dx),
                    "below": dy > abs(dx), "under": dy > abs(dx)}
            assert true[word], (record, text, place)
            assert first > seen[other][0], (record, seen)
        n += 1
assert n == 45, n
' "$S"
}
@test "the readme: its command makes the same bytes again" {
    cp -r "$S" want
    read -r command <<<"$(grep '^coco-fetch shapes ' "$S/README.txt")"
    $command -q -o "$S" -f
    diff -r want "$S"
}

# --- equal bits ---

@test "the same seed: the same bytes, on any number of threads, and later" {
    for j in 1 2 4 default; do
        shapes -o d --train 21 --val 10 --seed 5 $([ $j = default ] || echo -j$j)
        mv d $j
    done
    for j in 2 4 default; do diff -r 1 $j; done
    # HDF5 could store times, in seconds.
    sleep 1.1
    shapes -o d --train 21 --val 10 --seed 5 -j3
    diff -r 1 d
}
@test "another seed: other pictures, captions and features in both splits" {
    for seed in 0 1 231 4294967295; do shapes -o s$seed --train 3 --val 2 --seed $seed; done
    shapes -o s --train 3 --val 2
    diff -r -x '*_urls.txt' s s231
    for file in coco2014_captions.h5 train2014_vgg16_fc7_pca.h5 val2014_vgg16_fc7_pca.h5 images/train/000000000001.png \
        "$(head -n 1 s/val2014_images.txt)"; do
        [ "$(sha256sum s{0,1,231,4294967295}/"$file" | cut -d' ' -f1 | sort -u | wc -l)" = 4 ]
    done
}
@test "more of one split leaves the other as it is" {
    shapes -o base --train 6 --val 3
    shapes -o more --train 6 --val 8
    diff -r base/images/train more/images/train
    same {base,more}/train2014_vgg16_fc7_pca.h5
    for f in base/images/val/*; do same "$f" "more/${f#base/}"; done
    numbers base/val2014_vgg16_fc7_pca.h5 features >a
    numbers more/val2014_vgg16_fc7_pca.h5 features | head -n "$(wc -l <a)" >b
    same a b
    shapes -o wide --train 11 --val 3
    diff -r base/images/val wide/images/val
    sentences base val >a
    sentences wide val >b
    same a b
}
@test "sizes: one, and odd ones; everything can be read" {
    for sizes in "1 1" "1 5" "13 1" "17 33"; do
        read -r train val <<<"$sizes"
        shapes -f -o d --train "$train" --val "$val" -j3
        [ "$(find d/images/train -type f | wc -l) $(find d/images/val -type f | wc -l)" = "$sizes" ]
        coco-fetch show d | tr -s ' ' >said
        for n in $sizes; do grep -Eq "^ $((5 * n)) captions of $n images?: 5 each$" said; done
        sentences d train >lines
        [ "$(sort -u lines | grep -vc bad)" = $((5 * train)) ]
    done
}

# --- what it says ---

@test "standard output stays empty; a line on stderr; nothing with --quiet" {
    run --separate-stderr coco-fetch shapes -o d --train 3 --val 2
    [ "$status" = 0 ]
    [ -z "$output" ]
    [[ "$stderr" == "d: 3 and 2 pictures, "* ]]
    [ "${#stderr_lines[@]}" = 1 ]
    run --separate-stderr coco-fetch shapes --force --quiet --output=d --train=3 --val=2
    [ "$status" = 0 ]
    [ -z "$output$stderr" ]
    # It writes nothing to standard output, which may be full.
    shapes -f -o d --train 1 --val 1 >/dev/full
}
@test "without -o the dataset is where the other commands look" {
    shapes --train 12 --val 2
    tiny -o m.h5 --iterations 1
    coco-sample -m m.h5 >captions
    [ "$(wc -l <captions)" = 2 ]
}
@test "usage errors make nothing" {
    fails 2 "--train: '0': expected an integer from 1" coco-fetch shapes -o d --train 0
    fails 2 "--val: '0': expected an integer from 1" coco-fetch shapes -o d --val 0
    fails 2 "--val: '1000000': expected an integer" coco-fetch shapes -o d --val 1000000
    fails 2 "--seed: '-1': expected an integer" coco-fetch shapes -o d --seed -1
    fails 2 "--seed: '4294967296': expected an integer" coco-fetch shapes -o d --seed 4294967296
    fails 2 "unexpected operand 'there'" coco-fetch shapes there
    fails 2 "-o needs a value" coco-fetch shapes -o
    fails 2 "--split" coco-fetch shapes --split val
    [ -z "$(ls -d d data there 2>/dev/null)" ]
}

# --- where it may write ---

# refused PATTERN ARGUMENT...: fails with and without --force, and changes nothing.
refused() {
    local pattern=$1
    shift
    (find . -printf '%P %y %i %l\n' | grep -vE '^std(out|err) |^$|^ d ' | sort) >"$BATS_FILE_TMPDIR/before"
    fails 1 "$pattern" coco-fetch shapes -q --train 2 --val 1 "$@"
    fails 1 "$pattern" coco-fetch shapes -q --train 2 --val 1 --force "$@"
    (find . -printf '%P %y %i %l\n' | grep -vE '^std(out|err) |^$|^ d ' | sort) | diff "$BATS_FILE_TMPDIR/before" -
}

@test "an existing dataset: refused and unchanged" {
    shapes -o d --train 5 --val 3
    cp -r d kept
    fails 1 "d: exists already; --force" coco-fetch shapes -o d --train 2 --val 1
    fails 1 "d/: exists already; --force" coco-fetch shapes -o d/ --train 2 --val 1
    diff -r kept d
    no_parts
}
@test "--force replaces it: nothing of the old one is left" {
    shapes -o d --train 2 --val 1 --seed 3
    mv d want
    for option in -f --force; do
        rm -rf d
        shapes -o d --train 5 --val 3
        shapes -o d --train 2 --val 1 --seed 3 $option
        diff -r want d
    done
    # It may also be used if there is none, or an empty directory.
    rm -r d
    shapes -f -o d --train 2 --val 1 --seed 3
    diff -r want d
    rm -r d/*
    shapes -o d --train 2 --val 1 --seed 3
    diff -r want d
    no_parts
}
@test "other directories are never touched, not even with --force" {
    mkdir notes readme hidden nested
    echo mine >notes/keep
    echo mine >readme/README.txt
    echo mine >hidden/.keep
    mkdir nested/empty
    dataset real
    ln -s notes link
    for dir in notes readme hidden nested real link notes/ .; do
        refused "$dir: is not empty and not a dataset of shapes: left alone" -o $dir
    done
    [ "$(cat notes/keep readme/README.txt hidden/.keep | sort -u)" = mine ]
    # Nor is a dataset in which there is more: a model, say.
    shapes -o more --train 1 --val 1
    echo model >more/m.h5
    fails 1 "more: holds 'm.h5', which does not belong to a dataset" coco-fetch shapes -q -o more --train 1 --val 1 --force
    [ "$(cat more/m.h5)" = model ]
    # Without its readme a dataset is not known to be one of shapes.
    shapes -o d --train 1 --val 1
    rm d/README.txt
    refused "d: is not empty" -o d
}
@test "impossible targets" {
    echo mine >file
    ln -s file link
    refused "file: is not a directory" -o file
    refused "link: is not a directory" -o link
    refused "file: is not a directory|file/x: Not a directory" -o file/x
    refused "a directory without a name" -o ''
    refused "/proc/none" -o /proc/none
    refused "File name too long" -o "$(printf 'x%.0s' $(seq 300))"
    [ "$(cat file)" = mine ]
}
@test "a parent directory that cannot be written to" {
    [ "$(id -u)" != 0 ] || skip "root writes everywhere"
    mkdir locked
    chmod a-w locked
    refused "locked/d.*: Permission denied" -o locked/d
}
@test "names: parents are made; spaces, percent signs and other letters, slashes at the end" {
    shapes -o plain --train 2 --val 1
    mkdir a
    for dir in "my data/100% größe #1?" slash/ slashes/// ./a/../b "$PWD/absolute"; do
        shapes -o "$dir" --train 2 --val 1
        diff -r -x '*_urls.txt' plain "$dir/."
        coco-fetch show "$dir/" >/dev/null
    done
    [ "$(head -n 1 "my data/100% größe #1?/train2014_urls.txt")" = \
        "file://$(realpath "my data" | sed 's/ /%20/g')/100%25%20gr%C3%B6%C3%9Fe%20%231%3F/images/train/000000000001.png" ]
    [ "$(head -n 1 b/train2014_urls.txt)" = "file://$(realpath .)/b/images/train/000000000001.png" ]
    no_parts
}
@test "links: their target is made or replaced, the link stays" {
    shapes -o want --train 2 --val 1
    mkdir real
    ln -s real link
    shapes -o link --train 4 --val 2
    shapes -f -o link --train 2 --val 1
    [ "$(readlink link)" = real ]
    diff -r -x '*_urls.txt' want real
    grep -q "^file://$(realpath real)/images/" real/train2014_urls.txt
    no_parts
}
@test "the URLs are those of the pictures: coco-render needs nothing else" {
    mkdir "a b"
    shapes -o "a b/d 1" --train 1 --val 5
    coco-fetch show "a b/d 1" -n 5 | jq -c 'del(.file)' >records
    run --separate-stderr coco-render --strict -q -d "a b/d 1" -o sheet.png records
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    is_png sheet.png
}
@test "two runs into one place at the same time: a complete dataset, and no traces" {
    shapes -o d --train 40 --val 5
    mv d want
    shapes -o d --train 40 --val 5 2>/dev/null 3>&- &
    pid=$!
    other=0
    shapes -o d --train 40 --val 5 2>/dev/null || other=$?
    ended
    # The slower one finds it there: an error at its start, and no failure at its end.
    [[ "$got$other" =~ ^(00|01|10)$ ]]
    diff -r want d
    shapes -f -o d --train 40 --val 5 3>&- &
    pid=$!
    shapes -f -o d --train 40 --val 5
    ended
    [ "$got" = 0 ]
    diff -r want d
    no_parts
}

# --- stops ---

# start ARGUMENT...: starts a long run and waits until it has drawn some pictures; sets $pid.
start() {
    # Shells start background jobs with SIGINT ignored, which commands respect.
    env --default-signal=INT coco-fetch shapes -q --train 200000 --val 1 "$@" >stdout 2>stderr 3>&- &
    pid=$!
    for _ in $(seq 600); do
        [ -z "$(find . -name 000000000030.png)" ] || return 0
        sleep 0.05
    done
    return 1
}

@test "SIGINT and SIGTERM: exit 130 and 143, nothing is left" {
    for case in "INT 130 -j1" "TERM 143 -j3"; do
        read -r signal want threads <<<"$case"
        start -o new/d $threads
        kill -$signal $pid
        ended
        [ "$got" = "$want" ]
        [ -z "$(ls -A new)" ]
        [ ! -s stdout ]
        [ ! -s stderr ]
    done
}
@test "a stop while replacing: the old dataset stays, complete" {
    shapes -o d --train 4 --val 2
    cp -r d kept
    for signal in INT TERM KILL; do
        start -o d --force
        kill -$signal $pid
        ended
        [ "$got" = $((128 + $(kill -l $signal))) ]
        diff -r kept d
        [ $signal = KILL ] || no_parts
        rm -rf d.coco-part-*
    done
}
@test "kill -9: no directory of that name, and the next run works" {
    start -o d
    kill -9 $pid
    ended
    [ "$got" = 137 ]
    [ ! -e d ]
    shapes -o d --train 3 --val 2
    coco-fetch show d >/dev/null
    [ "$(find d -name '*.png' | wc -l)" = 5 ]
}
@test "a full disk: a line that names the file, and nothing is left" {
    # A limit on the size of files stands in for a full disk: too small for a picture, or for the arrays.
    for limit in 1 8 24; do
        got=0
        (ulimit -f $limit; trap '' XFSZ; shapes -o new/d --train 100 --val 1 2>stderr) || got=$?
        cat stderr
        [ "$got" = 1 ]
        [ "$(wc -l <stderr)" = 1 ]
        [[ "$(cat stderr)" =~ ^coco-fetch:\ .*\.(png|h5).*:\ File\ too\ large$ ]]
        [ -z "$(ls -A new)" ]
    done
    shapes -o d --train 4 --val 2
    cp -r d kept
    run -1 bash -c "ulimit -f 8; trap '' XFSZ; coco-fetch shapes -q -f -o d --train 100 --val 1"
    diff -r kept d
    no_parts
}

# --- the other commands ---

@test "from shapes to a sheet: trained on, captioned, judged, drawn" {
    shapes -o d --train 60 --val 6
    tiny -d d -o m.h5 --cell lstm --order shuffle --iterations 30 --val-every 1 --log log
    jq -e -s '.[-1].event == "done" and .[-1].loss < .[0].loss' log
    coco-sample -q -m m.h5 -d d --split val --beam 2 >val.jsonl
    [ "$(wc -l <val.jsonl)" = 6 ]
    jq -e -s 'all(.[]; .file and .url and .logprob < 0 and (.references | length == 5))' val.jsonl
    jq -e -s 'map(.image_id) == [range(1000001; 1000007)]' val.jsonl
    [[ "$("$ROOT/scripts/shapes-right" val.jsonl)" =~ ^[0-6]\ of\ 6\ captions\ are\ right ]]
    run --separate-stderr coco-render --strict -q -d d -o sheet.png val.jsonl
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    is_png sheet.png
}

# --- scripts/shapes-right ---

right() { "$ROOT/scripts/shapes-right" "$@"; }

# all_right CAPTION... and all_wrong CAPTION...: judged against the array `references`.
judge() {
    jq -n -c '$ARGS.positional[0] as $r | $ARGS.positional[1:][] | {image_id: 1, caption: ., references: ($r | split("|"))}' \
        --args "$(IFS='|' && echo "${references[*]}")" "$@" >judged.jsonl
    right --wrong judged.jsonl >wrong.jsonl
    right judged.jsonl
}
all_right() {
    [ "$(judge "$@")" = "$# of $# captions are right (100 %)" ] && return
    cat wrong.jsonl
    return 1
}
all_wrong() {
    [ "$(judge "$@")" = "0 of $# captions are right (0 %)" ] && same judged.jsonl wrong.jsonl && return
    diff judged.jsonl wrong.jsonl
    return 1
}

@test "shapes-right: one shape" {
    references=("a small red circle" "just a red circle")
    all_right "a red circle" "a small red circle" "a large red circle" "there is a red circle" "just a red circle" \
        "a picture of a small red circle" "a red circle alone"
    all_wrong "a blue circle" "a red star" "a red" "circle" "" "<UNK>" "a red circle left of a blue star" \
        "a red circle and a red circle" "a red circle left of"
}
@test "shapes-right: two shapes" {
    references=("a red circle left of a blue square" "there is a small red circle left of a large blue square")
    all_right "${references[@]}" "a red circle is left of a blue square" "a blue square right of a red circle"
    all_wrong "a green circle left of a blue square" "a red star left of a blue square" \
        "a red circle right of a blue square" "a blue square left of a red circle" "a red circle above a blue square" \
        "a red square left of a blue circle" "a red circle" "a red circle and a blue square" \
        "a red circle left of a blue square and above a green star" "a red circle left of a red circle"
    # There are two words for up and two for down; either shape may come first.
    references=("a red circle above a blue square")
    all_right "a red circle over a blue square" "a blue square below a red circle" "a blue square is under a red circle"
    all_wrong "a red circle below a blue square" "a red circle under a blue square" "a blue square over a red circle"
}
@test "shapes-right: three shapes" {
    references=("a red circle left of a blue square and above an orange star")
    all_right "${references[@]}" "a red circle over an orange star and left of a blue square" \
        "there is a large red circle left of a small blue square and over an orange star"
    all_wrong "a red circle left of a blue square and below an orange star" \
        "a red circle left of an orange star and above a blue square" "a red circle left of a blue square" \
        "a red circle left of a blue square and above an orange diamond" \
        "a red circle left of a blue square and an orange star" \
        "a blue square right of a red circle and above an orange star"
}
@test "shapes-right: counts over files and standard input; --wrong prints the records unchanged" {
    r='"references":["a red circle left of a blue square"]'
    cat >mixed.jsonl <<END
{"image_id":1,"extra":{"k":[1]},"caption":"a red circle left of a blue square",$r}
{"image_id":2,"split":"val","row":7,"caption":"a red circle","logprob":-1.5,$r}
{"image_id":3,"caption":"a blue square right of a red circle",$r}
END
    sed -n 2p mixed.jsonl >wrong.jsonl
    [ "$(right mixed.jsonl)" = "2 of 3 captions are right (66.7 %)" ]
    [ "$(right <mixed.jsonl)" = "2 of 3 captions are right (66.7 %)" ]
    [ "$(right mixed.jsonl wrong.jsonl)" = "2 of 4 captions are right (50 %)" ]
    right --wrong mixed.jsonl >have
    same wrong.jsonl have
    right --wrong <mixed.jsonl >have
    same wrong.jsonl have
}
@test "shapes-right: the ground truth is right" {
    shapes -o d --train 60 --val 1
    # Each of the five captions is judged against the others.
    coco-fetch show d --split train -n 60 |
        jq -c '([.caption] + .references) as $all | range(5) as $k | .caption = $all[$k] | .references = $all[:$k] + $all[$k + 1:]' >each
    [ "$(right each)" = "300 of 300 captions are right (100 %)" ]
    # The captions of the next picture rarely are.
    jq -s -c '. as $r | range(length) as $i | $r[$i] | .caption = $r[($i + 5) % ($r | length)].caption' each >moved
    [[ "$(right moved)" =~ ^[0-9]{1,2}\ of\ 300\  ]]
}
@test "shapes-right: nothing to judge, a missing file, no JSON, an unknown option" {
    run -1 right /dev/null
    [[ "$output" == *"no captions"* ]]
    run right none.jsonl
    [ "$status" != 0 ]
    echo 'no json' >bad.jsonl
    run right bad.jsonl
    [ "$status" != 0 ]
    run -2 right --right
    [[ "$output" == "usage: "* ]]
}
@test "smoke: its status says whether the target loss was reached and most captions are right" {
    mkdir bin
    ln -s /bin/true bin/coco-fetch
    ln -s /bin/true bin/coco-train
    # smoke_of N CAPTIONS: runs it on CAPTIONS captions, N of them right.
    smoke_of() {
        {
            echo "#!/bin/sh"
            echo "yes '{\"image_id\":1,\"caption\":\"a red circle\",\"references\":[\"a red circle\"]}' | head -n $1"
            echo "yes '{\"image_id\":1,\"caption\":\"a red star\",\"references\":[\"a red circle\"]}' | head -n $(($2 - $1))"
        } >bin/coco-sample
        chmod +x bin/coco-sample
        BUILD=$PWD/bin "$ROOT/scripts/smoke" >stdout 2>stderr
    }
    smoke_of 51 100
    [ "$(cat stdout)" = "51 of 100 captions are right (51 %)" ]
    run ! smoke_of 50 100
    run ! smoke_of 99 99
    ln -sf /bin/false bin/coco-train
    run ! smoke_of 100 100
}

@test "of two equal runs, the second finds the dataset there already; of two different ones it fails" {
    for seed in 231 7; do
        rm -rf d
        coco-fetch shapes -o d --train 1500 --val 4 3>&- 2>notes & # long enough to be stopped
        pid=$!
        for _ in $(seq 600); do
            ! compgen -G "d.coco-part-*" >/dev/null || break
            sleep 0.01
        done
        kill -STOP $pid
        coco-fetch shapes -q -o d --train 1500 --val 4 --seed $seed
        kill -CONT $pid
        got=0
        wait $pid || got=$?
        cat notes
        if [ $seed = 231 ]; then
            [ "$got" = 0 ]
            grep -qx 'd: is there already: another process has made it' notes
        else
            [ "$got" = 1 ]
            grep -q '^coco-fetch: .*d: Directory not empty' notes
        fi
        [ "$(ls -d d*)" = d ]
    done
}
