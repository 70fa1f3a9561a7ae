#!/usr/bin/env bats
# From photographs to captions: the network that a model belongs to, and coco-sample on pictures.

load support/common
load support/pictures
bats_require_minimum_version 1.5.0

DIGEST=3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526

setup_file() {
    export PLAIN=$BATS_FILE_TMPDIR/plain MADE=$BATS_FILE_TMPDIR/made
    dataset "$PLAIN"
    features=$BATS_FILE_TMPDIR/reduced
    coco-prepare -q -o "$features" --from "$PLAIN" --pca 4 --min-count 1
    # With features of four numbers, of a network.
    cp -r "$features" "$MADE"
    for f in "$MADE"/*_features.h5; do stamp "$f" a.onnx $DIGEST; done
    make_photos "$BATS_FILE_TMPDIR/photos"
}

# Pictures in p/, a network tiny.onnx, its features f.h5 of them, and a model m.h5 that was trained on these, reduced.
make_photos() {
    mkdir -p "$1/cache/cnn" && cd "$1" || return 1
    coco-fetch shapes -q -o s --train 12 --val 4 --seed 3
    mkdir p && cp s/images/train/*.png p && cp s/images/val/000001000001.png p/a.png
    onnx >cache/cnn/tiny.onnx
    coco-features -q --cnn cache/cnn/tiny.onnx -o f.h5 p 2>said || return 0
    coco-fetch show s --split train -n 12 | coco-prepare -q -o d - --features f.h5 --pca 5 --min-count 1
    tiny -d d -o m.h5 --iterations 60 --lr 0.02
}

# photos: what make_photos made, in the current folder; skips the test where there is no ONNX Runtime.
photos() {
    local from=$BATS_FILE_TMPDIR/photos
    if grep -q 'no ONNX Runtime' "$from/said"; then skip "there is no ONNX Runtime"; fi
    export COCO_CACHE=$from/cache
    cp "$from"/{m,f}.h5 .
    cp -r "$from"/{p,s,d} .
}

setup() { cd "$BATS_TEST_TMPDIR"; }

# stamp FILE NAME DIGEST: what coco-features says of a network.
stamp() {
    tool_h5 "$1" attr / format text coco-features
    tool_h5 "$1" attr / cnn text "$2"
    tool_h5 "$1" attr / cnn_sha256 text "$3"
    tool_h5 "$1" attr / layer text pool
    tool_h5 "$1" attr / fit text squash
    tool_h5 "$1" attr / input_width int 8
    tool_h5 "$1" attr / input_height int 6
}

# of_network FILE NAME: the model says that its features are this network's, reduced as those of $MADE.
of_network() {
    [ "$(attribute "$1" /cnn cnn)" = "$2" ]
    [ "$(attribute "$1" /cnn cnn_sha256)" = $DIGEST ]
    [ "$(attribute "$1" /cnn fit)" = squash ]
    [ "$(attribute "$1" /cnn input_width)" = 8 ]
    h5diff "$1" "$MADE/train_features.h5" /pca
}

@test "a model keeps the network of its features, however it goes on" {
    tiny -d "$MADE" -o m.h5 --iterations 6 --save-every 2
    of_network m.h5 a.onnx
    tiny -d "$MADE" -o half.h5 --iterations 3
    coco-train -q --resume half.h5 --iterations 6
    of_network half.h5 a.onnx
    h5diff m.h5 half.h5 /params

    # Features that say nothing: those of the model that it starts from. Others: their own.
    cp -r "$MADE" silent
    for f in silent/*_features.h5; do
        for name in cnn cnn_sha256; do tool_h5 "$f" rmattr / $name; done
        tool_h5 "$f" rm pca
    done
    tiny -d silent -o on.h5 --init m.h5 --iterations 2
    of_network on.h5 a.onnx
    cp -r "$MADE" other
    for f in other/*_features.h5; do
        tool_h5 "$f" rmattr / cnn
        tool_h5 "$f" attr / cnn text b.onnx
    done
    tiny -d other -o on.h5 --init m.h5 --iterations 2
    of_network on.h5 b.onnx
}

@test "a model of features that say nothing has no such groups" {
    tiny -d "$PLAIN" -o m.h5 --iterations 2
    run h5ls m.h5
    [ "$(echo "$output" | cut -d' ' -f1 | paste -sd' ')" = "optim params train vocab" ]
}

@test "damage to what a model says of its network is one line" {
    tiny -d "$MADE" -o good.h5 --iterations 2
    while read -r -u 5 edit; do
        cp good.h5 m.h5
        eval "tool_h5 m.h5 ${edit%%|*}"
        fails 1 "m.h5: ${edit##*| }" coco-sample -m m.h5 -d "$MADE"
    done 5<<'END'
attr /cnn cnn_sha256 text nothing | /cnn: attribute 'cnn_sha256' is not a SHA-256
attr /cnn cnn text ../a | /cnn: attribute 'cnn' is not a value
attr /cnn mean pair 1 | .*'mean'
attr /cnn input_width int -4 | /cnn: attribute 'input_width' is -4
attr /cnn input_width text wide | .*'input_width'
set /pca/components 3 nan | /pca/components: number 3 is not finite
set /pca/mean 0 inf | /pca/mean: number 0 is not finite
size /pca/mean 3 | /pca/mean
rm /pca/mean | .*'/pca/mean'
type /pca/components string | /pca/components
END
    cp good.h5 m.h5
    rows=$(h5dump -A -d /pca/mean m.h5 | sed -n 's/.*SIMPLE { ( \([0-9]*\) ).*/\1/p')
    tool_h5 m.h5 size /pca/components "$rows,3"
    fails 1 "m.h5: /pca/components: reduces to 3 numbers, but input_dim is 4" coco-sample -m m.h5 -d "$MADE"
}

# --- pictures ---

@test "pictures, or features of them: the same captions, with any number of threads" {
    photos
    for how in --greedy "--beam 3" "--temperature 1 --seed 4"; do
        coco-sample -q -m m.h5 $how --features f.h5 | jq -c 'del(.row, .references)' >features
        [ "$(wc -l <features)" = 13 ]
        for threads in 1 2; do
            coco-sample -q -m m.h5 $how -j $threads p >pictures
            same features pictures
        done
    done
    # So do features that coco-prepare has reduced.
    for from in "-d d --split train" "p/0*.png"; do
        coco-sample -q -m m.h5 $from | jq -c '[(.file | sub(".*/"; "")), .caption, .logprob]' | sort >"of${from:0:1}"
    done
    same of- ofp
}

@test "pictures: records, formats, parts of the list" {
    photos
    coco-sample -q -m m.h5 p >all
    [ "$(jq -r .file all)" = "$(printf '%s\n' p/*)" ]
    [ "$(head -n 1 all | jq -c keys)" = '["caption","file","image_id","logprob"]' ]
    # The COCO id of the name, else the place.
    jq -r '"\(.image_id) \(.file)"' all >ids
    [ "$(head -n 1 ids)" = "1 p/000000000001.png" ]
    [ "$(tail -n 1 ids)" = "12 p/a.png" ]

    coco-sample -q -m m.h5 p --format coco >coco
    jq -c '{image_id, caption}' all | jq -s . | jq -c . >want
    jq -c . coco | same want /dev/stdin
    coco-sample -q -m m.h5 p --format text | same /dev/stdin <(jq -r .caption all)
    coco-sample -q -m m.h5 p -n 3 | same /dev/stdin <(head -n 3 all)
    coco-sample -q -m m.h5 p/a.png p/0*.png | jq -r .file | diff - <(printf '%s\n' p/a.png p/0*.png)

    # A picture has random numbers of its own.
    coco-sample -q -m m.h5 p --temperature 2 >all
    for i in 0 1 2; do coco-sample -q -m m.h5 p --temperature 2 --shard $i/3; done | sort >shards
    sort all | same shards /dev/stdin
}

@test "pictures: paths and records from standard input" {
    photos
    coco-sample -q -m m.h5 p >want
    printf '%s\n' p/* | coco-sample -q -m m.h5 - | same want /dev/stdin
    printf '%s\0' p/* | coco-sample -q -m m.h5 -0 - | same want /dev/stdin
    coco-sample -q -m m.h5 - <want | same want /dev/stdin
}

@test "pictures: the network is the model's, or none" {
    photos
    onnx channels=7 >other.onnx
    coco-sample -q -m m.h5 p/a.png >want
    cp "$COCO_CACHE/cnn/tiny.onnx" renamed.onnx
    coco-sample -q -m m.h5 --cnn renamed.onnx p/a.png | same want /dev/stdin
    local hex='[0-9a-f]{64}'
    fails 1 "m.h5 takes features of tiny.onnx: other.onnx: another network: its SHA-256 is $hex, not $hex$" \
        coco-sample -m m.h5 --cnn other.onnx p
    COCO_CACHE=none fails 1 "m.h5 takes features of tiny.onnx: tiny.onnx: .*not? .*cache" coco-sample -m m.h5 p
    fails 1 "m.h5 takes features of tiny.onnx: gone.onnx: " coco-sample -m m.h5 --cnn gone.onnx p

    # A model that says nothing takes a network that fits.
    cp m.h5 silent.h5
    tool_h5 silent.h5 rm cnn
    fails 1 "silent.h5: does not say which network its features are from" coco-sample -m silent.h5 p
    coco-sample -q -m silent.h5 --cnn renamed.onnx p/a.png | same want /dev/stdin
    fails 1 "other.onnx: layer 'out' gives 7 numbers, but silent.h5 takes 8" coco-sample -m silent.h5 --cnn other.onnx p
    # What a model says of preparation counts, not what the network's file says.
    onnx mean=10 >darker.onnx
    tool_h5 m.h5 rmattr /cnn cnn_sha256
    tool_h5 m.h5 attr /cnn cnn_sha256 text "$(sha256sum darker.onnx | cut -d' ' -f1)"
    coco-sample -q -m m.h5 --cnn darker.onnx p/a.png | same want /dev/stdin
}

@test "pictures that are broken are named and left out: status 1, and the rest in order" {
    photos
    coco-sample -q -m m.h5 p/000* >want
    echo text >p/0.png
    run --separate-stderr coco-sample -q -j2 -m m.h5 p
    [ "$status" = 1 ]
    [[ $stderr == "coco-sample: p/0.png: "*"not an image"* ]]
    [ "${#stderr_lines[@]}" = 1 ]
    jq -c 'del(.image_id)' <<<"$output" | head -n 12 | same <(jq -c 'del(.image_id)' want) /dev/stdin
    [ "$(tail -n 1 <<<"$output" | jq .image_id)" = 13 ] # its place
    mkdir empty
    fails 1 "no pictures" coco-sample -m m.h5 empty
    run coco-sample -q -m m.h5 p/0.png none.png --format coco
    [ "$status" = 1 ]
    [ "${lines[2]}" = "[]" ]
}

@test "pictures are read as those of the features were" {
    photos
    tail -c +3 "$ROOT/tests/corpus/image/jpeg" | head -c -6 >cut.jpg
    fails 1 "cut.jpg: truncated JPEG" coco-sample -m m.h5 cut.jpg
    tool_h5 m.h5 rmattr /cnn truncated
    tool_h5 m.h5 attr /cnn truncated int 1
    [ "$(coco-sample -m m.h5 --format text cut.jpg)" != "" ]
}

@test "pictures: options that contradict them" {
    for option in "-d d" "--split val" "--features f.h5" "--rows x" --raw-features; do
        fails 2 "p: pictures cannot be combined with --[a-z-]*$" coco-sample -m m.h5 p $option
    done
    fails 2 "--cnn needs pictures" coco-sample -m m.h5 --cnn x
    fails 2 "-0 needs pictures" coco-sample -m m.h5 -0
    fails 2 "-0 needs -" coco-sample -m m.h5 -0 p
    fails 2 "only once" coco-sample -m m.h5 - -
}

# --- a features file ---

@test "features: names and ids from the file, and only of the model's network" {
    photos
    coco-sample -q -m m.h5 --features f.h5 >all
    [ "$(jq -r .file all)" = "$(printf '%s\n' p/*)" ]
    [ "$(tail -n 1 all | jq -c '[.image_id, .row, .references]')" = '[12,12,[]]' ]
    [ "$(head -n 1 all | jq -r '"\(.image_id) \(.file)"')" = "1 p/000000000001.png" ]
    seq 13 >names # which count before the file's
    coco-sample -q -m m.h5 --features f.h5 --files names | jq -r .file | same names /dev/stdin

    onnx mean=1 >other.onnx
    coco-features -q --cnn other.onnx -o other.h5 p
    fails 1 "other.h5: features of the network other.onnx .*, but m.h5 takes those of tiny.onnx" \
        coco-sample -m m.h5 --features other.h5
    # Reduced features are taken as they are.
    coco-sample -q -m m.h5 --features d/train_features.h5 | jq -c '[.caption, .logprob]' >reduced
    coco-sample -q -m m.h5 -d d --split train | jq -c '[.caption, .logprob]' | same reduced /dev/stdin
    # Neither the width of the PCA nor that of the model.
    tool_h5 f.h5 size /features 13,7
    fails 1 "m.h5 takes features of 5 numbers, f.h5 has 7" coco-sample -m m.h5 --features f.h5
    tool_h5 f.h5 size /features 12,8
    fails 1 "f.h5: files: 13 names for 12 rows" coco-sample -m m.h5 --features f.h5
}

@test "from photographs to a sheet" {
    photos
    coco-sample -q -m m.h5 p | coco-render -q --strict -o sheet.png
    coco-sample -q -m m.h5 "$PWD/p" | coco-render -q --strict --images / -o below.png # which draws no name
    same sheet.png below.png
    # The first picture's pixels are on it.
    coco-sample -q -m m.h5 p/a.png | coco-render -q --tile 64x64 -o one.png
    mv p/a.png p/b.png
    coco-sample -q -m m.h5 p/b.png | sed s:b.png:a.png: | coco-render -q --tile 64x64 -o none.png
    [ "$(png changed one.png none.png)" != none ]
    # What leads out of the current folder needs --images.
    mkdir in && cd in
    coco-sample -q -m ../m.h5 ../p/b.png >out.jsonl
    run coco-render -q --strict -o x.png out.jsonl
    [ "$status" = 1 ]
    [[ $output == *"../p/b.png: no such file: --images says where to look" ]]
}

# --- a folder of trouble ---

# trouble: pictures that are good, in t/good, and others in t/bad, with what is said of each in the file said: NAME|WHY.
trouble() {
    local corpus=$ROOT/tests/corpus/image
    mkdir -p t/good/.hidden t/bad
    for kind in jpeg jpeg-cmyk jpeg-grey jpeg-progressive jpeg-exif pgm16 gif-animated png-grey16-interlaced \
        png-palette; do
        tail -c +3 "$corpus/$kind" >t/good/"$kind.jpg" # its first two bytes are a box
    done
    printf 'P6 1 1 255\n\1\2\3' >t/good/one.ppm
    { printf 'P5 30000 2 255\n' && head -c 60000 /dev/zero; } >t/good/wide.pgm
    cp t/good/one.ppm "t/good/two  words.ppm"
    cp t/good/one.ppm $'t/good/a\nline.ppm'
    cp t/good/one.ppm 't/good/Zoë "ß".ppm'
    cp t/good/one.ppm t/good/.hidden/
    cp t/good/one.ppm t/good/.hidden.ppm
    cp t/good/one.ppm t/good/notes.txt
    ln -s one.ppm t/good/link.ppm
    ln -s . t/good/loop
    mkfifo t/good/pipe.jpg

    : >t/bad/a-empty.jpg
    echo hello >t/bad/b-text.jpg
    head -c 300 t/good/jpeg.jpg >t/bad/c-cut.jpg
    { printf 'P6 100000 100000 255\n' && head -c 100 /dev/zero; } >t/bad/d-bomb.ppm
    tail -c +3 "$corpus/bmp-bomb" >t/bad/e-bomb.bmp
    ln -s nowhere t/bad/f-dangling.png
    ln -s g-circle.png t/bad/g-circle.png
    cp t/good/one.ppm t/bad/h-locked.ppm
    chmod 000 t/bad/h-locked.ppm
    cat >said <<'END'
a-empty.jpg|empty, not an image
b-text.jpg|not an image
c-cut.jpg|truncated JPEG
d-bomb.ppm|100000 x 100000 pixels are too many
e-bomb.bmp|truncated BMP
f-dangling.png|No such file or directory
g-circle.png|Too many levels of symbolic links
h-locked.ppm|Permission denied
END
}

@test "a folder of trouble: what can be read is captioned, the rest is named, once each" {
    photos
    trouble
    coco-sample -q -m m.h5 t/good >good
    [ "$(jq -s -c 'map(.file)' good)" = "$(python3 -c 'import json, os
left_out = "notes.txt", "pipe.jpg", ".hidden.ppm", ".hidden", "loop"
names = [n for n in sorted(os.listdir("t/good"), key=os.fsencode) if n not in left_out]
print(json.dumps(["t/good/" + n for n in names], ensure_ascii=False, separators=(",", ":")))')" ]
    coco-features -q --cnn "$COCO_CACHE/cnn/tiny.onnx" -o t.h5 t/good
    coco-sample -q -m m.h5 --features t.h5 | jq -c 'del(.row, .references)' | same good /dev/stdin

    for command in "coco-sample -m m.h5" "coco-features --cnn $COCO_CACHE/cnn/tiny.onnx -o t.h5"; do
        run --separate-stderr without_override $command -q -j2 t
        [ "$status" = 1 ]
        [ "${#stderr_lines[@]}" = "$(wc -l <said)" ]
        local i=0
        while IFS='|' read -r -u 5 name why; do
            [[ ${stderr_lines[i++]} == "${command%% *}: t/bad/$name: $why"* ]]
        done 5<said
    done
    # Folders come in the order of their names.
    without_override coco-sample -q -m m.h5 t 2>/dev/null | jq -c .caption | same <(jq -c .caption good) /dev/stdin
}

@test "a name that is not UTF-8 is one line" {
    photos
    local name=$'p/\xff.png'
    cp p/a.png "$name"
    run --separate-stderr coco-sample -q -m m.h5 "$name" p/a.png
    [ "$status" = 1 ]
    [ "$stderr" = 'coco-sample: p/\xff.png: its name is not UTF-8, which a record must be' ]
    [ "${#lines[@]}" = 1 ]
    # Nor does one of a features file become a record's.
    coco-features -q --cnn "$COCO_CACHE/cnn/tiny.onnx" -o odd.h5 "$name" p/a.png
    coco-sample -q -m m.h5 --features odd.h5 | jq -c '[.image_id, .file]' >named
    [ "$(cat named)" = $'[0,null]\n[1,"p/a.png"]' ]
}

@test "attention: captions of pictures are those of their grids, reduced as the model's" {
    photos
    coco-features -q --grid --cnn "$COCO_CACHE/cnn/tiny.onnx" -o g.h5 p
    coco-fetch show s --split train -n 12 | coco-prepare -q -o e - --features g.h5 --pca 5 --grid-pca 3 --min-count 1
    tiny -d e -o m.h5 --attention adaptive --iterations 300 --lr 0.01
    coco-sample -q -m m.h5 p >pictures
    coco-sample -q -m m.h5 --features g.h5 >rows
    [ "$(wc -l <pictures)" = 13 ]
    cmp <(jq -r .caption pictures) <(jq -r .caption rows)
    # Those of the dataset are reduced already.
    coco-sample -q -m m.h5 -d e --split train >dataset
    cmp <(jq -r '(.file | sub(".*/"; "")) + .caption' dataset | sort) \
        <(jq -r 'select(.file | endswith("a.png") | not) | (.file | sub(".*/"; "")) + .caption' pictures | sort)
    [ "$(jq -r .caption pictures | sort -u | wc -l)" -gt 1 ]
    coco-sample -q -m m.h5 --features g.h5 --attention a.h5 >/dev/null
    [ "$(attribute a.h5 / grid_rows)" = "$(attribute g.h5 / grid_rows)" ]
    [ "$(attribute m.h5 /cnn grid_layer)" = "$(attribute g.h5 / grid_layer)" ]
}

@test "scripts/photos: WebP, links to photographs, and photographs without captions" {
    photos
    ! sanitized coco-train || skip "each command has its own tests"
    mkdir mine
    coco-fetch show s --split train -n 12 | jq -r '[(.file | split("/")[-1]), .caption] | join(",")' >captions.csv
    local name webp=0
    for name in $(cut -d, -f1 captions.csv); do
        if [ $((webp++)) -lt 2 ]; then
            echo "{\"image_id\":1,\"file\":\"$name\",\"caption\":\"\"}" |
                coco-render -q --images s/images/train --no-text -o "mine/${name%.png}.webp"
            sed -i "s/^$name/${name%.png}.webp/" captions.csv
        else
            ln -s "$PWD/s/images/train/$name" mine
        fi
    done
    cp s/images/val/000001000001.png mine/alone.png
    cp "mine/$(head -n 1 captions.csv | cut -d, -f1)" mine/other.webp
    PHOTOS=$PWD/mine CAPTIONS=$PWD/captions.csv OUT=$PWD/out EPOCHS=2 CNN=tiny run -0 "$ROOT/scripts/photos"
    echo "$output"
    [ "$(cat out/data/*_images.txt | wc -l)" = 12 ]
    [ "$(cat out/data/*_images.txt | grep -c 'webp$')" = 2 ]
    [ "$(jq -r '.file | split("/")[-1]' out/others.jsonl | paste -sd' ')" = "alone.png other.webp" ]
    [[ $output == *"out/sheet.png: "*" 0 of them missing or broken"*"out/others.png: 2 images, 0 of them missing or broken"* ]]
}
