#!/usr/bin/env bash
# tests/with-pg: passes on what its command says, keeps servers apart, and leaves nothing behind.
set -uo pipefail
with_pg=${MAG_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/with-pg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() { # check WHAT CONDITION...
    local what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "FAILED: $what"; failed=1; fi
}
is() { [ "$1" = "$2" ] || { echo "  have: $1"; echo "  want: $2"; return 1; }; }
# gone FOLDER: the folder and every process of its server, within 20 seconds.
gone() {
    local round
    for round in $(seq 100); do
        [ ! -e "$1" ] && ! grep -aslF "$1/data" /proc/[0-9]*/cmdline >/dev/null && return 0
        sleep 0.2
    done
    ls -d "$1"
    return 1
}

"$with_pg" bash -c 'exit 7' </dev/null
code=$?
[ "$code" -ne 77 ] || exit 77 # with-pg has said why
check "exit status is passed on" is "$code" 7
"$with_pg" bash -c 'kill -TERM $$' </dev/null
check "a signal that ended the command, too" is $? 143
"$with_pg" 2>/dev/null
check "no command: usage" is $? 2
MAGSCREEN_TEST_PG='' "$with_pg" --ctl stop 2>/dev/null
check "no server of one's own to stop outside" is $? 1

out=$(echo hello | PGHOST=nowhere PGPASSWORD=x PGOPTIONS=-cfsync=on PGSERVICE=none \
    MAGSCREEN_PG_SETTINGS='max_connections = 23' "$with_pg" bash -c '
    cat
    env | grep "^PG" | cut -d= -f1 | sort | tr "\n" " "
    psql -XqAtc "select length(current_setting(\$\$listen_addresses\$\$))" -c "show server_encoding" -c "show timezone" \
        -c "select current_user" -c "show max_connections"
    "$0" --ctl crash && ! psql -XqAtc "select 1" 2>/dev/null && "$0" --ctl start && psql -XqAtc "select 2"
    "$0" --ctl restart && psql -XqAtc "select 3"
    echo "$MAGSCREEN_TEST_PG"' "$with_pg")
folder=$(tail -1 <<<"$out")
check "stdin, environment, settings, control of the own server" is "$(head -n -1 <<<"$out")" \
    "hello
PGDATABASE PGHOST PGPORT PGUSER 0
UTF8
UTC
magscreen_admin
23
2
3"
check "nothing is left" gone "$folder"

# two at once, each with a table of its own
for n in 1 2; do
    "$with_pg" bash -c 'psql -Xqc "create table only_$0 (x int)"; sleep 1
        psql -XqAtc "select string_agg(relname, chr(32)) from pg_class where relname like \$\$only%\$\$"
        echo "$MAGSCREEN_TEST_PG"' "$n" >"$work/$n" &
done
wait
check "two at once do not meet" is "$(head -qn1 "$work/1" "$work/2" | tr '\n' ' ')" "only_1 only_2 "
check "in folders of their own" test "$(tail -n1 "$work/1")" != "$(tail -n1 "$work/2")"
check "nothing is left of the first" gone "$(tail -n1 "$work/1")"
check "nor of the second" gone "$(tail -n1 "$work/2")"

# ended by signals while the server is up, and while it is being made
for signal in KILL TERM INT; do
    setsid "$with_pg" bash -c 'echo "$MAGSCREEN_TEST_PG" >"$0.new"; mv "$0.new" "$0"; exec sleep 60' \
        "$work/$signal" &
    wrapper=$!
    for _ in $(seq 300); do
        [ -s "$work/$signal" ] && break
        sleep 0.1
    done
    folder=$(cat "$work/$signal")
    # setsid made it the leader of a group of its own
    child=$(pgrep -P "$wrapper" -x sleep)
    kill -"$signal" "$wrapper"
    wait "$wrapper" 2>/dev/null
    check "kill -$signal leaves nothing" gone "$folder"
    kill "$child" 2>/dev/null
done
for delay in 0.1 0.4; do
    "$with_pg" sleep 60 &
    wrapper=$!
    sleep "$delay"
    folder=$(ls -d "/tmp/mspg.$wrapper."* 2>/dev/null)
    kill -KILL "$wrapper"
    wait "$wrapper" 2>/dev/null
    [ -z "$folder" ] || check "kill -KILL $delay s after the start leaves nothing" gone "$folder"
done
exit "$failed"
