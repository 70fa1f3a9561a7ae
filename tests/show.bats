#!/usr/bin/env bats
# coco-fetch show: what its summary says of a dataset, ground truth as records, and both through pipes.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    dataset good
    coco-fetch shapes -q -o shapes --train 3 --val 400
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp -r "$BATS_FILE_TMPDIR/good" d
    ln -s "$BATS_FILE_TMPDIR/shapes" s
    captions=d/coco2014_captions.h5 vocab=d/coco2014_vocab.json
    train=d/train2014_vgg16_fc7_pca.h5 val=d/val2014_vgg16_fc7_pca.h5
}

show() { coco-fetch show "$@"; }

# part NAME FILE: the lines of a summary below this one, blanks squeezed.
part() { awk -v name="$1" '/^[^ ]/ { on = $0 == name } on && /^ /' "$2" | tr -s ' ' | sed 's/^ //'; }

# numbers FILE ARRAY: all of them, one per line.
numbers() {
    h5dump -y -w 0 -d "$2" -o "numbers-$2" "$1" >/dev/null
    tr ', ' '\n\n' <"numbers-$2" | awk NF
}

# truth DIR SPLIT: row and texts of each image that has captions, from the files themselves.
truth() {
    jq -n -c --slurpfile vocab "$1/coco2014_vocab.json" --slurpfile n <(numbers "$1/coco2014_captions.h5" "$2_captions") \
        --slurpfile image <(numbers "$1/coco2014_captions.h5" "$2_image_idxs") '
        (($n | length) / ($image | length)) as $width
        | [range($image | length) as $i
            | {row: $image[$i], text: ($n[$i * $width:($i + 1) * $width] | .[1:index(2)] | map($vocab[0].idx_to_word[.]) | join(" "))}]
        | group_by(.row)[] | {row: .[0].row, texts: map(.text)}'
}

# status_of COMMAND...: its exit status in $got, its output in the files stdout and stderr.
status_of() {
    got=0
    "$@" >stdout 2>stderr || got=$?
    echo "status $got: $(cat stderr)"
}

# breaks PATTERN ARGUMENT...: exit 1 with one line, whatever was printed until then.
breaks() {
    local pattern=$1
    shift
    status_of show "$@"
    [ "$got" = 1 ]
    [ "$(wc -l <stderr)" = 1 ]
    [[ "$(cat stderr)" =~ ^coco-fetch:\ .*$pattern ]]
}

is_png() { [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]; }

# --- the summary ---

@test "summary: arrays of every file with shape, type, layout and size" {
    show d >said
    [ "$(part coco2014_captions.h5 said)" = "train_captions int32 (60, 9) contiguous, 2.2 kB
train_image_idxs int32 (60) contiguous, 240 B
val_captions int32 (20, 9) contiguous, 720 B
val_image_idxs int32 (20) contiguous, 80 B" ]
    [ "$(part train2014_vgg16_fc7_pca.h5 said)" = "features float32 (24, 12) contiguous, 1.2 kB" ]
    [ "$(part val2014_vgg16_fc7_pca.h5 said)" = "features float32 (11, 12) contiguous, 528 B" ]
    [ "$(part coco2014_vocab.json said)" = "30 words" ]
}
@test "summary: the captions of each split" {
    show d >said
    # The means, from the files: 60 and 20 captions.
    for split in train val; do
        truth d $split | jq -r '.texts[]' | awk '
            { n++; words += NF; if (n == 1 || NF < least) least = NF; if (NF > most) most = NF }
            END { printf "%d to %d words a caption, %.2f on average\n", least, most, words / n }' >want
        part $split said | grep -qF "$(cat want)"
    done
    part train said | grep -qxF "60 captions of 24 images: 2 to 3 each, 2.50 on average"
    part val said | grep -qxF "20 captions of 11 images: 0 to 3 each, 1.82 on average; 3 images have none"
    [ "$(part val said | grep -c '0.00 % of them <UNK>')" = 1 ]
    # Two words of val's 93 become <UNK>.
    tool_h5 $captions set val_captions 1 3
    tool_h5 $captions set val_captions 10 3
    show d >said
    part val said | grep -qF "; 2.15 % of them <UNK>"
    part train said | grep -qF "; 0.00 % of them <UNK>"
}
@test "summary: shapes" {
    show s >said
    [ "$(part coco2014_vocab.json said)" = "$(jq '.idx_to_word | length' s/coco2014_vocab.json) words" ]
    part coco2014_captions.h5 said | grep -q '^val_captions int32 (2000, 19) contiguous, 152.0 kB$'
    part train said | grep -qxF "15 captions of 3 images: 5 each"
    part val said | grep -qxF "2000 captions of 400 images: 5 each"
    [ "$(grep -cx '  with URLs, with image paths' said)" = 2 ]
    [ "$(grep -v '^ ' said)" = "coco2014_captions.h5
train2014_vgg16_fc7_pca.h5
val2014_vgg16_fc7_pca.h5
coco2014_vocab.json
train
val" ]
}
@test "summary: which lists there are" {
    rm d/train2014_urls.txt d/val2014_images.txt
    show d >said
    part train said | grep -qx 'no URLs, with image paths'
    part val said | grep -qx 'with URLs, no image paths'
}
@test "summary: other types and layouts, groups, further splits, unreduced features" {
    tool_h5 $captions type train_captions int64 gzip
    tool_h5 $captions group extra
    tool_h5 $captions rm val_captions
    tool_h5 $train type features float16
    tool_h5 $val type features float64 chunked
    cp $val d/test-a2014_vgg16_fc7.h5
    show d >said
    part coco2014_captions.h5 said | grep -q '^train_captions int64 (60, 9) chunked, .*gzip, '
    part coco2014_captions.h5 said | grep -qx 'extra group'
    part train2014_vgg16_fc7_pca.h5 said | grep -q '^features float16 (24, 12) '
    part val2014_vgg16_fc7_pca.h5 said | grep -q '^features float64 (11, 12) chunked, '
    part test-a2014_vgg16_fc7.h5 said | grep -q '^features float64 (11, 12) chunked, '
    part train said | grep -q '^60 captions of 24 images: '
    for split in val test-a; do part $split said | grep -qx 'no captions of 11 images'; done
}
@test "summary: one split alone" {
    show d --split val >said
    part val said | grep -q '^20 captions of 11 images'
    [ -z "$(part train said)$(part train2014_vgg16_fc7_pca.h5 said)" ]
    # What is wrong with the other does not matter.
    tool_h5 $captions set train_captions 0 99
    rm $train
    show d --split val >again
    same said again
}
@test "summary and records: the same again, for any threads; nothing on stderr" {
    for arguments in d "d --split val" "d -n 5" "s -n 400 --random"; do
        status_of show $arguments -j1
        [ "$got" = 0 ]
        [ ! -s stderr ]
        mv stdout once
        show -j4 -q $arguments >again
        same once again
    done
}
@test "which dataset: the operand, -d, or where the other commands look" {
    mkdir -p data "with a space"
    mv d data/coco_captioning
    show >want
    grep -q '60 captions' want
    cp -r data/coco_captioning "with a space/d é"
    for arguments in data/coco_captioning data/coco_captioning/ "-d data/coco_captioning" "--data=data/coco_captioning" \
        "-d nowhere data/coco_captioning" "-d nowhere -- data/coco_captioning"; do
        show $arguments >have
        same want have
    done
    show "with a space/d é" >have
    same want have
    ln -s data/coco_captioning link
    show link >have
    same want have
}

# --- records ---

@test "records: caption and references are the ground truth, in its order" {
    for dir in d s; do
        for split in train val; do
            truth $dir $split >want
            show $dir --split $split -n 1000 >records
            jq -c '{row, texts: ([.caption] + .references)}' records >have
            same want have
        done
    done
    # <UNK> is a word, the other special words are none.
    tool_h5 $captions set val_captions 1 3
    [ "$(show d -n 1 | jq -r .caption | cut -d' ' -f1)" = "<UNK>" ]
}
@test "records: what they hold, and nothing else" {
    show d -n 1000 >records
    # The last three images of val have no captions.
    jq -e -s 'length == 8 and map(.row) == [range(8)]' records
    jq -e -s 'all(.[]; keys == ["caption", "file", "image_id", "references", "row", "split", "url"] and .split == "val")' records
    # The COCO id where the name tells one, else the row.
    jq -e -s 'map(.image_id) == [391895, 140, 2, 391898, 143, 5, 391901, 146]' records
    for key in url/urls file/images; do
        jq -r ".${key%/*}" records >have
        head -n 8 "d/val2014_${key#*/}.txt" >want
        same want have
    done
    rm d/val2014_urls.txt d/val2014_images.txt
    jq -c 'del(.url, .file) | .image_id = .row' records >want
    show d -n 1000 | jq -c . >have
    same want have
}
@test "records: one per line, as other programs read it" {
    show d --split train -n 24 >records
    [ "$(wc -l <records)" = 24 ]
    while read -r line; do [ "$(jq -c .row <<<"$line" | wc -l)" = 1 ]; done <records
    # Quotes, backslashes and letters beyond ASCII.
    grep -q 'café' records
    grep -qF '\"quoted\"\\' records
    jq -r '.caption, .references[]' records | grep -qF '"quoted"\'
    python3 -c '
import json, sys
rows = [json.loads(line)["row"] for line in open(sys.argv[1], encoding="utf-8")]
assert rows == list(range(24)), rows' records
}
@test "records: as many as asked for, the first ones; val unless said otherwise" {
    show s --split val -n 400 >all
    [ "$(wc -l <all)" = 400 ]
    for n in 1 7 399 400 401 1000000000000000; do
        head -n $n all >want
        show s -n $n >have
        same want have
    done
    show s --number=2 --split=train >have
    jq -e -s 'map([.split, .row]) == [["train", 0], ["train", 1]]' have
}
@test "records: --random takes other images, the same ones for the same seed" {
    show s -n 400 | sort >all
    for seed in 0 1 231 4294967295; do
        show s -n 30 --random --seed $seed >$seed
        [ "$(sort -u $seed | wc -l)" = 30 ]
        [ -z "$(sort $seed | comm -13 all -)" ]
    done
    [ "$(sha256sum 0 1 231 4294967295 <(head -n 30 all) | cut -d' ' -f1 | sort -u | wc -l)" = 5 ]
    show s -r -n 30 >have
    same 231 have
    # More of them begin with the same ones; all of them are all.
    show s -r -n 401 >have
    head -n 30 have | cmp 231 -
    sort have | cmp all -
    # Never one without captions.
    show d -r -n 11 >have
    jq -e -s 'map(.row) | sort == [range(8)] and . != sort' have
}

@test "records: --minibatch draws captions as the course does" {
    truth s train | jq -c '.row as $row | .texts[] as $t | [$row, $t, (.texts | length - 1)]' >all
    [ "$(wc -l <all)" = 15 ]
    # numpy.random.seed(231 or 7); numpy.random.choice(15, 8)
    for i in 7 0 4 9 11 6 2 14; do sed -n "$((i + 1))p" all; done >want
    show s -n 8 --minibatch | jq -c '[.row, .caption, (.references | length)]' >have
    same want have
    for i in 4 9 6 3 3 7 7 12; do sed -n "$((i + 1))p" all; done >want
    show s --split train -n 8 --minibatch --seed 7 >records
    jq -c '[.row, .caption, (.references | length)]' records >have
    same want have
    # The references are the image's others.
    jq -c '[.row, ([.caption] + .references | sort)]' records | sort -u >have
    truth s train | jq -c '[.row, (.texts | sort)]' | grep -F -f <(cut -d, -f1 have) | sort >want
    same want have
}

@test "a dataset without features: its summary says so, and records need none" {
    printf '%s\n' 'a.png,red blue' 'b.png,blue red' 'c.png,red red blue' >a.csv
    coco-prepare -q -o p a.csv --split val=1 --min-count 1
    show p >said
    [ "$(grep -v '^ ' said)" = "captions.h5
vocab.json
train
val" ]
    part train said | grep -qx '2 captions of 2 images: 1 each'
    for split in train val; do [ "$(part $split said | tail -n 1)" = "no features" ]; done
    for split in train val; do show p --split $split -n 9; done | jq -r '.file + "," + .caption' | sort >have
    same a.csv have
    show p --split train -n 2 --minibatch | jq -e .caption
    show p --split train -n 2 --random | jq -e .caption
    # Where other splits have features: those of one are missing.
    rm $train
    show d >said
    part train said | grep -qx 'no features'
    part val said >have
    run ! grep 'no features' have
    # A file that is there must be one; images must be known.
    echo junk >p/val_features.h5
    breaks "p/val_features.h5: " p
    breaks "p/val_features.h5: " p -n 1
    rm p/val_features.h5
    breaks "p: has no split 'test'; it has train, val" p --split test
    cp p/train_images.txt kept
    head -n 1 kept >p/train_images.txt
    breaks "p/captions.h5: train_image_idxs: row 1: image 1 is out of range" p
    rm p/train_images.txt
    breaks "p/train_features.h5: No such file" p
    mv kept p/train_images.txt
    fails 1 "p/train_features.h5: No such file" tiny -d p -o m.h5
}

# --- what cannot be ---

@test "no dataset: one line, exit 1" {
    mkdir empty
    echo x >file
    for more in "" "-n 3" "--split val" "--split val -n 3"; do
        fails 1 "nowhere[:/].*(No such file|no such dataset)" coco-fetch show nowhere $more
        fails 1 "empty[:/].*(not a dataset|No such file)" coco-fetch show empty $more
        fails 1 "file[:/].*(not a dataset|No such file|Not a directory)" coco-fetch show file $more
        fails 1 "data/coco_captioning" coco-fetch show $more
    done
}
@test "no such split: one line that names it, exit 1" {
    breaks "d: has no split 'test'; it has train, val" d --split test
    fails 1 "d: has no split 'test'; it has train, val" coco-fetch show d --split test -n 1
    breaks "'\.\./val' is not a name of a split" d --split ../val
    fails 1 "'\.\./val' is not a name of a split" coco-fetch show d --split ../val -n 1
    fails 1 "'' is not a name of a split" coco-fetch show d --split= -n 1
    # Features without captions have no ground truth.
    cp $val d/test2014_vgg16_fc7_pca.h5
    fails 1 "$captions: no dataset 'test_captions'" coco-fetch show d --split test -n 1
    show d --split test | grep -q 'no captions of 11 images'
}
@test "broken data: a line that names file and row, exit 1" {
    tool_h5 $captions set val_captions 20 77
    for arguments in d "d --split val" "d -n 1"; do breaks "$captions: val_captions: row 2: word 77 is out of range" $arguments; done
    show d --split train -n 1 >records
    cp "$BATS_FILE_TMPDIR/good/coco2014_captions.h5" $captions
    tool_h5 $captions set train_image_idxs 7 24
    breaks "$captions: train_image_idxs: row 7: image 24 is out of range" d
    cp "$BATS_FILE_TMPDIR/good/coco2014_captions.h5" $captions
    tool_h5 $val set features 70 nan
    breaks "$val: features: row 5: number 10 is not finite" d
    cp "$BATS_FILE_TMPDIR/good/val2014_vgg16_fc7_pca.h5" $val
    head -n 10 "$BATS_FILE_TMPDIR/good/val2014_urls.txt" >d/val2014_urls.txt
    breaks "d/val2014_urls.txt: 10 lines for 11 images" d
    fails 1 "d/val2014_urls.txt: 10 lines for 11 images" coco-fetch show d -n 1
    rm d/val2014_urls.txt
    truncate -s -9 $vocab
    breaks "$vocab: " d
    rm $vocab
    breaks "$vocab: No such file" d
    cp "$BATS_FILE_TMPDIR/good/coco2014_vocab.json" $vocab
    show d >said
    echo junk >$train
    breaks "$train: " d
}
@test "usage errors" {
    fails 2 "d: one dataset at a time" coco-fetch show s d
    fails 2 "--random needs -n" coco-fetch show d --random
    fails 2 "--minibatch needs -n" coco-fetch show d --minibatch
    fails 2 "--seed needs -n" coco-fetch show d --seed 3
    fails 2 "exclude each other" coco-fetch show d -n 3 --random --minibatch
    fails 2 "--number: '0': expected an integer from 1" coco-fetch show d -n 0
    fails 2 "--number: '-1': expected an integer" coco-fetch show d -n -1
    fails 2 "--number: '3x': expected an integer" coco-fetch show d -n 3x
    fails 2 "--seed: '4294967296': expected an integer" coco-fetch show d -r -n 1 --seed 4294967296
    fails 2 "--split needs a value" coco-fetch show d --split
    fails 2 "--train" coco-fetch show d --train 3
}

# --- through pipes ---

@test "into coco-render: sheets of pictures, through any filter" {
    show s -n 5 | coco-render --strict -q -d s -o a.png 2>stderr
    [ "${PIPESTATUS[*]}" = "0 0" ]
    [ ! -s stderr ]
    is_png a.png
    show s -r -n 30 | jq -c 'select(.caption | contains("red"))' | head -n 4 | coco-render --strict -q -d s -o b.png
    is_png b.png
    run ! cmp a.png b.png
    # Pictures that are not there are placeholders.
    show d -n 3 | jq -c 'del(.url)' | coco-render -q -d d -o c.png 2>stderr
    [ "$(wc -l <stderr)" = 3 ]
    is_png c.png
}
@test "into coco-sample: rows to caption" {
    tiny -d d -o m.h5 --iterations 2
    show d -r -n 5 >records
    coco-sample -q -m m.h5 -d d --rows records >captions
    jq -c '[.row, .image_id, .file, ([.caption] + .references)]' records >want
    jq -c '[.row, .image_id, .file, .references]' captions >have
    same want have
}
@test "a reader that has gone: quiet, 141" {
    # More than a pipe holds.
    [ "$(show s -n 400 | wc -c)" -gt 150000 ]
    show s -n 400 2>stderr | head -n 1 >first
    [ "${PIPESTATUS[0]}" = 141 ]
    [ ! -s stderr ]
    jq -e '.row == 0' first
    # The summary may be through before its reader goes.
    show s 2>stderr | head -n 1 >first
    [[ "${PIPESTATUS[0]}" =~ ^(0|141)$ ]]
    [ ! -s stderr ]
    [ "$(cat first)" = coco2014_captions.h5 ]
}
@test "standard output is full or closed: a line, exit 1" {
    for arguments in d "d -n 2" "s -n 400"; do
        got=0
        show $arguments >/dev/full 2>stderr || got=$?
        [ "$got" = 1 ]
        [ "$(cat stderr)" = "coco-fetch: standard output: No space left on device" ]
        got=0
        show $arguments 2>stderr >&- || got=$?
        [ "$got" = 1 ]
        [ "$(wc -l <stderr)" = 1 ]
    done
}

# --- the program itself ---

@test "coco-fetch finds the program for datasets beside itself, through links too, and says so where it is missing" {
    program=$(command -v coco-fetch)
    ln -s "$program" linked
    run -0 ./linked show d
    [ "$output" = "$(coco-fetch show d)" ]
    cp "$program" alone
    run -1 ./alone show d
    [ "$output" = "coco-fetch: $PWD/../libexec/coco/coco-fetch-dataset, a part of this command: No such file or directory" ]
    run -0 ./alone images --help
}

@test "coco-fetch finds it where there is no /proc, as in a bare chroot" {
    strace -o /dev/null true 2>/dev/null || skip "strace is missing, or cannot trace here"
    program=$(command -v coco-fetch)
    ln -s "$program" linked
    coco-fetch show d >wanted
    # Neither of them is in $PATH.
    for started in "$program" ./linked; do
        PATH=/usr/bin:/bin ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=readlink -e inject=readlink:error=ENOENT:when=1 "$started" show d >said
        grep -q 'proc/self/exe.*INJECTED' trace
        same wanted said
    done
}

# --- real data ---

@test "photographs: summary, records and a sheet" {
    data=$COCO_SHARED/data/flickr8k
    needs "$data/coco2014_captions.h5" "$data/images/val"
    show "$data" >said
    part coco2014_captions.h5 said | grep -qx 'train_captions int32 (29535, 22) contiguous, 2.6 MB'
    [ "$(part coco2014_vocab.json said)" = "$(jq '.idx_to_word | length' "$data/coco2014_vocab.json") words" ]
    part train said | grep -qxF '29535 captions of 6000 images: 3 to 5 each, 4.92 on average'
    part val said | grep -qxF '4908 captions of 1000 images: 3 to 5 each, 4.91 on average'
    show "$data" -n 2000 >records
    jq -e -s 'length == 1000 and (map(1 + (.references | length)) | add) == 4908' records
    truth "$data" val >want
    jq -c '{row, texts: ([.caption] + .references)}' records >have
    same want have
    show "$data" -r -n 6 | coco-render --strict -q -d "$data" -o sheet.png
    is_png sheet.png
}

@test "an array whose description is damaged does not look absent" {
    at=$(h5ls -v "$captions/val_captions" | sed -n 's/.*Location: *[0-9]*:\([0-9]*\).*/\1/p')
    printf '\377' | dd of="$captions" bs=1 seek="$at" conv=notrunc status=none
    fails 1 "coco2014_captions.h5: val_captions: cannot be read" coco-fetch show d
}
