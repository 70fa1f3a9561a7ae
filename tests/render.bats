#!/usr/bin/env bats
# coco-render: what options change, exit statuses, messages, and that bad input leaves no file.

load support/common
bats_require_minimum_version 1.5.0

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
nothing_written() { [ -z "$(ls | grep -E 'png|part|html|_files')" ]; }
plain() { render -q --title T "$@"; }

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
    render -o - --html a.html two.jsonl 2>err >/dev/null
    [ "$(cat err)" = "standard output, a.html: 2 images, 0 of them missing or broken" ]
}

# Two tiles of 256 side by side, with gutters of 256/14 pixels; the first image is red on its left, and "GT" is brown.
RED=FF0000 BROWN=7A5C2E

@test "--columns, --tile: the size of the sheet" {
    plain two.jsonl -o a.png
    read -r width height <<<"$(png size a.png)"
    [ "$width" = $((2 * 256 + 3 * 18)) ]
    plain two.jsonl -o b.png --columns 1
    read -r narrow high <<<"$(png size b.png)"
    [ "$narrow" = $((256 + 2 * 18)) ]
    [ "$high" -gt $((height + 256)) ]
    plain two.jsonl -o b.png --tile 100x80
    read -r width low <<<"$(png size b.png)"
    [ "$width" = $((2 * 100 + 3 * 7)) ]
    [ "$low" -lt $((height - 150)) ]
}

@test "--gt 0: no ground truth, and a lower sheet" {
    plain two.jsonl -o a.png
    plain two.jsonl -o b.png --gt 0
    [ "$(png count a.png $BROWN)" -ge 10 ]
    [ "$(png count b.png $BROWN)" = 0 ]
    read -r width height <<<"$(png size a.png)"
    read -r same_width lower <<<"$(png size b.png)"
    [ "$same_width" = "$width" ]
    [ "$lower" -lt "$height" ]
}

@test "--title: the header's first line, and nothing else" {
    plain two.jsonl -o a.png
    plain two.jsonl -o b.png --title U
    read -r left top right bottom <<<"$(png changed a.png b.png)"
    [ "$left" -ge 18 ]
    [ "$right" -le 40 ] # one letter
    read -r left below right rest <<<"$(png box a.png $RED)"
    [ "$bottom" -le $((below - 18)) ] # above the tiles
}

@test "--sort, --reverse, --seed: the order of the sheet" {
    for i in 1 2 3 4 5 6; do
        echo "{\"image_id\":$i,\"file\":\"a.ppm\",\"caption\":\"number $i\",\"CIDEr\":$((i * 5 % 7)),"
        echo "\"logprob\":-$((i * 4 % 7))}"
    done | paste -d '' - - >six.jsonl
    order() {
        render -q --title T --html a.html six.jsonl "$@"
        grep -o 'number [1-6]</p>' a.html | tr -dc '1-6'
    }
    [ "$(order)" = 123456 ]
    [ "$(order --reverse)" = 654321 ]
    [ "$(order --sort none)" = 123456 ]
    [ "$(order --sort score)" = "$(jq -s -r 'sort_by(-.CIDEr)[].image_id' six.jsonl | tr -d '\n')" ]
    [ "$(order --sort score --reverse)" = "$(jq -s -r 'sort_by(.CIDEr)[].image_id' six.jsonl | tr -d '\n')" ]
    [ "$(order --sort logprob)" = "$(jq -s -r 'sort_by(-.logprob)[].image_id' six.jsonl | tr -d '\n')" ]
    first=$(order --sort random)
    [ "$first" = "$(order --sort random --seed 231)" ]
    [ "$(echo "$first" | fold -w 1 | sort | tr -d '\n')" = 123456 ]
    [ "$first" != "$(order --sort random --seed 3)" ]
    [ "$(order --sort random --reverse)" = "$(echo "$first" | rev)" ]
    run --separate-stderr render -q --sort score -o a.png two.jsonl
    [ "$status" = 0 ]
    [ "$stderr" = "coco-render: no record has a score: they stay in the order of the input" ]
}

@test "scores of coco-eval sort its records" {
    sed 's/"references":\[\]/"references":["the very same"]/' two.jsonl | coco-eval --per-image >scored.jsonl
    run --separate-stderr render --sort score --reverse --highlight -o a.png scored.jsonl
    [ "$status" = 0 ]
    is_png a.png
}

@test "defaults: --theme light, --scale 1, --sort none" {
    plain two.jsonl -o a.png
    for option in --theme=light --scale=1 --sort=none; do
        plain two.jsonl -o b.png $option
        same a.png b.png
    done
}

@test "--theme dark: dark pages and cards, the same images" {
    plain two.jsonl -o a.png
    plain two.jsonl -o b.png --theme dark
    [ "$(png size a.png)" = "$(png size b.png)" ]
    [ "$(png box a.png $RED)" = "$(png box b.png $RED)" ]
    [ "$(png count a.png ECEAE6)" = "$(png count b.png 131517)" ]
    [ "$(png count a.png 131517)" = 0 ]
    [ "$(png count b.png ECEAE6)" -le 10 ] # of some letter's edge
}

@test "--highlight: words that the ground truth lacks in a colour" {
    plain two.jsonl -o a.png --scale 2
    plain two.jsonl -o b.png --scale 2 --highlight
    [ "$(png count a.png B4431B)" = 0 ]
    [ "$(png count b.png B4431B)" -ge 20 ]
    # In the first caption; the second one has no ground truth.
    read -r left top right bottom <<<"$(png box b.png B4431B)"
    [ "$right" -le $((2 * (18 + 256))) ]
}

@test "--scale: all sizes; --dpi: a scale and a note in the file" {
    plain two.jsonl -o a.png
    plain two.jsonl -o b.png --scale 1.5
    [ "$(png size b.png | cut -d' ' -f1)" = $((2 * 384 + 3 * 27)) ]
    plain two.jsonl -o b.png --scale 0.5
    [ "$(png size b.png | cut -d' ' -f1)" = $((2 * 128 + 3 * 9)) ]
    # 96 is what a scale of 1 stands for: the file says so, and the pixels are the same.
    plain two.jsonl -o b.png --dpi 96
    grep -q pHYs b.png
    [ "$(png changed a.png b.png)" = none ]
    plain two.jsonl -o b.png --dpi 192
    plain two.jsonl -o c.png --scale 2
    [ "$(png changed b.png c.png)" = none ]
    plain two.jsonl -o b.png --dpi 300 --scale 2
    [ "$(png changed b.png c.png)" = none ]
    grep -q pHYs b.png
    run grep -q pHYs c.png
    [ "$status" = 1 ]
}

@test "a page: valid, with its files, and the same if a sheet is drawn as well" {
    cat two.jsonl dead.jsonl >three.jsonl
    run --separate-stderr render --html page.html three.jsonl
    [ "$status" = 0 ]
    [ "${stderr_lines[0]}" = "coco-render: image 3: none.jpg: no such file" ]
    [ "${stderr_lines[1]}" = "page.html: 3 images, 1 of them missing or broken" ]
    [ "$(python3 "$ROOT/tests/support/page.py" page.html)" = "3 2" ]
    [[ "$(ls page_files | xargs)" =~ ^000001-[0-9a-f]{12}\.jpg\ 000002-[0-9a-f]{12}\.jpg$ ]]
    cp -r page.html page_files "$(mkdir old && echo old)"
    run --separate-stderr render -q --strict --rows 1 --columns 1 --html page.html -o 's-%d.png' three.jsonl
    [ "$status" = 1 ]
    same page.html old/page.html
    diff -r page_files old/page_files
    is_png s-3.png
    # Without a suffix, and in a directory of its own.
    mkdir -p sub.dir
    render -q --html sub.dir/page two.jsonl
    [ "$(python3 "$ROOT/tests/support/page.py" sub.dir/page)" = "2 2" ]
    [ -d sub.dir/page_files ]
}

@test "a sheet explains its marks" {
    printf '{"image_id":%d,"caption":"a dog","logprob":-1,"references":["a cat","%s"]}\n' 1 "a dog" 2 "two dogs" >mixed.jsonl
    render -q --html page.html mixed.jsonl
    grep -q 'bold: generated, GT: ground truth (green if it is the caption)' page.html
    [ "$(grep -c 'class="same"' page.html)" = 1 ]
    sed -n 2p mixed.jsonl >other.jsonl
    render -q --html page.html other.jsonl
    grep -q 'bold: generated, GT: ground truth<' page.html
    render -q --gt 0 --html page.html mixed.jsonl
    [ "$(grep -c 'ground truth' page.html)" = 0 ]
}

@test "numbers of any size" {
    printf '{"image_id":1,"caption":"x","score":%s,"logprob":%s}\n' 1e300 -1e-300 -123456.7894 -7.315 0 0 >numbers.jsonl
    render -q --sort score --html page.html -o a.png numbers.jsonl
    [ "$(grep -o 'log p.*score [^<]*' page.html | xargs)" = "log p 0.00 · score 1e+300 log p 0.00 · score 0.000 log p −7.32 · score −123456.789" ]
}

@test "hostile records stay text on a page" {
    jq -nc --arg evil '</p><script>alert("1")</script><img src=x onerror=alert(1)> &amp; '"'"'" -->' \
        '{image_id: 1, split: $evil, file: "a.ppm", caption: $evil, references: [$evil, $evil + "2"]},
         {image_id: 2, file: ("x" + $evil), url: ("ftp://" + $evil), caption: $evil, references: ["a"]}' >evil.jsonl
    for option in --gt=2 --highlight --theme=dark; do
        run render -q --html evil.html --title '</title><script>x</script>' $option evil.jsonl
        [ "$status" = 0 ]
        [ "$(python3 "$ROOT/tests/support/page.py" evil.html)" = "2 1" ]
    done
}

@test "hostile file names never lead out of the directory, and messages stay one line" {
    cp img/a.ppm "img/new
line \"'; \$(id) %41 %s.ppm"
    cp img/a.ppm 'img/-o'
    jq -nc '
        ["new\nline \"\u0027; $(id) %41 %s.ppm", "-o", "../two.jsonl", "/etc/passwd", "img", ".", "", "a.ppm/", "a\nb\u001b[2J"][] |
            {image_id: 1, file: ., caption: "x"}' >names.jsonl
    run --separate-stderr render -q -o a.png --html a.html names.jsonl
    [ "$status" = 0 ]
    [ "${#stderr_lines[@]}" = 7 ]
    [ "${stderr_lines[6]}" = "coco-render: image 1: a b [2J: no such file" ]
    [ "$(python3 "$ROOT/tests/support/page.py" a.html)" = "9 2" ]
}

@test "the same bytes with any -j" {
    for i in $(seq 40); do cat two.jsonl dead.jsonl; done | jq -c '.image_id = input_line_number' >many.jsonl
    for j in 1 2 4; do
        render -q -j $j --highlight --title T --columns 7 --tile 48x40 -o $j.png --html $j.html many.jsonl 2>/dev/null
    done
    same 1.png 2.png 4.png
    for j in 2 4; do
        sed "s/${j}_files/1_files/" $j.html | cmp - 1.html
        diff -r 1_files ${j}_files
    done
}

# The peak of coco-render's memory in KiB.
peak() {
    python3 -c 'import resource, subprocess, sys
subprocess.run(["coco-render", "-q", "-j", "2", *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

@test "memory does not grow with the number of tiles: of records only what is shown is kept" {
    ! grep -aq __tsan_init "$(command -v coco-render)" || skip "ThreadSanitizer keeps a shadow of all memory"
    export ASAN_OPTIONS=quarantine_size_mb=1:${ASAN_OPTIONS-}
    jq -nc 'range(200) | {image_id: ., file: "a.ppm", caption: "a caption of some words",
                          references: [range(20) | "a reference of some more words" * 8]}' >some.jsonl
    for i in $(seq 15); do cat some.jsonl; done >many.jsonl
    for option in '-o a.png' '--sort score --html a.html'; do
        few=$(peak --images img --tile 16x16 --columns 20 $option some.jsonl 2>/dev/null)
        all=$(peak --images img --tile 16x16 --columns 20 $option many.jsonl 2>/dev/null)
        echo "$option: $few KiB for 200, $all KiB for 3000"
        [ "$all" -lt $((few + 6000)) ] # the whole records would take 15 MB
    done
}

@test "a signal ends waiting for input at once" {
    python3 - <<'END'
import signal, subprocess
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job's is ignored, which commands respect
for number in (signal.SIGINT, signal.SIGTERM):
    p = subprocess.Popen(["coco-render", "-o", "a.png", "--html", "a.html"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdin.write(b'{"image_id":1,"caption":"x"}\n' * 10000)  # more than a pipe holds: reading has begun
    p.stdin.flush()
    p.send_signal(number)
    assert p.wait() == -number, p.returncode
    assert p.stderr.read() == b""
END
    nothing_written
}

@test "a series in numbered files" {
    for i in 1 2 3 4 5; do sed "s/\"image_id\":./\"image_id\":$i/" two.jsonl; done >ten.jsonl
    render --columns 2 --rows 2 -o 'sheet-%03d.png' ten.jsonl 2>said
    grep -qx 'sheet-001.png to sheet-003.png: 10 images, . of them missing or broken' said || { cat said; false; }
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

@test "a placeholder has few words, the line on standard error all of them" {
    mkdir else
    run -0 --separate-stderr coco-render -q --images . -d else -o a.png dead.jsonl
    [ "$stderr" = "coco-render: image 3: none.jpg: no such file" ]
    run -0 --separate-stderr coco-render -q -o b.png dead.jsonl
    [ "$stderr" = "coco-render: image 3: none.jpg: no such file: --images says where to look" ]
    same a.png b.png
}

@test "a dead link over http is a placeholder" {
    echo '{"image_id":4,"url":"ftp://localhost/x.jpg","caption":"gone"}' >d.jsonl
    run --separate-stderr coco-render -q d.jsonl -o a.png
    [ "$status" = 0 ]
    [[ "$stderr" == "coco-render: image 4: ftp://localhost/x.jpg: "* ]]
    is_png a.png
}

@test "an absolute path counts if it is below a directory that was named" {
    for name in "$PWD/img/a.ppm" "$PWD/img//a.ppm" "$PWD/two.jsonl" "$PWD/img/../two.jsonl" "$PWD/img2/a.ppm"; do
        jq -nc --arg f "$name" '{image_id: 1, file: $f, caption: "x"}'
    done >absolute.jsonl
    run --separate-stderr render -q -o a.png absolute.jsonl
    [ "$(grep -c ": the file's path leads out of the directory$" <<<"$stderr")" = 2 ]
    [ "$(grep -c ': no such file, or outside the images and the dataset$' <<<"$stderr")" = 1 ]
    # Through a link, and below the second directory.
    ln -s img link
    mkdir other
    jq -nc --arg f "$PWD/link/a.ppm" '{image_id: 1, file: $f, caption: "x"}' >link.jsonl
    run -0 coco-render -q --strict --images link -o a.png link.jsonl
    run -0 coco-render -q --strict --images other -d img -o a.png link.jsonl
    fails 1 'nodir: No such file' coco-render -d nodir -o out.png two.jsonl
    run -0 coco-render -q -o out.png two.jsonl
    [ "${lines[0]}" = "coco-render: image 1: a.ppm: no such file: --images says where to look" ]
}

@test "input without a name gives a plain title; a blank caption counts as empty" {
    [ "$(render -q --html a.html <(cat two.jsonl) && grep -c '>Captions</h1>' a.html)" = 1 ]
    # With another record whose caption is not its ground truth: a blank one alone would count as ground truth.
    one='{"image_id":2,"file":"a.ppm","caption":"two","references":["one"]}'
    printf '%s\n' "$one" '{"image_id":1,"file":"a.ppm","caption":" ","references":[" "]}' >blank.jsonl
    printf '%s\n' "$one" '{"image_id":1,"file":"a.ppm","caption":"","references":[""]}' >empty.jsonl
    for caption in blank empty; do
        render -q --title T -o $caption.png --html $caption.html $caption.jsonl
        grep -q '(empty caption)' $caption.html
        grep -c 'green' $caption.html | grep -qx 0
    done
    same blank.png empty.png
    run -0 render --html a.html --columns 2 two.jsonl
    [ "${lines[0]}" = "coco-render: --columns and --rows only apply to pictures (-o); a page adapts to its window" ]
}

@test "a line that is not a record: exit 1, the number of the line, nothing written" {
    n=0
    while IFS= read -r bad; do
        { cat two.jsonl; printf '%s\n' "$bad"; } >bad.jsonl
        fails 1 'bad.jsonl: line 3: ' coco-render --images img -o out.png bad.jsonl
        nothing_written
        n=$((n + 1))
    done <<'END'
{"image_id":1}
{"caption":"x"}
{"image_id":"one","caption":"x"}
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
    printf '[{"image_id":1,\n' >array.json
    fails 1 'array.json: not JSON' coco-render -o out.png array.json
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
    fails 1 'dir: is a directory' coco-render --images img --html dir two.jsonl
    mkdir b_files
    touch b_files/mine
    fails 1 'b_files: is in the way' coco-render --images img -q --html b.html two.jsonl
    [ -e b_files/mine ]
    rm -r b_files
    nothing_written
    TMPDIR=nodir render -q -o out.png two.jsonl # no temporary files are needed
    is_png out.png
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
    fails 2 "-o 'a.b.GIF': pictures are PNG, JPEG or WebP, not GIF" coco-render -o a.b.GIF two.jsonl
    fails 2 "-o 'a.html': pictures are PNG, JPEG or WebP, not html" coco-render -o a.html two.jsonl
    fails 2 '--html -' coco-render --html - two.jsonl
    fails 2 '--html' coco-render --html '' two.jsonl
    fails 2 '--html' coco-render --html dir/ two.jsonl
    fails 2 'both name a.png' coco-render --html a.png -o a.png two.jsonl
    fails 1 'a: is also the name of the page' coco-render -q --images img --html ./a -o a two.jsonl
    fails 1 'a2: is also the name of the page' coco-render -q --images img --html $PWD/a2 --rows 1 --columns 1 -o a%d two.jsonl
    rm a1
    for suffix in png JPG webp; do
        echo mine >a.$suffix
        fails 2 "--html 'a.$suffix': pages are HTML, not $suffix" coco-render --html a.$suffix two.jsonl
        [ "$(cat a.$suffix)" = mine ]
        rm a.$suffix
    done
    fails 2 '--sort' coco-render --sort best -o a.png two.jsonl
    fails 2 '--theme' coco-render --theme blue -o a.png two.jsonl
    fails 2 '--seed' coco-render --seed=4294967296 -o a.png two.jsonl
    for scale in 0.2 8.1 0 nan x; do
        fails 2 '--scale' coco-render --scale=$scale -o a.png two.jsonl
    done
    for dpi in 35 2401 96.5 x; do
        fails 2 '--dpi' coco-render --dpi=$dpi -o a.png two.jsonl
    done
    fails 2 '--scale: boxes of 8192x2048 pixels' coco-render --tile 1024x256 --scale 8 -o a.png two.jsonl
    fails 2 '--scale: boxes of 8x8 pixels' coco-render --tile 32x32 --scale 0.25 -o a.png two.jsonl
    fails 2 '--dpi: boxes of 6400x6400 pixels' coco-render --dpi 2400 -o a.png two.jsonl
    nothing_written
}

@test "--help shows the live defaults" {
    run coco-render --help
    [ "$status" = 0 ]
    [[ "$output" == *"256x256"* ]]
    [[ "$output" == *"(default 4)"* ]]
}

@test "a character that no font has: one line that names a package" {
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
    for _ in $(seq 600); do
        [ -z "$(find . -name 'a.png.*')" ] || break
        sleep 0.01
    done
    kill -9 $! 2>/dev/null || true
    wait || true
    is_png a.png
    # The old one or the new one, but complete: the last chunk is there.
    [ "$(tail -c 8 a.png | head -c 4)" = IEND ]
    # What the killed one left is removed by the next.
    render -q two.jsonl -o a.png
    same a.png old.png
    [ -z "$(find . -name 'a.png.*')" ]
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

@test "links that the owner of the folder put there are followed; a record's words may not lead out" {
    mkdir disk data other
    mv img/a.ppm disk/
    ln -s "$PWD/disk" data/images
    ln -s ../disk/a.ppm other/a.ppm
    echo '{"image_id":1,"file":"images/a.ppm","caption":"x"}' >in.jsonl
    run -0 coco-render -q --strict -d data -o a.png in.jsonl
    jq -c --arg f "$PWD/data/images/a.ppm" '.file = $f' in.jsonl >abs.jsonl
    run -0 coco-render -q --strict -d data -o a.png abs.jsonl
    echo '{"image_id":1,"file":"a.ppm","caption":"x"}' >in.jsonl
    run -0 coco-render -q --strict --images other -o a.png in.jsonl
    echo '{"image_id":1,"file":"../disk/a.ppm","caption":"x"}' >in.jsonl
    run -1 coco-render -q --strict --images other -o a.png in.jsonl
    [[ $output = *"leads out of the directory"* ]]
    rm disk/a.ppm
    echo '{"image_id":1,"file":"a.ppm","caption":"x"}' >in.jsonl
    run -1 coco-render -q --strict --images other -o a.png in.jsonl
    [[ $output = *"a symbolic link to nothing"* ]]
}

@test "an image is found by its id under the names that COCO gives" {
    mkdir coco
    cp img/a.ppm coco/000000000139.jpg
    cp img/a.ppm coco/COCO_val2014_000000000140.jpg
    printf '{"image_id":139,"caption":"a"}\n{"image_id":140,"caption":"b"}\n' >in.jsonl
    run -0 coco-render -q --strict --images coco -o a.png in.jsonl
}

@test "--offline asks for no URL and says so; the cache is used" {
    echo '{"image_id":1,"url":"http://127.0.0.1:9/x.jpg","caption":"x"}' >in.jsonl
    run -1 coco-render -q --strict --offline -o a.png in.jsonl
    [[ $output = *"not in the cache (--offline)"* ]]
}

@test "a server that cannot be reached is tried once" {
    for i in {1..40}; do echo '{"image_id":'$i',"url":"http://127.0.0.1:9/'$i'.jpg","caption":"x"}'; done >in.jsonl
    start=$SECONDS
    run -0 coco-render -q --backoff 1 --retries 1 -j1 -o a.png in.jsonl
    [ "$(grep -c '^coco-render: image ' <<<"$output")" = 40 ]
    [ "$(sed 's/^.*jpg: //; s/after [0-9]* ms/after some/' <<<"$output" | sort -u | wc -l)" = 1 ]
    [ $((SECONDS - start)) -lt 20 ]
}

@test "--max-pixels" {
    run -0 render -q --strict --max-pixels 4 -o a.png two.jsonl
    run -1 render -q --strict --max-pixels 3 -o a.png two.jsonl
    [[ $output = *"2 x 2 pixels are too many"* ]]
}

@test "a results array, and records with row and split alone: the dataset names their files" {
    mkdir -p data/images
    cp img/a.ppm data/images/000000000139.ppm
    cp img/a.ppm data/images/b.ppm
    printf 'images/000000000139.ppm\nimages/b.ppm\n' >data/val2014_images.txt
    echo '[{"image_id":139,"caption":"a"}]' >results.json
    run -0 coco-render -q --strict -d data -o a.png results.json
    echo '{"image_id":1,"split":"val","row":1,"caption":"b"}' >row.jsonl
    run -0 coco-render -q --strict -d data -o a.png row.jsonl
    echo '[{"image_id":139}]' >results.json
    run -1 coco-render -q -d data -o b.png results.json
    [[ $output = *"results.json: element 1: "*caption* ]]
}

@test "where memory runs short: exit 1, a line that says so, and no file" {
    ! sanitized coco-render || skip "sanitizers need their address space"
    (ulimit -c 0 -v 95000; render -q -o a.png two.jsonl) 2>err && status=0 || status=$?
    [ "$status" = 1 ]
    grep -q '^coco-render: .*' err
    nothing_written
}

@test "characters that no font has: a line for each package that may help" {
    printf '%s\n' $'{"image_id":3,"file":"a.ppm","caption":"\xf4\x8f\xbf\xbd"}' $'{"image_id":4,"file":"a.ppm","caption":"\xf0\xbf\xbf\xbd"}' >in.jsonl
    run -0 --separate-stderr render -q -o a.png in.jsonl
    [ "$(grep -c 'no font has' <<<"$stderr")" = 2 ]
    [[ $stderr = *fonts-noto-core*fonts-noto-cjk* ]]
}

@test "--images: a name without folders is found in subfolders, if one picture alone has it" {
    mkdir -p img/in/deep img/out img/.hidden elsewhere
    cp img/a.ppm img/in/deep/c.ppm
    cp img/a.ppm img/in/d.ppm
    cp img/a.ppm img/out/d.ppm
    cp img/a.ppm img/.hidden/e.ppm
    cp img/a.ppm elsewhere/f.ppm
    ln -s "$PWD/elsewhere" img/in/link
    ln -s . img/in/circle
    for name in c d e f in/c x/c; do echo "{\"image_id\":1,\"file\":\"$name.ppm\",\"caption\":\"$name\"}"; done >sub.jsonl
    for j in 1 4; do
        run --separate-stderr render -j $j -o a.png sub.jsonl
        [ "$status" = 0 ]
        [ "$(sort <<<"$stderr")" = "a.png: 6 images, 5 of them missing or broken
coco-render: image 1: d.ppm: no such file, but several in subfolders have this name
coco-render: image 1: e.ppm: no such file
coco-render: image 1: f.ppm: no such file
coco-render: image 1: in/c.ppm: no such file
coco-render: image 1: x/c.ppm: no such file" ]
    done
    # Only --images is searched: the current folder may hold anything.
    run --separate-stderr coco-render -o a.png <(head -n 1 sub.jsonl)
    [[ "$stderr" == *"c.ppm: no such file: --images says where to look"* ]]
}
