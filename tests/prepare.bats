#!/usr/bin/env bats
# coco-prepare: captions in each format, features from each kind of file, splits, vocabularies, what is left out, and a dataset
# that trains.

bats_require_minimum_version 1.5.0
load support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    dataset small
    seq -f 'p%g.jpg' 0 23 >names
    for i in $(seq 0 23); do
        echo "p$i.jpg,A red ball no. $((i % 3))"
        echo "p$i.jpg,It's the dog's ball"
    done >plain.csv
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR"/{small,names,plain.csv} .
    features=small/train2014_vgg16_fc7_pca.h5 # 24 rows of 12 numbers
}

# made ARGUMENT...: prepares d from features with names, quietly; what it says goes to the file said.
made() {
    coco-prepare -o d --features "$features" --names names "$@" 2>said || { cat said; return 1; }
}

# captions DIR SPLIT: "image file: words" of each caption, in order.
captions() {
    local width
    numbers "$1/captions.h5" "$2_captions" >words.txt
    numbers "$1/captions.h5" "$2_image_idxs" >rows.txt
    width=$(($(wc -l <words.txt) / $(wc -l <rows.txt)))
    paste -sd' ' words.txt | xargs -n "$width" | paste -d' ' rows.txt - | while read -r row words; do
        echo "$(sed -n "$((row + 1))p" "$1/$2_images.txt"):" \
            "$(jq -r --arg w "$words" '.idx_to_word as $v | $w | split(" ") | map(tonumber) | .[1:index(2)] | map($v[.]) | join(" ")' "$1/vocab.json")"
    done
}

numbers() {
    h5dump -y -w 0 -d "$2" -o numbers "$1" >/dev/null
    tr ', ' '\n\n' <numbers | awk NF
}

# row FILE ARRAY ROW: the values of a row.
row() { h5dump -y -w 0 -m '%.9g' -d "$2" -s "$3,0" -c "1,$4" "$1" | sed -n '/DATA {/,/}/p' | grep -v '[{}]' | xargs; }

@test "formats: all of them give the same dataset" {
    cat >a.csv <<'END'
image,caption
p1.jpg,"A dog, a ball"
p0.jpg,A cat
END
    printf 'p1.jpg#0\tA dog, a ball\np0.jpg#0\tA cat\n' >a.tsv
    printf 'p1.jpg| 0| A dog, a ball\np0.jpg| 0| A cat\n' >a.bars
    printf '%s\n' '{"image_id":1,"file":"p1.jpg","caption":"A dog, a ball"}' '{"image_id":0,"file":"p0.jpg","caption":"A cat"}' >a.jsonl
    echo '{"images":[{"id":0,"file_name":"p0.jpg"},{"id":1,"file_name":"p1.jpg"}],
        "annotations":[{"image_id":1,"caption":"A dog, a ball"},{"image_id":0,"caption":"A cat"}]}' >a.coco
    echo '{"images":[{"filename":"p1.jpg","split":"train","sentences":[{"raw":"A dog, a ball"}]},
        {"filename":"p0.jpg","split":"restval","sentences":[{"raw":"A cat"}]}]}' >a.karpathy
    { printf '\xef\xbb\xbf'; sed 's/$/\r/' a.csv; } >a.windows
    sed 1d a.csv >a.headless
    for kind in csv tsv bars jsonl coco karpathy windows headless; do
        rm -rf d
        made --min-count 1 a.$kind
        [ -e want ] || cp -r d want
        # Two of them give images ids, which are not their rows here.
        case $kind in jsonl | coco) [ "$(xargs <d/train_ids.txt)" = "1 0" ] && rm d/train_ids.txt ;; esac
        diff -r want d
    done
    [ "$(captions d train)" = "p1.jpg: a dog a ball
p0.jpg: a cat" ]
    [ "$(jq -c .idx_to_word d/vocab.json)" = '["<NULL>","<START>","<END>","<UNK>","a","ball","cat","dog"]' ]
    rm -rf d
    made --min-count 1 - <a.csv
    diff -r want d
}

@test "a column that no header names is not taken for the caption" {
    printf 'p0.jpg,A cat,train\np1.jpg,A dog,val\n' >commas.csv
    printf 'p0.jpg,train,"A cat"\n' >quoted.csv
    printf 'p0.jpg\ttrain\tA cat\n' >tabs.tsv
    for table in commas.csv quoted.csv tabs.tsv; do
        fails 1 "$table: line 1: 3 columns, and no header that names them" \
            coco-prepare -q -o e $table --features $features --names names
        [ ! -e e ]
    done
    printf 'p0.jpg,A cat, a ball\np1.jpg,A dog,\n' >a.csv
    made --min-count 1 a.csv
    [ "$(captions d train)" = "p0.jpg: a cat a ball
p1.jpg: a dog" ]
}

@test "splits of the captions file hold, and URLs are kept" {
    cat >a.csv <<'END'
file,split,caption,url
p0.jpg,train,a b,http://x/0
p1.jpg,val,c,http://x/1
p2.jpg,,a,
END
    made --min-count 1 a.csv
    [ "$(cat d/train_images.txt)" = "p0.jpg
p2.jpg" ]
    [ "$(cat d/val_images.txt)" = p1.jpg ]
    [ ! -e d/train_urls.txt ]
    [ "$(cat d/val_urls.txt)" = http://x/1 ]
    [ "$(captions d val)" = "p1.jpg: <UNK>" ]
    printf 'p0.jpg,train,x\np0.jpg,val,y\n' | sed '1i image,split,caption' >b.csv
    fails 1 "b.csv: line 3: 'p0.jpg' is in the splits train and val" coco-prepare -q -o e b.csv --features $features --names names
    [ ! -e e ]
}

@test "splits from lists, and drawn" {
    printf 'photos/p3.jpg\n\np5.jpg\nnot-there.jpg\n' >list
    made plain.csv --split val=list --split test=25%
    [ "$(cat d/val_images.txt)" = "p3.jpg
p5.jpg" ]
    grep -q 'list: 1 of 4 names are of no image' said
    [ "$(wc -l <d/test_images.txt)" = 6 ]
    [ "$(wc -l <d/train_images.txt)" = 16 ]
    [ "$(cat d/*_images.txt | sort | uniq -d)" = "" ]
    # The draw depends on the names and the seed, not on the order of the captions.
    mv d first
    tac plain.csv >reversed.csv
    made reversed.csv --split val=list --split test=25%
    [ "$(sort d/test_images.txt)" = "$(sort first/test_images.txt)" ]
    rm -r d
    made plain.csv --split val=list --split test=25% --seed 7
    [ "$(sort d/test_images.txt)" != "$(sort first/test_images.txt)" ]
    rm -r d
    made plain.csv --split train=10 --split val=list
    [ "$(wc -l <d/train_images.txt)" = 10 ]
    grep -q 'left out: 12 images: in no split' said
    [ ! -e d/test_images.txt ]
    fails 1 'val: 25 images to draw, but only 24 are left' coco-prepare -q -o e plain.csv --features $features --names names --split val=25
    fails 1 'no captions are left for the split train' coco-prepare -q -o e plain.csv --features $features --names names --split val=24
    cp list list2
    fails 1 "list2: line 1: 'p3.jpg' is in the splits val and test" \
        coco-prepare -q -o e plain.csv --features $features --names names --split val=list --split test=list2
    fails 1 'no-list: No such file' coco-prepare -q -o e plain.csv --features $features --names names --split val=no-list
    echo nobody >empty-list
    fails 1 'empty-list: none of its names' coco-prepare -q -o e plain.csv --features $features --names names --split val=empty-list
}

@test "words: tokenizers, counts, lengths" {
    cat >a.csv <<'END'
p0.jpg,"It's ""Bob's"" CAFÉ-bar, no. 2"
p1.jpg,the the the b b c
p2.jpg,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
p3.jpg,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21
p4.jpg,a <UNK> b
p5.jpg,...
END
    made a.csv --min-count 1
    captions d train >got
    [ "$(head -n 1 got)" = "p0.jpg: its bobs café bar no 2" ]
    [ "$(sed -n 3p got)" = "p2.jpg: $(seq -s' ' 20)" ]
    [ "$(sed -n 4p got)" = "p4.jpg: a <UNK> b" ]
    [ "$(wc -l <got)" = 4 ]
    grep -q 'left out: 1 caption: longer than --max-words 20 (p3.jpg)' said
    grep -q 'left out: 1 caption: no words (p5.jpg)' said
    [ "$(jq -r '.idx_to_word[4:8] | join(" ")' d/vocab.json)" = "b the 2 1" ]
    grep -q '1 of them .* are <UNK>' said
    rm -r d
    made a.csv --min-count 1 --tokenizer ptb --max-words 10
    [ "$(captions d train | head -n 1)" = "p0.jpg: it 's bob 's café-bar no. 2" ]
    [ "$(wc -l <d/train_images.txt)" = 3 ]
    rm -r d
    made a.csv --min-count 2
    [ "$(jq -r '.idx_to_word | length' d/vocab.json)" = $((4 + 22)) ] || jq -c .idx_to_word d/vocab.json
    [ "$(captions d train | sed -n 2p)" = "p1.jpg: the the the b b <UNK>" ]
    fails 1 'no word of train.s captions occurs 99 times' coco-prepare -q -o e a.csv --features $features --names names --min-count 99
}

@test "characters: captions are spelled, and models keep the joiner" {
    printf 'p0.jpg,"Ça va, <UNK>?"\np1.jpg,a  va\n' >a.csv
    made a.csv --characters --min-count 1
    [ "$(jq -c '[.joiner, .idx_to_word]' d/vocab.json)" = '["",["<NULL>","<START>","<END>","<UNK>","a"," ","v","ç"]]' ]
    grep -q 'vocabulary: all 4 characters of train' said
    coco-fetch show d --split train -n 2 | jq -r .caption >got
    [ "$(cat got)" = "ça va <UNK>
a va" ]
    tiny -d d -o m.h5 --iterations 2
    [ "$(attribute m.h5 / version)" = 2 ]
    [ "$(attribute m.h5 /vocab joiner)" = "" ]
    coco-sample -q -m m.h5 -d d --split train >records
    [ "$(wc -l <records)" = 2 ]
    tiny --resume m.h5 --iterations 3
    jq 'del(.joiner)' d/vocab.json >spaced && mv spaced d/vocab.json
    fails 1 "words are joined by '' in m.h5, by ' ' in d" coco-sample -q -m m.h5 -d d --split train
    fails 1 'm.h5: its words are characters: --characters takes them' coco-prepare -q -o e a.csv --vocab-from m.h5
    fails 1 'small: its words are whole words: not for --characters' coco-prepare -q -o e a.csv --characters --vocab-from small
    # From words to characters, and back.
    coco-prepare -q -o spelled --from small --characters
    coco-prepare -q -o back --from spelled --vocab-from small
    h5diff small/coco2014_captions.h5 back/captions.h5 val_captions
    jq -c '.joiner = 3' spelled/vocab.json >bad.json
    fails 1 'bad.json: "joiner": not a string' coco-prepare -q -o e a.csv --vocab-from bad.json
}

@test "a vocabulary from a dataset, a model, a file, a list" {
    tiny -d small -o m.h5 --iterations 1
    jq -r '.idx_to_word[]' small/coco2014_vocab.json >words
    for from in small m.h5 small/coco2014_vocab.json words; do
        rm -rf d
        made plain.csv --vocab-from $from
        [ "$(jq -c .idx_to_word d/vocab.json)" = "$(jq -c .idx_to_word small/coco2014_vocab.json)" ]
        [ "$(captions d train | head -n 1)" = "p0.jpg: a red ball <UNK> <UNK>" ]
    done
    echo '{"idx_to_word":["<NULL>","<START>","<END>","a","red","ball","no","0"]}' >v.json
    rm -r d
    made plain.csv --vocab-from v.json
    [ "$(wc -l <d/train_images.txt)" = 8 ]
    grep -q 'left out: 40 captions: words outside the vocabulary' said
    printf 'a\nb\na\n' >twice
    fails 1 "twice: line 3: 'a': expected a word that is not there yet" coco-prepare -q -o e plain.csv --vocab-from twice
    fails 1 'none: No such file' coco-prepare -q -o e plain.csv --vocab-from none
    # Without captions to train on: for a model that is there.
    rm -r d
    made plain.csv --vocab-from m.h5 --split test=100%
    coco-sample -q -m m.h5 -d d --split test -n 1 >/dev/null
}

@test "left out: each reason once, and --strict" {
    cat >a.csv <<'END'
p0.jpg,fine
nobody.jpg,no features
p1.jpg,
p2.jpg
,no name
END
    made a.csv --min-count 1
    cat said
    grep -q 'a.csv: line 4: one column alone' said
    grep -q 'left out: 2 lines: not a caption (the first: a.csv: line 4)' said
    grep -q 'left out: 1 caption: no words (p1.jpg)' said
    grep -q 'left out: 1 image: no features (nobody.jpg)' said
    [ "$(cat d/train_images.txt)" = p0.jpg ]
    printf 'p0.jpg#0\ta\np0.jpg#0\tb\n' >a.tsv
    made -f a.tsv --min-count 1
    grep -q 'left out: 1 caption: a number that another' said
    [ "$(captions d train)" = "p0.jpg: a" ]
    for f in a.csv a.tsv; do
        run -1 coco-prepare -q -o e --strict --features $features --names names $f --min-count 1
        [[ "${lines[-1]}" == "coco-prepare: --strict: "* ]]
        [ ! -e e ]
    done
    coco-prepare -q -o e --strict --features $features --names names plain.csv --max-words 4
}

@test "captions files that are damaged as a whole" {
    printf 'p0.jpg,a\np1.jpg,b\0c\n' >nul.csv
    printf 'p0.jpg,a\np1.jpg,caf\xe9\n' >latin.csv
    printf 'p0.jpg,"a\np1.jpg,b\n' >quote.csv
    printf '{"images":[{"id":1,"file_name":"a"},{"id":1,"file_name":"b"}],"annotations":[]}' >ids.json
    : >empty.csv
    echo 'hello' >words.txt
    echo 'nobody.jpg,a' >nobody.csv
    p() { coco-prepare -q -o e --features "$features" --names names "$@"; }
    fails_as() { run -1 p "$1"; [[ "${lines[-1]}" =~ ^coco-prepare:\ .*$2 ]]; [ ! -e e ]; }
    fails_as nul.csv 'nul.csv: line 2: holds a NUL byte'
    fails_as latin.csv 'latin.csv: line 2: is not UTF-8'
    fails_as quote.csv 'quote.csv: line 1: a quote that never ends'
    fails_as ids.json "ids.json: image 2: id 1 is that of 'a' already"
    fails_as empty.csv 'empty.csv: is empty'
    fails_as words.txt 'words.txt: is not a captions file'
    fails_as nobody.csv "no image has features: the captions name 'nobody.jpg', the features 'p0.jpg'"
    fails_as none.csv 'none.csv: No such file'
}

@test "names: the whole path, else a unique end of a row's, else the last part where it is unique" {
    { echo a/x.jpg; echo b/x.jpg; echo c/y.jpg; echo ./z.jpg; seq 5 24; } >paths
    cat >a.csv <<'END'
b/x.jpg,one
x.jpg,two
other/y.jpg,three
z.jpg,four
END
    coco-prepare -o d a.csv --features $features --names paths --min-count 1 2>said
    [ "$(cat d/train_images.txt)" = "b/x.jpg
other/y.jpg
z.jpg" ]
    [ "$(row d/train_features.h5 features 0 12)" = "$(row $features features 1 12)" ]
    [ "$(row d/train_features.h5 features 1 12)" = "$(row $features features 2 12)" ]
    [ "$(row d/train_features.h5 features 2 12)" = "$(row $features features 3 12)" ]
    grep -q 'left out: 1 image: several rows of features have that name (x.jpg)' said
    printf 'a/y.jpg,one\nb/y.jpg,two\nb/x.jpg,three\n' >b.csv # whose y.jpg?
    coco-prepare -q -o e b.csv --features $features --names paths --min-count 1
    [ "$(cat e/train_images.txt)" = b/x.jpg ]
    echo 'elsewhere/x.jpg,one' >c.csv
    fails 1 "no image has features: several rows have the name 'elsewhere/x.jpg'" coco-prepare -q -o f c.csv --features $features --names paths
}

@test "names: a camera's folders, of which each has pictures of the same names" {
    { echo photos/100CANON/IMG_0001.jpg; echo photos/101CANON/IMG_0001.jpg; echo other/101CANON/IMG_0002.jpg
      echo photos/101CANON/IMG_0002.jpg; seq 5 24; } >paths
    cat >a.csv <<'END'
101CANON/IMG_0001.jpg,one
100CANON/IMG_0001.jpg,two
01CANON/IMG_0001.jpg,three
101CANON/IMG_0002.jpg,four
END
    coco-prepare -o d a.csv --features $features --names paths --min-count 1 2>said
    [ "$(cat d/train_images.txt)" = "101CANON/IMG_0001.jpg
100CANON/IMG_0001.jpg" ]
    [ "$(row d/train_features.h5 features 0 12)" = "$(row $features features 1 12)" ]
    [ "$(row d/train_features.h5 features 1 12)" = "$(row $features features 0 12)" ]
    grep -q 'left out: 1 image: no features (01CANON/IMG_0001.jpg)' said # a part of a folder's name is no end
    grep -q 'left out: 1 image: several rows of features have that name (101CANON/IMG_0002.jpg)' said
    tail -n 1 a.csv >several.csv
    echo 100CANON/IMG_0001.jpg,two >>several.csv
    run -1 coco-prepare -q -o e several.csv --features $features --names paths --min-count 1 --strict
    [ "${lines[-1]}" = "coco-prepare: --strict: 1 image: several rows of features have that name (101CANON/IMG_0002.jpg)" ]
    # A list of a split names images in the same way.
    printf 'CANON/IMG_0001.jpg\nIMG_0001.jpg\n' >none
    printf 'p/101CANON/IMG_0001.jpg,one\np/100CANON/IMG_0001.jpg,two\n' >b.csv
    echo 101CANON/IMG_0001.jpg >list
    coco-prepare -q -o g b.csv --split val=list --min-count 1
    [ "$(cat g/val_images.txt)" = p/101CANON/IMG_0001.jpg ]
    fails 1 'none: none of its names' coco-prepare -q -o h b.csv --split val=none --min-count 1
}

# npy FILE DESCR SHAPE NUMBER...: an array of NumPy's.
npy() {
    python3 - "$@" <<'END'
import struct, sys
path, descr, shape, *numbers = sys.argv[1:]
head = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)
head += ' ' * (63 - (10 + len(head)) % 64) + '\n'
code = descr[0] + {'2': 'e', '4': 'f', '8': 'd'}[descr[2]]
with open(path, 'wb') as f:
    f.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode())
    for n in numbers:
        f.write(struct.pack(code, float(n)))
END
}

@test "features of NumPy and of any array" {
    printf 'p0.jpg\np1.jpg\n' >two
    printf 'p1.jpg,a\np0.jpg,b\n' >a.csv
    npy f.npy '<f4' '(2, 3)' 1 2 3 4 5 6
    npy h.npy '>f2' '(2, 3, 1, 1)' 1 2 3 4 5 6
    cp f.npy features.npy
    cp f.npy other.npy
    python3 -c "
import zipfile
for name, parts, how in (('one.npz', ['other.npy'], 0), ('two.npz', ['other.npy', 'features.npy'], 8), ('none.npz', ['other.npy', 'h.npy'], 8)):
    with zipfile.ZipFile(name, 'w', how) as z:
        for p in parts:
            z.write(p)"
    for spec in f.npy h.npy one.npz two.npz two.npz:other none.npz:h; do
        coco-prepare -q -o d -f a.csv --features $spec --names two --min-count 1
        echo "$spec"
        [ "$(row d/train_features.h5 features 0 3)" = "4, 5, 6" ]
        [ "$(row d/train_features.h5 features 1 3)" = "1, 2, 3" ]
    done
    p() { coco-prepare -q -o e a.csv --names two --min-count 1 "$@"; }
    fails_as() { local why=$1; shift; run -1 p "$@"; [[ "$output" =~ ^coco-prepare:\ .*$why ]] && [ "${#lines[@]}" = 1 ]; }
    fails_as 'none.npz: holds several arrays \(other.npy, h.npy\); name one' --features none.npz
    fails_as 'none.npz: no x.npy in it; it holds other.npy, h.npy' --features none.npz:x
    fails_as 'f.npy: a .npy file holds one array' --features f.npy:x
    fails_as "24 rows" --features $features
    fails_as "no dataset 'x'" --features $features:x
    fails_as 'f.npy: 3 numbers per image, .* has 12' --features $features --features f.npy
    fails_as 'no.h5: No such file' --features no.h5
    fails_as 'train_image_idxs: not of the shape' --features small/coco2014_captions.h5:train_image_idxs
    npy nan.npy '<f4' '(2, 3)' 1 2 3 nan 5 6
    fails_as 'nan.npy: features: row 1: number 0 is not finite' --features nan.npy
    fails 1 'f.npy: has no names of images; --names' coco-prepare -q -o e a.csv --features f.npy
    # Two files with one list, or with a list each.
    printf 'p2.jpg\np3.jpg\n' >more
    cat two more >all
    printf 'p3.jpg,c\np0.jpg,b\n' >b.csv
    coco-prepare -q -o one b.csv --features f.npy --features h.npy --names all --min-count 1
    coco-prepare -q -o each b.csv --features f.npy --features h.npy --names two --names more --min-count 1
    diff -r one each
    [ "$(row one/train_features.h5 features 0 3)" = "4, 5, 6" ]
}

@test "a dataset made again is the same, and a prepared one can be the source" {
    made plain.csv --split val=5 --pca 4 -j 1
    mv d first
    made plain.csv --split val=5 --pca 4 -j 2
    diff -r first d
    coco-prepare -q -o again --from d --vocab-from d
    for f in captions.h5 vocab.json train_images.txt val_images.txt; do same d/$f again/$f; done
    h5diff d/train_features.h5 again/train_features.h5
    fails 1 'reduced by a PCA already' coco-prepare -q -o e --from d --pca 2
    coco-prepare -q -o course --from small --vocab-from small
    h5diff small/coco2014_captions.h5 course/captions.h5 train_captions
    coco-prepare -q -o resplit --from small --split test=3
    [ "$(wc -l <resplit/test_images.txt)" = 3 ]
}

@test "pca: reduced = (features - mean) * components" {
    made plain.csv --pca 4
    python3 - "$(row d/train_features.h5 features 7 4)" "$(h5dump -y -w 0 -m '%.9g' -d pca/components d/train_features.h5 | grep -v '[{}A-Z]')" \
        "$(h5dump -y -w 0 -m '%.9g' -d pca/mean d/train_features.h5 | grep -v '[{}A-Z]')" "$(row $features features 7 12)" <<'END'
import sys
got, components, mean, x = ([float(n) for n in a.replace('\n', ',').split(',') if n.strip()] for a in sys.argv[1:])
assert len(got) == 4 and len(components) == 48 and len(mean) == 12 and len(x) == 12
for d in range(4):
    want = sum((x[c] - mean[c]) * components[4 * c + d] for c in range(12))
    assert abs(want - got[d]) < 1e-5, (want, got[d])
    assert abs(sum(components[4 * c + d] ** 2 for c in range(12)) - 1) < 1e-5
END
    grep -q 'pca: 4 of 12 numbers keep [0-9.]* % of the variance' said
    fails 1 'pca 13: the features have only 12 numbers' coco-prepare -q -o e plain.csv --features $features --names names --pca 13
    run -1 coco-prepare -q -o e plain.csv --features $features --names names --pca 9 --split train=9
    [[ "$output" == *'--pca 9: needs more images of train than 9: at least 10' ]]
}

@test "--pca-from: the components of a dataset, of its file or of a model, so that the model takes the features" {
    made plain.csv --pca 4
    mv d first
    tiny -d first -o m.h5 --iterations 2
    head -n 24 plain.csv >half.csv # fitted on these, the components would be others
    for from in first first/train_features.h5 m.h5; do
        rm -rf d
        made half.csv --vocab-from m.h5 --pca-from $from
        grep -qx "pca: that of $from, 12 to 4 numbers" said
        h5diff first/train_features.h5 d/train_features.h5 /pca /pca
        [ "$(row first/train_features.h5 features 3 4)" = "$(row d/train_features.h5 features 3 4)" ]
    done
    coco-train -q -d d -o tuned.h5 --init m.h5 --batch-size 5 --iterations 2
    coco-prepare -q -o own half.csv --features $features --names names --vocab-from m.h5 --pca 4
    fails 1 'own/train_features.h5: features reduced by another PCA than those that m.h5 was trained on' \
        coco-sample -q -m m.h5 -d own --split train
    fails 1 '--pca-from small: has no PCA' coco-prepare -q -o e half.csv --features $features --names names --pca-from small
    fails 1 '--pca-from first: first/train_features.h5 is reduced by a PCA already' coco-prepare -q -o e --from first --pca-from first
    npy wide.npy '<f4' '(2, 3)' 1 2 3 4 5 6
    printf 'p0.jpg\np1.jpg\n' >two
    fails 1 '--pca-from first: is for features of 12 numbers; wide.npy has 3' \
        coco-prepare -q -o e <(head -n 4 plain.csv) --features wide.npy --names two --min-count 1 --pca-from first
    fails 2 '--pca-from excludes --pca' coco-prepare -o e half.csv --features $features --pca 2 --pca-from first
    fails 2 '--pca-from needs --features' coco-prepare -o e half.csv --pca-from first
    [ ! -e e ]
}

@test "--images names pictures below it, and leaves out what is not there" {
    mkdir -p photos/in
    touch photos/p0.jpg photos/in/p1.jpg photos/p2.jpg
    printf 'p0.jpg,a\nin/p1.jpg,b\nphotos/p2.jpg,c\np3.jpg,d\n' >a.csv
    made a.csv --images photos/ --min-count 1
    [ "$(cat d/train_images.txt)" = "p0.jpg
in/p1.jpg
p2.jpg" ]
    grep -q 'left out: 1 image: not below --images (p3.jpg)' said
    # Names without folders are found in subfolders, where one picture alone has the name.
    mkdir -p photos/in/deep photos/out photos/.hidden elsewhere
    touch photos/in/{deep/p4,p9}.jpg photos/{in,out}/p5.jpg photos/.hidden/p6.jpg elsewhere/p7.jpg
    ln -s ../../elsewhere photos/in/link
    ln -s . photos/in/circle
    printf 'p0.jpg,a\np4.jpg,b\np5.jpg,c\np6.jpg,d\np7.jpg,d\nout/p9.jpg,d\n' >a.csv
    rm -r d
    made a.csv --images photos --min-count 1
    [ "$(cat d/train_images.txt)" = "p0.jpg
in/deep/p4.jpg" ]
    grep -q 'left out: 3 images: not below --images (the first: p6.jpg)' said
    grep -q 'left out: 1 image: several of that name in subfolders of --images (p5.jpg)' said
    fails 1 'nowhere: No such file or directory' coco-prepare -q -o e plain.csv --features $features --names names --images nowhere
}

@test "--images with folders that cannot be searched: said once, and what is there is taken" {
    local deep=photos/$(printf 'd/%.0s' {1..70})
    mkdir -p "$deep"
    touch photos/p0.jpg photos/d/p1.jpg
    printf 'p0.jpg,a\np1.jpg,b\np2.jpg,c\n' >a.csv
    made a.csv --images photos --min-count 1
    [ "$(cat d/train_images.txt)" = p0.jpg ]
    [ "$(grep -c 'photos: not all folders can be searched: d/.*: more than 64 folders in one another$' said)" = 1 ]
    grep -q 'left out: 2 images: not below --images (the first: p1.jpg)' said
}

@test "without features: captions, vocabulary and lists" {
    coco-prepare -o d plain.csv --split val=4 2>said
    [ "$(ls d | paste -sd' ')" = "captions.h5 train_images.txt val_images.txt vocab.json" ]
    grep -q 'd: made without features (--features adds them; coco-features -d makes them of photographs)$' said
}

@test "the directory: whole or not at all, replaced only with --force" {
    made plain.csv
    fails 1 'd: exists already; --force replaces it' coco-prepare -q -o d plain.csv --features $features --names names
    made -f plain.csv --split val=2
    [ -e d/val_images.txt ]
    touch d/mine
    fails 1 "holds 'mine'" coco-prepare -q -o d -f plain.csv --features $features --names names
    [ -e d/captions.h5 ]
    [ -z "$(ls -d d.* 2>/dev/null)" ]
}

@test "usage errors" {
    fails 2 'give -o DATA' coco-prepare plain.csv
    fails 2 'no captions: name a file' coco-prepare -o d --features x
    fails 2 'a.csv: --from takes the captions of small alone' coco-prepare -o d --from small a.csv
    fails 2 'captions of --from are words already' coco-prepare -o d --from small --tokenizer ptb
    fails 2 'names needs --features' coco-prepare -o d a.csv --names x
    fails 2 'pca needs --features' coco-prepare -o d a.csv --pca 3
    fails 2 'exclude each other' coco-prepare -o d a.csv --vocab-from x --min-count 3
    for bad in val =3 val= val=0 'val=0%' 'val=101%' 'val=-5%' 'a b=3' val=99999999999999999999; do
        fails 2 "split '" coco-prepare -o d a.csv --split "$bad"
    done
    fails 2 'the split val is given twice' coco-prepare -o d a.csv --split val=3 --split val=4
    fails 2 min-count coco-prepare -o d a.csv --min-count 0
    fails 2 tokenizer coco-prepare -o d a.csv --tokenizer words
}

@test "a prepared dataset trains as the course's does, and is captioned and scored" {
    # The captions of another dataset as text, in their order.
    coco-fetch shapes -q -o shapes --train 10 --val 2
    coco-prepare -q -o d --from shapes --vocab-from shapes
    captions d train | sed 's/: /\t/' >train.tsv
    coco-prepare -q -o mine train.tsv --vocab-from shapes --features shapes/train2014_vgg16_fc7_pca.h5 \
        --names shapes/train2014_images.txt
    tiny -d shapes -o course.h5 --iterations 20 --order shuffle
    tiny -d mine -o mine.h5 --iterations 20 --order shuffle
    same_params course.h5 mine.h5
    coco-sample -q -m mine.h5 -d mine --split train >captions.jsonl
    coco-eval -q captions.jsonl | jq -e '.CIDEr >= 0' >/dev/null
}

@test "Flickr8k: features of two files, captions as CSV, the official splits" {
    F=$COCO_SHARED/data/flickr8k
    needs "$F/captions_val.json" "$F/val2014_vgg16_fc7_pca.h5"
    coco-prepare -o d "$F/captions_val.json" --features "$F/val2014_vgg16_fc7_pca.h5" --names "$F/val2014_images.txt" \
        --split val=20% --pca 64 2>said
    cat said
    [ "$(wc -l <d/val_images.txt)" = 200 ]
    tiny -d d -o m.h5 --iterations 50 --batch-size 50 --val-every 1
    coco-sample -q -m m.h5 -d d >captions.jsonl
    [ "$(wc -l <captions.jsonl)" = 200 ]
    coco-eval -q captions.jsonl >scores
}

@test "a million lines in bounded time and memory" {
    awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "p%d.jpg,a word%d and word%d\n", i % 24, i % 977, i % 1009 }' >big.csv
    made big.csv --split val=5
    grep -q '^big.csv: CSV: 1000000 captions, 24 images' said
}

# --- marks between columns ---

@test "tables with semicolons and with tabs, whatever stands in the captions" {
    local file
    printf 'p1.jpg;A dog, a ball\np0.jpg;A cat\n' >first.csv
    printf 'image;caption\np1.jpg;A dog, a ball\np0.jpg;A cat\n' >header.csv
    printf '"p1.jpg";"A dog; a ball"\n"p0.jpg";"A cat"\n' >quoted.csv
    printf 'p1.jpg,A dog; a ball\np0.jpg,A cat\n' >comma.csv
    printf 'p1.jpg,"A dog\ta ball"\np0.jpg,A cat\n' >tab-quoted.csv
    printf 'p1.jpg,A dog\ta ball\np0.jpg,A cat\n' >tab-within.csv
    printf 'p1.jpg\tA dog, a ball\np0.jpg\tA cat; and no more\n' | sed 's/; and.*//' >tabs.csv
    for file in *.csv; do
        [ $file != plain.csv ] || continue
        coco-prepare -q -o "of-$file" "$file" --min-count 1
        [ "$(captions "of-$file" train)" = "p1.jpg: a dog a ball
p0.jpg: a cat" ] || { echo "$file"; captions "of-$file" train; false; }
    done
    # A comma in a name does not make a table of commas, if both lines have tabs.
    printf 'in Paris, 1.jpg\tA cat\nin Paris, 2.jpg\tA dog\n' >names.tsv
    coco-prepare -q -o paris names.tsv --min-count 1
    [ "$(head -n 1 paris/train_images.txt)" = "in Paris, 1.jpg" ]
}

# --- whole captions ---

@test "whole captions: words that became <UNK> stay in S_texts.txt and in references" {
    cat >a.csv <<'END'
p0.jpg,A red ball
p0.jpg,A zebra's ball
p1.jpg,A ball
p2.jpg,A ball
END
    printf 'p2.jpg\n' >val.txt
    made a.csv --min-count 2 --split val=val.txt
    # A line for each caption of a split that has <UNK>, in the order of the rows; no list where there is none.
    [ "$(captions d train)" = "$(printf 'p0.jpg: a %s ball\n' '<UNK>' '<UNK>'; echo 'p1.jpg: a ball')" ]
    [ "$(cat d/train_texts.txt)" = "$(printf 'a %s ball\n' red zebras; echo 'a ball')" ]
    coco-fetch show d | grep -qx '  1 caption of 1 image: 1 each'
    [ ! -e d/val_texts.txt ]
    coco-fetch show d | grep -q 'with the original words of <UNK>'
    coco-fetch show d --split train -n 9 | jq -es 'map([.caption, .references]) ==
        [["a <UNK> ball", ["a <UNK> ball"]], ["a ball", []]]'
    tiny -d d -o m.h5 --iterations 2
    coco-sample -q -m m.h5 -d d --split train | jq -es '.[0].references == ["a red ball", "a zebras ball"]'
    coco-sample -q -m m.h5 -d d --split train --no-unk | coco-eval - 2>said
    run ! grep -q UNK said
    # What training sees is as it was: --score writes that, and a caption is no reference of itself.
    coco-sample -q -m m.h5 -d d --split train --score | jq -es 'map([.caption, .references]) ==
        [["a <UNK> ball", ["a zebras ball"]], ["a <UNK> ball", ["a red ball"]], ["a ball", []]]'
    mv d/train_texts.txt .
    coco-sample -q -m m.h5 -d d --split train | jq -es '.[0].references == ["a <UNK> ball", "a <UNK> ball"]'
    tiny -d d -o n.h5 --iterations 2
    same_params m.h5 n.h5
    head -n 2 train_texts.txt >d/train_texts.txt
    fails 1 'd/train_texts.txt: 2 lines for 3 captions' coco-sample -m m.h5 -d d --split train
}

@test "whole captions: a dataset made of another has them, and the same vocabulary" {
    printf 'p%d.jpg,a %s ball\n' 0 red 1 'zebra "x"' 2 red 3 big >a.txt
    sed 's/"//g' a.txt >a.csv
    made a.csv --min-count 2
    coco-prepare -q -o again --from d
    same d/train_texts.txt again/train_texts.txt
    same d/vocab.json again/vocab.json
    coco-prepare -q -o spelled --from d --characters
    same d/train_texts.txt spelled/train_texts.txt
    # Spelled captions lack characters, not words.
    rm -r d
    made a.csv --min-count 3 --characters
    grep -qx 'a zebra x ball' d/train_texts.txt
    [ "$(jq '.idx_to_word | index("z")' d/vocab.json)" = null ]
}

@test "whole captions: scores while training are those of the captions afterwards" {
    for i in $(seq 0 23); do echo "p$i.jpg,a red ball number $((i % 12))"; done >a.csv
    made a.csv --min-count 3 --split val=8
    [ -s d/val_texts.txt ]
    tiny -d d -o m.h5 --iterations 20 --val-every 20i --val-metrics --log log
    coco-sample -q -m m.h5 -d d | coco-eval -q - >want
    jq -es --slurpfile w want 'map(select(.val_cider))[0] | .val_cider == $w[0].CIDEr and .val_bleu4 == $w[0].Bleu_4' log
}

# --- ids ---

@test "ids of annotations and of Karpathy's images stay with their images, through splits, records and scores" {
    dataset d
    seq -f 'n%g.jpg' 0 10 >names.txt
    jq -n '{images: [range(11) | {id: (900 - 7 * .), file_name: "n\(.).jpg"}],
        annotations: [range(11) | {id: ., image_id: (900 - 7 * .), caption: (["a", "red", "ball", "sits"] | .[:2 + $i % 3] | join(" "))}]}' \
        --argjson i 1 >coco.json
    jq '{images: [.annotations as $a | .images[] | . as $i | {filename: .file_name, cocoid: .id, split: (if .id % 2 == 0 then "val" else "train" end),
        sentences: [$a[] | select(.image_id == $i.id) | {raw: .caption}]}]}' coco.json >karpathy.json
    coco-prepare -q -o p coco.json --features d/val2014_vgg16_fc7_pca.h5 --names names.txt --split val=5 --min-count 1
    coco-prepare -q -o k karpathy.json --features d/val2014_vgg16_fc7_pca.h5 --names names.txt --min-count 1
    for data in p k; do
        for split in train val; do
            coco-fetch show $data --split $split -n 99 >show.jsonl
            jq -es 'length > 0 and all(.image_id == 900 - 7 * (.file[1:] | rtrimstr(".jpg") | tonumber))' show.jsonl
        done
        # Without its file a record is found by its id.
        jq -c 'del(.file, .row) | .caption = "a"' show.jsonl | coco-render -q -d $data --no-text -o sheet.png 2>said || true
        [ "$(grep -c "n[0-9]*.jpg" said)" = "$(wc -l <show.jsonl)" ]
    done
    tiny -d p -o m.h5 --iterations 3
    coco-sample -q -m m.h5 -d p --format coco >results.json
    jq -e --slurpfile a coco.json 'map(.image_id) - ($a[0].images | map(.id)) == []' results.json
    coco-eval -q results.json --refs coco.json >scores
    [ "$(jq .images scores)" = 5 ]
    # A dataset made from it has them as well; one whose ids are not its images' own has none.
    coco-prepare -q -o again --from p --split test=2
    jq -es 'all(.image_id == 900 - 7 * (.file[1:] | rtrimstr(".jpg") | tonumber))' < <(coco-fetch show again --split test -n 9)
    jq -c '{image_id: 5, file: .file_name, caption: "a red ball"}' <(jq -c '.images[]' coco.json) >same.jsonl
    coco-prepare -q -o s same.jsonl --features d/val2014_vgg16_fc7_pca.h5 --names names.txt --min-count 1
    [ ! -e s/train_ids.txt ]
    [ "$(coco-fetch show s --split train -n 3 | jq -c .image_id | xargs)" = "0 1 2" ]
}

@test "a list of ids that is none" {
    dataset d
    seq 11 >d/val_ids.txt
    [ "$(coco-fetch show d --split val -n 2 | jq .image_id | xargs)" = "1 2" ]
    for bad in -1 x 1.5 '' 9223372036854775808; do
        { seq 10 && echo "$bad" && echo; } | sed -n '1,11p' >d/val_ids.txt
        [ -n "$bad" ] || sed -i '3s/.*//' d/val_ids.txt
        fails 1 "the ids of val: line [0-9]*: not a whole number|10 lines for 11 images" coco-fetch show d --split val -n 2
    done
    seq 10 >d/val_ids.txt
    fails 1 "d/val_ids.txt: 10 lines for 11 images" coco-fetch show d --split val -n 2
}

@test "an output that cannot be made is named before anything is read" {
    touch file
    fails 1 'file: is not a directory' coco-prepare -o file none.csv
    mkdir locked
    chmod a-w locked
    for d in locked/d locked/new/d; do
        run -1 without_override coco-prepare -o $d none.csv
        [ "$output" = "coco-prepare: $d: Permission denied" ]
    done
    fails 1 'none.csv: No such file' coco-prepare -o new/d none.csv
    [ ! -e new ]
}

@test "captions on standard input are called that" {
    coco-prepare -o d - --min-count 1 <plain.csv 2>said
    [[ "$(head -n 1 said)" == "standard input: "* ]]
}
