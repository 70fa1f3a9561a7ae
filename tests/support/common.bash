# Shared by the command tests. A test writes below $BATS_TEST_TMPDIR, setup_file below $BATS_FILE_TMPDIR.

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
PATH=$BUILD:$BUILD/tests:$PATH
: "${COCO_SHARED:=$ROOT/../shared}"
# One thread unless a test asks for more, and no spinning, so that a busy machine only slows the tests down.
export BUILD PATH COCO_SHARED OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive

# dataset DIR [WIDTH [FEATURES [OFFSET]]]: writes a small dataset (tests/tool_dataset.c).
dataset() { mkdir -p "$1" && tool_dataset "$@"; }

# tiny ARGUMENT...: coco-train with a small network. Tests give the files of several runs one name.
tiny() { coco-train -q --force --hidden 16 --wordvec 8 --batch-size 10 "$@"; }

# attribute FILE OBJECT NAME: prints the value of an HDF5 attribute.
attribute() { h5dump -a "$2/$3" "$1" | sed -n 's/^ *(0): //p' | tr -d '"' | head -n 1; }

# same FILE FILE...: all files have the same bytes.
same() {
    local first=$1 other
    shift
    for other; do cmp "$first" "$other" || return 1; done
}

# same_params FILE FILE: both models have the same parameters, to the bit.
same_params() { h5diff "$1" "$2" /params; }

# png COMMAND FILE...: looks at pixels (tests/support/png.py).
png() { python3 "$ROOT/tests/support/png.py" "$@"; }

# sanitized COMMAND: whether it is built with a sanitizer, which needs address space and memory of its own.
sanitized() { grep -aqE '__(asan|tsan|msan)_init' "$(command -v "$1")"; }

# needs FILE...: skips the test if a file is missing.
needs() {
    local f
    for f; do [ -e "$f" ] || skip "$(basename "$f") is missing (COCO_SHARED)"; done
}

# needs_program NAME: skips the test where there is no such program.
needs_program() { command -v "$1" >/dev/null || skip "$1 is missing"; }

# without_override COMMAND...: root, too, is held to the permissions of files; skips the test where that cannot be done.
without_override() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    else
        local less=-dac_override,-dac_read_search
        setpriv --bounding-set $less --inh-caps $less true 2>/dev/null || skip "setpriv cannot hold root to permissions"
        setpriv --bounding-set $less --inh-caps $less "$@"
    fi
}

# points_to_help PROGRAM: the last line does; to that of a part where the part that was named is known.
points_to_help() {
    local part='( (cs231n|coco2014|coco2017|shapes|images|show|cnn))?'
    [[ "$(tail -n 1 "$BATS_TEST_TMPDIR/stderr")" =~ ^Try\ \'$1$part\ --help\'\.$ ]]
}

# fails STATUS PATTERN COMMAND...: the command exits with that status and prints nothing on stdout and one line on
# stderr, which begins with the program's name and matches the pattern. After a usage error (2) a second line points to
# --help.
fails() {
    local want=$1 pattern=$2 program=$3 got=0 lines=1
    shift 2
    case $program in tiny) program=coco-train ;; esac
    [ "$want" != 2 ] || lines=2
    "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" </dev/null || got=$?
    echo "status $got (wanted $want), pattern: $pattern, stderr:"
    cat "$BATS_TEST_TMPDIR/stderr"
    [ "$got" = "$want" ] || return 1
    [ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" = "$lines" ] || return 1
    [[ "$(head -n 1 "$BATS_TEST_TMPDIR/stderr")" =~ ^$program:\ .*$pattern ]] || return 1
    [ "$want" != 2 ] || points_to_help "$program" || return 1
    [ ! -s "$BATS_TEST_TMPDIR/stdout" ]
}

# ends PID: waits until a background job has ended, for half a minute at most; one that has not is killed.
ends() {
    for _ in $(seq 300); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    echo "process $1 did not end"
    kill -9 "$1"
    return 1
}

# end_tree PID: kills a process and all below it. It is stopped first, so that it begins nothing new meanwhile.
end_tree() {
    local child
    kill -STOP "$1" 2>/dev/null || return 0
    for child in $(pgrep -P "$1"); do end_tree "$child"; done
    kill -9 "$1" 2>/dev/null || true
}

# A test that fails halfway leaves no process behind: a training would keep a processor busy for hours.
teardown() {
    local job
    for job in $(jobs -pr); do end_tree "$job"; done
}

# simd_sets: the instruction sets that this processor has, one per line, as coco-train lists them.
simd_sets() {
    { COCO_SIMD=none coco-train -o none 2>&1 || true; } | sed -n '1s/.*, which has //p' | sed 's/, /\n/g'
}
