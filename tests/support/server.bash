# Starts and ends the fault server of tests/support/server.py. Load from a bats file; call from setup_file and
# teardown_file.

# start_server: sets $SERVER (http://127.0.0.1:PORT). It ends by itself after five minutes, whatever happens.
start_server() {
    local portfile=$BATS_FILE_TMPDIR/port
    python3 "$BATS_TEST_DIRNAME/support/server.py" "$portfile" 300 3>&- &
    SERVER_PID=$!
    for _ in $(seq 100); do
        [ -s "$portfile" ] && break
        sleep 0.05
    done
    [ -s "$portfile" ] || return 1
    SERVER=http://127.0.0.1:$(cat "$portfile")
    export SERVER SERVER_PID
}

stop_server() {
    [ -z "${SERVER_PID-}" ] || kill "$SERVER_PID" 2>/dev/null || true
}
