#!/usr/bin/env bats
# coco-render: exit statuses, what stderr says, and that a bad input leaves no file.

load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    export COCO_CACHE=$BATS_TEST_TMPDIR/cache
    mkdir img
    printf 'P6 2 2 255\n\377\0\0\0\377\0\0\0\377\377\377\377' >img/a.ppm
    cp img/a.ppm img/b.ppm
    cat >two.jsonl <<'END'
{"image_id":1,"split":"train","file":"a.ppm","caption":"four colours","references":["red green blue white"]}
{"image_id":2,"split":"val","file":"b.ppm","caption":"the same","references":[]}
END
    echo '{"image_id":3,"file":"none.jpg","caption":"gone"}' >dead.jsonl
}

render() { coco-render --images img "$@"; }
# Bats does not see a failing `! command`.
differ() { if cmp -s "$1" "$2"; then return 1; fi; }
is_png() { [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]; }
nothing_written() { [ -z "$(ls | grep -E 'png|part')" ]; }

@test "a file, standard input and - give the same sheet; -o - is that sheet on stdout" {
    render -q two.jsonl -o a.png
    is_png a.png
    # The header names the file: a title makes them equal.
    render -q --title T two.jsonl -o a.png
    render -q --title T <two.jsonl -o b.png
    render -q --title T - -o c.png <two.jsonl
    render -q --title=T -o - two.jsonl >d.png 2>err
    same a.png b.png c.png d.png
    [ ! -s err ]
}

@test "options of every kind change the sheet" {
    render -q --title T two.jsonl -o a.png
    for option in --columns=1 --tile=100x80 --gt=0 --title=U; do
        render -q --title T two.jsonl -o b.png $option
        is_png b.png
        differ a.png b.png
    done
}

@test "a series in numbered files" {
    for i in 1 2 3 4 5; do sed "s/\"image_id\":./\"image_id\":$i/" two.jsonl; done >ten.jsonl
    render -q --columns 2 --rows 2 -o 'sheet-%03d.png' ten.jsonl
    [ "$(ls sheet-*)" = "sheet-001.png
sheet-002.png
sheet-003.png" ]
    render -q --columns 2 -o 'all-%d.png' ten.jsonl
    is_png all-1.png
    fails 1 'sheet-%03d.png' coco-render --images img --columns 2 --rows 2 -o one.png ten.jsonl
    [ ! -e one.png ]
}

@test "a dead image: a placeholder, one line, exit 0; with --strict exit 1 and the same sheet" {
    cat two.jsonl dead.jsonl >three.jsonl
    run --separate-stderr render -q three.jsonl -o a.png
    [ "$status" = 0 ]
    [ "$stderr" = "coco-render: image 3: none.jpg: no such file" ]
    run --separate-stderr render -q --strict three.jsonl -o b.png
    [ "$status" = 1 ]
    same a.png b.png
    run render -q --strict two.jsonl -o c.png
    [ "$status" = 0 ]
}

@test "a dead link over http is a placeholder" {
    echo '{"image_id":4,"url":"ftp://localhost/x.jpg","caption":"gone"}' >d.jsonl
    run --separate-stderr coco-render -q d.jsonl -o a.png
    [ "$status" = 0 ]
    [[ "$stderr" == "coco-render: image 4: ftp://localhost/x.jpg: "* ]]
    is_png a.png
}

@test "a line that is no record: exit 1, the line's number, nothing written" {
    n=0
    while IFS= read -r bad; do
        { cat two.jsonl; printf '%s\n' "$bad"; } >bad.jsonl
        fails 1 'bad.jsonl: line 3: ' coco-render --images img -o out.png bad.jsonl
        nothing_written
        n=$((n + 1))
    done <<'END'
{"image_id":1}
{"caption":"x"}
{"image_id":"1","caption":"x"}
{"image_id":1.5,"caption":"x"}
{"image_id":1,"caption":null}
{"image_id":1,"caption":"x"
{"image_id":1,"caption":"x"} trailing
{"image_id":1,"caption":"x","references":"y"}
{"image_id":1,"caption":"x","logprob":NaN}
[{"image_id":1,"caption":"x"}]
not JSON at all
END
    [ "$n" = 11 ]
}

@test "no records: exit 1, nothing written" {
    : >empty.jsonl
    printf '\n  \n' >blank.jsonl
    fails 1 'empty.jsonl: no records' coco-render -o out.png empty.jsonl
    fails 1 'blank.jsonl: no records' coco-render -o out.png blank.jsonl
    fails 1 'standard input: no records' coco-render -o out.png
    nothing_written
}

@test "files that cannot be read or written" {
    fails 1 'none.jsonl: No such file' coco-render -o out.png none.jsonl
    fails 1 'nodir' coco-render --images nodir -o out.png two.jsonl
    fails 1 'no/such/out.png: No such file' coco-render --images img -o no/such/out.png two.jsonl
    mkdir dir
    fails 1 'dir: is a directory' coco-render --images img -o dir two.jsonl
    fails 1 'No space left' coco-render --images img -q -o /dev/full two.jsonl
    nothing_written
}

@test "stdout full is exit 1, stdout closed is 141" {
    run bash -c 'coco-render -q --images img -o - two.jsonl >/dev/full'
    [ "$status" = 1 ]
    [[ "$output" == "coco-render: "* ]]
    for i in $(seq 200); do cat two.jsonl; done >many.jsonl
    run bash -c 'coco-render -q --images img -o - many.jsonl | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}'
    [ "$status" = 141 ]
    [ -z "$output" ]
}

@test "usage errors: exit 2 and a hint" {
    fails 2 '-o' coco-render two.jsonl
    fails 2 'more than one input' coco-render -o a.png two.jsonl dead.jsonl
    fails 2 'more than one number' coco-render -o '%d-%d.png' two.jsonl
    for tile in 15x20 20x15 4097x20 20 20x 20x20x20 x20 axb 1e3x20 -20x20 99999999999999999999x20; do
        fails 2 '--tile' coco-render --tile=$tile -o a.png two.jsonl
    done
    for columns in 0 -1 x 1.5 99999999999999999999; do
        fails 2 '--columns' coco-render --columns=$columns -o a.png two.jsonl
    done
    fails 2 '--rows' coco-render --rows=-1 -o a.png two.jsonl
    fails 2 '--gt' coco-render --gt=many -o a.png two.jsonl
    nothing_written
}

@test "--help shows the live defaults" {
    run coco-render --help
    [ "$status" = 0 ]
    [[ "$output" == *"256x256"* ]]
    [[ "$output" == *"(default 4)"* ]]
}

@test "text no font can show: one line that names a package" {
    printf '{"image_id":1,"file":"a.ppm","caption":"\364\217\277\275 x"}\n{"image_id":2,"file":"a.ppm","caption":"\364\217\277\275"}\n' >odd.jsonl
    run --separate-stderr render -q odd.jsonl -o a.png
    [ "$status" = 0 ]
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" == *"no font has U+10FFFD"*"fonts-noto"* ]]
}

@test "a kill while drawing leaves the old sheet" {
    for i in $(seq 400); do cat two.jsonl; done >many.jsonl
    render -q two.jsonl -o a.png
    cp a.png old.png
    coco-render -q --images img --tile 256x256 -o a.png many.jsonl &
    sleep 0.1
    kill -9 $! 2>/dev/null || true
    wait || true
    is_png a.png
    # Whole, whichever it is: the last chunk is there.
    [ "$(tail -c 8 a.png | head -c 4)" = IEND ]
}

@test "photographs of Flickr8k" {
    data=$COCO_SHARED/data/flickr8k
    needs "$data/val2014_images.txt"
    head -n 24 "$data/val2014_images.txt" |
        jq -cR '{image_id: input_line_number, split: "val", file: ., caption: "a caption", references: ["truth"]}' >c.jsonl
    run --separate-stderr coco-render -q --strict --images "$data" -o a.png c.jsonl
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    run --separate-stderr coco-render -q --strict -d "$data" -o b.png c.jsonl
    [ "$status" = 0 ]
    same a.png b.png
}
