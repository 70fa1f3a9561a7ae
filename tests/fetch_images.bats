#!/usr/bin/env bats
# coco-fetch images against a server of our own that misbehaves (tests/support/server.py).

load support/server

setup_file() {
    start_server
    # No proxy of the user's stands between the tests and loopback.
    export no_proxy='*'
}

teardown_file() { stop_server; }

setup() {
    CACHE=$BATS_TEST_TMPDIR/cache
    fast=(--cache "$CACHE" --timeout 3 --stall-timeout 1 --retries 2 --backoff 0.05 --max-bytes 1000000 -q)
}

# fetch PATH...: the status records of these paths, sorted, in $output; the exit status in $status.
fetch() {
    run bash -c 'printf "%s\n" "${@:2}" | coco-fetch images '"${fast[*]}"' 2>"$1"' - "$BATS_TEST_TMPDIR/stderr" \
        "${@/#/$SERVER/}"
}

# field KEY: that of the only record.
field() { jq -r ".$1" <<<"$output"; }

no_leftovers() { [ -z "$(find "$CACHE/tmp" -type f)" ]; }

# one PATH STATUS EXIT ERROR-PATTERN TRIES: what becomes of one URL.
one() {
    fetch "$1"
    echo "$1: $status $output"
    [ "$(field status)" = "$2" ]
    [ "$status" = "$3" ]
    [[ "$(field error)" =~ $4 ]]
    [ "$(field tries)" = "$5" ]
    no_leftovers
    if [ "$2" = ok ]; then
        [ -s "$(field path)" ]
    else
        [ "$(field path)" = null ]
        [ -z "$(find "$CACHE" -type f)" ]
    fi
}

@test "ok: the file is there, whole, under the digest of its URL" {
    one ok/a ok 0 null 1
    [ "$(basename "$(field path)")" = "$(printf %s "$SERVER/ok/a" | sha256sum | cut -d' ' -f1)" ]
    [ "$(field bytes)" = "$(stat -c %s "$(field path)")" ]
    [ "$(field code)" = 200 ]
}

@test "a second run finds it in the cache and asks nobody" {
    fetch ok/twice
    fetch ok/twice
    [ "$status" = 0 ]
    [ "$(field status)" = cached ]
    [ "$(field tries)" = 0 ]
    [ "$(curl -s "$SERVER/count/ok/twice")" = 1 ]
}

@test "a URL asked for twice in one stream is downloaded once" {
    fast+=(--stall-timeout 3)
    fetch late/1/same late/1/same late/1/same
    [ "$status" = 0 ]
    [ "$(jq -r .status <<<"$output" | sort | uniq -c | xargs)" = "2 cached 1 ok" ]
    [ "$(curl -s "$SERVER/count/late/1/same")" = 1 ]
}

@test "JPEG too"                            { one jpeg ok 0 null 1; }
@test "404 is dead"                         { one 404 dead 1 'HTTP 404' 1; }
@test "410 is dead"                         { one 410 dead 1 'HTTP 410' 1; }
@test "403 is dead"                         { one 403 dead 1 'HTTP 403' 1; }
@test "503 again and again has failed"      { one 503 failed 1 'HTTP 503' 3; }
@test "500 twice, then ok"                  { one flaky/2/x ok 0 null 3; }
@test "500 more often than we try"          { one flaky/9/x failed 1 'HTTP 500' 3; }
@test "429 with Retry-After, then ok"       { one again/1/x ok 0 null 2; }
@test "a reset in mid-body, then ok"        { one reset/1/x ok 0 null 2; }
@test "resets in mid-body"                  { one reset/9/x failed 1 . 3; }
@test "a body shorter than promised"        { one cut failed 1 'remaining' 3; }
@test "a stall in mid-body"                 { fast+=(--retries 0); one stall failed 1 'slow|timed out' 1; }
@test "no answer at all"                    { fast+=(--retries 0); one silent failed 1 'slow|timed out' 1; }
@test "a byte now and then, for ever"       { fast+=(--retries 0 --timeout 1.5); one drip failed 1 'timed out' 1; }
@test "200 with an HTML page"               { one html dead 1 'an HTML page, not an image' 1; }
@test "200 with text"                       { one text dead 1 'not an image' 1; }
@test "200 with nothing"                    { one empty dead 1 'empty' 1; }
@test "gzip-encoded is unpacked"            { one gzip ok 0 null 1; }
@test "a length above the limit"            { one huge failed 1 'larger than 1000000 bytes' 1; }
@test "no length and no end"                { one endless failed 1 'larger than 1000000 bytes' 1; }
@test "three redirects"                     { one hops/3/x ok 0 null 1; }
@test "more redirects than allowed"         { one hops/9/x dead 1 'redirects' 1; }
@test "a redirect to itself"                { one loop dead 1 'redirects' 1; }
@test "a redirect to file:"                 { one to-file dead 1 'redirected out of http' 1; }
@test "a redirect to ftp:"                  { one to-ftp dead 1 'redirected out of http' 1; }

@test "nobody listens" {
    run coco-fetch images "${fast[@]}" - <<<"http://127.0.0.1:1/x"
    [ "$status" = 1 ]
    [ "$(field status)" = failed ]
    [ "$(field tries)" = 3 ]
    [[ "$(field error)" == *connect* ]]
}

@test "only http and https" {
    for url in file:///etc/passwd ftp://localhost/x gopher://localhost/x 'no url' '-x'; do
        run coco-fetch images "${fast[@]}" - <<<"$url"
        [ "$status" = 1 ]
        [ "$(field status)" = dead ]
        [ "$(field url)" = "$url" ]
    done
}

@test "all faults at once do no harm to each other" {
    fetch ok/1 404 html flaky/1/m reset/1/m cut huge endless to-file loop hops/2/m empty ok/2 silent ok/3 jpeg
    [ "$status" = 1 ]
    [ "$(jq -r .status <<<"$output" | sort | uniq -c | xargs)" = "5 dead 4 failed 7 ok" ]
    no_leftovers
    [ "$(find "$CACHE" -type f | wc -l)" = 7 ]
}

@test "records: their url; other keys do not matter" {
    printf '%s\n' "{\"image_id\":1,\"caption\":\"x\",\"url\":\"$SERVER/ok/r\"}" '' "  $SERVER/ok/s  " >"$BATS_TEST_TMPDIR/in"
    run coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in"
    [ "$status" = 0 ]
    [ "$(jq -r .url <<<"$output" | sort | xargs)" = "$SERVER/ok/r $SERVER/ok/s" ]
}

@test "its own output is input again" {
    fetch ok/1 404
    run coco-fetch images "${fast[@]}" - <<<"$output"
    [ "$(jq -r .status <<<"$output" | sort | xargs)" = "cached dead" ]
}

@test "a bad line is told of, and the rest goes on" {
    printf '%s\n' '{"image_id":1,"caption":"x"}' '{bad' "$SERVER/ok/rest" '{"url":7}' >"$BATS_TEST_TMPDIR/in"
    run bash -c "coco-fetch images ${fast[*]} $BATS_TEST_TMPDIR/in 2>$BATS_TEST_TMPDIR/err"
    [ "$status" = 1 ]
    [ "$(field status)" = ok ]
    grep -q 'in: line 1: no "url"' "$BATS_TEST_TMPDIR/err"
    grep -q 'in: line 2: not JSON' "$BATS_TEST_TMPDIR/err"
    grep -q 'in: line 4: "url"' "$BATS_TEST_TMPDIR/err"
}

@test "a missing file is told of, and the rest goes on" {
    echo "$SERVER/ok/after" >"$BATS_TEST_TMPDIR/in"
    run bash -c "coco-fetch images ${fast[*]} /no/such/file $BATS_TEST_TMPDIR/in 2>$BATS_TEST_TMPDIR/err"
    [ "$status" = 1 ]
    [ "$(field status)" = ok ]
    grep -q '^coco-fetch: /no/such/file: No such file' "$BATS_TEST_TMPDIR/err"
}

@test "a line longer than a megabyte is passed over" {
    { head -c 3000000 /dev/zero | tr '\0' x; echo; echo "$SERVER/ok/short"; } >"$BATS_TEST_TMPDIR/in"
    run bash -c "coco-fetch images ${fast[*]} $BATS_TEST_TMPDIR/in 2>$BATS_TEST_TMPDIR/err"
    [ "$status" = 1 ]
    [ "$(field url)" = "$SERVER/ok/short" ]
    grep -q 'line 1: longer than' "$BATS_TEST_TMPDIR/err"
}

@test "a URL that is no UTF-8 gives a record that is" {
    printf '%s/ok/\xff\n' "$SERVER" >"$BATS_TEST_TMPDIR/in"
    run coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in"
    [ "$(field status)" != "" ]
}

@test "results flow while input still comes" {
    { echo "$SERVER/ok/first"; sleep 2; echo "$SERVER/ok/second"; } | coco-fetch images "${fast[@]}" |
        while read -r line; do echo "$(date +%s%N) $line"; done >"$BATS_TEST_TMPDIR/times"
    first=$(sed -n 1p "$BATS_TEST_TMPDIR/times" | cut -d' ' -f1)
    second=$(sed -n 2p "$BATS_TEST_TMPDIR/times" | cut -d' ' -f1)
    [ $((second - first)) -gt 1000000000 ]
}

@test "nothing in, nothing out" {
    run coco-fetch images "${fast[@]}" </dev/null
    [ "$status" = 0 ]
    [ -z "$output" ]
}

@test "two processes fill one cache" {
    for i in $(seq 200); do echo "$SERVER/ok/$i"; done >"$BATS_TEST_TMPDIR/in"
    coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/a" &
    local other=$!
    coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/b"
    wait $other
    [ "$(cat "$BATS_TEST_TMPDIR"/[ab] | jq -r '.path' | sort -u | wc -l)" = 200 ]
    [ "$(find "$CACHE" -type f -size +60c | wc -l)" = 200 ]
    no_leftovers
}

@test "Ctrl-C: 130, and no half file" {
    for i in $(seq 20); do echo "$SERVER/silent/$i"; done >"$BATS_TEST_TMPDIR/in"
    # An interactive shell's child: bash would have background jobs ignore SIGINT.
    python3 - "${fast[@]}" "$BATS_TEST_TMPDIR/in" <<'END'
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
p = subprocess.Popen(["coco-fetch", "images", *sys.argv[1:]])
time.sleep(0.5)
p.send_signal(signal.SIGINT)
assert p.wait(5) == 130, p.returncode
END
    [ -z "$(find "$CACHE" -type f)" ]
}

@test "a full device is exit 1, a closed pipe ends quietly with 141" {
    run bash -c "echo $SERVER/ok/full | coco-fetch images ${fast[*]} >/dev/full"
    [ "$status" = 1 ]
    [[ "$output" == "coco-fetch: standard output: "* ]]
    run bash -c "set -o pipefail; (sleep 0.3; for i in 1 2 3; do echo $SERVER/ok/p\$i; done) | coco-fetch images ${fast[*]} | true"
    [ "$status" = 141 ]
    [ -z "$output" ]
}

@test "a cache that cannot be written" {
    run coco-fetch images "${fast[@]}" --cache /dev/null/x - <<<"$SERVER/ok/x"
    [ "$status" = 1 ]
    [[ "$output" == "coco-fetch: /dev/null"* ]]
}

@test "COCO_CACHE and XDG_CACHE_HOME" {
    COCO_CACHE=$BATS_TEST_TMPDIR/one run coco-fetch images -q - <<<"$SERVER/ok/x"
    [[ "$(field path)" == "$BATS_TEST_TMPDIR/one/"* ]]
    unset COCO_CACHE
    XDG_CACHE_HOME=$BATS_TEST_TMPDIR/two run coco-fetch images -q - <<<"$SERVER/ok/x"
    [[ "$(field path)" == "$BATS_TEST_TMPDIR/two/coco/"* ]]
}

@test "usage errors" {
    while read -r args; do
        run coco-fetch images $args </dev/null
        echo "$args: $status $output"
        [ "$status" = 2 ]
        [[ "$output" == "coco-fetch: "* ]]
    done <<'END'
--parallel 0
--parallel many
--parallel 1e9
--timeout -1
--timeout nan
--timeout inf
--timeout 5s
--retries -1
--retries 1.5
--max-bytes 0
--max-bytes 99999999999999999999
--backoff x
--cache
--no-such-option
END
}
