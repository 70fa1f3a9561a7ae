#!/usr/bin/env bats
# coco-fetch URL: the archive's way over a network that fails, resumed and checked. What is in an archive: archive.bats.

load support/common
load support/server
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    PATH=$BUILD:$PATH
    coco-fetch shapes -q -o shapes --train 20 --val 5
    head -c 3000000 /dev/urandom >shapes/padding.bin # no file of a dataset: passed over
    tar -czf shapes.tgz shapes
    export ARCHIVE=$BATS_FILE_TMPDIR/shapes.tgz
    SHA256=$(sha256sum shapes.tgz | cut -d' ' -f1)
    export SHA256
    start_server "$ARCHIVE"
}

teardown_file() { stop_server; }

setup() {
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work"
    fast=(--stall-timeout 1 --connect-timeout 2 --retries 2 --backoff 0.05 -q)
}

# get PATH [OPTION...]: the archive from that path into out/.
get() {
    local path=$1
    shift
    run --separate-stderr coco-fetch "$SERVER/$path" -o out --sha256 "$SHA256" "${fast[@]}" "$@"
    echo "$path: $status $output $stderr"
}
arrived() {
    [ "$status" = 0 ]
    same out/coco2014_captions.h5 "$BATS_FILE_TMPDIR/shapes/coco2014_captions.h5"
    diff -r out/images "$BATS_FILE_TMPDIR/shapes/images"
    [ "$(ls)" = out ]
}
asked() { curl -s "$SERVER/count/$1"; }

# broken_off PATH BYTES [ETAG]: as if a download from there had ended behind so many bytes.
broken_off() {
    head -c "$2" "$ARCHIVE" >out.archive.part
    printf '{"url":"%s","validator":"%s","length":%d}\n' "$SERVER/$1" "${3-\\\"v1\\\"}" "$(stat -c %s "$ARCHIVE")" >out.archive.json
}

@test "as it should be; a second run asks nobody" {
    get file/a
    arrived
    [ "$(asked file/a)" = 1 ]
    get file/a
    [ "$status" = 0 ]
    [ "$(asked file/a)" = 1 ]
    [[ "$output" == *"20"* ]]
}

@test "a resumed archive that is damaged comes anew, once" {
    broken_off file/damaged 1000000
    printf 'oh no' | dd of=out.archive.part bs=1 seek=500000 conv=notrunc status=none
    run --separate-stderr coco-fetch "$SERVER/file/damaged" -o out "${fast[@]}"
    [[ "$stderr" == "coco-fetch: $SERVER/file/damaged: "*"; it was resumed: begins anew" ]]
    arrived
    [ "$(asked file/damaged)" = 2 ]
    # One that is no better then is given up.
    rm -r out
    broken_off file-other/damaged 1000000
    run --separate-stderr coco-fetch "$SERVER/file-other/damaged" -o out "${fast[@]}"
    [ "$status" = 1 ]
    [ "$(asked file-other/damaged)" = 2 ]
    [ -z "$(ls)" ]
}

@test "a directory made of a file leaves alone what another process is downloading" {
    coco-fetch "$SERVER/file-slow/200000/beside" -o out -q 3>&- 2>/dev/null &
    pid=$!
    for _ in $(seq 600); do
        [ ! -s out.archive.part ] || [ ! -e out.archive.json ] || break
        sleep 0.02
    done
    coco-fetch "$ARCHIVE" -o out -q >/dev/null
    [ "$(ls out.archive*)" = "$(printf 'out.archive.json\nout.archive.part')" ]
    kill -9 $pid
    wait $pid || :
    # And goes when nobody is.
    coco-fetch "$ARCHIVE" -o out -q >/dev/null
    [ "$(ls)" = out ]
}

@test "a part of another URL, or without a validator, is not gone on with, and that is said" {
    local anew=': begins anew: what is here is of another URL, or of no known version$'
    broken_off file/elsewhere 1000000
    coco-fetch "$SERVER/file/here" -o out 2>&1 >/dev/null | grep -q "$anew"
    rm -r out
    broken_off file/unsaid 1000000
    sed -i 's/"validator":[^,]*,//' out.archive.json
    coco-fetch "$SERVER/file/unsaid" -o out 2>&1 >/dev/null | grep -q "$anew"
}

@test "a directory made of a file: what an earlier download has left goes, but not the file itself" {
    broken_off file/left 1000000
    run -0 coco-fetch "$ARCHIVE" -o out -q
    arrived
    rm -r out
    broken_off file/left 1000000
    cp "$ARCHIVE" out.archive
    coco-fetch out.archive -o out -q
    [ "$(ls | xargs)" = "out out.archive out.archive.json out.archive.part" ]
}

@test "goes on where it broke off" {
    broken_off file/b 1000000
    get file/b
    arrived
    [ "$(asked file/b)" = 1 ]
}

@test "a server without Range starts over, nothing is appended" {
    broken_off file-plain/a 1000000
    get file-plain/a
    arrived
}

@test "a part that begins elsewhere is not taken" {
    broken_off file-wrong/a 1000000
    get file-wrong/a
    arrived
    [ "$(asked file-wrong/a)" = 2 ]
}

@test "another file meanwhile: all of it anew" {
    broken_off file-new/a 1000000 '\"v0\"'
    get file-new/a
    arrived
    [ "$(asked file-new/a)" = 1 ]
}

@test "another file meanwhile, sent as a part all the same" {
    broken_off file-lie/a 1000000 '\"v0\"'
    get file-lie/a
    arrived
    [ "$(asked file-lie/a)" = 2 ]
}

@test "another date, sent as a part all the same" {
    broken_off file-lie-date/a 1000000 'Sat, 30 Dec 2023 00:00:00 GMT'
    head -c 1000000 /dev/zero >out.archive.part
    run --separate-stderr coco-fetch "$SERVER/file-lie-date/a" -o out "${fast[@]}" # no digest tells
    [ "$status" = 0 ]
    arrived
    [ "$(asked file-lie-date/a)" = 2 ]
}

@test "a weak ETag is no reason to go on" {
    broken_off file-weak/a 1000000 'W/\"v1\"'
    get file-weak/b # a first run writes no validator
    arrived
}

@test "416: all of it anew" {
    broken_off file-416/a 1000000
    get file-416/a
    arrived
}

@test "a part of another URL, or without its origin, is not gone on with" {
    broken_off file/elsewhere 1000000
    head -c 1000000 /dev/zero >out.archive.part
    get file/c
    arrived
    rm -r out
    head -c 1000000 /dev/zero >out.archive.part
    get file/d
    arrived
}

@test "bytes that are not the file's beginning: the digest tells, and it is fetched anew" {
    broken_off file/e 1000000
    head -c 1000000 /dev/zero >out.archive.part
    get file/e
    arrived
    [ "$(asked file/e)" = 2 ]
}

@test "it was all there but for its name" {
    broken_off file/f "$(stat -c %s "$ARCHIVE")"
    get file/f
    arrived
    [ "$(asked file/f)" = 0 ]
}

@test "breaks off again and again: each try brings it on, more often than there are retries" {
    get file-break/400000/a --retries 1
    arrived
    [ "$(asked file-break/400000/a)" -ge 7 ]
}

@test "a wrong digest: nothing is kept of it" {
    get file-other/a
    [ "$status" = 1 ]
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" == "coco-fetch: $SERVER/file-other/a: its SHA-256 is "* ]]
    [ -z "$(ls)" ]
}

@test "mirrors in their order; what the first has brought is no hindrance" {
    broken_off 404 1000000
    get 404 --url "$SERVER/file-other/m" --url "$SERVER/file/m" --url "$SERVER/file/never"
    arrived
    [ "$(asked file/never)" = 0 ]
    [[ "${stderr_lines[0]}" == "coco-fetch: $SERVER/404: HTTP 404"* ]]
    rm -r out
    run --separate-stderr coco-fetch cs231n -o out "${fast[@]}" --url "$SERVER/404" --url "$SERVER/file/n"
    arrived
}

@test "a mirror whose file is no dataset: the next one, and each is called by its name" {
    run --separate-stderr coco-fetch "$SERVER/html" -o out "${fast[@]}" --url "$SERVER/404" --url "$SERVER/ok/x" --url "$SERVER/file/z"
    echo "$stderr"
    arrived
    [[ "${stderr_lines[0]}" == "coco-fetch: $SERVER/html: "* ]]
    [[ "$stderr" == *"coco-fetch: $SERVER/404: HTTP 404"* ]]
    [[ "$stderr" == *"coco-fetch: $SERVER/ok/x: is neither"* ]]
}

@test "what another URL has left whole is not taken for this one's" {
    cp "$ARCHIVE" out.archive
    printf '{"url":"%s","validator":"x","length":%d}\n' "$SERVER/file/of-another" "$(stat -c %s "$ARCHIVE")" >out.archive.json
    run --separate-stderr coco-fetch "$SERVER/404" -o out "${fast[@]}"
    [ "$status" = 1 ]
    [ ! -e out ]
    cp "$ARCHIVE" out.archive
    printf '{"url":"%s","validator":"x","length":%d}\n' "$SERVER/file/whole" "$(stat -c %s "$ARCHIVE")" >out.archive.json
    get file/whole
    arrived
    [ "$(asked file/whole)" = 0 ]
}

@test "a file of the user's in the archive's place is not touched" {
    echo mine >out.archive
    run --separate-stderr coco-fetch "$SERVER/file/u" -o out "${fast[@]}"
    [ "$status" = 1 ]
    [[ "$stderr" == *"out.archive: is in the way"* ]]
    [ "$(cat out.archive)" = mine ]
    rm out.archive
    get file/u
    echo mine >out.archive
    get file/u
    [ "$status" = 0 ]
    [ "$(cat out.archive)" = mine ]
    [[ "$stderr" == *"--sha256: not compared"* ]]
}

@test "faults that end it: one line, exit 1, no dataset" {
    while read -r path pattern; do
        get "$path"
        [ "$status" = 1 ]
        [ -z "$output" ]
        [[ "$stderr" =~ ^coco-fetch:\ .*$pattern ]]
        [ "${#stderr_lines[@]}" = 1 ]
        [ ! -e out ]
        rm -f out.archive*
    done <<'END'
404 HTTP 404
410 HTTP 410
503 HTTP 503
cut .
stall slow|timed out
silent slow|timed out
loop redirects
to-file redirected out of http
to-ftp redirected out of http
huge-head headers too large
garbage HTTP/0.9
html SHA-256
empty SHA-256
END
    run --separate-stderr coco-fetch http://127.0.0.1:1/x.zip -o out "${fast[@]}"
    [ "$status" = 1 ]
    run --separate-stderr coco-fetch http://no-such-host.invalid/x.zip -o out "${fast[@]}"
    [ "$status" = 1 ]
    [ -z "$(ls)" ]
}

@test "a page instead of an archive is refused for what it is" {
    run --separate-stderr coco-fetch "$SERVER/html" -o out "${fast[@]}"
    [ "$status" = 1 ]
    [ "${#stderr_lines[@]}" = 1 ]
    [ -z "$(ls)" ]
}

@test "larger than is allowed" {
    run --separate-stderr coco-fetch "$SERVER/endless" -o out "${fast[@]}" --max-bytes 1000000
    [ "$status" = 1 ]
    [[ "$stderr" == *"larger than 1000000 bytes"* ]]
    [ ! -e out ]
}

@test "certificates" {
    run --separate-stderr coco-fetch "$TLS_SERVER/file/tls" -o out "${fast[@]}"
    [ "$status" = 1 ]
    [[ "$stderr" == *certificate* ]]
    run --separate-stderr coco-fetch "$TLS_SERVER/file/tls" -o out "${fast[@]}" --cacert "$SERVER_CERT"
    arrived
}

@test "two at once: the second says so, and does no harm" {
    coco-fetch "$SERVER/file-slow/2000000/two" -o out --sha256 "$SHA256" -q >/dev/null &
    first=$!
    for _ in $(seq 100); do
        [ -s out.archive.part ] && break
        sleep 0.02
    done
    run --separate-stderr coco-fetch "$SERVER/file/two" -o out -q
    [ "$status" = 1 ]
    [[ "$stderr" == *"another process"* ]]
    wait $first
    status=0
    arrived
}

@test "Ctrl-C: 130, and the next run goes on" {
    python3 - "$SERVER/file-slow/2000000/int" <<'END'
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
p = subprocess.Popen(["coco-fetch", sys.argv[1], "-o", "out", "-q"])
while not (os.path.exists("out.archive.part") and os.path.getsize("out.archive.part") > 200000):
    time.sleep(0.01)
p.send_signal(signal.SIGINT)
assert p.wait(10) == 130, p.returncode
END
    [ ! -e out ]
    [ "$(stat -c %s out.archive.part)" -ge 200000 ]
    run --separate-stderr coco-fetch "$SERVER/file-slow/2000000/int" -o out --sha256 "$SHA256"
    arrived
    [[ "$stderr" == *"goes on at "* ]]
}

@test "kill -9 at fifty random moments: each next run goes on and ends with the right digest" {
    RANDOM=231
    went_on=0
    for k in $(seq 50); do
        coco-fetch "$SERVER/file-slow/12000000/$k" -o out --sha256 "$SHA256" -q >/dev/null &
        pid=$!
        sleep "0.$(printf %03d $((RANDOM % 330)))"
        kill -9 $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        [ ! -e out.archive.part ] || cmp -n "$(stat -c %s out.archive.part)" out.archive.part "$ARCHIVE"
        run --separate-stderr coco-fetch "$SERVER/file-slow/12000000/$k" -o out --sha256 "$SHA256"
        echo "$k: $status $stderr $(ls | xargs)"
        [[ "$stderr" != *"goes on at"* ]] || went_on=$((went_on + 1))
        arrived
        rm -r out
    done
    echo "$went_on went on"
    [ "$went_on" -ge 10 ]
}
