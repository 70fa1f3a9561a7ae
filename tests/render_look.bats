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
