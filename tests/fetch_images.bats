#!/usr/bin/env bats
# coco-fetch images against a server of our own that misbehaves (tests/support/server.py).

load support/server
bats_require_minimum_version 1.5.0

setup_file() {
    start_server
    # The user's proxy must not come between the tests and loopback.
    export no_proxy='*'
}

teardown_file() { stop_server; }

setup() {
    CACHE=$BATS_TEST_TMPDIR/cache
    fast=(--cache "$CACHE" --timeout 3 --stall-timeout 1 --retries 2 --backoff 0.05 --max-bytes 1000000 -q)
}

# fetch PATH...: leaves the status records of these paths in $output, and the exit status in $status.
fetch() {
    run bash -c 'printf "%s\n" "${@:2}" | coco-fetch images '"${fast[*]}"' 2>"$1"' - "$BATS_TEST_TMPDIR/stderr" \
        "${@/#/$SERVER/}"
}

# field KEY: its value in the only record.
field() { jq -r ".$1" <<<"$output"; }

no_leftovers() { [ -z "$(find "$CACHE/tmp" -type f)" ]; }

# one PATH STATUS EXIT ERROR-PATTERN TRIES: fetches one URL and checks the result.
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

@test "ok: the complete file is in the cache, named by the digest of its URL" {
    one ok/a ok 0 null 1
    [ "$(basename "$(field path)")" = "$(printf %s "$SERVER/ok/a" | sha256sum | cut -d' ' -f1)" ]
    [ "$(field bytes)" = "$(stat -c %s "$(field path)")" ]
    [ "$(field code)" = 200 ]
}

@test "a second run finds it in the cache and requests nothing" {
    fetch ok/twice
    fetch ok/twice
    [ "$status" = 0 ]
    [ "$(field status)" = cached ]
    [ "$(field tries)" = 0 ]
    [ "$(curl -s "$SERVER/count/ok/twice")" = 1 ]
}

@test "a URL that occurs twice in the input is downloaded once" {
    fast+=(--stall-timeout 3)
    fetch late/1/same late/1/same late/1/same
    [ "$status" = 0 ]
    [ "$(jq -r .status <<<"$output" | sort | uniq -c | xargs)" = "2 cached 1 ok" ]
    [ "$(curl -s "$SERVER/count/late/1/same")" = 1 ]
}

@test "host names with letters beyond ASCII are converted, in any locale" {
    curl --version | grep -qw IDN || skip "libcurl without IDN"
    local host=$'\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54' # "localhost" in wide letters
    for locale in C POSIX C.UTF-8 none; do
        run -0 env LC_ALL=$locale coco-fetch images "${fast[@]}" <<<"${SERVER/127.0.0.1/$host}/ok/wide-$locale"
        [ "$(field status)" = ok ]
        [ "$(field url)" = "${SERVER/127.0.0.1/$host}/ok/wide-$locale" ]
        [ "$(curl -s "$SERVER/count/ok/wide-$locale")" = 1 ]
    done
}

@test "host names that cannot be converted: an error of their records, not remembered" {
    curl --version | grep -qw IDN || skip "libcurl without IDN"
    printf 'http://%s:1/x\n' a$'\u2025'b $'b\xff' $'\u2488'com >"$BATS_TEST_TMPDIR/in"
    run -1 --separate-stderr coco-fetch images "${fast[@]}" --ordered "$BATS_TEST_TMPDIR/in"
    [ "$(jq -r .error <<<"$output" | uniq)" = "the host's name cannot be written in ASCII (IDNA)" ]
    [ "$(jq -r .error <<<"$output" | wc -l)" = 3 ]
    [ -z "$(find "$CACHE" -type f)" ]
}

@test "JPEG too"                            { one jpeg ok 0 null 1; }
@test "404 is dead"                         { one 404 dead 1 'HTTP 404' 1; }
@test "410 is dead"                         { one 410 dead 1 'HTTP 410' 1; }
@test "403 is dead"                         { one 403 dead 1 'HTTP 403' 1; }
@test "503 again and again is failed"     { one 503 failed 1 'HTTP 503' 3; }
@test "500 twice, then ok"                  { one flaky/2/x ok 0 null 3; }
@test "500 more often than there are tries"     { one flaky/9/x failed 1 'HTTP 500' 3; }
@test "429 with Retry-After, then ok"       { one again/1/x ok 0 null 2; }
@test "a reset within the body, then ok"     { one reset/1/x ok 0 null 2; }
@test "resets within the body"                { one reset/9/x failed 1 . 3; }
@test "a body shorter than promised"        { one cut failed 1 'remaining' 3; }
@test "a stall within the body"                { fast+=(--retries 0); one stall failed 1 'slow|timed out' 1; }
@test "no answer at all"                    { fast+=(--retries 0); one silent failed 1 'slow|timed out' 1; }
@test "a byte now and then, for ever"       { fast+=(--retries 0 --timeout 1.5); one drip failed 1 'timed out' 1; }
@test "200 with an HTML page"               { one html dead 1 'an HTML page, not an image' 1; }
@test "200 with text"                       { one text dead 1 'not an image' 1; }
@test "200 with nothing"                    { one empty dead 1 'empty' 1; }
@test "gzip encoding is undone"             { one gzip ok 0 null 1; }
@test "a length above the limit"            { one huge failed 1 'larger than 1000000 bytes' 1; }
@test "no length, and no end"                { one endless failed 1 'larger than 1000000 bytes' 1; }
@test "three redirects"                     { one hops/3/x ok 0 null 1; }
@test "more redirects than allowed"         { one hops/9/x dead 1 'redirects' 1; }
@test "a redirect to itself"                { one loop dead 1 'redirects' 1; }
@test "a redirect to file:"                 { one to-file dead 1 'redirected out of http' 1; }
@test "a redirect to ftp:"                  { one to-ftp dead 1 'redirected out of http' 1; }

@test "429 with a Retry-After that is too long"  { one later failed 1 'HTTP 429' 1; }
@test "a body longer than promised"         { one more failed 1 'truncated PNG' 1; }
@test "a truncated JPEG"              { one cut-jpeg failed 1 'truncated JPEG' 1; }
@test "a truncated PNG"               { one cut-png failed 1 'truncated PNG' 1; }
@test "an image labelled as text"            { one mislabelled ok 0 null 1; }
@test "labelled as gzip-encoded, but is not" { one bad-gzip failed 1 . 1; }
@test "chunked"                           { one chunked ok 0 null 1; }
@test "a chunk without a length"            { one bad-chunk failed 1 'chunk' 3; }
@test "truncated chunks"               { one half-chunk failed 1 . 3; }
@test "not HTTP at all"                      { one garbage failed 1 'HTTP/0.9' 1; }
@test "a byte of the head now and then, for ever" { fast+=(--retries 0 --timeout 1.5); one slow-head failed 1 'slow|timed out' 1; }
@test "an endless head"                  { one huge-head failed 1 'headers too large' 1; }
@test "a head with one endless line"      { one long-head failed 1 'headers too large' 1; }
@test "Flickr's 'photo unavailable' picture" { one gone dead 1 "Flickr's 'photo unavailable' picture" 1; }

@test "a host name that does not exist" {
    fetch ok/other
    run coco-fetch images "${fast[@]}" - <<<"http://no-such-host.invalid/x"
    [ "$status" = 1 ]
    [ "$(field status)" = failed ]
    [[ "$(field error)" == *resolve* ]]
    [ -z "$(find "$CACHE/tmp" -type f)" ]
}

@test "an untrusted certificate; --cacert trusts it; --insecure does not check, and warns" {
    run coco-fetch images "${fast[@]}" - <<<"$TLS_SERVER/ok/tls"
    [ "$status" = 1 ]
    [ "$(field status)" = failed ]
    [ "$(field tries)" = 1 ]
    [[ "$(field error)" == *certificate* ]]
    run coco-fetch images "${fast[@]}" --cacert "$SERVER_CERT" - <<<"$TLS_SERVER/ok/tls"
    [ "$status" = 0 ]
    [ "$(field status)" = ok ]
    rm -r "$CACHE"
    run --separate-stderr coco-fetch images "${fast[@]}" --insecure - <<<"$TLS_SERVER/ok/tls"
    [ "$status" = 0 ]
    [ "$(field status)" = ok ]
    [[ "$stderr" == *"--insecure: server certificates are not checked"* ]]
    # What was not checked is not used by runs that check.
    run coco-fetch images "${fast[@]}" --insecure - <<<"$TLS_SERVER/ok/tls"
    [[ "$output" == *'"status":"cached"'* ]]
    run coco-fetch images "${fast[@]}" - <<<"$TLS_SERVER/ok/tls"
    [ "$status" = 1 ]
    [ "$(field status)" = failed ]
    run coco-fetch images "${fast[@]}" --cacert "$SERVER_CERT" - <<<"$TLS_SERVER/ok/tls"
    [ "$(field status)" = ok ]
}

@test "connection refused" {
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

@test "all faults at once do not disturb one another" {
    fetch ok/1 404 html flaky/1/m reset/1/m cut huge endless to-file loop hops/2/m empty ok/2 silent ok/3 jpeg cut-jpeg \
        bad-chunk huge-head long-head garbage gone chunked more mislabelled
    [ "$status" = 1 ]
    [ "$(jq -r .status <<<"$output" | sort | uniq -c | xargs)" = "6 dead 10 failed 9 ok" ]
    no_leftovers
    [ "$(find "$CACHE" -type f | wc -l)" = 9 ]
}

# --- dead URLs are remembered ---

@test "a dead URL is not requested again while it is remembered" {
    fetch 404 html ok/lives
    asked=$(curl -s "$SERVER/count/404")
    fetch 404 html
    [ "$status" = 1 ]
    [ "$(jq -r '"\(.status) \(.code) \(.tries) \(.error)"' <<<"$output" | sort)" = "dead 200 0 an HTML page, not an image
dead 404 0 HTTP 404" ]
    [ "$(curl -s "$SERVER/count/404")" = "$asked" ]
    fast+=(--negative-ttl 0)
    fetch 404
    [ "$(field tries)" = 1 ]
    find "$CACHE" -name '*.dead' -exec touch -h -d '2 days ago' {} +
    fast+=(--negative-ttl 86400)
    fetch html
    [ "$(field tries)" = 1 ]
}

@test "failures, and URLs that --public-only forbids, are not remembered as dead" {
    fetch 503 cut to-file
    [ -z "$(find "$CACHE" -name '*.dead')" ]
    run coco-fetch images "${fast[@]}" --public-only - <<<"$SERVER/ok/private"
    [ -z "$(find "$CACHE" -name '*.dead')" ]
}

# --- which addresses ---

@test "--public-only: no loopback and no private address, however it is written" {
    for url in "$SERVER/ok/p" "${SERVER/127.0.0.1/localhost}/ok/p" "http://[::1]:${SERVER##*:}/ok/p" \
        "${SERVER/127.0.0.1/0177.1}/ok/p" "${SERVER/127.0.0.1/2130706433}/ok/p"  "http://10.0.0.1/x" "http://169.254.169.254/x"; do
        run coco-fetch images "${fast[@]}" --public-only - <<<"$url"
        echo "$url: $output"
        [ "$status" = 1 ]
        [ "$(field status)" = dead ]
        [ "$(field error)" = "an address that is not public" ]
    done
    [ "$(curl -s "$SERVER/count/ok/p")" = 0 ]
}

@test "without it redirects may lead anywhere over http; a proxy does not get around it" {
    fetch "to/$(jq -rn --arg u "$SERVER/ok/behind" '$u|@uri')"
    [ "$(field status)" = ok ]
    http_proxy=$SERVER no_proxy= run coco-fetch images "${fast[@]}" --public-only - <<<"http://10.0.0.1/ok/x"
    [ "$(field error)" = "an address that is not public" ]
    http_proxy=$SERVER no_proxy= run coco-fetch images "${fast[@]}" - <<<"http://example.invalid/ok/x"
    echo "$output"
    [ "$(field status)" = dead ] # the answer of the proxy: 404, as it is not one
    http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 run coco-fetch images "${fast[@]}" - <<<"$SERVER/ok/not-by-proxy"
    [ "$(field status)" = ok ]
}

# --- order, and later runs ---

@test "--ordered: records in input order, also for repeated and cached URLs" {
    fetch ok/c
    fast+=(--ordered --timeout 5 --stall-timeout 4)
    printf '%s\n' late/2/a ok/b ok/c 404 late/1/d late/2/a ok/b >"$BATS_TEST_TMPDIR/paths"
    run coco-fetch images "${fast[@]}" - < <(sed "s,^,$SERVER/," "$BATS_TEST_TMPDIR/paths")
    [ "$status" = 1 ]
    [ "$(jq -r .url <<<"$output" | sed "s,^$SERVER/,,")" = "$(cat "$BATS_TEST_TMPDIR/paths")" ]
    [ "$(jq -r .status <<<"$output" | xargs)" = "ok ok cached dead ok cached cached" ]
}

@test "--ordered: thousands of lines after a slow one" {
    fast+=(--ordered --stall-timeout 4)
    { echo "$SERVER/late/2/first"; for i in $(seq 3000); do echo "$SERVER/ok/$((i % 7))"; done; } >"$BATS_TEST_TMPDIR/in"
    run coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in"
    [ "$status" = 0 ]
    [ "$(jq -r .url <<<"$output")" = "$(cat "$BATS_TEST_TMPDIR/in")" ]
}

@test "--retry-failed retries what failed, not what is there or dead" {
    fetch ok/1 404 flaky/3/again cut
    echo "$output" >"$BATS_TEST_TMPDIR/status"
    run coco-fetch images "${fast[@]}" --retry-failed "$BATS_TEST_TMPDIR/status"
    [ "$status" = 1 ]
    [ "$(jq -r '"\(.status) \(.url)"' <<<"$output" | sed "s,$SERVER/,," | sort | xargs)" = "failed cut ok flaky/3/again" ]
    run coco-fetch images "${fast[@]}" --retry-failed - <"$BATS_TEST_TMPDIR/status"
    [ "$(jq -r .status <<<"$output" | sort | xargs)" = "cached failed" ]
    run --separate-stderr coco-fetch images "${fast[@]}" --retry-failed - <<<"$SERVER/ok/1"
    [ "$status" = 1 ]
    [ -z "$output" ]
    [ "$stderr" = 'coco-fetch: standard input: line 1: no "status"' ]
    run coco-fetch images "${fast[@]}" --retry-failed a b
    [ "$status" = 2 ]
}

@test "--summary counts errors, the most frequent first" {
    fetch # nothing
    printf '%s\n' 404 404 404 html cut ok/1 | sed "s,^,$SERVER/," >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr coco-fetch images "${fast[@]}" --summary "$BATS_TEST_TMPDIR/in"
    [ "$status" = 1 ]
    [ "${stderr_lines[0]}" = "coco-fetch: 1 downloaded (0.0 MB), 0 cached, 4 dead, 1 failed" ]
    [ "${stderr_lines[1]}" = "coco-fetch:        3  HTTP 404" ]
    [ "${stderr_lines[2]}" = "coco-fetch:        1  an HTML page, not an image" ]
    [ "${stderr_lines[3]}" = "coco-fetch:        1  connection broken" ]
    [ "${#stderr_lines[@]}" = 4 ]
}

@test "Ctrl-C with --ordered: finished downloads have their record" {
    { echo "$SERVER/silent/first"; for i in $(seq 20); do echo "$SERVER/ok/o$i"; done; } >"$BATS_TEST_TMPDIR/in"
    python3 - "${fast[@]}" --stall-timeout 60 --timeout 60 --ordered --summary "$BATS_TEST_TMPDIR/in" \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" <<'END'
import glob, os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
cache = sys.argv[2]
p = subprocess.Popen(["coco-fetch", "images", *sys.argv[1:]])
while len(glob.glob(cache + "/?/*")) < 20:
    time.sleep(0.02)
time.sleep(0.3)
p.send_signal(signal.SIGINT)
assert p.wait(10) == 130, p.returncode
END
    [ "$(jq -r .status "$BATS_TEST_TMPDIR/out" | sort | uniq -c | xargs)" = "20 ok" ]
    grep -qx 'coco-fetch: stopped: 1 of the lines read have no record' "$BATS_TEST_TMPDIR/err"
}

@test "downloads that wait for a retry hold no file open" {
    for i in $(seq 150); do echo "$SERVER/big-reset/$i"; done >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr bash -c "ulimit -n 100; coco-fetch images ${fast[*]} --max-bytes 10000000 --retries 1 --backoff 3 $BATS_TEST_TMPDIR/in"
    [ "$status" = 1 ]
    [ -z "$stderr" ]
    [ "$(jq -r '"\(.status) \(.tries)"' <<<"$output" | sort | uniq -c | xargs)" = "150 failed 2" ]
}

# --- limits per server ---

@test "--per-host: that many at once, and no more" {
    for i in $(seq 12); do echo "$SERVER/late/1/$i"; done >"$BATS_TEST_TMPDIR/in"
    # Another name of the same server counts as another server.
    sed 's/127.0.0.1/localhost/; s,/late/1,/ok,' "$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/other"
    before=$(curl -s "$SERVER/busy/late")
    run coco-fetch images "${fast[@]}" --timeout 20 --stall-timeout 4 --per-host 4 "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/other"
    [ "$status" = 0 ]
    [ "$before" -gt 4 ] || [ "$(curl -s "$SERVER/busy/late")" = 4 ]
    # Its downloads did not wait for the busy one.
    [ "$(jq -r .url <<<"$output" | head -n 12 | grep -c localhost)" = 12 ]
}

@test "--backoff: the help names the longest wait" {
    run -0 coco-fetch images --help
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"doubled for each further one, but at most 30,"* ]]
}

@test "--rate: at most N requests per second, including retries" {
    begin=$(date +%s%N)
    fast+=(--rate 5/s)
    fetch ok/r1 ok/r2 ok/r3 ok/r4 flaky/1/r
    end=$(date +%s%N)
    [ "$status" = 0 ]
    [ $((end - begin)) -ge 1000000000 ] # six requests, a fifth of a second apart
}

@test "--rate: a URL that is never requested does not count" {
    got=0
    printf 'ftp://h/%d\n' 1 2 3 4 | timeout 60 coco-fetch images "${fast[@]}" --rate 1/h - >"$BATS_TEST_TMPDIR/out" || got=$?
    [ $got = 1 ]
    [ "$(jq -r .status "$BATS_TEST_TMPDIR/out" | xargs)" = "dead dead dead dead" ]
}

@test "a Retry-After holds for the whole server" {
    printf '%s\n' "$SERVER/again/1/hold" >"$BATS_TEST_TMPDIR/in"
    for i in $(seq 40); do echo "$SERVER/late/0/$i"; done >>"$BATS_TEST_TMPDIR/in"
    begin=$(date +%s%N)
    run coco-fetch images "${fast[@]}" --parallel 1 "$BATS_TEST_TMPDIR/in"
    [ "$status" = 0 ]
    [ "$(jq -r .tries <<<"$output" | sort -u | xargs)" = "1 2" ]
    # All of them waited: none came in the first second.
    [ $(($(date +%s%N) - begin)) -ge 1000000000 ]
    [ "$(jq -r .url <<<"$output" | head -n 1)" = "$SERVER/again/1/hold" ]
}

@test "records: their url; other keys do not matter" {
    printf '%s\n' "{\"image_id\":1,\"caption\":\"x\",\"url\":\"$SERVER/ok/r\"}" '' "  $SERVER/ok/s  " >"$BATS_TEST_TMPDIR/in"
    run coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in"
    [ "$status" = 0 ]
    [ "$(jq -r .url <<<"$output" | sort | xargs)" = "$SERVER/ok/r $SERVER/ok/s" ]
}

@test "blanks around a URL do not matter, blanks within it do" {
    printf '%s\n' "{\"url\":\" $SERVER/ok/t\\n\"}" "$SERVER/ok/two words" "$SERVER/ok/u	and more" >"$BATS_TEST_TMPDIR/in"
    run coco-fetch images "${fast[@]}" --ordered "$BATS_TEST_TMPDIR/in"
    [ "$(jq -r .status <<<"$output" | xargs)" = "ok dead dead" ]
    [ "$(jq -r .url <<<"$output" | head -n 1)" = "$SERVER/ok/t" ]
    [[ "$(jq -r .error <<<"$output" | tail -n 1)" == "a URL with a blank in it "* ]]
}

@test "a cached file that is no longer an image is downloaded again" {
    fetch ok/spoilt
    path=$(field path)
    for spoilt in garbage ''; do
        printf '%s' "$spoilt" >"$path"
        fetch ok/spoilt
        [ "$(field status)" = ok ]
        fetch ok/spoilt
        [ "$(field status)" = cached ]
    done
    [ "$(curl -s "$SERVER/count/ok/spoilt")" = 3 ]
}

@test "its output can be its input" {
    fetch ok/1 404
    run coco-fetch images "${fast[@]}" - <<<"$output"
    [ "$(jq -r .status <<<"$output" | sort | xargs)" = "cached dead" ]
}

@test "a bad line is reported, and the others are fetched" {
    printf '%s\n' '{"image_id":1,"caption":"x"}' '{bad' "$SERVER/ok/rest" '{"url":7}' >"$BATS_TEST_TMPDIR/in"
    run bash -c "coco-fetch images ${fast[*]} $BATS_TEST_TMPDIR/in 2>$BATS_TEST_TMPDIR/err"
    [ "$status" = 1 ]
    [ "$(field status)" = ok ]
    grep -q 'in: line 1: no "url"' "$BATS_TEST_TMPDIR/err"
    grep -q 'in: line 2: not JSON' "$BATS_TEST_TMPDIR/err"
    grep -q 'in: line 4: "url"' "$BATS_TEST_TMPDIR/err"
}

@test "a missing file is reported, and the others are fetched" {
    echo "$SERVER/ok/after" >"$BATS_TEST_TMPDIR/in"
    run bash -c "coco-fetch images ${fast[*]} /no/such/file $BATS_TEST_TMPDIR/in 2>$BATS_TEST_TMPDIR/err"
    [ "$status" = 1 ]
    [ "$(field status)" = ok ]
    grep -q '^coco-fetch: /no/such/file: No such file' "$BATS_TEST_TMPDIR/err"
    run -1 coco-fetch images -q "$SERVER/ok/after"
    [ "$output" = "coco-fetch: $SERVER/ok/after: no such file (URLs go into a file or standard input, one per line)" ]
}

@test "a line longer than a megabyte is skipped" {
    { head -c 3000000 /dev/zero | tr '\0' x; echo; echo "$SERVER/ok/short"; } >"$BATS_TEST_TMPDIR/in"
    run bash -c "coco-fetch images ${fast[*]} $BATS_TEST_TMPDIR/in 2>$BATS_TEST_TMPDIR/err"
    [ "$status" = 1 ]
    [ "$(field url)" = "$SERVER/ok/short" ]
    grep -q 'line 1: longer than' "$BATS_TEST_TMPDIR/err"
}

@test "a URL that is not UTF-8 gives a record that is" {
    printf '%s/ok/\xff\n' "$SERVER" >"$BATS_TEST_TMPDIR/in"
    run coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in"
    [ "$(field status)" != "" ]
}

@test "results appear while input still comes" {
    { echo "$SERVER/ok/first"; sleep 2; echo "$SERVER/ok/second"; } | coco-fetch images "${fast[@]}" |
        while read -r line; do echo "$(date +%s%N) $line"; done >"$BATS_TEST_TMPDIR/times"
    first=$(sed -n 1p "$BATS_TEST_TMPDIR/times" | cut -d' ' -f1)
    second=$(sed -n 2p "$BATS_TEST_TMPDIR/times" | cut -d' ' -f1)
    [ $((second - first)) -gt 1000000000 ]
}

@test "no input, no output" {
    run coco-fetch images "${fast[@]}" </dev/null
    [ "$status" = 0 ]
    [ -z "$output" ]
}

@test "two processes fill the same cache" {
    for i in $(seq 200); do echo "$SERVER/ok/$i"; done >"$BATS_TEST_TMPDIR/in"
    coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/a" &
    local other=$!
    coco-fetch images "${fast[@]}" "$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/b"
    wait $other
    [ "$(cat "$BATS_TEST_TMPDIR"/[ab] | jq -r '.path' | sort -u | wc -l)" = 200 ]
    [ "$(find "$CACHE" -type f -size +60c | wc -l)" = 200 ]
    no_leftovers
}

@test "Ctrl-C: 130, and no partial file" {
    for i in $(seq 20); do echo "$SERVER/silent/$i"; done >"$BATS_TEST_TMPDIR/in"
    # Not a background job of bash, which would ignore SIGINT.
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

@test "a full device: exit 1; a closed pipe: 141, without a message" {
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
--per-host -1
--rate 0/s
--rate 5/x
--rate x
--rate 5/ss
--negative-ttl -1
--negative-ttl forever
--cache
--no-such-option
END
}
