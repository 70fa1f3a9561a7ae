#!/usr/bin/env bats
# coco-train: what it does to the files of earlier runs. A model or a log of another run is not replaced; a resumed run
# finds its log and its dataset, wherever it is started, and mends the end of the log.

bats_require_minimum_version 1.5.0
load support/common
load support/small_dataset

# small ARGUMENT...: coco-train with a small network, without --force.
SMALL=(--hidden 16 --wordvec 8 --batch-size 10)
small() { coco-train -q "${SMALL[@]}" "$@"; }

# notes COMMAND...: the same with its notes, which go to the file stderr.
notes() { coco-train --hidden 16 --wordvec 8 --batch-size 10 "$@" 2>stderr; }

# refused PATTERN ARGUMENT...: a run that would replace files of another one; all files stay as they are.
refused() {
    local pattern=$1
    shift
    rm -rf before && mkdir before && { cp ./*.h5 ./*.log before 2>/dev/null || :; }
    fails 1 "$pattern" coco-train -q --hidden 16 --wordvec 8 --batch-size 10 -d d "$@"
    for file in before/*; do same "$file" "${file#before/}"; done
}

iterations() { jq -c 'select(.event == "iteration") | .iteration' "$1" | tr '\n' ' '; }

# --- another run's model and log ---

@test "-o: another run's model is refused, with the setting that differs; --force replaces it" {
    small -d d -o m.h5 --iterations 4
    while read -r option value was; do
        refused "m.h5: holds another run, with --$option $was, not $value; --force" -o m.h5 --iterations 4 --$option $value
    done <<'END'
seed 7 231
hidden 17 16
cell lstm rnn
optim sgd adam
lr 0.01 0.005
order shuffle random
max-train 9 0
batch-size 11 10
END
    refused "m.h5: holds this run, with --iterations 4, not 9; --resume continues it, --force" -o m.h5 --iterations 9
    refused "m.h5: holds this run, with --iterations 4, not none; --resume" -o m.h5
    refused "m.h5: holds this run, with --val-every 0, not 1" -o m.h5 --iterations 4 --val-every 1
    small -d d -o m.h5 --iterations 4 --seed 7 --force
    [ "$(attribute m.h5 /train seed)" = 7 ]
    small -d d -o m.h5 --iterations 5 --seed 8 -f
    [ "$(attribute m.h5 /train seed)" = 8 ]
}
@test "-o: other captions and another start are another run" {
    small -d d -o m.h5 --iterations 4
    cp -r "$GOOD" e
    tool_h5 e/coco2014_captions.h5 set train_captions 1 5
    refused "m.h5: holds another run, on other captions; --force" -d e -o m.h5 --iterations 4
    small -d d -o a.h5 --iterations 2 --seed 5
    refused "m.h5: holds another run, from another start; --force" -o m.h5 --iterations 4 --init a.h5
    small -d d -o b.h5 --iterations 2 --init a.h5
    small -d d -o b.h5 --iterations 2 --init a.h5
    refused "b.h5: holds another run, from another start; --force" -o b.h5 --iterations 2 --init m.h5
    refused "a.h5: holds another run, with --seed 5, not 231" -o a.h5 --iterations 2 --init a.h5
    # A copy of the captions under another name is not.
    cp -r "$GOOD" f
    small -d f -o m.h5 --iterations 4
}
@test "-o: the same run again says so and goes on" {
    small -d d -o m.h5 --iterations 4 --log l.log
    cp m.h5 want
    notes -d d -o m.h5 --iterations 4 --log l.log -j 2 --print-every 1 --save-every 2
    grep -x "m.h5: the same run again" stderr
    grep -x "l.log: the same run again" stderr
    same m.h5 want
    [ "$(iterations l.log)" = "1 2 3 4 " ]
    run --separate-stderr small -d d -o m.h5 --iterations 4 --log l.log
    [ "$status" = 0 ]
    [ -z "$output$stderr" ]
    # One that had stopped early is begun again, and told how to go on.
    coco-train -q -d d -o long.h5 --hidden 16 --wordvec 8 --batch-size 10 --iterations 1000000 --log long.log &
    pid=$!
    for _ in $(seq 600); do [ "$(wc -l 2>/dev/null <long.log)" -ge 3 ] && break || sleep 0.05; done
    kill -TERM $pid
    wait $pid || :
    k=$(attribute long.h5 /train iteration)
    coco-train --hidden 16 --wordvec 8 --batch-size 10 -d d -o long.h5 --iterations 1000000 2>stderr &
    pid=$!
    for _ in $(seq 600); do grep -q Iteration stderr && break || sleep 0.05; done
    kill -TERM $pid
    wait $pid || :
    grep "long.h5: the same run again, from its beginning; --resume would continue at iteration $k" stderr
}
@test "-o: files that are not models of ours, and files without anything in them" {
    echo "my notes" >m.h5
    refused "m.h5: .*not readable as HDF5.*; --force replaces the file" -o m.h5 --iterations 2
    cp d/coco2014_captions.h5 m.h5
    refused "m.h5: no attribute 'format'.*; --force replaces the file" -o m.h5 --iterations 2
    small -d d -o m.h5 --iterations 2 --force
    tool_h5 m.h5 rm /train
    refused "m.h5: holds a model but not its training; --force" -o m.h5 --iterations 2
    small -d d -o m.h5 --iterations 2 --force
    # Files of earlier versions do not tell their run.
    tool_h5 m.h5 rmattr /train run
    refused "m.h5: holds another run; --force" -o m.h5 --iterations 2
    coco-train -q --resume m.h5 --iterations 3
    : >m.h5
    small -d d -o m.h5 --iterations 2
    [ "$(attribute m.h5 /train iteration)" = 2 ]
}
@test "--resume -o: the file of another run is refused as well" {
    small -d d -o m.h5 --iterations 2
    small -d d -o other.h5 --iterations 2 --seed 7
    cp other.h5 before
    fails 1 "other.h5: holds another run, with --seed 7, not 231" coco-train -q --resume m.h5 --iterations 4 -o other.h5
    same other.h5 before
    coco-train -q --resume m.h5 --iterations 4 -o other.h5 --force
    coco-train -q --resume m.h5 --iterations 4 -o other.h5
    ln -s m.h5 link.h5
    coco-train -q --resume m.h5 --iterations 4 -o link.h5
    [ "$(attribute m.h5 /train iteration)" = 4 ]
}
@test "--log: another run's log is refused; --force replaces it" {
    small -d d -o a.h5 --iterations 4 --log l.log
    jq -e -s '(.[0].run | test("^[0-9a-f]{16}$")) and (.[0].plan | test("^[0-9a-f]{16}$")) and (.[1:] | all(has("run") | not))' l.log
    [ "$(jq -r -s '.[0].run' l.log)" = "$(attribute a.h5 /train run)" ]
    refused "l.log: the log of another run; --force" -o b.h5 --iterations 4 --log l.log --seed 7
    refused "l.log: the log of another run; --force" -o b.h5 --iterations 5 --log l.log
    [ ! -e b.h5 ]
    small -d d -o b.h5 --iterations 4 --log l.log
    small -d d -o c.h5 --iterations 5 --seed 7 --log l.log --force
    [ "$(iterations l.log)" = "1 2 3 4 5 " ]
    # Once the run was resumed, its beginning alone would be less.
    coco-train -q --resume a.h5 --iterations 6 --log a.log
    small -d d -o c.h5 --iterations 4 --log x.log --force
    coco-train -q --resume c.h5 --iterations 6
    refused "x.log: this run's log, continued to iteration 6, and 4 are asked for; --force" -o d.h5 --iterations 4 --log x.log
    # Logs of earlier versions do not tell their run.
    jq -c 'del(.run)' x.log >y.log
    refused "y.log: the log of another run; --force" -o d.h5 --iterations 6 --log y.log
}
@test "--log: files that are not logs, also if a run is resumed" {
    small -d d -o m.h5 --iterations 2
    for text in "my notes" '{"caption":"a dog"}' '[1]'; do
        echo "$text" >l.log
        refused "l.log: line 1: not a line of a training log: .*; --force replaces the file" -o n.h5 --iterations 2 --log l.log
        cp l.log kept
        fails 1 "l.log: line 1: not a line of a training log" coco-train -q --resume m.h5 --iterations 4 --log l.log
        same l.log kept
        printf %s "$text" >l.log
        cp l.log kept
        fails 1 "l.log: line 1: not a line of a training log" coco-train -q --resume m.h5 --iterations 4 --log l.log
        same l.log kept
    done
    refused "m.h5: cannot be both the model and the log" -o m.h5 --iterations 2 --log ./m.h5
    small -d d -o n.h5 --iterations 2 --log l.log --force
    : >l.log
    small -d d -o m.h5 --iterations 2 --log l.log
    [ "$(iterations l.log)" = "1 2 " ]
}
@test "outputs that nothing is lost in: -, devices, pipes" {
    small -d d -o m.h5 --iterations 2
    small -d d -o m.h5 --iterations 2 --log - >stdout
    small -d d -o m.h5 --iterations 2 --log /dev/null
    small -d d -o /dev/null --iterations 3 --log /dev/null
    mkfifo pipe
    cat pipe >got &
    small -d d -o m.h5 --iterations 2 --log pipe
    wait
    [ "$(iterations got)" = "1 2 " ]
    [ -z "$(attribute m.h5 /train log)" ]
}

# --- the end of a log ---

@test "a resumed log: a torn last line is removed with a warning, a whole one gets its end" {
    small -d d -o m.h5 --iterations 3 --log l.log
    cp m.h5 three.h5
    cp l.log whole
    for torn in 1 7 40 80; do
        { cat whole; head -n 1 whole | head -c $torn; } >l.log
        cp three.h5 m.h5
        run --separate-stderr coco-train -q --resume m.h5 --iterations 5 --log l.log
        [ "$status" = 0 ]
        [ "$stderr" = "coco-train: l.log: its last line was cut off and is removed ($torn bytes)" ]
        [ "$(iterations l.log)" = "1 2 3 4 5 " ]
        coco-plot l.log -o l.png
    done
    truncate -s -1 whole
    cp whole l.log
    cp three.h5 m.h5
    run --separate-stderr coco-train -q --resume m.h5 --iterations 5 --log l.log
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    [ "$(iterations l.log)" = "1 2 3 4 5 " ]
    # A log of one torn line begins again, and tells its run.
    printf '{"event":"itera' >l.log
    cp three.h5 m.h5
    coco-train -q --resume m.h5 --iterations 5 --log l.log
    [ "$(iterations l.log)" = "4 5 " ]
    [ "$(jq -r -s '.[0].run' l.log)" = "$(attribute m.h5 /train run)" ]
}

# events LOG: its lines, without what differs from run to run, and the ends and saves of runs.
events() { jq -c 'select(.event != "done" and .event != "checkpoint") | del(.captions_per_s, .run, .plan)' "$1"; }

@test "a resumed log: what a killed run had not saved is removed" {
    mkdir whole
    small -d d -o whole/m.h5 --iterations 9 --val-every 1 --log whole/l.log
    small -d d -o m.h5 --iterations 4 --val-every 1 --log l.log
    cp m.h5 four.h5
    cp l.log four
    for name in remembered asked; do
        cp four.h5 m.h5
        # A run was killed as far as 7, whose line is torn.
        { cat four; jq -c 'select(.iteration > 4 and .iteration < 7)' whole/l.log; printf '{"event":"itera'; } >l.log
        lost=$(jq -c 'select(.iteration > 4 and .iteration < 7)' whole/l.log | wc -l)
        log=()
        [ $name = remembered ] || log=(--log l.log)
        notes --resume m.h5 --iterations 9 "${log[@]}"
        grep "l.log: $lost lines after iteration 4 removed, as m.h5 does not have them" stderr
        same <(events l.log) <(events whole/l.log)
        [ "$(jq -s '.[0].run' l.log)" = "$(jq -s '.[0].run' whole/l.log)" ]
    done
    # With nothing left to do, nothing is removed.
    head -n 1 whole/l.log | jq -c '.iteration = 12' >>l.log
    cp l.log kept
    coco-train -q --resume m.h5 --iterations 9
    same l.log kept
}
@test "a resumed log: killed and resumed, it has every iteration once" {
    forever --save-every 3
    until_lines 12
    ended KILL
    k=$(attribute m.h5 /train iteration)
    coco-train -q --resume m.h5 --iterations $((k + 4)) 2>stderr
    [ "$(iterations l.log)" = "$(seq -s ' ' $((k + 4))) " ]
}
@test "a resumed log: lines of a later model stay" {
    small -d d -o m.h5 --iterations 4 --log l.log
    cp m.h5 four.h5
    coco-train -q --resume m.h5 --iterations 8
    cp l.log kept
    run --separate-stderr coco-train -q --resume four.h5 --iterations 6
    [ "$status" = 0 ]
    [[ $stderr == "coco-train: "*"l.log: goes on after iteration 4, with a model later than four.h5; this run is not logged (--log FILE says where)" ]]
    same l.log kept
    tiny -d d -o four.h5 --iterations 4
    run --separate-stderr coco-train -q --resume four.h5 --iterations 6 --log l.log
    [ "$stderr" = "coco-train: l.log: goes on after iteration 4, with a model later than four.h5; this run's lines follow" ]
    [ "$(iterations l.log)" = "1 2 3 4 5 6 7 8 5 6 " ]
}
@test "a resumed log: what is missing is said" {
    small -d d -o m.h5 --iterations 4 --log l.log
    jq -c 'select(.iteration < 3)' l.log >gap && mv gap l.log
    notes --resume m.h5 --iterations 6
    grep "l.log: has nothing between iteration 2 and 5$" stderr
    notes --resume m.h5 --iterations 7 --log new.log
    grep "new.log: begins with iteration 7$" stderr
}

# --- the remembered log ---

@test "--resume continues the log that the run had, from anywhere" {
    mkdir -p runs/a elsewhere
    small -d d -o runs/a/m.h5 --iterations 2 --log runs/a.log
    [ "$(attribute runs/a/m.h5 /train log)" = ../a.log ]
    coco-train --resume runs/a/m.h5 --iterations 3 2>stderr
    grep "a.log: continued" stderr
    (cd elsewhere && coco-train -q --resume ../runs/a/m.h5 -d ../d --iterations 4)
    (cd runs/a && coco-train -q --resume m.h5 -d ../../d --iterations 5)
    ln -s runs/a/m.h5 link.h5
    coco-train -q --resume link.h5 --iterations 6
    # The two move together.
    mv runs moved
    coco-train -q --resume moved/a/m.h5 --iterations 7
    [ "$(iterations moved/a.log)" = "1 2 3 4 5 6 7 " ]
    # Under another name the model still knows it.
    coco-train --resume moved/a/m.h5 --iterations 8 -o n.h5 2>stderr
    grep "a.log: continued, for n.h5 (--log FILE gives it a log of its own)$" stderr
    [ "$(attribute n.h5 /train log)" = moved/a.log ]
    coco-train -q --resume n.h5 --iterations 9
    [ "$(iterations moved/a.log)" = "1 2 3 4 5 6 7 8 9 " ]
    # Also one that was written without the log.
    coco-train -q --resume n.h5 --iterations 9 -o elsewhere/copy.h5
    [ "$(attribute elsewhere/copy.h5 /train log)" = ../moved/a.log ]
    coco-train -q --resume n.h5 --iterations 10 -o elsewhere/n.h5 --log - >stdout
    [ "$(attribute elsewhere/n.h5 /train log)" = ../moved/a.log ]
    rm elsewhere/*
    [ -z "$(ls elsewhere)" ]
}
@test "--resume: an absolute name of a log stays absolute; - is not remembered" {
    mkdir away
    small -d d -o m.h5 --iterations 2 --log "$PWD/l.log"
    [ "$(attribute m.h5 /train log)" = "$PWD/l.log" ]
    cp m.h5 away
    coco-train -q --resume away/m.h5 --iterations 3 --log - >stdout
    [ "$(iterations stdout)" = "3 " ]
    coco-train -q --resume away/m.h5 --iterations 4
    [ "$(iterations l.log)" = "1 2 4 " ]
    coco-train -q --resume away/m.h5 --iterations 5 --log new.log
    coco-train -q --resume away/m.h5 --iterations 6
    [ "$(iterations new.log)" = "5 6 " ]
    [ "$(attribute away/m.h5 /train log)" = ../new.log ]
}
@test "--resume: a log that is missing, or now another's, is a warning" {
    small -d d -o m.h5 --iterations 2 --log l.log
    rm l.log
    run --separate-stderr coco-train -q --resume m.h5 --iterations 3
    [ "$status" = 0 ]
    [[ $stderr == "coco-train: "*"l.log: No such file or directory; this run is not logged (--log FILE says where)" ]]
    [ ! -e l.log ]
    small -d d -o n.h5 --iterations 2 --seed 7 --log l.log
    cp l.log before
    run --separate-stderr coco-train -q --resume m.h5 --iterations 4
    [ "$status" = 0 ]
    [[ $stderr == "coco-train: "*"l.log: now the log of another run; this run is not logged"* ]]
    same l.log before
    echo notes >l.log
    run --separate-stderr coco-train -q --resume m.h5 --iterations 5
    [ "$status" = 0 ]
    [[ $stderr == *"l.log: line 1: not a line of a training log: "*"; this run is not logged"* ]]
    [ "$(cat l.log)" = notes ]
    small -d d -o n.h5 --iterations 2 --seed 7 --log l.log --force
    rm l.log
    # Nothing left to do touches nothing.
    run --separate-stderr coco-train -q --resume m.h5 --iterations 5
    [ -z "$stderr" ]
    [ ! -e l.log ]
    # Another run's log that is asked for gets the lines.
    small -d d -o n.h5 --iterations 2 --seed 7 --log l.log
    run --separate-stderr coco-train -q --resume m.h5 --iterations 6 --log l.log
    [ "$stderr" = "coco-train: l.log: the log of another run; this one's lines follow" ]
    [ "$(iterations l.log)" = "1 2 6 " ]
}
@test "the same run in two directories gives equal files" {
    for place in a b; do
        mkdir $place
        (cd $place && small -d ../d -o m.h5 --iterations 3 --log l.log)
    done
    same a/m.h5 b/m.h5
}

# --- the remembered dataset ---

@test "--resume and coco-sample find the model's dataset from anywhere" {
    mkdir -p work/away
    cp -r "$GOOD" work/mine
    cd work
    small -d mine -o m.h5 --iterations 2
    [ "$(attribute m.h5 /train data)" = mine ]
    [ "$(attribute m.h5 /train data_absolute)" = "$(realpath mine)" ]
    coco-sample -m m.h5 -d mine >want
    coco-sample -q -m m.h5 >have
    same want have
    cd away
    coco-sample -m ../m.h5 >have 2>stderr
    same ../want have
    grep -x "the dataset is $(realpath ../mine)" stderr
    coco-train --resume ../m.h5 --iterations 3 2>stderr
    grep -x "the dataset is $(realpath ../mine)" stderr
    cd ..
    # The file is as if it had not been resumed from there.
    small -d mine -o n.h5 --iterations 3
    same m.h5 n.h5
    # The relative name comes first, from here.
    cd ..
    mv work moved
    cd moved
    coco-train -q --resume m.h5 --iterations 4
    [ "$(attribute m.h5 /train data_absolute)" = "$(realpath mine)" ]
}
@test "a dataset that is gone is asked for by -d" {
    cp -r "$GOOD" e
    small -d e -o m.h5 --iterations 2
    gone=$(realpath e)
    rm -r e
    fails 1 "e: no such dataset directory, nor $gone; give the dataset of m.h5 with -d DIR" coco-train -q --resume m.h5 --iterations 4
    fails 1 "e: no such dataset directory, nor $gone, nor data/coco_captioning; give the dataset of m.h5 with -d DIR" coco-sample -q -m m.h5
    coco-train -q --resume m.h5 --iterations 4 -d d
    [ "$(attribute m.h5 /train data)" = d ]
    [ "$(attribute m.h5 /train data_absolute)" = "$(realpath d)" ]
    coco-train -q --resume m.h5 --iterations 5
    # Before that name, the dataset at the usual place.
    mkdir data
    tool_h5 m.h5 attr /train data text gone
    tool_h5 m.h5 rmattr /train data_absolute
    fails 1 "gone: no such dataset directory; give the dataset of m.h5 with -d DIR" coco-train -q --resume m.h5 --iterations 6
    ln -s "$GOOD" data/coco_captioning
    coco-sample -m m.h5 >have 2>stderr
    [ "$(wc -l <have)" = 11 ]
    grep -x "the dataset is data/coco_captioning" stderr
}
@test "coco-sample: a model without training is used with the usual dataset" {
    small -d d -o m.h5 --iterations 2
    tool_h5 m.h5 rm /train
    fails 1 "data/coco_captioning: no such dataset directory; coco-prepare" coco-sample -q -m m.h5
    mkdir data
    ln -s "$GOOD" data/coco_captioning
    coco-sample -q -m m.h5 >have
    [ "$(wc -l <have)" = 11 ]
}

# --- runs that are killed ---

# forever ARGUMENT...: starts a run without an end, as $pid.
forever() {
    coco-train -q "${SMALL[@]}" -d d -o m.h5 --iterations 100000000 --log l.log -j 1 "$@" 3>&- &
    pid=$!
}

# until_lines N: waits until l.log has as many.
until_lines() {
    for _ in $(seq 600); do
        [ "$(wc -l 2>/dev/null <l.log)" -ge "$1" ] 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

# ended SIGNAL: ends that run.
ended() {
    kill "-$1" $pid
    wait $pid || true
}

@test "the same run again: it replaces a model that is further along only once it has come as far" {
    forever --val-every 20i --keep-best best.h5
    until_lines 2000
    ended TERM
    k=$(attribute m.h5 /train iteration) best=$(attribute best.h5 /train iteration)
    for signal in KILL TERM; do
        forever --val-every 20i --keep-best best.h5 --save-every 1 2>stderr
        for _ in $(seq 600); do [ -s stderr ] && break || sleep 0.05; done
        until_lines 3
        ended $signal
        # That it starts over is said with -q too.
        [ "$(cat stderr)" = "coco-train: m.h5: the same run again, from its beginning; --resume would continue at iteration $k" ]
        [ "$(attribute m.h5 /train iteration)" -ge "$k" ]
        [ "$(attribute best.h5 /train iteration)" -ge "$best" ]
        k=$(attribute m.h5 /train iteration)
    done
    rm l.log m.h5 best.h5
    small -d d -o m.h5 --iterations 5 --log l.log
    cp m.h5 five.h5
    coco-train "${SMALL[@]}" -d d -o m.h5 --iterations 5 --log l.log --force 2>/dev/null
    same m.h5 five.h5
    small -d d -o m.h5 --iterations 5 --log l.log 2>stderr
    [ ! -s stderr ]
    same m.h5 five.h5
    [ "$(iterations l.log)" = "1 2 3 4 5 " ]
}

# --- two runs at once ---

@test "two --resume of one model at once: the second is refused, until the first ends, even if it is killed" {
    tiny -d d -o m.h5 --iterations 4
    ln -s m.h5 link.h5
    cp m.h5 copy.h5
    coco-train -q --resume m.h5 --iterations 100000000 -j 1 3>&- &
    pid=$!
    for _ in $(seq 600); do
        [ ! -e m.h5.coco-part-0 ] || break
        sleep 0.02
    done
    fails 1 "m.h5: is in use by another coco-train" coco-train -q --resume m.h5 --iterations 8
    fails 1 "link.h5: is in use by another coco-train" coco-train -q --resume link.h5 --iterations 8
    same m.h5 copy.h5
    # What it writes elsewhere does not concern the other run.
    coco-train -q --resume m.h5 -o other.h5 --iterations 8
    kill -9 $pid
    wait $pid || true
    coco-train -q --resume m.h5 --iterations 8
    same_params m.h5 other.h5
    [ -z "$(ls m.h5.*)" ]
}

@test "two new runs with one model, best model or log at once: the second is refused" {
    forever --val-every 1 --keep-best best.h5
    until_lines 3
    ln -s m.h5 link.h5
    fails 1 "m.h5: is in use by another coco-train" coco-train -q "${SMALL[@]}" -d d -o m.h5 --iterations 3
    fails 1 "link.h5: is in use by another coco-train" coco-train -q "${SMALL[@]}" -d d -o link.h5 --iterations 3 --force
    fails 1 "best.h5: is in use by another coco-train" coco-train -q "${SMALL[@]}" -d d -o n.h5 --iterations 3 --val-every 1 --keep-best best.h5
    fails 1 "l.log: is in use by another coco-train" coco-train -q "${SMALL[@]}" -d d -o n.h5 --iterations 3 --log ./l.log --force
    [ ! -e n.h5 ]
    [ -z "$(ls n.h5* 2>/dev/null)" ]
    ended TERM
    # A log that only the model names is no reason not to train.
    cp m.h5 n.h5
    coco-train -q --resume m.h5 --iterations 100000000 -j 1 3>&- &
    pid=$!
    until_lines $(($(wc -l <l.log) + 3))
    k=$(attribute n.h5 /train iteration)
    tool_h5 n.h5 attr /train keep_best text other.h5
    run --separate-stderr coco-train -q --resume n.h5 --iterations $((k + 1))
    [ "$status" = 0 ]
    [[ $stderr == "coco-train: "*"l.log: is in use by another coco-train; this run is not logged (--log FILE says where)" ]]
    ended KILL
    small -d d -o m.h5 --iterations 3 --log l.log --force
    [ -z "$(ls m.h5.* l.log.*)" ]
}

@test "--resume of a model in a folder that cannot be written says so" {
    tiny -d d -o m.h5 --iterations 4
    mkdir sub && mv m.h5 sub && chmod a-w sub
    without_override coco-train -q --resume sub/m.h5 -d d --iterations 8 2>err && false
    chmod u+w sub
    [[ "$(cat err)" == "coco-train: sub/m.h5: Permission denied" ]]
}

@test "a log that is there is written in a folder that cannot be" {
    mkdir sub && : >sub/l.log && chmod a-w sub
    for _ in 1 2; do
        without_override coco-train -q "${SMALL[@]}" -d d -o m.h5 --iterations 2 --log sub/l.log
    done
    chmod u+w sub
    [ "$(iterations sub/l.log)" = "1 2 " ]
}
