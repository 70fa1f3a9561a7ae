#!/usr/bin/env bats
# coco-fetch URL: downloading an archive over an unreliable network, with resuming and checks. Archives: archive.bats.

load support/common
load support/server
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    PATH=$BUILD:$PATH
    coco-fetch shapes -q -o shapes --train 20 --val 5
    head -c 3000000 /dev/urandom >shapes/padding.bin # not a dataset's file: skipped
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

# get PATH [OPTION...]: fetches the archive from that path into out/.
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

# interrupted PATH BYTES [ETAG]: leaves what a download from there, interrupted after BYTES bytes, would leave.
interrupted() {
    head -c "$2" "$ARCHIVE" >out.archive.part
    printf '{"url":"%s","validator":"%s","length":%d}\n' "$SERVER/$1" "${3-\\\"v1\\\"}" "$(stat -c %s "$ARCHIVE")" >out.archive.json
}

@test "a plain download; a second run requests nothing" {
    get file/a
    arrived
    [ "$(asked file/a)" = 1 ]
    get file/a
    [ "$status" = 0 ]
    [ "$(asked file/a)" = 1 ]
    [[ "$output" == *"20"* ]]
}

@test "a resumed archive that is damaged is downloaded again, once" {
    interrupted file/damaged 1000000
    printf 'oh no' | dd of=out.archive.part bs=1 seek=500000 conv=notrunc status=none
    run --separate-stderr coco-fetch "$SERVER/file/damaged" -o out "${fast[@]}"
    [[ "$stderr" == "coco-fetch: $SERVER/file/damaged: "*"; it was resumed: starting over" ]]
    arrived
    [ "$(asked file/damaged)" = 2 ]
    # If that does not help, it is given up.
    rm -r out
    interrupted file-other/damaged 1000000
    run --separate-stderr coco-fetch "$SERVER/file-other/damaged" -o out "${fast[@]}"
    [ "$status" = 1 ]
    [ "$(asked file-other/damaged)" = 2 ]
    [ -z "$(ls)" ]
}

@test "making a directory from a file does not disturb another process's download" {
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
    # Once nobody writes to it, it is removed.
    coco-fetch "$ARCHIVE" -o out -q >/dev/null
    [ "$(ls)" = out ]
}

@test "of two fetches into one directory, the second finds it there already" {
    coco-fetch "$SERVER/file-slow/200000/equal" -o out 3>&- >summary 2>notes &
    pid=$!
    for _ in $(seq 600); do
        [ ! -s out.archive.part ] || break
        sleep 0.02
    done
    coco-fetch "$ARCHIVE" -o out -q >want
    wait $pid || { cat notes; false; }
    grep -qx 'out: is there already: another process has made it' notes
    same want summary
    rm summary notes want
    [ "$(ls)" = out ]
}

@test "a part from another URL, or without a validator, is not resumed, and a note says so" {
    local note=': starting over: the partial file is from another URL, or of an unknown version$'
    interrupted file/elsewhere 1000000
    coco-fetch "$SERVER/file/here" -o out 2>&1 >/dev/null | grep -q "$note"
    rm -r out
    interrupted file/unsaid 1000000
    sed -i 's/"validator":[^,]*,//' out.archive.json
    coco-fetch "$SERVER/file/unsaid" -o out 2>&1 >/dev/null | grep -q "$note"
}

@test "making a directory from a file removes an earlier download, but not the file itself" {
    interrupted file/left 1000000
    run -0 coco-fetch "$ARCHIVE" -o out -q
    arrived
    rm -r out
    interrupted file/left 1000000
    cp "$ARCHIVE" out.archive
    coco-fetch out.archive -o out -q
    [ "$(ls | xargs)" = "out out.archive out.archive.json out.archive.part" ]
}

@test "an interrupted download resumes" {
    interrupted file/b 1000000
    get file/b
    arrived
    [ "$(asked file/b)" = 1 ]
}

@test "a server without Range: the download starts over, nothing is appended" {
    interrupted file-plain/a 1000000
    get file-plain/a
    arrived
}

@test "a 206 that begins elsewhere is rejected" {
    interrupted file-wrong/a 1000000
    get file-wrong/a
    arrived
    [ "$(asked file-wrong/a)" = 2 ]
}

@test "the file has changed: the download starts over" {
    interrupted file-new/a 1000000 '\"v0\"'
    get file-new/a
    arrived
    [ "$(asked file-new/a)" = 1 ]
}

@test "the file has changed, but the server sends a 206" {
    interrupted file-lie/a 1000000 '\"v0\"'
    get file-lie/a
    arrived
    [ "$(asked file-lie/a)" = 2 ]
}

@test "the date has changed, but the server sends a 206" {
    interrupted file-lie-date/a 1000000 'Sat, 30 Dec 2023 00:00:00 GMT'
    head -c 1000000 /dev/zero >out.archive.part
    run --separate-stderr coco-fetch "$SERVER/file-lie-date/a" -o out "${fast[@]}" # without a digest to tell
    [ "$status" = 0 ]
    arrived
    [ "$(asked file-lie-date/a)" = 2 ]
}

@test "a weak ETag is not enough to resume" {
    interrupted file-weak/a 1000000 'W/\"v1\"'
    get file-weak/b # a first run records no validator
    arrived
}

@test "416: the download starts over" {
    interrupted file-416/a 1000000
    get file-416/a
    arrived
}

@test "a part from another URL, or of unknown origin, is not resumed" {
    interrupted file/elsewhere 1000000
    head -c 1000000 /dev/zero >out.archive.part
    get file/c
    arrived
    rm -r out
    head -c 1000000 /dev/zero >out.archive.part
    get file/d
    arrived
}

@test "a part that another user put there, or a second name of another file, stays as it is" {
    interrupted file/left 1000000
    ln out.archive.part elsewhere
    get file/left
    [ "$status" = 1 ]
    [[ "$stderr" == "coco-fetch: "*"/out.archive.part: is in the way"* ]]
    [ "$(wc -l <<<"$stderr")" = 1 ]
    [ "$(stat -c %s elsewhere)" = 1000000 ]
    rm elsewhere
    if [ "$(id -u)" = 0 ]; then
        chown 65534 out.archive.part
        get file/left
        [ "$status" = 1 ]
        [[ "$stderr" == "coco-fetch: "*"/out.archive.part: is in the way"* ]]
        chown 0 out.archive.part
    fi
    get file/left
    arrived
}

@test "a part with wrong bytes: the digest shows it, and the file is downloaded again" {
    interrupted file/e 1000000
    head -c 1000000 /dev/zero >out.archive.part
    get file/e
    arrived
    [ "$(asked file/e)" = 2 ]
}

@test "complete except for the renaming" {
    interrupted file/f "$(stat -c %s "$ARCHIVE")"
    get file/f
    arrived
    [ "$(asked file/f)" = 0 ]
}

@test "repeated interruptions: every try makes progress, so that there may be more than --retries" {
    get file-break/400000/a --retries 1
    arrived
    [ "$(asked file-break/400000/a)" -ge 7 ]
}

@test "a wrong digest: nothing is kept" {
    get file-other/a
    [ "$status" = 1 ]
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" == "coco-fetch: $SERVER/file-other/a: its SHA-256 is "* ]]
    [ -z "$(ls)" ]
}

@test "mirrors in order, whatever an earlier run got from the first" {
    interrupted 404 1000000
    get 404 --url "$SERVER/file-other/m" --url "$SERVER/file/m" --url "$SERVER/file/never"
    arrived
    [ "$(asked file/never)" = 0 ]
    [[ "${stderr_lines[0]}" == "coco-fetch: $SERVER/404: HTTP 404"* ]]
    rm -r out
    run --separate-stderr coco-fetch cs231n -o out "${fast[@]}" --url "$SERVER/404" --url "$SERVER/file/n"
    arrived
}

@test "a mirror without a dataset: the next is tried, and each message names its mirror" {
    run --separate-stderr coco-fetch "$SERVER/html" -o out "${fast[@]}" --url "$SERVER/404" --url "$SERVER/ok/x" --url "$SERVER/file/z"
    echo "$stderr"
    arrived
    [[ "${stderr_lines[0]}" == "coco-fetch: $SERVER/html: "* ]]
    [[ "$stderr" == *"coco-fetch: $SERVER/404: HTTP 404"* ]]
    [[ "$stderr" == *"coco-fetch: $SERVER/ok/x: is neither"* ]]
}

@test "a complete download from another URL is not used" {
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

@test "a user's file in the place of the download is not touched" {
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
    [[ "$stderr" == *"--sha256: not checked"* ]]
}

@test "fatal faults: one line, exit 1, no dataset" {
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

@test "a page instead of an archive is refused" {
    run --separate-stderr coco-fetch "$SERVER/html" -o out "${fast[@]}"
    [ "$status" = 1 ]
    [ "${#stderr_lines[@]}" = 1 ]
    [ -z "$(ls)" ]
}

@test "larger than allowed" {
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

@test "what came with --insecure is not resumed by a run that checks certificates" {
    local url=$TLS_SERVER/file-break/1000000/tls checked=(--cacert "$SERVER_CERT" --backoff 0.05)
    coco-fetch "$url" -o out "${fast[@]}" --insecure --retries 0 2>/dev/null && return 1
    [ "$(stat -c %s out.archive.part)" -gt 1000 ]
    dd if=/dev/zero of=out.archive.part bs=1000 count=1 conv=notrunc status=none # it was forged
    run --separate-stderr coco-fetch "$url" -o out "${checked[@]}"
    [[ "$stderr" == *"starting over: the partial file is from a server whose certificate was not checked"* ]]
    arrived
    rm -r out
    # Nor is one that is whole; and a part that was checked is not any more once the rest came without.
    SERVER=$TLS_SERVER interrupted file-break/1000000/tls 1000
    coco-fetch "$url" -o out "${fast[@]}" --insecure --retries 0 2>err && return 1
    [ "$(jq .insecure out.archive.json)" = true ]
    rm err
    head -c "$(stat -c %s "$ARCHIVE")" /dev/zero >out.archive.part
    run --separate-stderr coco-fetch "$url" -o out "${checked[@]}"
    arrived
}

@test "two at once: the second fails, and does no harm" {
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

@test "Ctrl-C: 130, and the next run resumes" {
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
    [[ "$stderr" == *"resuming at "* ]]
}

@test "kill -9 at fifty random moments: the next run resumes and ends with the right digest" {
    RANDOM=231
    resumed=0
    for k in $(seq 50); do
        coco-fetch "$SERVER/file-slow/12000000/$k" -o out --sha256 "$SHA256" -q >/dev/null &
        pid=$!
        sleep "0.$(printf %03d $((RANDOM % 330)))"
        kill -9 $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        [ ! -e out.archive.part ] || cmp -n "$(stat -c %s out.archive.part)" out.archive.part "$ARCHIVE"
        run --separate-stderr coco-fetch "$SERVER/file-slow/12000000/$k" -o out --sha256 "$SHA256"
        echo "$k: $status $stderr $(ls | xargs)"
        [[ "$stderr" != *"resuming at"* ]] || resumed=$((resumed + 1))
        arrived
        rm -r out
    done
    echo "$resumed resumed"
    [ "$resumed" -ge 10 ]
}
