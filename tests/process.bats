#!/usr/bin/env bats
# What a process is given by whoever starts it: standard streams, limits on threads and memory.

load support/common
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o d --train 8 --val 4
    tiny -d d -o m.h5 --iterations 3 --log log.jsonl
    coco-sample -q -m m.h5 -d d >captions.jsonl
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    FILES=$BATS_FILE_TMPDIR
}

# without_stdout STATUS COMMAND...: the command's standard output is closed; its messages go to err.
without_stdout() {
    local want=$1 got=0
    shift
    "$@" 2>err >&- || got=$?
    echo "$*: status $got: $(cat err)"
    [ "$got" = "$want" ]
}

@test "standard output is closed and there is nothing to print: done" {
    without_stdout 0 tiny -d "$FILES/d" -o m.h5 --iterations 2 --log log.jsonl
    without_stdout 0 coco-plot -q -o plot.png "$FILES/log.jsonl"
    without_stdout 0 coco-render -q --strict -d "$FILES/d" -o sheet.png --html page.html "$FILES/captions.jsonl"
    without_stdout 0 coco-fetch shapes -q -o d --train 2 --val 2
    [ ! -s err ]
    [ "$(png size plot.png)" != "" ]
    [ "$(png size sheet.png)" != "" ]
}

@test "standard output is closed and there is something to print: a line, exit 1" {
    for command in "coco-sample -q -m $FILES/m.h5 -d $FILES/d" "coco-eval $FILES/captions.jsonl" \
        "coco-fetch show $FILES/d" "coco-plot -q -o - $FILES/log.jsonl" "coco-plot -q -o /dev/stdout $FILES/log.jsonl" \
        "coco-render -q -d $FILES/d -o - $FILES/captions.jsonl" "coco-train --help" "coco-fetch images --version"; do
        without_stdout 1 $command
        [ "$(wc -l <err)" = 1 ]
    done
    [ -z "$(find . -type f ! -name err)" ]
    [ -L /dev/stdout ]
}

@test "standard input is closed: reading it is an error, and a download does not wait for ever" {
    echo http://127.0.0.1:1/x >urls
    for command in "coco-render -q -o a.png" "coco-plot -q -o a.png" "coco-eval" "coco-fetch images -q --cache c"; do
        run -1 --separate-stderr timeout 60 bash -c "$command <&-"
        [[ $stderr = *"standard input: "* ]]
    done
    run -1 --separate-stderr timeout 60 bash -c "coco-fetch images -q --cache c --retries 0 urls <&-"
    [ "$(jq -r .status <<<"$output")" = failed ]
}

@test "standard error is closed: messages do not get into the files that are written" {
    got=0
    coco-render -d "$FILES/d" --images /no/such -o a.png "$FILES/captions.jsonl" 2>&- || got=$?
    [ "$got" = 1 ]
    tiny -d "$FILES/d" -o m.h5 --iterations 20 --print-every 1 --log log.jsonl 2>&-
    jq -es 'map(.iteration) | max == 20' log.jsonl
    coco-train --force -d "$FILES/d" -o m.h5 --iterations 20 --print-every 1 --hidden 8 --log new.jsonl <&- >&- 2>&-
    jq -es 'map(.iteration) | max == 20' new.jsonl
}

@test "outputs that are symbolic links: what they lead to is made and replaced, beside its place" {
    mkdir far
    for name in m.h5 log.jsonl plot.png sheet.png page.html d; do
        ln -s "far/$name" "to-$name"
        ln -s "to-$name" "$name"
    done
    for i in 1 2; do
        tiny -d "$FILES/d" -o m.h5 --iterations $i --log log.jsonl
        coco-plot -q -o plot.png "$FILES/log.jsonl"
        coco-render -q -d "$FILES/d" -o sheet.png --html page.html "$FILES/captions.jsonl"
        coco-fetch shapes -q --force -o d --train $i --val 2
    done
    [ "$(ls far | xargs)" = "d log.jsonl m.h5 page.html plot.png sheet.png" ]
    [ "$(find . -maxdepth 1 -type l | wc -l)" = 12 ]
    [ "$(wc -l <far/d/train2014_images.txt)" = 2 ]
    ln -s loop loop
    for command in "coco-plot -q -o loop $FILES/log.jsonl" "coco-fetch shapes -q -o loop --train 1 --val 1" \
        "tiny -d $FILES/d -o loop --iterations 1"; do
        fails 1 'loop: Too many levels of symbolic links' $command
    done
}

@test "OMP_NUM_THREADS: what is no number of threads does not count, and one line says so" {
    ldd "$(command -v coco-train)" | grep -q 'lib[gi]\?omp' || skip "built without OpenMP"
    for value in abc 0 -3 1000000 99999999999999999999 2,x; do
        run -0 --separate-stderr env OMP_NUM_THREADS=$value coco-train -q -d "$FILES/d" -o m.h5 --iterations 1 --hidden 8
        [[ $stderr = "coco-train: OMP_NUM_THREADS: '$value': expected an integer from 1 to 1024; using "[1-9]* ]]
        [ "${#stderr_lines[@]}" = 1 ]
        run -0 --separate-stderr env OMP_NUM_THREADS=$value coco-fetch show "$FILES/d"
        [ "${#stderr_lines[@]}" = 1 ]
        run -0 --separate-stderr env OMP_NUM_THREADS=$value coco-sample -q -j 1 -m "$FILES/m.h5" -d "$FILES/d"
        [ -z "$stderr" ]
    done
    OMP_NUM_THREADS=4,2 coco-train --help | grep -q 'threads.*(default 4)'
    run -0 --separate-stderr env OMP_NUM_THREADS=2,1 coco-sample -q -m "$FILES/m.h5" -d "$FILES/d"
    [ -z "$stderr" ]
}

# spins VARIABLE=VALUE...: how many rounds libgomp waits in such an environment before a thread sleeps.
spins() {
    env -i PATH="$PATH" OMP_DISPLAY_ENV=verbose "$@" coco-train --version 2>&1 | sed -n "s/.*GOMP_SPINCOUNT = '\(.*\)'/\1/p"
}

@test "threads that wait sleep soon, unless the user has chosen how they wait" {
    ldd "$(command -v coco-train)" | grep -q libgomp || skip "built without libgomp"
    [ "$(spins PWD=/x)" = 1000 ]
    [ "$(spins _=/x)" = 1000 ]
    [ "$(spins OMP_NUM_THREADS=3 PWD=/x)" = 1000 ]
    [ "$(spins PWD=/x GOMP_SPINCOUNT=77)" = 77 ]
    [ "$(spins OMP_NUM_THREADS=3 GOMP_SPINCOUNT=77)" = 77 ]
    [ "$(spins PWD=/x OMP_WAIT_POLICY=passive)" = 0 ]
    OMP_NUM_THREADS=2 coco-train --help | grep -q 'threads.*(default 2)'
}

# limited KILOBYTES COMMAND...: with so much memory the command is done, or says why not, and leaves nothing unfinished.
# Counts those that ran short.
limited() {
    local kilobytes=$1 got=0
    shift
    (ulimit -c 0 -v "$kilobytes"; "$@") >out 2>err || got=$?
    echo "$kilobytes KB: $*: status $got: $(cat err)"
    [ "$got" != 127 ] || return 0 # libraries cannot be loaded
    [ "$got" = 0 ] || [ "$got" = 1 ] || return 1
    # Another thread, of a library's, may have a word after ours.
    [ "$got" = 0 ] || grep -q "^${1%-dataset}: " err
    [ -z "$(find . -name '*coco-part*')" ]
    short=$((short + got))
}

@test "where memory runs short, commands that draw say so, exit 1, and leave nothing unfinished" {
    ! sanitized coco-plot || skip "sanitizers need their address space"
    short=0
    for kilobytes in $(seq 50000 10000 120000) 150000 200000 250000 300000; do
        limited $kilobytes coco-render -q -d "$FILES/d" -o sheet.png --html page.html "$FILES/captions.jsonl"
        limited $kilobytes coco-plot -q -o plot.png "$FILES/log.jsonl"
        limited $kilobytes coco-fetch-dataset shapes -q --force -o d --train 2 --val 2
    done
    [ $short -gt 5 ]
}

@test "files may not become large (ulimit -f): a line, exit 1, the old files; the log's loss saves the model" {
    tiny -d "$FILES/d" -o m.h5 --iterations 3
    tiny -d "$FILES/d" -o large.h5 --iterations 3 --hidden 64
    coco-plot -q -o plot.png "$FILES/log.jsonl"
    coco-render -q -d "$FILES/d" -o sheet.png "$FILES/captions.jsonl"
    cp -r . "$BATS_FILE_TMPDIR/before"
    coco-fetch shapes -q -o d --train 2 --val 2
    small() { (ulimit -f 4; fails 1 "$@"); }
    small "m.h5: File too large" tiny -d "$FILES/d" -o m.h5 --iterations 5
    small "plot.png: PNG: File too large" coco-plot -o plot.png --log-y "$FILES/log.jsonl"
    small "sheet.png: PNG: File too large" coco-render -d "$FILES/d" -o sheet.png "$FILES/captions.jsonl"
    # Numbers are handed over in a file, too.
    small "large.h5: /params/[A-Za-z_]+: [0-9]+ bytes of numbers are above the limit \(ulimit -f\): File too large" \
        coco-train -q --resume large.h5 --iterations 5
    small "coco2014_captions.h5: File too large" coco-fetch shapes -q --force -o d --train 20 --val 2
    for name in m.h5 large.h5 plot.png sheet.png; do same $name "$BATS_FILE_TMPDIR/before/$name"; done
    [ "$(wc -l <d/train2014_images.txt)" = 2 ]
    [ -z "$(find . -name '*coco-part*')" ]
    fill() { (ulimit -f 64; fails 1 "log.jsonl: training log: File too large" coco-train -q --hidden 2 --wordvec 2 "$@"); }
    fill -d "$FILES/d" -o log.h5 --iterations 100000 --log log.jsonl
    k=$(attribute log.h5 /train iteration)
    [ "$k" -gt 100 ]
    coco-train -q --resume log.h5 --iterations $((k + 1)) 2>err # its last line may be torn
    [ "$(tail -n 1 log.jsonl | jq -r .event)" = done ]
}

@test "few threads: OpenMP gets as many as can start, the bits are the same; without any a line says so" {
    ! sanitized coco-train || skip "sanitizers have an allocator of their own"
    mkdir one few
    (cd one && tiny -d "$FILES/d" -o m.h5 --iterations 3 -j 1)
    # The trial's second thread does not start; later ones do.
    (cd few && run -0 --separate-stderr env LD_PRELOAD="$BUILD/tests/fault.so" FAULT_KIND=thread FAULT_AT=2 \
        coco-train -q --force --hidden 16 --wordvec 8 --batch-size 10 -d "$FILES/d" -o m.h5 --iterations 3 -j 9
        ldd "$(command -v coco-train)" | grep -q 'lib[gi]\?omp' || exit 0
        [ "$stderr" = "coco-train: --threads 9: the limits on processes and memory allow 1" ])
    same one/m.h5 few/m.h5
    unset OMP_NUM_THREADS
    export LD_PRELOAD=$BUILD/tests/fault.so FAULT_KIND=thread FAULT_ON=1 FAULT_AT=1
    fails 1 "no process to read it: Resource temporarily unavailable" coco-sample -q -m "$FILES/m.h5" -d "$FILES/d"
    fails 1 "cannot start a thread: Resource temporarily unavailable" coco-fetch shapes -q -o d
}

@test "SIGHUP and SIGXCPU (ulimit -S -t): training is saved, exit 128 + the signal" {
    for signal in HUP XCPU; do
        coco-train -d "$FILES/d" -o $signal.h5 --hidden 8 --iterations 1000000 --log $signal.jsonl 2>err 3>&- &
        pid=$!
        for _ in $(seq 600); do [ "$(wc -l 2>/dev/null <$signal.jsonl)" -ge 3 ] && break || sleep 0.05; done
        kill -$signal $pid
        got=0
        wait $pid || got=$?
        [ "$got" = $((128 + $(kill -l $signal))) ]
        k=$(attribute $signal.h5 /train iteration)
        [ "$(tail -n 1 err)" = "stopped at iteration $k of 1000000; saved to $signal.h5" ]
    done
}
