#!/usr/bin/env bats
# Ctrl-C at a terminal, in loops and under make, and signals to commands that wait for input.

load support/common
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    coco-fetch shapes -q -o d --train 40 --val 4
    tiny -d d -o m.h5 --iterations 3 --log log.jsonl
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    FILES=$BATS_FILE_TMPDIR
}

# at_terminal FILE LINES COMMAND...: Ctrl-C is typed once the file has the lines.
at_terminal() { run python3 "$BATS_TEST_DIRNAME/support/keyboard.py" "$@"; }

@test "Ctrl-C at a terminal: training is saved, and the shell's loop ends too" {
    cat >loop <<'END'
for i in 1 2 3; do
    coco-train -q -d "$1" -o $i.h5 --hidden 16 --wordvec 8 --iterations 1000000 --log $i.jsonl
    echo "went on after $?"
done
END
    at_terminal 1.jsonl 5 bash loop "$FILES/d"
    echo "$status: $output"
    [ "$status" = 130 ]
    [[ $output != *"went on"* ]]
    [ "$(attribute 1.h5 /train iteration)" -ge 4 ]
    [ ! -e 2.h5 ]
}

@test "the same signal from kill is an exit status, 130" {
    python3 - "$FILES/d" <<'END'
import os, signal, subprocess, sys, time
p = subprocess.Popen(["env", "--default-signal=INT", "coco-train", "-q", "-d", sys.argv[1], "-o", "m.h5", "--hidden", "16",
                      "--wordvec", "8", "--iterations", "1000000", "--log", "l.jsonl"])
try:
    while p.poll() is None and not (os.path.exists("l.jsonl") and os.path.getsize("l.jsonl") > 1000):
        time.sleep(0.02)
    p.send_signal(signal.SIGINT)
    assert p.wait(60) == 130, p.returncode
finally:
    p.kill()
END
}

# waiting COMMAND...: the command waits for its standard input; one signal ends it, and leaves no file.
waiting() {
    local signal want got
    mkfifo in
    for signal in INT TERM; do
        env --default-signal=INT,TERM "$@" <in >out 2>err &
        local pid=$!
        exec 7>in # opens once the command's side is open
        sleep 0.4
        kill -$signal $pid
        got=0
        ends $pid
        exec 7>&-
        wait $pid || got=$?
        want=$((128 + $(kill -l $signal)))
        echo "$*: $signal: $got; $(cat err)"
        [ "$got" = "$want" ]
        [ ! -s out ]
        [ "$(echo *)" = "err in out" ]
    done
    rm in out err
}

@test "commands that wait for input end at the first signal" {
    waiting coco-tag --txt
    waiting coco-plot -o loss.png -
    waiting coco-sample -m "$FILES/m.h5" -d "$FILES/d" --rows - -o captions.jsonl
    waiting coco-prepare -o new -
    waiting coco-eval
    waiting coco-render -o sheet.png
    waiting coco-fetch images
}

@test "coco-tag ends at a signal between records, and what was written is known as its own" {
    printf '%s\n' '{"image_id":1,"file":"a.png","caption":"a dog"}' >one
    mkfifo in
    cp "$FILES/d/$(head -1 "$FILES/d/train2014_images.txt")" a.png
    env --default-signal=INT coco-tag --txt <in >out 2>err &
    local pid=$! got=0
    exec 7>in
    cat one >&7
    for _ in $(seq 300); do [ -s out ] && break || sleep 0.02; done
    sleep 0.2
    kill -INT $pid
    ends $pid
    exec 7>&-
    wait $pid || got=$?
    [ "$got" = 130 ]
    [ "$(jq -r .status out)" = written ]
    [ "$(coco-tag -q --txt one | jq -r .status)" = same ]
}
