#!/usr/bin/env bats
# coco-train: the same bits on any number of threads and across stops, the log, and what survives a kill.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

loss_lines() { jq -c 'select(.event == "iteration") | [.iteration, .epoch, .loss, .lr]' "$1"; }

# --- equal bits ---

@test "threads: model files are equal, for every cell, order and rule" {
    rule=(adam sgd momentum rmsprop adam sgd)
    i=0
    for cell in rnn lstm gru; do
        for order in random shuffle sequential; do
            for j in 1 2 4; do
                # Sizes that leave a remainder in every tile.
                tiny -d d -o $j.h5 --cell $cell --order $order --optim ${rule[i % 6]} --hidden 37 --wordvec 19 --batch-size 23 \
                    --iterations 7 --lr-decay 0.9 --val-every 1 -j $j
            done
            same 1.h5 2.h5 4.h5
            i=$((i + 1))
        done
    done
}
@test "bf16: equal on any number of threads and across a stop; its loss is close to float32's" {
    for j in 1 2 4; do
        tiny -d d -o $j.h5 --cell lstm --hidden 37 --wordvec 19 --batch-size 23 --iterations 40 --precision bf16 -j $j \
            --log - >$j.jsonl
    done
    same 1.h5 2.h5 4.h5
    tiny -d d -o half.h5 --cell lstm --hidden 37 --wordvec 19 --batch-size 23 --iterations 20 --precision bf16
    coco-train -q --resume half.h5 -d d --iterations 40 -o whole.h5
    same 1.h5 whole.h5
    run -2 --separate-stderr coco-train -q --resume half.h5 -d d --precision float32 -o other.h5
    [[ $stderr == *--precision* ]]
    tiny -d d -o full.h5 --cell lstm --hidden 37 --wordvec 19 --batch-size 23 --iterations 40 --log full.jsonl
    run cmp full.h5 1.h5
    [ "$status" -eq 1 ]
    last() { jq -s 'map(select(.event == "iteration"))[-1].loss' "$1"; }
    jq -ne --argjson a "$(last full.jsonl)" --argjson b "$(last 1.jsonl)" '($a - $b | fabs) < 0.05 * $a'
}

@test "instruction sets: each one trains to nearly the same loss" {
    for set in $(simd_sets) best; do
        [ $set = best ] || export COCO_SIMD=$set
        tiny -d d -o m.h5 --iterations 10 --log $set.jsonl
        unset COCO_SIMD
        jq -s 'map(select(.event == "iteration"))[-1].loss' $set.jsonl >$set.loss
        jq -ne --argjson a "$(<base.loss)" --argjson b "$(<$set.loss)" '($a - $b | fabs) < 1e-3 * $a'
    done
}

@test "threads: so are those of a network of more than one tile" {
    for j in 1 2 3 4; do
        coco-train -q -d d -o $j.h5 --cell lstm --hidden 200 --wordvec 70 --batch-size 100 --iterations 3 -j $j
    done
    same 1.h5 2.h5 3.h5 4.h5
}
@test "the same run gives the same bytes; another seed does not" {
    tiny -d d -o a.h5 --iterations 5
    sleep 1.1
    tiny -d d -o b.h5 --iterations 5
    same a.h5 b.h5
    tiny -d d -o c.h5 --iterations 5 --seed 232
    run ! same_params a.h5 c.h5
}
@test "resume: from any iteration to the same bytes" {
    # Four, two or one iterations per epoch, so that stops fall inside epochs and at their ends. Each model has its log
    # beside it, under the same name.
    mkdir whole part
    for settings in "--order random --optim adam" "--order shuffle --optim rmsprop --cell lstm" \
        "--order sequential --optim momentum --cell gru" "--order shuffle --max-train 37 --lr-decay 0.5" \
        "--order random --val-every 1 --max-train 25 --optim sgd"; do
        tiny -d d -o whole/m.h5 --batch-size 13 --iterations 10 --log whole/log $settings
        for k in $(seq 0 10); do
            tiny -d d -o part/m.h5 --batch-size 13 --iterations $k --log part/log $settings
            [ "$(attribute part/m.h5 /train iteration)" = $k ]
            coco-train -q --resume part/m.h5 --iterations 10 --log part/log
            same whole/m.h5 part/m.h5
        done
        loss_lines whole/log >want
        loss_lines part/log >have
        same want have
    done
}
@test "resume: one iteration at a time" {
    tiny -d d -o whole.h5 --order shuffle --iterations 9
    tiny -d d -o part.h5 --order shuffle --iterations 0
    for k in $(seq 9); do coco-train -q -d d --resume part.h5 --iterations $k -j $((k % 3 + 1)); done
    same whole.h5 part.h5
}
@test "resume: by epochs, into another file, with the dataset moved" {
    tiny -d d -o whole.h5 --epochs 3 --lr-decay 0.7
    tiny -d d -o part.h5 --epochs 1 --lr-decay 0.7
    cp part.h5 kept.h5
    coco-train -q --resume part.h5 --epochs 3 -o on.h5
    same whole.h5 on.h5
    same part.h5 kept.h5
    mkdir sub
    cp -r "$GOOD" sub/e
    coco-train -q --resume part.h5 --epochs 3 -o moved.h5 -d sub/e
    same_params whole.h5 moved.h5
}
@test "resume: nothing left to do is exit 0, and the file stays as it is" {
    tiny -d d -o m.h5 --iterations 4
    cp m.h5 before.h5
    for more in "" "--iterations 4" "--iterations 2" "--epochs 0"; do
        run --separate-stderr coco-train --resume m.h5 $more
        [ "$status" = 0 ]
        [[ "$stderr" == *"nothing left to do: the model is at iteration 4, and the run ends at "* ]]
        same m.h5 before.h5
    done
    coco-train -q --resume m.h5 -o copy.h5
    same m.h5 copy.h5
}
@test "iterations win over epochs; an epoch is n // B iterations, at least one" {
    tiny -d d -o m.h5 --epochs 100 --iterations 3
    [ "$(attribute m.h5 /train iteration)" = 3 ]
    tiny -d d -o m.h5 --epochs 2 --batch-size 25
    [ "$(attribute m.h5 /train iteration)" = 4 ]
    for order in random shuffle sequential; do
        tiny -d d -o m.h5 --epochs 3 --batch-size 1000 --order $order
        [ "$(attribute m.h5 /train iteration)" = 3 ]
    done
}
@test "validation, intermediate saves and the log change no parameter" {
    tiny -d d -o plain.h5 --iterations 20
    tiny -d d -o val.h5 --iterations 20 --val-every 1 --val-max 7
    tiny -d d -o saves.h5 --iterations 20 --save-every 3 --log - --print-every 1 >stdout
    tiny -d d -o log.h5 --iterations 20 --log l
    same_params plain.h5 val.h5
    same plain.h5 saves.h5
    # The name of the log is all that is added.
    tool_h5 log.h5 rmattr /train log
    h5diff plain.h5 log.h5
    # Also if val's captions are wider than train's.
    cp -r "$GOOD" wide
    tool_h5 wide/coco2014_captions.h5 size val_captions 20,15
    tiny -d wide -o wide.h5 --iterations 20 --val-every 1
    same_params plain.h5 wide.h5
}

# layout FILE: a line for each group, attribute and dataset of an HDF5 file, with types and sizes.
layout() {
    h5dump -A "$1" | awk '$1 ~ /^(GROUP|ATTRIBUTE|DATASET)$/ { line = $2; gsub("\"", "", line); if ($1 == "GROUP") print $1, line }
        $1 == "DATATYPE" { line = line " " $2 }
        $1 == "DATASPACE" { if (match($0, /[(][^)]*[)]/)) line = line " " substr($0, RSTART, RLENGTH); print line }'
}

@test "model file: groups, attributes and datasets, which other programs and later versions read" {
    tiny -d d -o m.h5 --cell lstm --optim momentum --iterations 7 --val-every 1 --log log
    layout m.h5 >have
    cat >want <<'END'
GROUP /
caption_length H5T_STD_I64LE
cell H5T_STRING
format H5T_STRING
hidden_dim H5T_STD_I64LE
input_dim H5T_STD_I64LE
version H5T_STD_I64LE
vocab_size H5T_STD_I64LE
wordvec_dim H5T_STD_I64LE
GROUP optim
learning_rate H5T_IEEE_F64LE
rule H5T_STRING
step H5T_STD_I64LE
GROUP velocity
TENSORS
GROUP params
TENSORS
GROUP train
batch_size H5T_STD_I64LE
best_val_loss H5T_IEEE_F64LE
captions_digest H5T_STD_I64LE
data H5T_STRING
data_absolute H5T_STRING
epoch H5T_STD_I64LE
epochs H5T_STD_I64LE
iteration H5T_STD_I64LE
iterations H5T_STD_I64LE
log H5T_STRING
lr H5T_IEEE_F64LE
lr_decay H5T_IEEE_F64LE
max_train H5T_STD_I64LE
order H5T_STRING
precision H5T_STRING
raw_features H5T_STD_I64LE
rng_gauss H5T_IEEE_F64LE
rng_has_gauss H5T_STD_I64LE
rng_pos H5T_STD_I64LE
run H5T_STRING
seed H5T_STD_I64LE
val_every H5T_STD_I64LE
val_max H5T_STD_I64LE
loss_history H5T_IEEE_F64LE ( 7 )
rng_key H5T_STD_I32LE ( 624 )
GROUP vocab
idx_to_word H5T_STRING ( 30 )
END
    cat >tensors <<'END'
W_embed H5T_IEEE_F32LE ( 30, 8 )
W_proj H5T_IEEE_F32LE ( 12, 16 )
W_vocab H5T_IEEE_F32LE ( 16, 30 )
Wh H5T_IEEE_F32LE ( 16, 64 )
Wx H5T_IEEE_F32LE ( 8, 64 )
b H5T_IEEE_F32LE ( 64 )
b_proj H5T_IEEE_F32LE ( 16 )
b_vocab H5T_IEEE_F32LE ( 30 )
END
    sed -i -e '/TENSORS/{r tensors' -e 'd}' want
    diff want have
}

@test "model file: a cell's own tensors make it version 2" {
    tiny -d d -o m.h5 --cell gru --optim sgd --iterations 1
    [ "$(attribute m.h5 '' version)" = 2 ]
    layout m.h5 | grep -x 'b_hn H5T_IEEE_F32LE ( 16 )'
    tiny -d d -o m.h5 --cell lstm --optim sgd --iterations 1
    [ "$(attribute m.h5 '' version)" = 1 ]
}

# --- signals and kills ---

# signalled ARGUMENT...: replaces its shell by coco-train with a small network. Shells start background jobs with SIGINT
# ignored, and coco-train leaves that so; here it takes signals.
signalled() { exec env --default-signal=INT,HUP,TERM coco-train -q --hidden 16 --wordvec 8 --batch-size 10 "$@"; }

# wait_lines FILE N: waits until the file has N lines, for half a minute at most.
wait_lines() {
    for _ in $(seq 600); do
        [ "$(wc -l 2>/dev/null <"$1")" -ge "$2" ] 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

@test "SIGINT, SIGTERM and SIGHUP: the iteration ends, the model is saved, exit 130, 143 and 129" {
    mkdir whole part
    for case in "INT 130 3" "TERM 143 12" "INT 130 40" "HUP 129 5"; do
        read -r signal want lines <<<"$case"
        rm -f part/*
        signalled -d d -o part/m.h5 --order shuffle --batch-size 13 --iterations 1000000 --log part/log &
        # The command may be a child of a shell, or have replaced it.
        pid=$!
        wait_lines part/log $lines
        pkill -$signal -P $pid coco-train || kill -$signal $pid
        got=0
        wait $pid || got=$?
        [ "$got" = "$want" ]
        k=$(attribute part/m.h5 /train iteration)
        [ "$k" -ge 1 ]
        [ "$(loss_lines part/log | wc -l)" = "$k" ]
        [ -z "$(ls part | grep part-)" ]
        coco-sample -m part/m.h5 -d d >captions
        coco-train -q --resume part/m.h5 --iterations $((k + 5)) --log part/log
        tiny -d d -o whole/m.h5 --order shuffle --batch-size 13 --iterations $((k + 5)) --log whole/log
        same whole/m.h5 part/m.h5
        loss_lines whole/log >want
        loss_lines part/log >have
        same want have
    done
}
@test "SIGINT and SIGHUP that are ignored at the start stay ignored" {
    for signal in INT HUP; do
        rm -f m.h5 log
        env --ignore-signal=$signal coco-train -q -d d -o m.h5 --hidden 16 --wordvec 8 --iterations 1000000 --log log &
        pid=$!
        wait_lines log 3
        kill -$signal $pid
        wait_lines log $(($(wc -l <log) + 200)) # it goes on
        kill -TERM $pid
        got=0
        wait $pid || got=$?
        [ "$got" = 143 ]
        [ "$(attribute m.h5 /train iteration)" -gt 100 ]
    done
}
@test "a second SIGHUP, which a lost terminal may send, does not end the process before it has saved" {
    signalled -d d -o m.h5 --iterations 1000000 --log log &
    pid=$!
    wait_lines log 3
    kill -HUP $pid
    kill -HUP $pid || :
    got=0
    wait $pid || got=$?
    [ "$got" = 129 ]
    [ "$(attribute m.h5 /train iteration)" -ge 1 ]
}
@test "a stopped run does not miss its target" {
    signalled -d d -o part.h5 --iterations 1000000 --log log --target-loss 0 2>stderr &
    pid=$!
    wait_lines log 3
    pkill -INT -P $pid coco-train || kill -INT $pid
    got=0
    wait $pid || got=$?
    [ "$got" = 130 ]
    [ ! -s stderr ]
}
@test "kill -9 at any moment: the old model or the new one" {
    tiny -d d -o m.h5 --iterations 1
    for i in $(seq 40); do
        rm -f log
        coco-train -q -d d --resume m.h5 --iterations 100000000 --save-every 1 --log log &
        pid=$!
        wait_lines log 2
        # Moments spread over several saves.
        sleep "0.0$((i * 7 % 10))$((i * 3 % 10))"
        kill -9 $pid
        wait $pid 2>/dev/null || :
        coco-sample -m m.h5 -d d -n 1 >captions
        [ "$(wc -l <captions)" = 1 ]
    done
    # The file resumes as if training had never been killed.
    k=$(attribute m.h5 /train iteration)
    coco-train -q --resume m.h5 --iterations $((k + 1))
    [ -z "$(ls | grep part-)" ]
    mkdir whole
    tiny -d d -o whole/m.h5 --iterations $((k + 1)) --log whole/log
    same m.h5 whole/m.h5
}
@test "kill -9 before the first save: no model" {
    tiny -d d -o m.h5 --iterations 1000000 --log log &
    pid=$!
    wait_lines log 3
    pkill -9 -P $pid coco-train || kill -9 $pid
    wait $pid 2>/dev/null || :
    [ ! -e m.h5 ]
}

# --- the log ---

@test "log: every iteration has a line, whatever is printed; done repeats the last" {
    tiny -d d -o m.h5 --iterations 13 --print-every 7 --log log --val-every 1 --save-every 4 --lr 0.01 --lr-decay 0.5
    jq -e -s '[.[] | select(.event == "iteration") | .iteration] == [range(1; 14)]' log
    jq -e -s 'all(.[]; (.event | IN("iteration", "epoch", "checkpoint", "done")) and (.iteration | type) == "number"
        and (.epoch | type) == "number" and (.loss | type) == "number" and (.lr | type) == "number")' log
    jq -e -s '[.[] | select(.event == "iteration")] | all(.captions_per_s > 0)' log
    jq -e -s '[.[] | select(.event == "epoch") | [.iteration, .epoch, (.val_loss | type)]] == [[6, 1, "number"], [12, 2, "number"]]' log
    jq -e -s '[.[] | select(.event == "checkpoint") | .iteration] == [4, 8, 12, 13]' log
    jq -e -s '[.[] | select(.event == "iteration") | .lr] == [range(6) | 0.01] + [range(6) | 0.005] + [0.0025]' log
    jq -e -s '.[-1].event == "done" and .[-1].iteration == 13 and .[-1].epoch == 3
        and .[-1].loss == ([.[] | select(.event == "iteration")] | .[-1].loss)' log
}
@test "log: a fresh run truncates, a resumed one appends" {
    seq 100 >log
    tiny -d d -o m.h5 --iterations 3 --log log
    [ "$(jq -c .event log | wc -l)" = 5 ]
    coco-train -q --resume m.h5 --iterations 5 --log log
    jq -e -s '[.[] | select(.event == "iteration") | .iteration] == [1, 2, 3, 4, 5]' log
}
@test "log: a full disk stops the training, and the model is kept" {
    # The first line fails, inside an epoch or, with one iteration per epoch, at its end.
    for settings in "--order shuffle" "--batch-size 1000 --lr-decay 0.5 --val-every 1"; do
        rm -f part.h5
        fails 1 "/dev/full: .*No space left on device; part.h5 is saved, at iteration 1$" tiny -d d -o part.h5 --iterations 10 --log /dev/full $settings
        [ "$(attribute part.h5 /train iteration)" = 1 ]
        coco-train -q --resume part.h5 --iterations 5
        tiny -d d -o whole.h5 --iterations 5 $settings
        same whole.h5 part.h5
    done
}
@test "log: a full disk that has no room for the model either" {
    (ulimit -f 2; fails 1 "log: training log: File too large; not saved either: m.h5: File too large$" \
        tiny -d d -o m.h5 --iterations 1000 --log log)
    [ ! -e m.h5 ]
}
@test "log: nothing else goes to standard output" {
    coco-train -d d -o m.h5 --hidden 16 --wordvec 8 --batch-size 25 --iterations 12 --log - 2>stderr >log
    jq -e -s 'length == 20' log
    run --separate-stderr tiny -d d -o m.h5 --iterations 2
    [ -z "$output$stderr" ]
}
@test "notes: the loss from time to time, as the course prints it" {
    coco-train -d d -o m.h5 --hidden 16 --wordvec 8 --batch-size 10 --iterations 21 2>stderr
    [ "$(grep -c '(Iteration [0-9]* / 21) loss: [0-9.]* per word: [0-9.]* perplexity: [0-9.]*$' stderr)" = 3 ]
    grep -q '(Iteration 11 / 21) loss: ' stderr
    [[ "$(tail -n 1 stderr)" =~ ^m.h5:\ 21\ iterations,\ last\ loss\ [0-9.]+$ ]]
}
@test "notes: without an iteration there is no loss" {
    for length in "--iterations 0" "--epochs 0"; do
        coco-train -d d -o m.h5 --hidden 16 --wordvec 8 $length --log log 2>stderr --force
        [ "$(tail -n 1 stderr)" = "m.h5: 0 iterations; log: log" ]
        [ "$(attribute m.h5 /train iteration)" = 0 ]
    done
    fails 1 "no iteration was done, so no loss is at most the target, 5" tiny -d d -o m.h5 --iterations 0 --target-loss 5
}
@test "a loss that is not finite ends the training; the model stays, or is not written" {
    fails 1 "the loss is -?(nan|inf) at iteration [0-9]+ \(a lower --lr\?\); m.h5 was not written$" \
        tiny -d d -o m.h5 --lr 1 --weight-decay 1000 --iterations 50
    [ ! -e m.h5 ]
    tiny -d d -o m.h5 --iterations 2
    fails 1 "\(a lower --lr\?\); m.h5 is left as it was$" tiny -d d -o m.h5 --lr 1 --weight-decay 1000 --iterations 50
    [ "$(attribute m.h5 /train iteration)" = 2 ]
}
@test "notes: what was written where; with --print-every 0 no losses" {
    coco-train -d d -o m.h5 --hidden 16 --wordvec 8 --batch-size 10 --iterations 1 --val-every 1i --keep-best best.h5 \
        --log log --print-every 0 2>stderr
    run ! grep -q 'Iteration 1 / 1) loss' stderr
    [[ "$(tail -n 1 stderr)" =~ ^m.h5:\ 1\ iteration,\ last\ loss\ [0-9.]+\;\ the\ best\ model:\ best.h5\;\ log:\ log$ ]]
    tiny -d d -o there.h5 --iterations 1
    same_params m.h5 there.h5
    fails 2 "--print-every: '-1'" coco-train -d d -o m.h5 --print-every -1
}
@test "loss per word: the loss of the words that are due, and its perplexity" {
    # Captions one after another: minibatch k has rows 10k to 10k+9.
    tiny -d d -o m.h5 --order sequential --iterations 3 --log log
    python3 - d/coco2014_captions.h5 log <<'PY'
import json, math, re, subprocess, sys
dump = subprocess.run(["h5dump", "-w", "0", "-y", "-d", "/train_captions", sys.argv[1]], capture_output=True, text=True).stdout
width = int(re.search(r"SIMPLE \{ \( \d+, (\d+) \)", dump).group(1))
numbers = [int(n) for n in re.findall(r"\d+", dump[dump.index("DATA {"):])]
rows = [numbers[i:i + width] for i in range(0, len(numbers), width)]
events = [e for e in map(json.loads, open(sys.argv[2])) if e["event"] == "iteration"]
assert len(events) == 3
for k, e in enumerate(events):
    words = sum(w != 0 for i in range(10 * k, 10 * k + 10) for w in rows[i % len(rows)][1:])
    assert math.isclose(e["word_loss"], e["loss"] * 10 / words, rel_tol=1e-12), e
    assert math.isclose(e["perplexity"], math.exp(e["word_loss"]), rel_tol=1e-12), e
PY
    # Against smoothed targets there is no perplexity; a validation has both.
    tiny -d d -o m.h5 --label-smoothing 0.1 --iterations 1 --val-every 1i --log log
    jq -es '.[0].word_loss > 0 and (.[0] | has("perplexity") | not) and .[1].val_perplexity > 1 and
        (.[1] | has("val_cider") or has("word_loss") | not)' log
}
@test "progress on a terminal: time left, epoch and loss, within the terminal's width" {
    command -v script >/dev/null || skip "no script(1)"
    local columns
    for columns in 100 50; do
        # It ends once the bar has been seen.
        script -qc "stty cols $columns; coco-train -d d -o m.h5 --force --hidden 16 --wordvec 8 --batch-size 10 \
            --iterations 100000000 --print-every 0 & for i in \$(seq 600); do ! grep -q 'left, epoch' said || break; sleep 0.1; done
            kill \$!; wait \$!" /dev/null >said </dev/null || true
        tr '\r' '\n' <said | sed 's/\x1b\[K//' >lines
        grep -qE '[0-9]+ of 100000000 iterations, [0-9]+/s, [0-9]+ (s|min|h [0-9]+ min) left, epoch [0-9]+, loss [0-9.]+$' lines
        if [ $columns = 100 ]; then
            grep -qE '^\[#*\.+\] [0-9]+ of' lines
            awk '/ of 100000000 / && length > 99 { exit 1 }' lines
        else
            run ! grep -q '\[' lines
        fi
    done
}
@test "paths: the current directory, names with spaces, links, --option=value" {
    mkdir -p "a place/in it"
    cp -r "$GOOD" "a place/my data"
    tiny -d "a place/my data" -o "a place/in it/the model.h5" --iterations=2 --log="a place/the log"
    coco-sample -m "a place/in it/the model.h5" -d "a place/my data" >captions
    [ "$(wc -l <captions)" = 11 ]
    [ "$(jq -s length "a place/the log")" = 4 ]
    ln -s "a place/in it/the model.h5" link.h5
    tiny -d d -o link.h5 --iterations 3
    [ -L link.h5 ]
    [ "$(attribute "a place/in it/the model.h5" /train iteration)" = 3 ]
}

# --- start, shapes, learning ---

@test "init: the parameters of any program's file, with a fresh optimizer" {
    tiny -d d -o a.h5 --cell lstm --iterations 9
    tiny -d d -o zero.h5 --init a.h5 --iterations 0
    same_params a.h5 zero.h5
    [ "$(attribute zero.h5 /train iteration)" = 0 ]
    [ "$(attribute zero.h5 /optim step)" = 0 ]
    # Nothing is drawn for the start: the first minibatch is the generator's first.
    for name in /train /optim; do tool_h5 a.h5 rm $name; done
    tiny -d d -o b.h5 --init a.h5 --iterations 3
    tiny -d d -o c.h5 --init zero.h5 --iterations 3
    same_params b.h5 c.h5
}
@test "datasets: other types, layouts and widths give the same parameters" {
    tiny -d d -o want.h5 --iterations 8 --val-every 1
    i=0
    for form in "int64 contiguous float64 contiguous" "int16 gzip float32 gzip" "uint64 chunked float32be chunked" \
        "int32 compact float32 compact"; do
        read -r int int_layout float float_layout <<<"$form"
        rm -rf e
        cp -r "$GOOD" e
        for name in train_captions train_image_idxs val_captions val_image_idxs; do
            tool_h5 e/coco2014_captions.h5 type $name $int $int_layout
        done
        for split in train val; do tool_h5 e/${split}2014_vgg16_fc7_pca.h5 type features $float $float_layout; done
        tiny -d e -o have.h5 --iterations 8 --val-every 1
        same_params want.h5 have.h5
    done
    # float16 is read too.
    tool_h5 e/train2014_vgg16_fc7_pca.h5 type features float16 gzip
    tiny -d e -o half.h5 --iterations 8
    # Wider captions whose extra columns are padding give the same sums.
    cp -r "$GOOD" w
    tool_h5 w/coco2014_captions.h5 size train_captions 60,14
    tiny -d w -o wide.h5 --iterations 8
    h5diff -d 1e-5 want.h5 wide.h5 /params
    [ "$(attribute wide.h5 '' caption_length)" = 14 ]
}
@test "datasets: two columns, one feature, the unreduced features" {
    dataset small 2 1
    tiny -d small -o m.h5 --iterations 3 --cell lstm
    coco-sample -m m.h5 -d small >captions
    [ "$(wc -l <captions)" = 11 ]
    cp -r "$GOOD" raw
    for split in train val; do
        tool_h5 raw/${split}2014_vgg16_fc7_pca.h5 size features $([ $split = train ] && echo 24 || echo 11),40
        mv raw/${split}2014_vgg16_fc7_pca.h5 raw/${split}2014_vgg16_fc7.h5
    done
    tiny -d raw -o m.h5 --iterations 3 --raw-features
    [ "$(attribute m.h5 '' input_dim)" = 40 ]
    coco-train -q --resume m.h5 --iterations 4
    coco-sample -m m.h5 -d raw --raw-features >captions
    [ "$(wc -l <captions)" = 11 ]
}
@test "it learns a small set by heart" {
    for cell in rnn lstm gru; do
        tiny -d d -o m.h5 --cell $cell --hidden 64 --wordvec 32 --max-train 12 --epochs 150 --batch-size 12 --target-loss 1.5
    done
}
