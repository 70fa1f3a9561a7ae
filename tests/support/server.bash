# Starts and stops the misbehaving server of tests/support/server.py. Load it in a bats file; call it from setup_file
# and teardown_file.

# start_server [FILE]: sets $SERVER (http://127.0.0.1:PORT) and $TLS_SERVER (https://...). The server exits after five
# minutes in any case.
start_server() {
    local portfile=$BATS_FILE_TMPDIR/port
    python3 "$BATS_TEST_DIRNAME/support/server.py" "$portfile" 300 "$@" 3>&- &
    SERVER_PID=$!
    for _ in $(seq 100); do
        [ -s "$portfile" ] && break
        sleep 0.05
    done
    [ -s "$portfile" ] || return 1
    SERVER=http://127.0.0.1:$(sed -n 1p "$portfile")
    TLS_SERVER=https://127.0.0.1:$(sed -n 2p "$portfile")
    SERVER_CERT=$BATS_TEST_DIRNAME/support/server-cert.pem
    export SERVER TLS_SERVER SERVER_CERT SERVER_PID
    # The machine's proxy is not to be used for loopback.
    unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
}

stop_server() {
    [ -z "${SERVER_PID-}" ] || kill "$SERVER_PID" 2>/dev/null || true
}
