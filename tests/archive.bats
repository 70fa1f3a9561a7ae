#!/usr/bin/env bats
# coco-fetch of an archive: datasets from zip and tar, from a file and from the network; hostile archives; directories that
# already exist; interrupts, kills and full disks.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o s --train 60 --val 8 --seed 5
    for format in zip tar tar.gz; do make_archive good s good.$format; done
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    S=$BATS_FILE_TMPDIR/s GOOD=$BATS_FILE_TMPDIR/good
}

make_archive() { python3 "$BATS_TEST_DIRNAME/support/archives.py" "$@"; }

fetch() { coco-fetch "$@" -q; }

# no_parts: nothing is left beside the targets.
no_parts() {
    find . -name '*part-*' -o -name '*.archive*' >parts
    cat parts
    [ ! -s parts ]
    rm parts
}

# refused PATTERN ARCHIVE [OPTION...]: the error is one line, with the archive and the reason, and nothing was written.
refused() {
    local pattern=$1 archive=$2 before
    shift
    rm -f stdout stderr
    before=$(find . .. | sort)
    fails 1 "$pattern" coco-fetch "$@" -o new/d
    [[ "$(cat stderr)" == "coco-fetch: $archive: "* ]] || return 1
    rmdir new || return 1 # empty
    rm stdout stderr
    [ "$(find . .. | sort)" = "$before" ]
}

# big: makes big.zip, which takes a while to unpack: 300 MB.
big() {
    python3 -c '
import os, sys, zipfile
with zipfile.ZipFile("big.zip", "w") as z:
    for folder, _, files in os.walk(sys.argv[1]):
        for name in files:
            path = os.path.join(folder, name)
            z.write(path, os.path.relpath(path, sys.argv[1]))
    z.writestr("images/big.png", os.urandom(1 << 20) * 300)' "$S"
}

# serve DIR: starts a web server for the directory, for five minutes at most; sets $URL. Logs the requested paths to the
# file `asked`.
serve() {
    python3 -c '
import functools, http.server, os, sys, threading
class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args):
        with open(sys.argv[2], "a") as log:
            log.write(self.path + "\n")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=sys.argv[1]))
with open(sys.argv[3], "w") as port:
    port.write(str(server.server_port) + "\n")
end = threading.Timer(300, os._exit, [0])
end.daemon = True
end.start()
server.serve_forever()' "$1" asked port 3>&- &
    for _ in $(seq 100); do
        [ ! -s port ] || break
        sleep 0.05
    done
    URL=http://127.0.0.1:$(cat port)
    touch asked
}

# --- good archives ---

@test "round trip: zip, tar and tar.gz give every file back, byte by byte" {
    for format in zip tar tar.gz; do
        fetch "$GOOD.$format" -o d >said
        diff -r "$S" d
        coco-fetch show d | same said -
        rm -r d
    done
    no_parts
}
@test "round trip: train, show and render work on the result" {
    fetch "$GOOD.tar.gz" -o d >/dev/null
    tiny -d d -o m.h5 --iterations 3
    coco-fetch show d -n 3 | jq -c 'del(.url)' | coco-render --strict -q -d d -o sheet.png
    [ -s sheet.png ]
}
@test "the files may be anywhere in the archive, and nothing else is taken" {
    for kind in flat deep dotted; do
        for format in zip tar tar.gz; do
            make_archive $kind "$S" $kind.$format
            fetch $kind.$format -o d >/dev/null
            diff -r "$S" d
            rm -r d
        done
    done
}
@test "non-ASCII names work in any locale" {
    for format in zip tar; do
        make_archive accents "$S" a.$format
        for locale in C C.UTF-8 no.such; do
            LC_ALL=$locale fetch a.$format -o d >/dev/null
            [ "$(cat d/images/é€.png)" = accents ]
            rm -r d
        done
    done
}
@test "a sparse tar, also with a hole at the end of a file" {
    tar --version 2>/dev/null | grep -q 'GNU tar' || skip "no GNU tar"
    cp -r "$S" coco
    truncate -s 3M coco/images/hole.png
    printf x | dd of=coco/images/hole.png bs=1 seek=1000000 conv=notrunc status=none
    for format in gnu posix; do
        tar -S --format=$format -cf s.tar coco
        fetch s.tar -o d >/dev/null
        diff -r coco d
        rm -r d
    done
}
@test "modes are the umask's, not the archive's" {
    mkdir coco
    cp "$S"/*.* coco
    chmod 755 coco/*
    tar -cf m.tar coco 2>/dev/null || skip "no tar"
    (umask 027 && fetch m.tar -o d >/dev/null)
    [ "$(stat -c %a d d/README.txt d/coco2014_vocab.json | xargs)" = "750 640 640" ]
}
@test "options may come first" {
    coco-fetch -q -o d "$GOOD.zip" >/dev/null
    diff -r "$S" d
}
@test "notes go to stderr, the summary to stdout" {
    coco-fetch "$GOOD.zip" -o d >said 2>stderr
    [ "$(cat stderr)" = "d: made from $GOOD.zip" ]
    coco-fetch show d | same said -
    coco-fetch "$GOOD.zip" -o d >again 2>stderr
    same said again
    [ "$(head -n 1 stderr)" = "d: exists and is complete (the built-in shapes)" ]
    [ "$(tail -n +2 stderr)" = "$GOOD.zip: not used; --force replaces d" ]
    fetch "$GOOD.zip" -o d 2>stderr | same said -
    [ ! -s stderr ]
}
@test "progress in megabytes, on a terminal" {
    command -v script >/dev/null || skip "no script(1)"
    big
    # Stopped for a while as soon as it writes, so that it takes more than a second.
    held='coco-fetch big.zip -o d & until [ -n "$(find . -name big.png)" ]; do sleep 0.01; done
          kill -STOP $!; sleep 1.2; kill -CONT $!; wait $!'
    script -qc "$held" /dev/null >said </dev/null
    grep -qE '\[#*\.*\] [0-9]+\.[0-9] of 31[4-9]\.[0-9] MB, [0-9]+\.[0-9] MB/s' said
    rm -r big.zip d
}

# --- the digest of a file ---

@test "--sha256: either case; a mismatch is refused and shows the real digest; malformed is a usage error" {
    sum=$(sha256sum "$GOOD.zip" | cut -d' ' -f1)
    fetch "$GOOD.zip" --sha256 "$sum" -o d >/dev/null
    fetch "$GOOD.zip" --sha256 "${sum^^}" -o e >/dev/null
    diff -r d e
    fails 1 "$(sha256sum "$GOOD.tar" | cut -d' ' -f1)" coco-fetch "$GOOD.tar" --sha256 "$sum" -o f
    [ ! -e f ]
    fails 2 "64 hexadecimal digits" coco-fetch "$GOOD.tar" --sha256 "${sum}0" -o f
    fails 2 "64 hexadecimal digits" coco-fetch "$GOOD.tar" --sha256 "${sum%?}g" -o f
}

# --- hostile archives ---

@test "hostile: names that lead out of the directory" {
    for format in zip tar tar.gz; do
        for kind in up in backslash; do
            make_archive $kind "$S" x.$format
            refused "'(\.\./|coco/a/\.\./\.\./\.\./|coco.\.\..\.\..)evil': leads out of the directory" x.$format
        done
        for kind in absolute drive; do
            make_archive $kind "$S" x.$format "$PWD"
            refused "evil': is an absolute path" x.$format
        done
    done
    [ ! -e evil ]
    [ ! -e ../evil ]
}
@test "hostile: names that are not text, names that are too long" {
    for format in zip tar; do
        make_archive newline "$S" x.$format
        refused "'coco/a\?b': has a name that is not text" x.$format
        make_archive bytes "$S" x.$format
        refused "'coco/\?\?': has a name that is not text" x.$format
        make_archive long "$S" x.$format
        refused "'coco/a/a/.*\.\.\.': has a name that is too long" x.$format
    done
}
@test "hostile: links, and files through them" {
    mkdir outside
    for format in zip tar tar.gz; do
        for kind in symlink through; do
            make_archive $kind "$S" x.$format "$PWD/outside"
            refused "'coco/images/link': is a symbolic link" x.$format
        done
    done
    make_archive hardlink "$S" x.tar
    refused "'coco/images/odd.png': is a hard link" x.tar
    [ -z "$(ls outside)" ]
}
@test "hostile: devices, pipes, sockets" {
    for format in zip tar; do
        for kind in chr blk; do
            make_archive $kind "$S" x.$format
            refused "'coco/images/odd.png': is a device" x.$format
        done
    done
    make_archive fifo "$S" x.tar
    refused "'coco/images/odd.png': is a pipe" x.tar
    # zip(1) marks data that it read from a pipe as a pipe; libarchive knows that they are plain data.
    make_archive fifo "$S" x.zip
    fetch x.zip -o d >/dev/null
    [ -f d/images/odd.png ]
    rm -r d
    make_archive socket "$S" x.zip
    refused "'coco/images/odd.png': is a socket" x.zip
}
@test "hostile: bombs" {
    for format in zip tar.gz; do
        make_archive bomb "$S" x.$format
        refused "x.$format: unpacks to more than 200 times its size" x.$format
        make_archive zeros "$S" y.$format
        refused "y.$format: unpacks to more than 1.0 MB" y.$format --max-bytes 1000000
        # A small one is accepted.
        fetch y.$format -o d >/dev/null
        [ "$(stat -c %s d/images/zeros.png)" = 2000000 ]
        rm -r d
    done
    dataset t
    make_archive headers t z.tar.gz
    refused "z.tar.gz: unpacks to more than 200 times its size" z.tar.gz
    make_archive zeros "$S" y.tar
    refused "y.tar: unpacks to more than 1.0 MB" y.tar --max-bytes 1000000
}
@test "--force does not replace a directory with a user's file below images/" {
    coco-fetch "$GOOD.zip" -o mine >/dev/null
    mkdir mine/images/notes
    echo thesis >mine/images/notes/thesis.tex
    fails 1 "mine/images/notes: holds 'thesis.tex', which does not belong to a dataset" coco-fetch "$GOOD.zip" -o mine --force
    [ "$(cat mine/images/notes/thesis.tex)" = thesis ]
    rm -r mine/images/notes
    coco-fetch "$GOOD.zip" -o mine --force >/dev/null
}
@test "an archive file must exist and have the right digest even if the dataset is complete" {
    coco-fetch "$GOOD.zip" -o d >/dev/null
    fails 1 "nothing.zip: No such file" coco-fetch ./nothing.zip -o d
    fails 1 "its SHA-256 is" coco-fetch "$GOOD.zip" -o d --sha256 "$(printf 0%.0s $(seq 64))"
}
@test "hostile: an entry that holds more, or less, than it says" {
    make_archive liar "$S" x.zip
    refused "'coco/images/noise.png': holds more than it says" x.zip
    for format in tar tar.gz; do
        make_archive liar "$S" x.$format
        refused "truncated or damaged" x.$format
    done
}
@test "hostile: wrong checksums" {
    make_archive crc "$S" x.zip
    refused "'coco/images/noise.png': truncated or damaged: .*CRC" x.zip
    # First gzip's own checksum, after good data; then bad data in the middle of a file.
    for at in $(($(stat -c %s "$GOOD.tar.gz") - 8)) $(($(stat -c %s "$GOOD.tar.gz") / 2)); do
        python3 - "$GOOD.tar.gz" x.tar.gz "$at" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[3])] ^= 1
open(sys.argv[2], "wb").write(data)
END
        refused "x.tar.gz: .*truncated or damaged" x.tar.gz
    done
}
@test "hostile: encrypted" {
    make_archive encrypted "$S" x.zip
    refused "'coco/images/noise.png': is encrypted" x.zip
}
@test "hostile: a file twice, two datasets, none, names that collide" {
    for format in zip tar tar.gz; do
        make_archive twice "$S" x.$format
        refused "'coco/README.txt': occurs twice" x.$format
        make_archive two "$S" x.$format
        refused "'other/coco2014_captions.h5': is a second dataset" x.$format
        make_archive none "$S" x.$format
        refused "x.$format: holds no dataset: no coco2014_captions.h5" x.$format
        make_archive way "$S" x.$format
        refused "'coco/images/a.png/b.png': (File exists|Not a directory)" x.$format
    done
}
@test "hostile: truncated anywhere" {
    for format in zip tar tar.gz; do
        size=$(stat -c %s "$GOOD.$format")
        for at in 1 100 511 512 513 1000 1024 $((size / 3)) $((size / 2 / 512 * 512)) $((size * 9 / 10)); do
            head -c $at "$GOOD.$format" >x.$format
            refused "truncated or damaged|is neither zip nor tar" x.$format
        done
    done
    # The last byte counts.
    for format in zip tar.gz; do
        head -c -1 "$GOOD.$format" >x.$format
        refused "truncated or damaged" x.$format
    done
    # A tar that ends at the end of an entry.
    python3 -c '
import sys, tarfile
with tarfile.open(sys.argv[1]) as t:
    t.getmembers()
    at = t.members[-1].offset
with open(sys.argv[1], "rb") as f, open("x.tar", "wb") as out:
    out.write(f.read(at))' "$GOOD.tar"
    refused "x.tar: truncated or damaged: its end is missing" x.tar
}
@test "hostile: flipped bits do no harm anywhere" {
    for format in zip tar.gz tar; do
        python3 - "$GOOD.$format" <<'END'
import random, sys
draw = random.Random(7)
with open(sys.argv[1], "rb") as f:
    good = f.read()
for i in range(12):
    bad = bytearray(good)
    for _ in range(3):
        bad[draw.randrange(len(bad) if i % 2 else min(len(bad), 4096))] ^= 1 << draw.randrange(8)
    with open(f"flip{i}", "wb") as out:
        out.write(bad)
END
        mkdir new
        for i in $(seq 0 11); do
            got=0
            fetch ./flip$i -o new/d >/dev/null 2>stderr || got=$?
            echo "$format $i: $got $(cat stderr)"
            [ "$got" = 0 ] || [ "$(wc -l <stderr)" = 1 ]
            [[ "$got" =~ ^[01]$ ]]
            # Complete or not at all.
            [ "$(ls -A new)" = "$([ "$got" = 1 ] || echo d)" ]
            rm -rf new/d
        done
        rmdir new
        rm flip*
    done
}
@test "hostile: the fuzzer's corpus" {
    run -0 replay_archive "$ROOT"/tests/corpus/archive/*
}
@test "hostile: not an archive" {
    : >empty.zip
    refused "empty.zip: is empty" empty.zip
    printf '<!DOCTYPE html><html>no such page</html>' >page.zip
    refused "page.zip: is neither zip nor tar" page.zip
    yes garbage | head -c 100000 >garbage.tar
    refused "garbage.tar: is neither zip nor tar" garbage.tar
    gzip -c garbage.tar >garbage.tar.gz
    refused "garbage.tar.gz: is neither zip nor tar" garbage.tar.gz
    python3 -c 'import bz2, lzma, sys
data = open(sys.argv[1], "rb").read()
open("s.tar.xz", "wb").write(lzma.compress(data, preset=0))
open("s.tar.bz2", "wb").write(bz2.compress(data))' "$GOOD.tar"
    refused "s.tar.xz: is packed with xz, not zip or gzip" s.tar.xz
    refused "s.tar.bz2: is packed with bzip2, not zip or gzip" s.tar.bz2
    head -c 20480 /dev/zero >zeros.tar
    refused "zeros.tar: holds no dataset" zeros.tar
    mkdir folder.zip
    refused "folder.zip: is not a regular file" folder.zip
    mkfifo pipe.tar
    refused "pipe.tar: is not a regular file" pipe.tar
    fails 1 "none.zip: No such file or directory" coco-fetch none.zip -o new/d
    [ ! -e new ]
}
@test "an archive of a dataset that coco-train could not use" {
    # reject PATTERN: d is packed, and refused with its own file names.
    reject() {
        make_archive good d x.zip
        refused "$1" x.zip
        rm -r d
    }
    dataset d
    rm d/train2014_vgg16_fc7_pca.h5
    reject "zip: train2014_vgg16_fc7_pca.h5: .*(No such file|cannot|unable)"
    dataset d
    rm d/val2014_vgg16_fc7_pca.h5
    reject "zip: val2014_vgg16_fc7_pca.h5"
    dataset d
    rm d/coco2014_vocab.json
    reject ": coco2014_vocab.json: No such file or directory"
    dataset d
    truncate -s 1000 d/val2014_vgg16_fc7_pca.h5
    reject "zip: val2014_vgg16_fc7_pca.h5"
    dataset d
    echo >>d/val2014_urls.txt http://x
    reject "zip: val2014_urls.txt: 12 lines for 11 images"
    # The unreduced features alone will do, and other splits may lack captions.
    dataset d
    for split in train val; do mv d/${split}2014_vgg16_fc7_pca.h5 d/${split}2014_vgg16_fc7.h5; done
    cp d/val2014_vgg16_fc7.h5 d/test2014_vgg16_fc7.h5
    make_archive good d x.zip
    fetch x.zip -o e >said
    grep -q 'no captions of 11 images' said
    diff -r d e
}

# --- existing directories ---

@test "an empty directory is filled; a complete one is left alone" {
    mkdir d
    fetch "$GOOD.zip" -o d >/dev/null
    touch d/mine
    ls -lR --time-style=full-iso d >before
    # The archive is not even opened.
    echo none >none.zip
    fetch none.zip -o d | same <(coco-fetch show d) -
    ls -lR --time-style=full-iso d | same before -
}
@test "an incomplete directory: the first problem is reported; --force replaces it" {
    fetch "$GOOD.zip" -o d >/dev/null
    rm d/val2014_vgg16_fc7_pca.h5
    cp -r d before
    fails 1 "d/val2014_vgg16_fc7_pca.h5: .*; --force replaces d$" coco-fetch "$GOOD.zip" -o d
    diff -r before d
    fetch "$GOOD.zip" -o d --force >/dev/null
    diff -r "$S" d
    no_parts
}
@test "--force never replaces a directory that holds anything else" {
    mkdir d
    for made in "touch d/notes.txt" "mkdir d/more" "mkdir d/README.txt" "touch d/images" "touch d/.hidden"; do
        rm -rf d
        fetch "$GOOD.zip" -o d >/dev/null
        case $made in *README* | *images) rm -r "${made##* }" ;; esac
        $made
        cp -r d before
        fails 1 "d: holds '${made##*/}', which does not belong to a dataset; left untouched" coco-fetch "$GOOD.zip" -o d --force
        diff -r before d
        rm -r before
    done
    # No hint at --force, which would not help.
    rm d/coco2014_vocab.json
    fails 1 "d: is not empty, and not a dataset; left untouched$" coco-fetch "$GOOD.zip" -o d
    no_parts
}
@test "--force replaces a complete dataset by another, but not by a bad one" {
    fetch "$GOOD.zip" -o d >/dev/null
    dataset e
    make_archive good e other.tar
    make_archive up e bad.tar
    fails 1 "leads out" coco-fetch bad.tar -o d -f
    diff -r "$S" d
    fetch other.tar -o d -f >/dev/null
    diff -r e d
    no_parts
}
@test "a link to a directory stays a link; a file is an error" {
    mkdir real
    ln -s real/d link
    mkdir real/d
    fetch "$GOOD.zip" -o link >/dev/null
    [ -L link ]
    diff -r "$S" real/d
    fetch "$GOOD.zip" -o link --force >/dev/null
    [ -L link ]
    [ "$(ls -A real)" = d ]
    touch file
    fails 1 "file: is not a directory" coco-fetch "$GOOD.zip" -o file
    [ -f file ]
}

# --- standard output ---

@test "standard output is full, closed or without a reader: the dataset is made all the same" {
    got=0
    fetch "$GOOD.zip" -o a >/dev/full 2>stderr || got=$?
    [ "$got" = 1 ]
    [ "$(cat stderr)" = "coco-fetch: standard output: No space left on device" ]
    diff -r "$S" a
    got=0
    fetch "$GOOD.zip" -o b 2>stderr >&- || got=$?
    [ "$got" = 1 ]
    [ "$(wc -l <stderr)" = 1 ]
    diff -r "$S" b
    set +o pipefail
    { fetch "$GOOD.zip" -o c 2>stderr && echo 0 >status || echo $? >status; } | true
    [[ "$(cat status)" =~ ^(0|141)$ ]]
    [ ! -s stderr ]
    diff -r "$S" c
    no_parts
}

# --- interrupts, kills, full disks ---

@test "SIGINT and SIGTERM: exit 130 and 143, nothing is left" {
    big
    for signal in INT TERM; do
        # Shells start background jobs with SIGINT ignored, which commands respect.
        env --default-signal=INT coco-fetch big.zip -q -o new/d >stdout 2>stderr 3>&- &
        pid=$!
        for _ in $(seq 1000); do
            [ -z "$(find new -name big.png 2>/dev/null)" ] || break
            sleep 0.01
        done
        kill -$signal $pid
        got=0
        wait $pid || got=$?
        [ "$got" = $((128 + $(kill -l $signal))) ]
        [ -z "$(ls -A new)" ]
        [ ! -s stdout ]
        [ ! -s stderr ]
    done
    rm big.zip
}
@test "kill -9 at any moment: the next run makes the right dataset, and leaves nothing else" {
    for i in $(seq 15); do
        format=$(sed -n $((i % 3 + 1))p <<<$'zip\ntar\ntar.gz')
        [ $((i % 4)) = 0 ] || rm -rf d # sometimes it exists and is replaced
        coco-fetch "$GOOD.$format" -q -o d $([ ! -d d ] || echo --force) >/dev/null 3>&- &
        pid=$!
        sleep "0.0$((RANDOM % 4))$((RANDOM % 10))"
        kill -STOP $pid || : # it may have ended
        helpers=$(pgrep -P $pid) || :
        kill -9 $pid || :
        wait $pid || :
        # They end with it, but not at once, and until then what they make is theirs.
        for helper in $helpers; do while kill -0 "$helper" 2>/dev/null; do sleep 0.01; done; done
        fetch "$GOOD.$format" -o d >/dev/null
        diff -r "$S" d
        no_parts
    done
}
@test "kill -9 of coco-fetch shapes: the next run removes its scratch directory" {
    coco-fetch shapes -q -o d --train 200000 --val 1 3>&- &
    pid=$!
    for _ in $(seq 600); do
        [ -z "$(find . -name 000000000030.png)" ] || break
        sleep 0.05
    done
    kill -9 $pid
    wait $pid || :
    [ -n "$(find . -name 'd.coco-part-*')" ]
    coco-fetch shapes -q -o d --train 3 --val 2
    no_parts
    # But not that of a run that is still working.
    coco-fetch shapes -q -o e --train 200000 --val 1 3>&- &
    pid=$!
    for _ in $(seq 600); do
        [ -z "$(find . -name 'e.coco-part-*')" ] || break
        sleep 0.05
    done
    coco-fetch shapes -q -o e --train 3 --val 2
    [ -n "$(find . -name 'e.coco-part-*')" ]
    kill -9 $pid
    wait $pid || :
    fetch "$GOOD.zip" -o e >/dev/null
    no_parts
}
@test "the disk is full, or would be: one error line, nothing is left, and the archive stays" {
    got=0
    (ulimit -f 8; trap '' XFSZ; fetch "$GOOD.zip" -o new/d >/dev/null 2>stderr) || got=$?
    [ "$got" = 1 ]
    [[ "$(cat stderr)" =~ ^coco-fetch:\ .*good.zip:\ .*:\ File\ too\ large$ ]]
    [ -z "$(ls -A new)" ]
    mkdir small
    unshare -rm mount -t tmpfs -o size=64k none small 2>/dev/null || skip "cannot mount a file system (unshare)"
    unshare -rm sh -c 'mount -t tmpfs -o size=64k none small && coco-fetch "$1" -o small/d; echo $?; ls -A small' \
        sh "$GOOD.zip" >said 2>stderr
    grep -qE "^coco-fetch: .*good.zip: needs [0-9.]+ kB, but only [0-9.]+ kB are free$" stderr
    [ "$(cat said)" = 1 ]
}

# --- from the network ---

@test "URL: downloaded and unpacked, with nothing else left; if complete, nothing is requested" {
    serve "$BATS_FILE_TMPDIR"
    coco-fetch "$URL/good.zip" -o d >said
    diff -r "$S" d
    coco-fetch show d | same said -
    no_parts
    : >asked
    coco-fetch "$URL/good.zip" -o d >again 2>stderr
    same said again
    [ "$(head -n 1 stderr)" = "d: exists and is complete (the built-in shapes)" ]
    [ ! -s asked ]
}
@test "cs231n: the built-in shapes are not it, and stay" {
    cp -r "$S" d
    fails 1 "d: holds the built-in shapes, not cs231n; -o names another directory, --force replaces this one" coco-fetch cs231n -o d
    diff -r "$S" d
    rm d/README*
    coco-fetch cs231n -o d 2>stderr >said
    [ "$(cat stderr)" = "d: exists and is complete" ]
    coco-fetch show d | same said -
}
@test "URL: mirrors in order; for cs231n they replace the course's own URL" {
    serve "$BATS_FILE_TMPDIR"
    fetch "$URL/none.zip" --url "$URL/none.tar" --url "$URL/good.tar" --url "$URL/good.zip" -o d >/dev/null 2>stderr
    diff -r "$S" d
    [ "$(uniq asked | xargs)" = "/none.zip /none.tar /good.tar" ]
    fetch cs231n --url "$URL/good.tar.gz" -o e >/dev/null
    diff -r "$S" e
    fails 1 "404" coco-fetch cs231n --url "$URL/none.zip" -o f
    [ ! -e f ]
    fails 2 "--url: .*good.zip is a file, not a URL" coco-fetch "$GOOD.zip" --url "$URL/good.zip" -o f
}
@test "URL: a mirror without a dataset is skipped, and those that failed before it are not tried again" {
    mkdir web
    make_archive up "$S" web/up.zip
    cp "$GOOD.zip" web
    serve "$PWD/web"
    fetch "$URL/none.zip" --url "$URL/up.zip" --url "$URL/none.tar" --url "$URL/good.zip" -o d >/dev/null 2>stderr
    diff -r "$S" d
    [ "$(uniq asked | xargs)" = "/none.zip /up.zip /none.tar /good.zip" ]
    grep -qx "coco-fetch: $URL/up.zip: '../evil': leads out.*; trying the next" stderr
}
@test "URL: --sha256" {
    serve "$BATS_FILE_TMPDIR"
    sum=$(sha256sum "$GOOD.zip" | cut -d' ' -f1)
    fetch "$URL/good.zip" --sha256 "$sum" -o d >/dev/null
    diff -r "$S" d
    fails 1 "" coco-fetch "$URL/good.tar" --sha256 "$sum" -o e
    [ ! -e e ]
}
@test "URL: a refused download is removed, a user's file stays" {
    make_archive up "$S" up.zip
    dataset bad
    rm bad/val2014_vgg16_fc7_pca.h5
    make_archive good bad bad.tar.gz
    serve "$PWD"
    mkdir new
    fails 1 "$URL/up.zip: '../evil': leads out" coco-fetch "$URL/up.zip" -o new/d
    fails 1 "$URL/bad.tar.gz: val2014_vgg16_fc7_pca.h5: " coco-fetch "$URL/bad.tar.gz" -o new/d
    [ -z "$(ls -A new)" ]
    cp up.zip new/d.archive
    fails 1 "leads out" coco-fetch new/d.archive -o new/d
    [ "$(ls -A new)" = d.archive ]
    # The same if the dataset exists already.
    fetch "$GOOD.zip" -o new/d >/dev/null
    fetch new/d.archive -o new/d >/dev/null
    [ "$(ls -A new | xargs)" = "d d.archive" ]
}
@test "URL: what a run killed after the last step has left, the next one removes" {
    fetch "$GOOD.zip" -o d >/dev/null
    touch d.archive
    echo '{"url":"http://127.0.0.1:9/x.zip"}' >d.archive.json
    mkdir d.coco-part-99999999
    fetch http://127.0.0.1:9/x.zip -o d >/dev/null
    no_parts
}

# --- usage ---

@test "help lists the subcommands; usage errors" {
    coco-fetch --help >help
    for part in cs231n coco2014 URL FILE shapes images show cnn; do grep -qE "^  .*$part" help; done
    coco-fetch cs231n --help >help
    grep -q -- '--max-bytes N' help
    grep -q 'default data/coco_captioning' help
    fails 2 "cs231n, coco2014, coco2017, shapes, images, show, cnn, a URL or a file" coco-fetch
    coco-fetch --version | grep -q '^coco-fetch [0-9]'
    fails 2 "nothing: no such file; expected cs231n, coco2014, coco2017, shapes, images, show, cnn, a URL or a file" coco-fetch nothing
    fails 2 "shapes: must come before the options" coco-fetch -q shapes
    fails 2 "cs231n, .*a URL or a file" coco-fetch -q
    fails 2 "unknown option '--bogus'" coco-fetch --bogus
    fails 2 "b.zip: one archive at a time; -o names the directory" coco-fetch a.zip b.zip
    fails 2 "--max-bytes: '0'" coco-fetch a.zip --max-bytes 0
}
