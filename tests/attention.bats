#!/usr/bin/env bats
# Attention over a grid of features: grids in datasets, training, captions and what they looked at.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

setup_file() {
    small_dataset
    small_grids
    cd "$BATS_FILE_TMPDIR"
    for kind in soft adaptive; do
        tiny -d good -o $kind.h5 --attention $kind --cell lstm --iterations 20
    done
    tiny -d good -o plain.h5 --iterations 5
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp -r "$GOOD" d
    ln -s "$BATS_FILE_TMPDIR"/{soft,adaptive,plain}.h5 .
    train=d/train2014_vgg16_fc7_pca.h5 val=d/val2014_vgg16_fc7_pca.h5
}

# settings: one line each.
settings() {
    cat <<'END'
--attention soft --cell rnn --dropout 0.2
--attention soft --cell gru --order shuffle
--attention adaptive --cell lstm --precision bf16
--attention adaptive --cell rnn --val-every 1 --val-metrics
END
}

@test "threads: model files and captions are equal" {
    while read -r line; do
        for j in 1 2 4; do
            tiny -d d -o $j.h5 --hidden 37 --wordvec 19 --batch-size 23 --iterations 7 --val-every 1 $line -j $j
        done
        same 1.h5 2.h5 4.h5
        coco-sample -q -m 1.h5 -d d -j1 --beam 3 --attention one.h5 >one.jsonl
        coco-sample -q -m 1.h5 -d d -j4 --beam 3 --attention four.h5 >four.jsonl
        same one.jsonl four.jsonl
        same one.h5 four.h5
    done < <(settings)
}

@test "resume: to the same bytes" {
    mkdir whole part
    while read -r line; do
        tiny -d d -o whole/m.h5 --batch-size 13 --iterations 10 --log whole/log $line
        tiny -d d -o part/m.h5 --batch-size 13 --iterations 4 --log part/log $line
        coco-train -q --resume part/m.h5 --iterations 10 --log part/log
        same whole/m.h5 part/m.h5
    done < <(settings)
}

@test "the model file says which attention, and nothing of it without" {
    [ "$(attribute adaptive.h5 / attention)" = adaptive ]
    [ "$(attribute adaptive.h5 / grid_dim)" = 5 ]
    [ "$(attribute adaptive.h5 / version)" = 2 ]
    h5dump -d params/W_sentinel -H adaptive.h5 >/dev/null
    run ! h5dump -d params/W_sentinel -H soft.h5
    run ! h5dump -a attention plain.h5
    tiny -d d -o none.h5 --iterations 5 --attention none
    tiny -d d -o m.h5 --iterations 5
    same m.h5 none.h5
}

@test "what words look at: weights that sum to 1, or less with a sentinel, and NaN past the end" {
    for kind in soft adaptive; do
        coco-sample -q -m $kind.h5 -d d --rows <(printf '3\n0\n') --max-length 6 --attention a.h5 >c.jsonl
        [ "$(attribute a.h5 / format)" = coco-attention ]
        [ "$(h5dump -y -d rows a.h5 | grep -o '[0-9], [0-9]')" = "3, 0" ]
        h5dump -y -w 1 -m '%.9g' -d attention a.h5 | sed -n '/DATA {/,/}/p' | grep -oE '[-0-9.e]+|nan' >numbers.txt
        python3 - $kind c.jsonl <<'END'
import json, math, sys
kind, captions = sys.argv[1], [json.loads(l) for l in open(sys.argv[2])]
numbers = [float(x) for x in open("numbers.txt").read().split()]
assert len(numbers) == 2 * 6 * 6, len(numbers)
for i, c in enumerate(captions):
    steps = [numbers[(i * 6 + t) * 6 : (i * 6 + t + 1) * 6] for t in range(6)]
    known = [s for s in steps if not math.isnan(s[0])]
    words = len(c["caption"].split())
    assert len(known) in (words, words + 1), (len(known), c["caption"])  # <END> looks too
    assert all(math.isnan(x) for s in steps[len(known):] for x in s)
    for s in known:
        assert all(x > 0 for x in s)
        assert abs(sum(s) - 1) < 1e-5 if kind == "soft" else 0 < sum(s) < 1 - 1e-4, s
END
    done
}

@test "of several models, the first one with attention tells what it looked at" {
    tiny -d d -o other.h5 --iterations 20
    for pair in "soft adaptive" "other soft" "soft other"; do
        coco-sample -q -d d $(printf -- '-m %s.h5 ' $pair) --beam 2 --attention "$(tr -d ' ' <<<"$pair").h5" >/dev/null
    done
    same othersoft.h5 softother.h5
    [ "$(attribute softadaptive.h5 / format)" = coco-attention ]
    fails 1 "other.h5: none of the models has attention: nothing to write to a.h5" \
        coco-sample -q -m other.h5 -m other.h5 -d d --attention a.h5
}

@test "captions depend on the grid" {
    coco-sample -q -m soft.h5 -d d >before
    cp -r d e
    tool_h5 e/val2014_vgg16_fc7_pca.h5 rm grid
    tool_grid e/val2014_vgg16_fc7_pca.h5 11 6 5 77
    coco-sample -q -m soft.h5 -d e >after
    run ! cmp -s before after
}

@test "grids of other layouts: float32 and a chunk for each image are read, compressed ones are refused" {
    coco-sample -q -m soft.h5 -d d >half
    tool_h5 $val type grid float32 contiguous
    coco-sample -q -m soft.h5 -d d >whole
    same half whole
    tool_h5 $val type grid float16 gzip
    fails 1 "val2014_vgg16_fc7_pca.h5: grid: its rows cannot be used in place; 'h5repack" coco-sample -q -m soft.h5 -d d
    h5repack -l grid:CONTI -f grid:NONE $val repacked.h5
    mv repacked.h5 $val
    coco-sample -q -m soft.h5 -d d >repacked
    same half repacked
    h5repack -l grid:CHUNK=1x6x5 $val chunked.h5
    mv chunked.h5 $val
    coco-sample -q -m soft.h5 -d d >chunked
    same half chunked
}

@test "what does not fit: no grid, other channels, other rows, a number that is not finite, another kind" {
    tool_h5 $train set grid 47 nan
    fails 1 "train2014_vgg16_fc7_pca.h5: grid: row 1: a number is not finite" tiny -d d -o m.h5 --attention soft --order sequential
    tool_h5 $train rm grid
    fails 1 "train2014_vgg16_fc7_pca.h5: has no grid of features; coco-features --grid makes one" tiny -d d -o m.h5 --attention soft
    tool_grid $train 23 6 5
    fails 1 "grid: 23 rows, but features has 24" tiny -d d -o m.h5 --attention soft
    tool_h5 $train rm grid
    tool_grid $train 24 6 4
    fails 1 "val2014_vgg16_fc7_pca.h5: the grid has 6 places of 5 numbers, that of .*train2014.* 6 of 4" \
        tiny -d d -o m.h5 --attention soft --val-every 1
    fails 1 "soft.h5 takes a grid of 5 numbers per place, that of .*train2014.* has 4" coco-train -q -d d -o m.h5 --init soft.h5
    [ ! -e m.h5 ]
    fails 2 "--attention adaptive contradicts soft.h5, which was trained with soft" \
        coco-train -q -d "$GOOD" -o m.h5 --init soft.h5 --attention adaptive
    fails 1 "plain.h5: the model has no attention: nothing to write to a.h5" coco-sample -q -m plain.h5 -d d --attention a.h5
    [ ! -e a.h5 ]
}

@test "a grid of another network is refused" {
    for f in $train $val; do
        tool_h5 $f attr / cnn text a.onnx
        tool_h5 $f attr / cnn_sha256 text "$(printf '%064d' 1)"
    done
    tiny -d d -o m.h5 --attention soft --iterations 3
    coco-sample -q -m m.h5 -d d >/dev/null
    for f in $train $val; do
        tool_h5 $f rmattr / cnn_sha256
        tool_h5 $f attr / cnn_sha256 text "$(printf '%064d' 2)"
    done
    fails 1 "val2014_vgg16_fc7_pca.h5: features of the network a.onnx" coco-sample -q -m m.h5 -d d
    fails 1 "train2014_vgg16_fc7_pca.h5: features of the network a.onnx" coco-train -q --resume m.h5 --iterations 4
}

@test "damaged models: a kind that nobody knows, sizes that disagree" {
    cp "$BATS_FILE_TMPDIR/soft.h5" m.h5
    tool_h5 m.h5 attr / attention text hard
    fails 1 "m.h5: attribute 'attention' is 'hard', expected none.soft.adaptive" coco-sample -q -m m.h5 -d d
    tool_h5 m.h5 attr / attention text adaptive
    fails 1 "m.h5: no dataset '/params/Wx_sentinel'" coco-sample -q -m m.h5 -d d
    tool_h5 m.h5 attr / attention text soft
    tool_h5 m.h5 attr / grid_dim int 6
    fails 1 "m.h5: /params/W_grid: shape .5,16., expected .6,16." coco-sample -q -m m.h5 -d d
    tool_h5 m.h5 rmattr / grid_dim
    fails 1 "m.h5: 'attention' and 'grid_dim' need each other" coco-sample -q -m m.h5 -d d
}

@test "coco-prepare carries grids, in the order of the images, and reduces their places" {
    seq -f 'p%g.jpg' 0 23 >names
    for i in $(seq 23 -1 0); do echo "p$i.jpg,a red ball"; done >c.csv
    coco-prepare -q -o e c.csv --features $train --names names --min-count 1 --split val=4
    tool_grid --rows $train >rows
    for split in train val; do
        while read -r name; do
            sed -n "$((${name//[^0-9]/} + 1))p" rows
        done <e/${split}_images.txt | cmp - <(tool_grid --rows e/${split}_features.h5)
    done
    coco-prepare -q -o f --from e --grid-pca 3
    coco-prepare -q -o g --from e --grid-pca 3
    same f/train_features.h5 g/train_features.h5
    tool_grid --rows e/val_features.h5 >rows
    tool_grid --rows f/val_features.h5 >reduced
    for what in mean components; do
        h5dump -y -w 1 -m '%.9g' -d grid_pca/$what f/train_features.h5 | sed -n '/DATA {/,/}/p' | grep -oE '[-0-9.e]+' >$what
    done
    python3 - <<'END'
mean, comp = ([float(x) for x in open(f).read().split()] for f in ("mean", "components"))
for row, want in zip(open("rows"), open("reduced")):
    x, y = [float(v) for v in row.split()], [float(v) for v in want.split()]
    assert len(x) == 30 and len(y) == 18
    for p in range(6):
        for d in range(3):
            z = sum((x[p * 5 + c] - mean[c]) * comp[c * 3 + d] for c in range(5))
            assert abs(z - y[p * 3 + d]) < 2e-3 * (1 + abs(z)), (z, y[p * 3 + d])
END
    tiny -d f -o m.h5 --attention soft --iterations 3 --val-every 1
    [ "$(attribute m.h5 / grid_dim)" = 3 ]
    coco-prepare -q -o like --from e --pca-from m.h5
    same f/train_features.h5 like/train_features.h5
    cp -r e bare
    for split in train val; do tool_h5 bare/${split}_features.h5 rm grid; done
    fails 1 "--pca-from m.h5: also reduces a grid, but .*train_features.h5 has none" coco-prepare -q -o h --from bare --pca-from m.h5
    h5dump -d grid_pca/components -H m.h5 >/dev/null
    fails 1 "--grid-pca 2: the grid of .*train_features.h5 is reduced by a PCA already" coco-prepare -q -o h --from f --grid-pca 2
    fails 1 "--grid-pca 6: the grid has only 5 numbers per place" coco-prepare -q -o h --from e --grid-pca 6
    tool_h5 e/val_features.h5 rm grid
    fails 1 "train_features.h5 has a grid, .*val_features.h5 has none" coco-prepare -q -o h --from e --grid-pca 2
    coco-prepare -o h --from e 2>&1 | grep "grids are not taken: .*val_features.h5 has none"
    run ! h5dump -d grid -H h/train_features.h5
}

@test "a model's PCA of grids is for grids that none has reduced, also where it keeps all numbers" {
    seq -f 'p%g.jpg' 0 23 >names
    sed 's/$/,a red ball/' names >c.csv
    coco-prepare -q -o e c.csv --features $train --names names --min-count 1 --split val=4
    coco-prepare -q -o f --from e --grid-pca 5
    tiny -d f -o m.h5 --attention soft --iterations 20 --lr 0.05
    for d in e f; do
        coco-sample -q -m m.h5 --features $d/val_features.h5 --attention $d.h5 --max-length 1 >$d.jsonl
    done
    h5diff -d 0.01 e.h5 f.h5 /attention
}

@test "a file for what words look at appears whole or not at all" {
    coco-sample -q -m soft.h5 -d d -n 1 --attention a.h5 >/dev/null
    cp a.h5 old.h5
    tool_h5 $val set grid 60 nan
    fails 1 "grid: row 2: a number is not finite" coco-sample -q -m soft.h5 -d d --attention a.h5
    same a.h5 old.h5
    fails 1 "none/a.h5: No such file" coco-sample -q -m soft.h5 -d d --attention none/a.h5
    coco-sample -q -m soft.h5 -d d -n 2 --attention a.h5 >/dev/null
    [ "$(attribute a.h5 / version)" = 1 ]
    run ls -A
    [[ $output != *part* && $output != *tmp* ]]
}

@test "a file of another kind is not replaced by what words look at" {
    cp "$BATS_FILE_TMPDIR/plain.h5" m.h5
    fails 1 "m.h5: exists, and is an HDF5 file without the array attention; remove it, or give another name" \
        coco-sample -q -m soft.h5 -d d --attention m.h5
    same m.h5 "$BATS_FILE_TMPDIR/plain.h5"
    cp "$ROOT/scripts/sheet.png" a.png
    fails 1 "a.png: exists, and is not named as an HDF5 file; remove it, or give another name" coco-sample -q -m soft.h5 -d d --attention a.png
    cmp a.png "$ROOT/scripts/sheet.png"
}

@test "captions of another run that are as long are known by their checksums; a file without them is taken" {
    coco-sample -q -m soft.h5 -d d --max-length 4 --attention a.h5 >a.jsonl
    tool_h5 a.h5 attr / grid_rows int 2
    tool_h5 a.h5 attr / grid_columns int 3
    coco-render -q a.jsonl --attention a.h5 -o a.png 2>/dev/null
    jq -c '.caption |= sub("^[^ ]+"; "other")' a.jsonl >other.jsonl
    run ! cmp -s a.jsonl other.jsonl
    fails 1 "a.h5: caption [0-9]+ is not 'other.*', which the record of image [0-9]+ has: it belongs to another run" \
        coco-render -q other.jsonl --attention a.h5 -o b.png
    [ ! -e b.png ]
    tool_h5 a.h5 rm caption_checksums
    coco-render -q other.jsonl --attention a.h5 -o b.png 2>/dev/null
}
