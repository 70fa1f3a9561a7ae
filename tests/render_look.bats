#!/usr/bin/env bats
# What options of coco-render change on sheets and pages.

bats_require_minimum_version 1.5.0
load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    printf 'P3 2 1 255 200 0 0 0 0 200\n' >p.ppm
    echo '{"image_id":7,"file":"p.ppm","caption":"a dog runs","logprob":-4,"word_logprobs":[-0.01,-1.0,-3.0,-0.02]}' >c.jsonl
}

render() { coco-render -q --images . "$@"; }

@test "confidence: each word has its probability on the page, and shades on the sheet" {
    render c.jsonl --confidence --html c.html -o c.png
    [ "$(grep -o '<span class="p[0-9]" title="[^"]*">[^<]*</span>' c.html)" = '<span class="p0" title="probability 0.99">a</span>
<span class="p1" title="probability 0.368">dog</span>
<span class="p3" title="probability 0.0498">runs</span>' ]
    grep -q '^\.p3{background:var(--p3);text-decoration:underline}' c.html
    [[ "$(cat c.html)" = *"shaded: words with a probability below 0.5"* ]]
    render c.jsonl -o plain.png --html plain.html
    run ! cmp -s c.png plain.png
    run ! grep -q 'class="p[0-9]"' plain.html
}

@test "confidence: without probabilities there is a warning; not with --highlight" {
    jq -c 'del(.word_logprobs)' c.jsonl >bare.jsonl
    run --separate-stderr render bare.jsonl --confidence -o a.png
    [ "$status" = 0 ]
    [ "$stderr" = "coco-render: no record has word_logprobs, which coco-sample --word-logprobs writes" ]
    fails 2 "--highlight and --confidence exclude each other" coco-render c.jsonl --confidence --highlight -o a.png
    # What is no list of numbers is ignored.
    jq -c '.word_logprobs = ["x"]' c.jsonl | render --confidence -o a.png 2>odd
    jq -c '.word_logprobs = {}' c.jsonl | render --confidence -o b.png 2>>odd
    [ "$(wc -l <odd)" = 2 ]
}

@test "labels: the id on pages, nothing on sheets, or what --label says" {
    render c.jsonl --html a.html -o a.png
    render c.jsonl --html id.html -o id.png --label id
    render c.jsonl --html file.html -o file.png --label file
    render c.jsonl --html none.html -o none.png --label none
    grep -q '<p class="facts">image 7 · log p −4.00</p>' a.html
    grep -q '<p class="facts">image 7 · log p −4.00</p>' id.html
    grep -q '<p class="facts">p.ppm · log p −4.00</p>' file.html
    grep -q '<p class="facts">log p −4.00</p>' none.html
    same a.png none.png
    run ! cmp -s a.png id.png
    run ! cmp -s id.png file.png
}

@test "numbers have names: CIDEr, score, log p" {
    jq -c '.CIDEr = 1.5629' c.jsonl >cider.jsonl
    jq -c '.score = 0.25' c.jsonl >score.jsonl
    render cider.jsonl --html a.html
    render score.jsonl --html b.html
    grep -q '· log p −4.00 · CIDEr 1.56</p>' a.html
    grep -q '· log p −4.00 · score 0.250</p>' b.html
    # On sheets too, if there is room: the second image's is all that differs.
    { cat cider.jsonl; cat cider.jsonl; } >two.jsonl
    { cat cider.jsonl; cat c.jsonl; } >one.jsonl
    width() { png changed "$1" "$2" | { read -r x0 y0 x1 y1; echo $((x1 - x0)); }; }
    for side in 256 48; do
        render two.jsonl --title T --sort score --tile ${side}x$side -o two$side.png
        render one.jsonl --title T --sort score --tile ${side}x$side -o one$side.png
    done
    [ "$(width two256.png one256.png)" -gt 60 ]
    [ "$(width two48.png one48.png)" -lt 34 ]
}

@test "lines and no text: dense sheets" {
    jq -c '.caption = "a caption that takes a good many lines below a narrow picture as it goes on and on"' c.jsonl >long.jsonl
    height() { png size "$1" | cut -d' ' -f2; }
    for n in 0 1 2; do render long.jsonl --tile 100x100 --lines $n -o $n.png; done
    [ "$(height 1.png)" -lt "$(height 2.png)" ]
    [ "$(height 2.png)" -lt "$(height 0.png)" ]
    render long.jsonl --tile 100x100 --no-text -o none.png --html none.html
    [ "$(height none.png)" -lt "$(height 1.png)" ]
    run ! grep -q '<figcaption>' none.html
    grep -q 'alt="a caption that' none.html
}

@test "theme auto: a page has both, a sheet is light" {
    render c.jsonl --theme auto --html auto.html -o auto.png
    render c.jsonl --theme light --html light.html -o light.png
    render c.jsonl --theme dark --html dark.html
    same auto.png light.png
    grep -q '^:root{color-scheme:light dark;' auto.html
    of() { grep -o -- '--page:#[0-9A-F]*' "$1" | xargs; }
    [ "$(of auto.html)" = "$(of light.html) $(of dark.html)" ]
    grep -q '^@media(prefers-color-scheme:dark){:root{' auto.html
    run ! grep -q prefers-color-scheme light.html
}

@test "a page's pictures are links to the full ones: files by the way from the page, else URLs of the web" {
    mkdir -p 'pictures/a & b' pages
    cp p.ppm 'pictures/a & b/p 1.ppm'
    jq -c '.file = "a & b/p 1.ppm"' c.jsonl | coco-render -q --images pictures --html pages/x.html
    grep -q '<a href="../pictures/a%20%26%20b/p%201.ppm" rel="noreferrer"><img' pages/x.html
    jq -c '.file = "gone.ppm"' c.jsonl | render --html y.html 2>/dev/null
    run ! grep -q '<a href' y.html
    (cd 'pictures/a & b' && jq -c '.file = "p 1.ppm"' ../../c.jsonl | coco-render -q --images . --html z.html && grep -q '<a href="p%201.ppm"' z.html)
    # What is in the cache has its URL.
    jq -c 'del(.file) | .url = "javascript:alert(1)"' c.jsonl | render --offline --html u.html 2>/dev/null
    run ! grep -q '<a href' u.html
}

@test "captions without spaces between words are highlighted by character" {
    echo '{"image_id":1,"caption":"犬が走る","references":["犬は走った"]}' | render --highlight --html a.html -o a.png 2>/dev/null
    grep -q '<p class="caption" dir="auto">犬<span class="missed">が</span>走<span class="missed">る</span></p>' a.html
}

@test "JPEG and WebP by the name's ending: the same picture, nearly" {
    render c.jsonl -o a.png --dpi 150
    for name in a.jpg b.JPEG a.webp; do
        render c.jsonl -o $name --dpi 150
        tool_decode a.png >want.ppm
        tool_decode $name >found.ppm
        python3 -c '
want, found = (open(f, "rb").read() for f in ("want.ppm", "found.ppm"))
assert len(want) == len(found) and want[:15] == found[:15]
far = sum(abs(a - b) for a, b in zip(want, found)) / len(want)
assert far < 2, far'
    done
    same a.jpg b.JPEG
    [ "$(head -c 3 a.jpg | od -An -tx1)" = " ff d8 ff" ]
    [ "$(od -An -tx1 -j 13 -N 5 a.jpg)" = " 01 00 96 00 96" ] # 150 pixels per inch
    [ "$(head -c 4 a.webp)$(tail -c +9 a.webp | head -c 4)" = RIFFWEBP ]
    cat c.jsonl c.jsonl c.jsonl c.jsonl >four.jsonl
    fails 1 "a.webp: .* pixels are too many for WebP, whose sides may be up to 16383" \
        coco-render --images . --tile 4096x16 --columns 4 -o a.webp four.jsonl
    [ "$(head -c 4 a.webp)" = RIFF ] # the old one is still there
}
