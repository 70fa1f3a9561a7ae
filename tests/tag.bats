#!/usr/bin/env bats
# coco-tag: captions beside pictures and in them; what people wrote; files whole or not at all.

load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    local kind
    for kind in jpeg:a.jpg jpeg-exif:turned.jpg png-rgb:b.png tiff-deflate:c.tif webp-lossy:d.webp; do
        tail -c +3 "$ROOT/tests/corpus/image/${kind%%:*}" >"${kind#*:}" # the first two bytes are the fuzzer's
    done
}

# record FILE [CAPTION [LOGPROB]]
record() {
    printf '{"image_id":7,"file":"%s","caption":"%s","logprob":%s}\n' "$1" "${2-a small dog}" "${3--2}"
}

# tag ARGUMENT...: runs coco-tag and prints the status words in a line.
tag() {
    coco-tag -q "$@" >status.jsonl || { jq -r .status status.jsonl | paste -sd' '; return 1; }
    jq -r .status status.jsonl | paste -sd' '
}

xmp() { python3 "$ROOT/tests/support/xmp.py" "$@"; }

both() { printf '%s\n%s' "$1" "$1"; }

@test "embed: what is read back is the caption, and the pixels are the same" {
    for f in a.jpg turned.jpg b.png c.tif; do
        cp $f old-$f
        record $f 'a \"dog\" & <é>'
    done >records
    [ "$(tag --embed records)" = "written written written written" ]
    for f in a.jpg turned.jpg b.png c.tif; do
        [ "$(xmp get $f)" = "$(both 'a "dog" & <é>')" ]
        cmp <(tool_decode $f) <(tool_decode old-$f)
    done
    for f in a.jpg turned.jpg b.png; do [ "$(xmp coded $f)" = "$(xmp coded old-$f)" ]; done
    [ "$(jq -rs '.[2].path' status.jsonl)" = b.png ]
    cp a.jpg once.jpg
    [ "$(tag --embed records)" = "same same same same" ]
    cmp a.jpg once.jpg
    record a.jpg 'a cat' | tag --embed
    [ "$(xmp get a.jpg)" = "$(both 'a cat')" ]
    [ -z "$(ls -A | grep coco-part || true)" ]
}

@test "embed: mode and times stay, and a link stays one" {
    chmod 640 a.jpg
    touch -d '2001-02-03 04:05:06.789 UTC' a.jpg
    ln -s a.jpg link.jpg
    before=$(stat -c '%a %y %u %g' a.jpg)
    local noted=1
    python3 -c 'import os; os.setxattr("a.jpg", "user.note", b"mine")' 2>/dev/null || noted=0 # not on all file systems
    [ "$(record link.jpg | tag --embed)" = written ]
    [ "$(stat -c '%a %y %u %g' a.jpg)" = "$before" ]
    [ -L link.jpg ]
    [ $noted = 0 ] || [ "$(python3 -c 'import os; print(os.getxattr("a.jpg", "user.note").decode())')" = mine ]
    [ "$(xmp get a.jpg)" = "$(both 'a small dog')" ]
}

@test "a person's description stays, in XMP or IPTC, unless it is forced" {
    xmp describe a.jpg "My dog"
    xmp describe b.png "My dog"
    xmp iptc turned.jpg "My dog"
    for f in a.jpg b.png turned.jpg; do cp $f old-$f; done
    for f in a.jpg b.png turned.jpg; do record $f; done >records
    [ "$(tag --embed records)" = "kept kept kept" ]
    [[ "$(jq -r .reason status.jsonl | head -n 1)" == "coco-tag did not write the description"* ]]
    for f in a.jpg b.png turned.jpg; do cmp $f old-$f; done
    [ "$(tag --embed --force records)" = "written written written" ]
    for f in a.jpg b.png turned.jpg; do [ "$(xmp get $f)" = "$(both 'a small dog')" ]; done
    grep -aq 'Rating' a.jpg # the rest of the packet
    # A text of ours that a person changed is theirs.
    sed -i 's/a small dog/a small cat/' b.png
    xmp get b.png | grep -q cat
    python3 - <<'P'
import struct, zlib
b = open("b.png", "rb").read(); out = b[:8]; at = 8
while at < len(b):
    n = struct.unpack(">I", b[at:at + 4])[0]; body = b[at + 4:at + 8 + n]
    out += b[at:at + 4] + body + struct.pack(">I", zlib.crc32(body)); at += 12 + n
out = out.replace(b'coco:caption="a small cat"', b'coco:caption="a small dog"')
open("b.png", "wb").write(out)
P
    [ "$(record b.png "a horse" | tag --embed)" = kept ]
}

@test "txt: own texts are replaced, a person's stay" {
    record a.jpg | tag --txt
    [ "$(cat a.txt)" = "a small dog" ]
    [ "$(record a.jpg | tag --txt)" = same ]
    [ "$(record a.jpg "a cat" | tag --txt)" = written ]
    [ "$(record a.jpg "a horse" | tag --txt)" = written ]
    [ "$(cat a.txt)" = "a horse" ]
    echo "my horse" >a.txt
    [ "$(record a.jpg | tag --txt)" = kept ]
    [ "$(cat a.txt)" = "my horse" ]
    echo >a.txt # nothing that a person wrote
    [ "$(record a.jpg | tag --txt)" = written ]
    echo "my horse" >a.txt
    chmod 600 a.txt
    [ "$(record a.jpg | tag --txt --force)" = written ]
    [ "$(stat -c %a a.txt)" = 600 ]
    # Another picture with the same sidecar is not told by its text.
    cp b.png a.png
    [ "$(record a.png "a bird" | tag --txt)" = kept ]
    [ "$(cat a.txt)" = "a small dog" ]
    # A torn line in the list does no harm.
    printf '{"picture":"b.p' >>.coco-tag
    [ "$(record b.png | tag --txt)" = written ]
    [ "$(record b.png "a bird" | tag --txt)" = written ]
}

@test "xmp: sidecars are made, and added to" {
    [ "$(record d.webp | tag --xmp)" = written ]
    [ "$(xmp get d.xmp)" = "$(both 'a small dog')" ]
    [ "$(record d.webp | tag --xmp)" = same ]
    [ "$(record d.webp "a cat" | tag --xmp)" = written ]
    [ "$(xmp get d.xmp)" = "$(both 'a cat')" ]
    cp b.png d.png
    [ "$(record d.png | tag --xmp)" = kept ] # the sidecar is another picture's
    cat >b.xmp <<'X'
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>
X
    [ "$(record b.png | tag --xmp)" = written ]
    grep -q 'xmp:Rating="4"' b.xmp
    sed -i 's/>a small dog</>my dog</' b.xmp
    [ "$(record b.png | tag --xmp)" = kept ]
    echo "not XMP" >a.xmp
    run tag --xmp < <(record a.jpg)
    [ "$status" = 1 ]
    [ "$output" = failed ]
    [ "$(cat a.xmp)" = "not XMP" ]
    sed 's/RDF>$/RD/' b.xmp >a.xmp # broken
    cp a.xmp old.xmp
    run tag --xmp < <(record a.jpg)
    [ "$status" = 1 ]
    [ "$output" = failed ]
    cmp a.xmp old.xmp
}

@test "records: without a file, lines that are none, captions that are not sure" {
    {
        record a.jpg "a dog" -3
        echo '{"image_id":1,"caption":"no file"}'
        echo 'no record'
        record b.png "a dog" -9
        echo '{"image_id":2,"file":"c.tif","caption":"no logprob"}'
        record c.tif "" -1
        record c.tif "the end" -1
    } >records
    run coco-tag --txt --min-logprob -5 records
    [ "$status" = 1 ]
    [[ "$output" == *"coco-tag: records: line 3: not JSON"* ]]
    [[ "$output" == *"2 written, 0 the same, 0 kept, 3 skipped, 1 failed"* ]]
    [[ "$output" == *'"reason":"logprob -9 is below -5"'* && "$output" == *'"reason":"no logprob"'* ]]
    [[ "$output" == *'"reason":"the record names no file"'* && "$output" == *'"reason":"an empty caption"'* ]]
    [ "$(cat a.txt c.txt | paste -sd,)" = "a dog,the end" ]
    [ ! -e b.txt ]
}

@test "a broken picture stops nothing" {
    head -c 200 a.jpg >cut.jpg
    echo text >text.jpg
    : >empty.jpg
    mkfifo pipe.jpg
    { for f in cut text empty pipe none; do record $f.jpg; done; record d.webp; record a.jpg; } >records
    cp cut.jpg old.jpg
    run tag --embed records
    [ "$status" = 1 ]
    [ "$output" = "failed failed failed failed failed failed written" ]
    cmp cut.jpg old.jpg
    [ "$(jq -r .reason status.jsonl | head -n 1)" = "truncated JPEG" ]
    jq -e -s '.[5].reason | test("into WebP")' status.jsonl
    # XMP that cannot be read may be a person's.
    tail -c +3 "$ROOT/tests/corpus/image/jpeg" >new.jpg
    for f in a new; do # with a caption of ours besides, and without
        xmp describe $f.jpg "My dog"
        sed -i 's/rdf:RDF>/rdf:RDX>/' $f.jpg
        cp $f.jpg old.jpg
        run tag --embed < <(record $f.jpg)
        [ "$status" = 1 ]
        [ "$output" = failed ]
        cmp $f.jpg old.jpg
    done
}

@test "--images: nothing outside is touched" {
    mkdir -p in/sub out
    cp a.jpg out/x.jpg
    cp a.jpg in/sub/y.jpg
    { record ../out/x.jpg; record "$PWD/out/x.jpg"; record sub/y.jpg; record "$PWD/in/sub/y.jpg" "a cat"; } >records
    run tag --txt --images in records
    [ "$status" = 1 ]
    [ "$output" = "failed failed written written" ]
    [ "$(cat in/sub/y.txt)" = "a cat" ]
    [ "$(ls -A out)" = x.jpg ]
    fails 1 'none: No such file' coco-tag --txt --images none records
}

@test "--dry-run writes nothing, and says so" {
    ls -A >before
    md5sum ./*.* >sums
    for form in --txt --xmp --embed; do [ "$(record a.jpg | coco-tag -q --dry-run $form | jq -r .status)" = "to write" ]; done
    md5sum --quiet -c sums
    [ "$(ls -A | grep -v before | grep -v sums)" = "$(grep -v before before)" ]
}

@test "a folder that cannot be written to" {
    mkdir closed
    cp a.jpg closed
    chmod a-w closed
    for form in --txt --xmp --embed; do
        run without_override coco-tag -q $form < <(record closed/a.jpg)
        [ "$status" = 1 ]
        [[ "$output" == *'"failed"'*"Permission denied"* ]]
    done
    chmod u+w closed
    [ "$(ls -A closed)" = a.jpg ]
    cmp a.jpg closed/a.jpg
}

@test "a kill leaves old pictures or new ones" {
    mkdir many
    for i in $(seq 60); do cp a.jpg many/$i.jpg; record many/$i.jpg; done >records
    coco-tag -q --embed records >status.jsonl &
    until [ "$(wc -l <status.jsonl)" -ge 10 ]; do sleep 0.01; done
    kill -9 $!
    wait $! || true
    wanted=$(xmp coded a.jpg)
    cp a.jpg one.jpg
    record one.jpg | tag --embed
    for i in $(seq 60); do cmp -s many/$i.jpg a.jpg || cmp many/$i.jpg one.jpg; done
    [ "$(xmp coded many/1.jpg)" = "$wanted" ]
    cmp many/1.jpg one.jpg
    tag --embed records
    for i in $(seq 60); do cmp many/$i.jpg one.jpg; done
    [ "$(ls -A many | wc -l)" = 60 ] # what the killed run had left is gone
}

@test "usage" {
    fails 2 'one of --txt, --xmp and --embed' coco-tag records
    fails 2 'one of --txt' coco-tag --txt --embed records
    fails 2 'more than one input' coco-tag --txt a b
    fails 2 '--min-logprob' coco-tag --txt --min-logprob 1
    fails 1 'none: No such file' coco-tag --txt none
    coco-tag --help | grep -q 'min-logprob'
    run bash -c 'coco-tag -q --txt >/dev/full' < <(record a.jpg)
    [ "$status" = 1 ]
}

@test "a caption with an unknown word is not written" {
    record a.jpg 'a <UNK> dog' >records
    [ "$(tag --txt records)" = skipped ]
    [[ "$(jq -r .reason status.jsonl)" == *--no-unk* ]]
    [ ! -e a.txt ]
}
