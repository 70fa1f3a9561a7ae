#!/usr/bin/env bats
# From a model with attention to pictures of what its words looked at.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    mkdir -p cache/cnn p
    export COCO_CACHE=$BATS_FILE_TMPDIR/cache
    coco-fetch shapes -q -o s --train 12 --val 4 --seed 3
    cp s/images/train/*.png p
    python3 "$ROOT/tests/support/onnx.py" >cache/cnn/tiny.onnx
    coco-features -q --grid --cnn cache/cnn/tiny.onnx -o g.h5 p 2>said || return 0
    coco-fetch show s --split train -n 12 | coco-prepare -q -o d - --features g.h5 --min-count 1
    tiny -d d -o m.h5 --attention adaptive --iterations 60 --lr 0.02
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    if grep -q 'no ONNX Runtime' "$BATS_FILE_TMPDIR/said"; then skip "there is no ONNX Runtime"; fi
    export COCO_CACHE=$BATS_FILE_TMPDIR/cache
    ln -s "$BATS_FILE_TMPDIR"/{m.h5,p,d} .
}

@test "of pictures: the weights of their grids, by file" {
    coco-sample -q -m m.h5 p --attention a.h5 >a.jsonl
    [ "$(attribute a.h5 / grid_rows)" = "$(attribute "$BATS_FILE_TMPDIR/g.h5" / grid_rows)" ]
    [ "$(h5dump -d files a.h5 | grep -c 'p/.*png')" -gt 0 ]
    # The same as those of the dataset's rows, which name the same pictures.
    coco-sample -q -m m.h5 -d d --split train --attention b.h5 >b.jsonl
    jq -r .caption a.jsonl >a.txt
    jq -r .caption b.jsonl >b.txt
    same a.txt b.txt
    h5diff -d 1e-3 a.h5 b.h5 /attention
}

@test "of pictures, by several models: the first one with attention tells" {
    coco-prepare -q -o plain - --features "$BATS_FILE_TMPDIR/g.h5" --vocab-from d < <(coco-fetch show "$BATS_FILE_TMPDIR/s" --split train -n 12)
    tiny -d plain -o plain.h5 --iterations 20
    coco-sample -q -m plain.h5 -m m.h5 p --attention a.h5 >/dev/null
    coco-sample -q -m m.h5 -m plain.h5 p --attention b.h5 >/dev/null
    same a.h5 b.h5
}

@test "a picture that is left out has no weights, and the others keep theirs" {
    mkdir q
    cp "$(find -L p -name '*.png' | sort | head -n 1)" q/a.png
    echo no picture >q/b.png
    cp "$(find -L p -name '*.png' | sort | sed -n 2p)" q/c.png
    run --separate-stderr coco-sample -q -m m.h5 q --attention a.h5
    [ "$status" = 1 ]
    [ "${#lines[@]}" = 2 ]
    [ "$(h5dump -y -d attention -s 1,0,0 -c 1,1,1 a.h5 | grep -c nan)" = 1 ]
    printf '%s\n' "${lines[@]}" | coco-render -q --attention a.h5 -o a.png
    coco-sample -q -m m.h5 q/c.png --attention c.h5 >c.jsonl
    [ "$(h5dump -y -m %.9g -d attention -s 2,0,0 -c 1,1,1 a.h5 | sed -n '/DATA {/,$p')" = "$(h5dump -y -m %.9g -d attention -c 1,1,1 c.h5 | sed -n '/DATA {/,$p')" ]
}

@test "a sheet and a page: a picture for each word; the same with any number of threads" {
    coco-sample -q -m m.h5 p --attention a.h5 >a.jsonl
    for j in 1 4; do coco-render -q -j $j a.jsonl --attention a.h5 -o $j.png --html $j.html; done
    same 1.png 4.png
    words=$(jq -r .caption a.jsonl | wc -w)
    [ "$(grep -c 'class="look"' 1.html)" = "$words" ]
    [ "$(grep -c '<p dir="auto">[^<]* [0-9]*%</p>' 1.html)" = "$words" ] # with a sentinel, what was left for the picture
    for name in $(grep -o '1_files/[^"]*' 1.html); do [ -s "$name" ]; done
    [[ "$(cat 1.html)" = *"light: where each word looked"* ]]
}

@test "a file that claims more captions than it has: no memory is asked for" {
    coco-sample -q -m m.h5 p --attention a.h5 >a.jsonl
    tool_h5 a.h5 claim attention 1000000000000,1,1
    fails 1 "a.h5: attention: " coco-render a.jsonl --attention a.h5 -o a.png
}

@test "a file of other captions, or no such file" {
    coco-sample -q -m m.h5 p --attention a.h5 >a.jsonl
    jq -c '.caption |= "or so it seems " + .' a.jsonl >other.jsonl
    fails 1 "a.h5: has weights for .* steps of caption 0, but 'or so it seems .*' has neither as many words nor as many characters" \
        coco-render other.jsonl --attention a.h5 -o a.png
    fails 1 "m.h5: not an attention file: coco-sample --attention writes one" coco-render a.jsonl --attention m.h5 -o a.png
    fails 1 "gone.h5" coco-render a.jsonl --attention gone.h5 -o a.png
    coco-sample -q -m m.h5 -d d --split train -n 2 --attention b.h5 >b.jsonl
    coco-sample -q -m m.h5 -d d --split train >all.jsonl
    fails 1 "b.h5: has no row 2; it belongs to another run" coco-render all.jsonl --attention b.h5 -o a.png
    [ ! -e a.png ]
}
