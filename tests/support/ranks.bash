# Commands as several ranks of one machine (build/mpi/).

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1

# needs_ranks COMMAND: skips the test where it is not built.
needs_ranks() {
    needs_program mpirun
    [ -x "$BUILD/mpi/$1" ] || skip "build/mpi/$1 is missing (make MPI=1)"
}

# ranks_of N COMMAND ARGUMENT...: N ranks of it, each started by $WRAP if that is set; what mpirun itself says is left
# out. mpirun would swallow what a loop reads.
ranks_of() {
    local n=$1 command=$2 many= status=0
    shift 2
    ! mpirun --version | grep -q 'Open MPI' || many=--oversubscribe
    mpirun $many -n "$n" ${WRAP-} "$BUILD/mpi/$command" "$@" </dev/null 2>stderr || status=$?
    grep "^$command" stderr >&2 || true
    return $status
}

# settle COMMAND: waits until it holds, at most a minute.
settle() {
    local i
    for i in $(seq 600); do
        "$@" && return
        sleep 0.1
    done
    false
}
