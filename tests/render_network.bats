#!/usr/bin/env bats
# coco-render: images from URLs, through the cache, from a server that misbehaves.

load support/common
load support/server
bats_require_minimum_version 1.5.0

setup_file() { start_server; }
teardown_file() { stop_server; }

setup() {
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work"
    export COCO_CACHE=$BATS_TEST_TMPDIR/cache
    fast=(-q --retries 1 --backoff 0.05 --stall-timeout 1 --timeout 3)
}

# records PATH...: writes a record for each URL.
records() {
    local i=0 path
    for path; do
        i=$((i + 1))
        printf '{"image_id":%d,"url":"%s","caption":"number %d","references":["truth"]}\n' $i "$SERVER/$path" $i
    done >in.jsonl
}
asked() { curl -s "$SERVER/count/$1"; }

@test "downloaded once, then from the cache, then without the server" {
    records ok/r1 ok/r2 jpeg gzip hops/3/r
    run -0 --separate-stderr coco-render "${fast[@]}" --strict -o a.png in.jsonl
    [ -z "$stderr" ]
    run -0 coco-render "${fast[@]}" --strict -o b.png in.jsonl
    same a.png b.png
    [ "$(asked ok/r1)" = 1 ]
    sed -i "s,$SERVER/ok/r2,$SERVER/ok/new," in.jsonl
    run -1 coco-render "${fast[@]}" --strict --public-only -o c.png in.jsonl
    [ "$(asked ok/new)" = 0 ]
    [[ "$output" == *"image 2: $SERVER/ok/new: an address that is not public" ]]
}

@test "a cached file that is no longer an image is downloaded again" {
    records ok/spoilt
    run -0 coco-render "${fast[@]}" --strict -o a.png in.jsonl
    echo garbage >"$(coco-fetch images -q in.jsonl | jq -r .path)"
    run -0 coco-render "${fast[@]}" --strict -o b.png in.jsonl
    same a.png b.png
}

@test "images that coco-fetch has downloaded are taken from the cache" {
    records ok/before1 ok/before2
    coco-fetch images -q in.jsonl >status.jsonl
    run -0 coco-render "${fast[@]}" --strict -o a.png in.jsonl
    [ "$(asked ok/before1)" = 1 ]
}

@test "a Retry-After holds for all threads" {
    records pause/1/hold $(printf 'late/0/h%d ' $(seq 40))
    begin=$(date +%s%N)
    coco-render "${fast[@]}" --strict -o a.png in.jsonl 3>&- &
    pid=$!
    for _ in $(seq 300); do
        [ "$(asked pause/1/hold)" = 0 ] || break
        sleep 0.01
    done
    sleep 0.5
    # Only requests already on their way; otherwise it would be as many as may wait for the first.
    early=$(curl -s "$SERVER/count/late/0/h[1-40]" | tr -dc 1 | wc -c)
    [ "$(asked pause/1/hold)" = 1 ]
    wait $pid
    [ $(($(date +%s%N) - begin)) -ge 4000000000 ]
    [ "$(asked pause/1/hold)" = 2 ]
    echo "early: $early"
    [ $early -le 16 ]
}

@test "every fault gives a placeholder with the reason; the other images are drawn" {
    records ok/f1 404 html cut stall endless to-file loop empty cut-jpeg bad-chunk huge-head garbage gone flaky/1/f ok/f2
    run -0 --separate-stderr coco-render "${fast[@]}" -o a.png in.jsonl
    echo "$stderr"
    [ "${#stderr_lines[@]}" = 13 ]
    n=0
    while read -r id reason; do
        [[ "${stderr_lines[$n]}" =~ ^coco-render:\ image\ $id:\ .*$reason ]]
        n=$((n + 1))
    done <<'END'
2 HTTP 404
3 an HTML page, not an image
4 remaining to read
5 slow|timed out
6 larger than
7 redirected out of http
8 redirects
9 empty, not an image
10 truncated JPEG
11 chunk
12 headers too large
13 HTTP/0.9
14 Flickr's 'photo unavailable' picture
END
    run -1 coco-render "${fast[@]}" --strict -o b.png in.jsonl
    same a.png b.png
    [ "$(asked 404)" = 1 ] # dead URLs are remembered
    [ "$(asked html)" = 1 ]
    [ "$(ls)" = "$(printf '%s\n' a.png b.png in.jsonl)" ]
}

@test "connections are reused: few for many images" {
    for i in $(seq 60); do echo "ok/k$i"; done >paths
    records $(cat paths)
    before=$(curl -s "$SERVER/connections")
    run -0 coco-render "${fast[@]}" --strict -o a.png in.jsonl
    [ $(($(curl -s "$SERVER/connections") - before)) -le 17 ]
}

@test "an HTML page of images from URLs" {
    records ok/h1 404 ok/h2
    run -0 coco-render "${fast[@]}" --html page.html in.jsonl
    [[ "$(ls page_files | xargs)" =~ ^000001-[0-9a-f]{12}\.jpg\ 000003-[0-9a-f]{12}\.jpg$ ]]
    grep -q 'HTTP 404' page.html
}

@test "without a usable cache the images are drawn all the same" {
    records ok/n1
    COCO_CACHE=/dev/null/x run -0 coco-render "${fast[@]}" --strict -o a.png in.jsonl
}

@test "an untrusted certificate" {
    printf '{"image_id":1,"url":"%s/ok/t","caption":"x"}\n' "$TLS_SERVER" >in.jsonl
    run -1 coco-render "${fast[@]}" --strict -o a.png in.jsonl
    [[ "$output" == *certificate* ]]
    run -0 coco-render "${fast[@]}" --strict --cacert "$SERVER_CERT" -o a.png in.jsonl
}

@test "a library aborts: exit 1, a line that says so, and what was unfinished is removed" {
    ! grep -aq __tsan_init "$(command -v coco-render)" || skip "ThreadSanitizer has words of its own about signals"
    records ok/a1 late/30/x
    ln -s elsewhere.png sheet.png
    for signal in ABRT TRAP; do
        coco-render -q --timeout 60 --stall-timeout 60 -o sheet.png --html page.html in.jsonl 2>err 3>&- &
        pid=$!
        until compgen -G 'elsewhere.png.coco-part-*' && compgen -G 'page_files.coco-part-*/*.jpg'; do sleep 0.02; done
        kill -$signal $pid
        wait $pid && status=0 || status=$?
        [ "$status" = 1 ]
        [ "$(cat err)" = "coco-render: a library gave up; memory or threads may have run short" ]
        [ "$(ls | xargs)" = "err in.jsonl sheet.png" ]
    done
}
