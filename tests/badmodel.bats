#!/usr/bin/env bats
# Broken model files, and those that other programs may write, in coco-sample and coco-train.

load support/common
load support/small_dataset

setup_file() {
    small_dataset
    export RNN=$BATS_FILE_TMPDIR/rnn.h5 LSTM=$BATS_FILE_TMPDIR/lstm.h5
    tiny -d "$GOOD" -o "$RNN" --iterations 40 --lr 0.02
    tiny -d "$GOOD" -o "$LSTM" --iterations 40 --lr 0.02 --cell lstm
}

setup() {
    linked
    cp "$RNN" m.h5
}

edit() { tool_h5 m.h5 "$@"; }

# refused PATTERN: everything that loads m.h5 refuses it, leaves it as it is and writes nothing.
refused() {
    cp -r m.h5 before 2>/dev/null || :
    fails 1 "$1" coco-sample -m m.h5 -d d
    fails 1 "$1" coco-sample -m m.h5 --features d/val2014_vgg16_fc7_pca.h5 --beam 3
    fails 1 "$1" coco-train -q -d d -o out.h5 --init m.h5 --iterations 3
    fails 1 "$1" coco-train -q -d d --resume m.h5 --iterations 50
    [ ! -f m.h5 ] || same m.h5 before
    [ -z "$(ls | grep out.h5)" ]
}

# not_resumed PATTERN: --resume refuses m.h5, coco-sample does not.
not_resumed() {
    cp m.h5 before
    fails 1 "$1" coco-train -q -d d --resume m.h5 --iterations 50
    same m.h5 before
    coco-sample -m m.h5 -d d >captions
    [ "$(wc -l <captions)" = 11 ]
}

# --- the file ---

@test "model: missing" { rm m.h5; refused "m.h5: No such file"; }
@test "model: empty" { : >m.h5; refused "m.h5: .*not readable as HDF5"; }
@test "model: text" { echo '{"caption":"no"}' >m.h5; refused "m.h5: .*not readable as HDF5"; }
@test "model: truncated" { truncate -s -500 m.h5; refused "m.h5: .*truncated"; }
@test "model: cut short anywhere" {
    size=$(stat -c %s "$RNN")
    for part in 1 2 3 5 8 13 21 34 55 89; do
        head -c $((size * part / 100)) "$RNN" >m.h5
        fails 1 "m.h5: " coco-sample -m m.h5 -d d
    done
}
@test "model: a directory" { rm m.h5; mkdir m.h5; refused "m.h5: [Ii]s a directory"; }
@test "model: another HDF5 file" { cp d/coco2014_captions.h5 m.h5; refused "m.h5: no attribute 'format'"; }
@test "model: not readable" {
    [ "$(id -u)" != 0 ] || skip "root reads everything"
    chmod a-r m.h5
    refused "m.h5: Permission denied"
}

# --- attributes ---

@test "model: no format" { edit rmattr / format; refused "m.h5: no attribute 'format'"; }
@test "model: another format" { edit attr / format text other-thing; refused "m.h5: format 'other-thing'"; }
@test "model: format as a number" { edit attr / format int 1; refused "m.h5: attribute 'format' is not text"; }
@test "model: no version" { edit rmattr / version; refused "m.h5: no attribute 'version'"; }
@test "model: version 3" { edit attr / version int 3; refused "m.h5: version 3 "; }
@test "model: version 0" { edit attr / version int 0; refused "m.h5: .*version.* 0"; }
@test "model: version as text" { edit attr / version text 1; refused "m.h5: attribute 'version' is not an integer"; }
@test "model: no cell" { edit rmattr / cell; refused "m.h5: no attribute 'cell'"; }
@test "model: unknown cell" { edit attr / cell text perceptron; refused "m.h5: attribute 'cell' is 'perceptron', expected rnn\|lstm"; }
@test "model: empty cell" { edit attr / cell text ''; refused "m.h5: attribute 'cell' is '', expected rnn\|lstm"; }
@test "model: the other cell" { edit attr / cell text lstm; refused "m.h5: /params/Wx: shape \(8,16\), expected \(8,64\)"; }
@test "model: no dimension" {
    for name in input_dim wordvec_dim hidden_dim vocab_size; do
        cp "$RNN" m.h5
        edit rmattr / $name
        refused "m.h5: no attribute '$name'"
    done
}
@test "model: a negative, zero or absurd dimension" {
    for name in input_dim wordvec_dim hidden_dim vocab_size; do
        for value in -1 0 1048577 2147483648 4294967297 9223372036854775807; do
            cp "$RNN" m.h5
            edit attr / $name int $value
            fails 1 "m.h5: attribute '$name' is $value" coco-sample -m m.h5 -d d
        done
    done
}
@test "model: a dimension that is large but legal" {
    edit attr / hidden_dim int 1048576
    refused "m.h5: .*shape"
    cp "$LSTM" m.h5
    edit attr / wordvec_dim int 1000000
    refused "m.h5: /params/W_embed: shape \(30,8\), expected \(30,1000000\)"
}
@test "model: a dimension as a real, as text, as a pair" {
    edit attr / hidden_dim real 16
    refused "m.h5: attribute 'hidden_dim' is not an integer"
    edit attr / hidden_dim text 16
    refused "m.h5: attribute 'hidden_dim' is not an integer"
    edit attr / hidden_dim pair 16
    refused "m.h5: attribute 'hidden_dim' holds 2 values"
}
@test "model: dimensions that differ from the tensors'" { edit attr / hidden_dim int 17; refused "m.h5: /params/W_proj: shape \(12,16\), expected \(12,17\)"; }

# --- tensors ---

@test "model: a missing tensor" {
    for name in W_embed W_proj b_proj Wx Wh b W_vocab b_vocab; do
        cp "$RNN" m.h5
        edit rm /params/$name
        fails 1 "m.h5: no dataset '/params/$name'" coco-sample -m m.h5 -d d
    done
}
@test "model: no tensors at all" { edit rm /params; refused "m.h5: no dataset '/params/W_embed'"; }
@test "model: a tensor of another shape" { edit size /params/Wh 16,15; refused "m.h5: /params/Wh: shape \(16,15\), expected \(16,16\)"; }
@test "model: a vector as a matrix" { edit size /params/b_vocab 30,1; refused "m.h5: /params/b_vocab: shape \(30,1\), expected \(30\)"; }
@test "model: a tensor that is empty" { edit size /params/b 0; refused "m.h5: /params/b: shape \(0\), expected \(16\)"; }
@test "model: a tensor that is a group" { edit rm /params/b; edit group /params/b; refused "m.h5: '/params/b' is not a dataset"; }
@test "model: a tensor of integers" { edit type /params/b int32; refused "m.h5: /params/b: holds int32, not floats"; }
@test "model: a tensor of strings" { edit type /params/b string; refused "m.h5: /params/b: holds string, not floats"; }
@test "model: a tensor with an unknown filter" { edit type /params/Wh float32 unknown; refused "m.h5: /params/Wh: .*lacks its filter 'lzf'"; }
@test "model: NaN" { edit set /params/W_vocab 17 nan; refused "m.h5: /params/W_vocab: number 17 is not finite"; }
@test "model: infinity" { edit set /params/b_proj 15 inf; refused "m.h5: /params/b_proj: number 15 is not finite"; }
@test "model: a double beyond the range of float" { edit type /params/Wh float64; edit set /params/Wh 0 1e200; refused "m.h5: /params/Wh: number 0 is not finite"; }

# --- vocabulary ---

@test "model: no vocabulary" { edit rm /vocab; refused "m.h5: no dataset '/vocab/idx_to_word'"; }
@test "model: a group in place of the vocabulary" { edit rm /vocab; edit group /vocab; edit group /vocab/idx_to_word; refused "m.h5: '/vocab/idx_to_word' is not a dataset"; }
@test "model: fewer words than vocab_size" { edit strings /vocab/idx_to_word '<NULL>' '<START>' '<END>'; refused "m.h5: /vocab/idx_to_word: 3 words, but vocab_size is 30"; }
@test "model: vocabulary without <START>" {
    edit strings /vocab/idx_to_word '<NULL>' $(seq 1 29)
    refused "m.h5: word 1 is '1', not <START>"
}
@test "model: a vocabulary of one word" {
    edit strings /vocab/idx_to_word '<NULL>'
    edit attr / vocab_size int 1
    edit size /params/W_embed 1,8
    edit size /params/W_vocab 16,1
    edit size /params/b_vocab 1
    refused "m.h5: .*<START>"
}

# --- what is needed only to resume ---

@test "resume: no training in the file" { edit rm /train; not_resumed "m.h5: holds a model but no training to resume; --init"; }
@test "resume: no optimizer in the file" { edit rm /optim; not_resumed "m.h5: holds a model but no training to resume; --init"; }
@test "resume: a setting is missing" {
    for name in data order precision lr lr_decay epochs iterations batch_size max_train seed val_every val_max \
        raw_features captions_digest iteration epoch rng_pos rng_has_gauss rng_gauss; do
        cp "$RNN" m.h5
        edit rmattr /train $name
        not_resumed "m.h5: /train: no attribute '$name'"
    done
}
@test "resume: part of the optimizer is missing" {
    for name in rule learning_rate step; do
        cp "$RNN" m.h5
        edit rmattr /optim $name
        not_resumed "m.h5: /optim: no attribute '$name'"
    done
    cp "$RNN" m.h5
    edit rm /optim/v/Wh
    not_resumed "m.h5: no dataset '/optim/v/Wh'"
}
@test "resume: unknown rule, order, precision" {
    edit attr /optim rule text lion
    not_resumed "m.h5: /optim: attribute 'rule' is 'lion', expected sgd\|momentum"
    edit attr /optim rule text adam
    edit attr /train order text backwards
    not_resumed "m.h5: /train: attribute 'order' is 'backwards', expected random\|shuffle"
    edit attr /train order text random
    edit attr /train precision text float8
    not_resumed "m.h5: /train: attribute 'precision' is 'float8', expected float32\|bf16"
}
@test "resume: a setting out of range" {
    for setting in "batch_size int 0" "batch_size int -3" "batch_size int 99999999" "epochs int -1" \
        "max_train int -1" "max_train int 99999999999" "seed int -1" "seed int 4294967296" "iteration int -1" \
        "iteration int 1099511627777" "epoch int -2" "val_every int -1000000000000001" "val_max int 0" "lr real nan" \
        "lr real -1" "lr_decay real inf" "dropout real 1" "label_smoothing real -0.1" "clip real -1" "clip_value real inf" "weight_decay real -1" "forget_bias real 101" \
        "warmup int -1" "lr_every int -1" "stale_checks int -1" "lr_schedule text linear" "best_by text meteor" "patience int -1" "val_metrics int 2" "rng_pos int 625" "rng_pos int -1" "rng_gauss real nan"; do
        cp "$RNN" m.h5
        edit attr /train $setting
        not_resumed "m.h5: /train: .*${setting%% *}"
    done
    for setting in "learning_rate real nan" "learning_rate real -1" "step int -1"; do
        cp "$RNN" m.h5
        edit attr /optim $setting
        not_resumed "m.h5: /optim: .*${setting%% *}"
    done
}
@test "resume: state that is not finite" {
    edit set /optim/m/b 3 nan
    not_resumed "m.h5: /optim/m/b: number 3 is not finite"
    cp "$RNN" m.h5
    edit set /train/loss_history 5 nan
    not_resumed "m.h5: /train/loss_history: number 5 is not finite"
}
@test "resume: a loss history that is longer or shorter than the run" {
    edit attr /train iteration int 39
    not_resumed "m.h5: /train/loss_history: shape \(40\), expected \(39\)"
    edit attr /train iteration int 1000000000000
    not_resumed "m.h5: /train/loss_history: shape \(40\), expected \(1000000000000\)"
}
@test "resume: a generator of another size" { edit size /train/rng_key 600; not_resumed "m.h5: /train/rng_key: shape \(600\), expected \(624\)"; }
@test "resume: other captions" {
    rm d
    cp -r "$GOOD" d
    tool_h5 d/coco2014_captions.h5 set train_captions 1 5
    not_resumed "d: train: these are not the captions that m.h5 was trained on"
}
@test "resume: other image rows" {
    rm d
    cp -r "$GOOD" d
    tool_h5 d/coco2014_captions.h5 set train_image_idxs 0 5
    not_resumed "d: train: these are not the captions"
}
@test "resume: the file's dataset is missing" {
    rm d
    cp -r "$GOOD" e
    coco-train -q -d e -o n.h5 --hidden 8 --wordvec 4 --iterations 2
    rm -r e
    fails 1 "e: no such dataset directory" coco-train -q --resume n.h5 --iterations 4
}

# --- files of other programs ---

# as_before COMMAND...: after the command, which changes m.h5, its captions are the same.
as_before() {
    "$@"
    coco-sample -m "$RNN" -d d >want
    coco-sample -m m.h5 -d d >have
    same want have
    coco-train -q -d d -o out.h5 --init m.h5 --iterations 2
}

@test "reads: parameters and vocabulary alone" { as_before edit rm /train; as_before edit rm /optim; as_before edit rmattr / caption_length; }
@test "reads: text attributes of a fixed length, ASCII" { edit attr / cell fixed rnn; as_before edit attr / format fixed coco-captioner; }
@test "reads: text attributes padded with spaces" { edit attr / cell padded rnn; as_before edit attr / format padded coco-captioner; }
@test "reads: text attributes of a variable length, ASCII" { edit attr / cell ascii rnn; as_before edit attr / format ascii coco-captioner; }
@test "reads: version 2" { as_before edit attr / version int 2; }
@test "reads: narrow integers" { edit attr / version int8 1; edit attr / hidden_dim int8 16; as_before edit attr / vocab_size int8 30; }
@test "reads: parameters in double, big-endian, chunked, compressed" {
    edit type /params/Wh float64
    edit type /params/Wx float32be
    edit type /params/W_embed float32 gzip
    as_before edit type /params/b float64 chunked
}
@test "reads: unknown groups and attributes are ignored" { edit group /extra; edit attr / author text somebody; as_before edit attr /params note int 3; }
