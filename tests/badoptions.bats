#!/usr/bin/env bats
# Wrong options and unusable outputs: exit statuses and messages of coco-train and coco-sample.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

setup_file() {
    small_dataset
    export MODEL=$BATS_FILE_TMPDIR/m.h5
    tiny -d "$GOOD" -o "$MODEL" --iterations 20
}

setup() {
    linked
    cp "$MODEL" m.h5
}

# usage COMMAND PATTERN ARGUMENT...: a usage error, and no file is made.
usage() {
    local program=$1 pattern=$2
    shift 2
    case $program in
    train) fails 2 "$pattern" coco-train -d d -o out.h5 "$@" ;;
    sample) fails 2 "$pattern" coco-sample -d d -m m.h5 "$@" ;;
    esac
    [ -z "$(ls | grep out.h5)" ]
}

# --- numbers ---

@test "numbers: no whole numbers" {
    for value in abc '' 1.5 1e3 0x10 '1 ' ' 1' 1abc -- - 99999999999999999999 -99999999999999999999 nan inf; do
        for option in epochs iterations batch-size max-train seed hidden wordvec val-every val-max save-every print-every warmup lr-every patience threads; do
            usage train "--$option: '$value': expected an integer" "--$option=$value"
        done
        for option in beam seed max-length first threads; do
            usage sample "--$option: '$value': expected an integer" "--$option=$value"
        done
    done
}
@test "numbers: no reals" {
    for value in abc '' 1e999 -1e999 nan NaN inf -inf infinity 0x1p3 '1 ' 1x 1e 1,5 .; do
        for option in lr lr-decay target-loss dropout label-smoothing clip clip-value weight-decay forget-bias; do
            usage train "--$option: '$value': expected a number" "--$option=$value"
        done
        usage sample "--temperature: '$value': expected a number" "--temperature=$value"
    done
}
@test "numbers: out of range" {
    for set in "threads 0" "threads -1" "threads 1025" "hidden 0" "hidden -4" "hidden 1048577" "wordvec 0" \
        "batch-size 0" "batch-size 1048577" "epochs -1" "iterations -1" "max-train -1" "seed -1" "seed 4294967296" \
        "val-every -1" "val-max 0" "save-every -1" "warmup -1" "lr-every 0" "val-every -5i" "val-every i" "val-every 5ii" \
        "val-every 5e" "val-every 1000000000000001i" "patience -1" "print-every -1"; do
        usage train "--${set% *}: '${set#* }': expected an integer from" --$set
    done
    usage train "--lr: '-1': expected a number from 0" --lr -1
    usage train "--lr-decay: '-0.5': expected a number from 0" --lr-decay=-0.5
    for option in clip clip-value weight-decay; do
        usage train "--$option: '-1': expected a number from 0" --$option -1
    done
    usage train "--forget-bias: '101': expected a number from -100 to 100" --forget-bias 101
    for option in dropout label-smoothing; do
        usage train "--$option: '1': expected a number from 0 to 0.99" --$option 1
        usage train "--$option: '-0.1': expected a number from 0 to 0.99" --$option -0.1
    done
    for set in "threads 0" "beam 0" "beam -1" "beam 1025" "max-length 0" "max-length 10001" "first -1" "seed -1"; do
        usage sample "--${set% *}: '${set#* }': expected an integer from" --$set
    done
    usage sample "--temperature: '0': expected a number from" --temperature 0
    usage sample "--temperature: '-1': expected a number from" --temperature -1
    usage train "--threads: '0'" -j 0
    usage sample "--threads: '0'" -j0
    usage sample "--first: 'x'" -n x
}

# --- words ---

@test "choices: unknown words" {
    usage train "--cell: 'perceptron': expected one of rnn\|lstm" --cell perceptron
    usage train "--cell: '': expected one of" --cell ''
    usage train "--cell: 'rnn\|lstm': expected one of" --cell 'rnn|lstm'
    usage train "--optim: 'lion': expected one of sgd" --optim lion
    usage train "--order: 'rand': expected one of random" --order rand
    usage sample "--format: 'xml': expected one of jsonl" --format xml
}
@test "options: a misspelt one gets one verdict, with the nearest name" {
    while read -r given meant; do
        usage train "unknown option '${given%=*}'; did you mean '$meant'\?$" $given
    done <<'END'
--itertions --iterations
--iteratoins=4 --iterations
--batch_size=4 --batch-size
--Epochs --epochs
--epohcs --epochs
--lr-deca-y=1 --lr-decay
--hiden=3 --hidden
--quite --quiet
-epochs --epochs
-cell --cell
END
    usage train "unknown option '--bogus'$" --bogus=3
    usage train "unknown option '--learning-speed'$" --learning-speed 3
    usage train "unknown option '-z'$" -z
    usage train "unknown option '-z'$" -qz
    usage train "'--val' is ambiguous: --val-every, --val-max, --val-metrics$" --val=3
    usage sample "unknown option '--bema'; did you mean '--beam'\?$" --bema 3
    fails 2 "unknown option '--tabel'; did you mean '--table'\?$" coco-eval --tabel
    fails 2 "unknown option '--colums'; did you mean '--columns'\?$" coco-render --colums=3
    fails 2 "unknown option '--smoth'; did you mean '--smooth'\?$" coco-plot --smoth=3
    fails 2 "unknown option '--retry-faild'; did you mean '--retry-failed'\?$" coco-fetch images --retry-faild x
    # A beginning that fits one option alone is that option.
    tiny -d d -o y.h5 --iter 2
    [ "$(attribute y.h5 /train iteration)" = 2 ]
}
@test "choices and words: the nearest one" {
    usage train "--cell: 'lstn': expected one of rnn\|lstm\|gru; did you mean 'lstm'\?$" --cell lstn
    usage train "--cell: 'LSTM': expected one of .*; did you mean 'lstm'\?$" --cell LSTM
    usage train "--optim: 'rms': expected one of .*; did you mean 'rmsprop'\?$" --optim rms
    usage train "--order: 'shufle': expected one of .*; did you mean 'shuffle'\?$" --order=shufle
    usage train "--optim: 'lion': expected one of [a-z|]*$" --optim lion
    fails 2 "shape: no such file; did you mean 'shapes'\?$" coco-fetch shape --train 5 -o x
    fails 2 "imgaes: no such file; did you mean 'images'\?$" coco-fetch imgaes
    fails 2 "teapot: no such file; expected cs231n, .*a URL or a file" coco-fetch teapot
}
@test "options: unknown, without a value, with one too many, operands" {
    usage train "--bogus" --bogus
    usage train "--bogus" --bogus=3
    usage train "-z" -z
    usage sample "--bogus" --bogus
    usage sample "-z" -z
    usage train "--epochs needs a value" --epochs
    usage train "-o needs a value" -o
    usage sample "--beam needs a value" --beam
    usage sample "-qm needs a value" -qm
    usage train "--raw-features takes no value" --raw-features=yes
    usage sample "--greedy takes no value" --greedy=1
    usage train "unexpected operand 'extra'" extra
    usage sample "extra: pictures cannot be combined with --data" -- extra
}
@test "options: the last value of a repeated one counts" {
    tiny -d nowhere -d d -o x.h5 -o y.h5 --iterations 99 --iterations 2 --cell lstm --cell rnn
    [ ! -e x.h5 ]
    [ "$(attribute y.h5 /train iteration)" = 2 ]
    [ "$(attribute y.h5 '' cell)" = rnn ]
}
@test "options: required ones" {
    fails 2 "-o MODEL.h5" coco-train -d d
    fails 2 "-m MODEL.h5" coco-sample -d d
    fails 2 "" coco-train
    fails 2 "" coco-sample
}
@test "options: a model cannot go to standard output" { fails 2 "-o -: " coco-train -d d -o -; [ ! -e ./- ]; }
@test "shards: bad ones" {
    for shard in '' 0 1/1 2/2 -1/2 0/0 0/-1 a/b 1 1/ /1 0/1/2 0/2x 0x0/2 0.5/2 99999999999999999999/2 0/99999999999999999999; do
        usage sample "--shard: '$shard': expected I/N" --shard="$shard"
    done
}

# --- contradictions ---

@test "sample: one decoding method at a time" {
    usage sample "exclude each other" --greedy --beam 3
    usage sample "exclude each other" --greedy --temperature 1
    usage sample "exclude each other" --beam 2 --temperature 1
    usage sample "--features excludes" --features d/val2014_vgg16_fc7_pca.h5
    fails 2 "--features excludes" coco-sample -m m.h5 --split val --features d/val2014_vgg16_fc7_pca.h5
    fails 2 "--features excludes" coco-sample -m m.h5 --raw-features --features d/val2014_vgg16_fc7_pca.h5
}
@test "train: options that contradict --init" {
    usage train "exclude each other" --init m.h5 --resume m.h5
    usage train "--cell lstm contradicts m.h5, which was trained with rnn" --init m.h5 --cell lstm
    usage train "--hidden 17 contradicts m.h5, which was trained with 16" --init m.h5 --hidden 17
    usage train "--wordvec 9 contradicts m.h5, which was trained with 8" --init m.h5 --wordvec 9
    tiny -d d -o ok.h5 --init m.h5 --cell rnn --iterations 1
}
@test "train: options that others make meaningless" {
    usage train "--forget-bias: the rnn has no forget gates" -o x.h5 --forget-bias 1
    usage train "--forget-bias and --init exclude each other" -o x.h5 --init m.h5 --cell lstm --forget-bias 1
    usage train "--lr-every is for --lr-schedule step and plateau" -o x.h5 --lr-every 2 --lr-schedule cosine
    usage train "--lr-schedule plateau needs --val-every" -o x.h5 --lr-schedule plateau
    usage train "--val-metrics needs --val-every" -o x.h5 --val-metrics
    usage train "--keep-best needs --val-every" -o x.h5 --keep-best b.h5
    usage train "--best-by needs --val-every" -o x.h5 --best-by cider
    usage train "--patience needs --val-every" -o x.h5 --patience 3
    usage train "--best-by: 'meteor': expected loss|cider|bleu4" -o x.h5 --val-every 1 --best-by meteor
    usage train "--lr-schedule: 'linear': expected constant|step|cosine|plateau" -o x.h5 --lr-schedule linear
}
@test "train: options that contradict --resume" {
    while read -r option value trained; do
        usage train "--$option $value contradicts m.h5, which was trained with $trained" --resume m.h5 --$option $value
    done <<'END'
cell lstm rnn
hidden 17 16
wordvec 9 8
optim sgd adam
lr 0.5 0.005
lr-decay 0.5 1
batch-size 11 10
max-train 7 0
order shuffle random
precision bf16 float32
seed 7 231
dropout 0.5 0
label-smoothing 0.1 0
clip 5 0
clip-value 1 0
weight-decay 0.1 0
forget-bias 1 0
lr-schedule cosine constant
lr-every 4 0
warmup 10 0
best-by cider loss
END
    usage train "--raw-features contradicts m.h5, which was trained without it" --resume m.h5 --raw-features
    # The file's own values do not contradict it.
    coco-train -q --resume m.h5 --cell rnn --hidden 16 --wordvec 8 --optim adam --lr 5e-3 --lr-decay 1 --batch-size 10 \
        --max-train 0 --order random --seed 231 --iterations 22
    [ "$(attribute m.h5 /train iteration)" = 22 ]
}

# --- help ---

@test "help and version: standard output, exit 0" {
    for program in coco-train coco-sample; do
        for option in --help -h "--bogus --help"; do
            run --separate-stderr $program $option
            [ "$status" = 0 ]
            [ -z "$stderr" ]
            [[ "$output" == "usage: $program "* ]]
        done
        run --separate-stderr $program --version
        [ "$status" = 0 ]
        [ -z "$stderr" ]
        [[ "${lines[0]}" =~ ^$program\ [0-9.]+$ ]]
    done
}
@test "help: every option of the design, with its default" {
    coco-train --help | tr -s ' \n' ' ' >train
    coco-sample --help | tr -s ' \n' ' ' >sample
    for option in data output cell hidden wordvec optim lr lr-decay epochs iterations batch-size max-train order seed init \
        val-every val-max resume save-every log print-every target-loss raw-features dropout label-smoothing \
        clip clip-value weight-decay forget-bias lr-schedule lr-every warmup \
        val-metrics keep-best best-by patience threads quiet help version; do
        grep -q -e "--$option " train
    done
    for option in model data split greedy beam temperature seed max-length no-logprob rows first features raw-features format \
        shard threads quiet help version; do
        grep -q -e "--$option " sample
    done
    for default in coco_captioning rnn 512 256 adam 50 25 random 231 1000 10; do
        grep -q "default [^)]*$default)" train
    done
    for default in val 30 231 jsonl; do grep -q "default [^)]*$default)" sample; done
    OMP_NUM_THREADS=3 coco-train --help | grep -q 'threads.*(default 3)'
}

# --- outputs ---

# status_of COMMAND...: its exit status in $got, its messages in stderr.
status_of() {
    got=0
    "$@" 2>stderr || got=$?
    echo "status $got: $(cat stderr)" >&2
}

@test "standard output is full: a line, exit 1" {
    for arguments in "" "--format coco" "--format text" "--beam 2"; do
        status_of coco-sample -q -m m.h5 -d d $arguments >/dev/full
        [ "$got" = 1 ]
        [ "$(cat stderr)" = "coco-sample: standard output: No space left on device" ]
    done
    status_of tiny -d d -o out.h5 --iterations 5 --log - >/dev/full
    [ "$got" = 1 ]
    [[ "$(cat stderr)" =~ ^coco-train:\ standard\ output:\ (No\ space\ left\ on\ device|write\ error)$ ]]
    for program in coco-train coco-sample; do
        status_of $program --help >/dev/full
        [ "$got" = 1 ]
        [ "$(wc -l <stderr)" = 1 ]
    done
}
@test "standard output is closed: a line, exit 1" {
    status_of coco-sample -q -m m.h5 -d d >&-
    [ "$got" = 1 ]
    [ "$(wc -l <stderr)" = 1 ]
}
@test "a closed pipe: quiet, 141" {
    # Many records, so that the pipe closes while they are written.
    for i in $(seq 400); do seq 0 10; done >rows
    set +o pipefail
    coco-sample -q -m m.h5 -d d --rows rows 2>stderr | head -n 1 >first
    [ "${PIPESTATUS[0]}" = 141 ]
    [ ! -s stderr ]
    coco-sample -q -m m.h5 -d d 2>stderr | true
    [ "${PIPESTATUS[0]}" = 141 ] || [ "${PIPESTATUS[0]}" = 0 ]
    [ ! -s stderr ]
    tiny -d d -o out.h5 --iterations 3000 --log - 2>stderr | head -n 1 >first
    [ "${PIPESTATUS[0]}" = 141 ]
    [ ! -s stderr ]
    jq -e '.iteration == 1' first
}
@test "the training log cannot be written" {
    fails 1 "nowhere/log: No such file" tiny -d d -o out.h5 --iterations 5 --log nowhere/log
    fails 1 "/dev/full: .*No space left" tiny -d d -o out.h5 --iterations 5 --log /dev/full
}
@test "the model cannot be written: reported before training" {
    fails 1 "nowhere/out.h5: No such file" tiny -d d -o nowhere/out.h5 --iterations 1000000000
    mkdir dir
    fails 1 "dir: is a directory" tiny -d d -o dir --iterations 1000000000
    fails 1 "m.h5/x: Not a directory" tiny -d d -o m.h5/x --iterations 1000000000
    [ "$(id -u)" != 0 ] || skip "root writes everywhere"
    chmod a-w dir
    fails 1 "dir/out.h5: Permission denied" tiny -d d -o dir/out.h5 --iterations 1000000000
}
@test "the disk is full while saving: the old model stays" {
    # A limit on file size stands in for a full disk.
    cp m.h5 before
    got=0
    (ulimit -f 10; trap '' XFSZ; tiny -d d -o m.h5 --iterations 3 --hidden 64 2>stderr) || got=$?
    cat stderr
    [ "$got" = 1 ]
    [ "$(wc -l <stderr)" = 1 ]
    [[ "$(cat stderr)" =~ ^coco-train:\ .*m.h5.*:\ File\ too\ large$ ]]
    same m.h5 before
    [ "$(ls | grep -c m.h5)" = 1 ]
}
@test "a loss that is not finite: exit 1, nothing is written, and the last save stays" {
    diverge="--iterations 200 --optim sgd --lr 1e6 --lr-decay 1000 --batch-size 60"
    fails 1 "the loss is .* at iteration [0-9]+" tiny -d d -o out.h5 $diverge
    [ -z "$(ls | grep out.h5)" ]
    cp m.h5 before
    fails 1 "the loss is .* at iteration [0-9]+" tiny -d d -o m.h5 $diverge
    same m.h5 before
    status_of tiny -d d -o out.h5 $diverge --save-every 1
    [ "$got" = 1 ]
    coco-sample -m out.h5 -d d >captions
}
@test "a missed target: exit 1, and the model is saved" {
    fails 1 "the last loss, [0-9.]+, is above the target, 0.5" tiny -d d -o out.h5 --iterations 5 --target-loss 0.5
    coco-sample -m out.h5 -d d >captions
    tiny -d d -o out.h5 --iterations 5 --target-loss 1e6
    # Also if nothing was left to do.
    fails 1 "the last loss" coco-train -q --resume out.h5 --target-loss 0.5
}

@test "an output that is an input, or named as data are, is refused" {
    tiny -d d -o l.h5 --iterations 3 --log log
    coco-fetch show d -n 2 >records
    cp log kept.log
    cp records kept.records
    fails 1 "log: is read, and would be replaced" coco-plot -o ./log log
    fails 1 "records: is read, and would be replaced" coco-render -d d -o records records
    fails 1 "records: is read, and would be replaced" coco-render -d d --html records records
    fails 1 "records: is read, and would be replaced" coco-eval --save-df "$PWD/records" records
    same log kept.log
    same records kept.records
    cp log a.jsonl
    fails 2 "-o 'a.jsonl': pictures are PNG, not jsonl" coco-plot -o a.jsonl log
    fails 2 "-o 'm.h5': pictures are PNG, JPEG or WebP, not h5" coco-render -d d -o m.h5 records
    fails 2 "--html 'a.jsonl': pages are HTML, not jsonl" coco-render -d d --html a.jsonl records
    same a.jsonl kept.log
}

@test "empty names, as unset variables of scripts are" {
    for option in -o --log --keep-best; do fails 2 "'': an empty name" coco-train -d d --epochs 1 $option ''; done
    for option in --resume --init -d; do fails 2 "'': an empty name" coco-train -o m.h5 $option ''; done
    for option in -o -d -m --rows; do fails 2 "'': an empty name" coco-sample -m m.h5 $option ''; done
    fails 2 "'': an empty name" coco-eval ''
    fails 2 "--save-df '': an empty name" coco-eval --save-df '' x
    fails 2 "--images '': an empty name" coco-tag --txt --images '' x
}
