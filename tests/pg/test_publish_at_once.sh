#!/usr/bin/env bash
# Publishing, watched from another session: nothing of the run before COMMIT, everything after it;
# nothing of a publishing that was killed; one lock; a held run survives a crash of the server.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
. "$here/schema.sh"
install_schema t_publish || exit 1
export PGDATABASE=t_publish
sql -f "$here/helpers.sql" || exit 1
failed=0

check() { # check WHAT HAVE WANT
    if [ "$2" = "$3" ]; then
        echo "ok - $1"
    else
        printf 'FAILED: %s\n  have: %s\n  want: %s\n' "$1" "$2" "$3"
        failed=1
    fi
}
# What a reviewer, a quality team and the next run see, in figures.
seen() {
    sql -c "select (select count(*) from magscreen.v_worklist), (select count(*) from magscreen.v_flag_event),
        (select count(*) from magscreen.v_could_not_assess), (select count(*) from magscreen.v_rule_funnel),
        (select count(*) from magscreen.v_ledger), (select count(*) from magscreen.summary),
        coalesce((select run_id from magscreen.v_run where is_current), 0)" | tr '|' ' '
}
# A session that stays open: says its statements on stdin, answers end with a line of its own.
open_session() {
    coproc SESSION { exec psql -XqAt -v ON_ERROR_STOP=0 2>&1; }
    session=$SESSION_PID
    exec 6<&"${SESSION[0]}" 7>&"${SESSION[1]}" # a coprocess's own are closed in subshells
    eval "exec ${SESSION[0]}<&- ${SESSION[1]}>&-"
}
tell() {
    local line
    printf '%s;\n\\echo done\n' "$1" >&7
    while read -r line <&6 && [ "$line" != done ]; do printf '%s\n' "$line"; done
}
# A server's session ends, and its lock with it, a moment after the client has gone.
await_free_lock() {
    local _
    for _ in $(seq 100); do
        [ "$(sql -c 'select magscreen.lock_holder_pid() is null')" = t ] && return
        sleep 0.1
    done
}
close_session() {
    exec 7>&-
    wait "$session" 2>/dev/null
}

night1='[{"p": "p1", "r": "B01", "e": "new"}, {"p": "p2", "r": "B01", "e": "new"}]'
counts='[{"r": "B01", "site": "A", "flagged": 2, "clear": 30, "ct": 9}]'
nothing='0 0 0 0 0 0 0'

open_session
check "staged" "$(tell "select t.stage('2025-03-01', '$night1', '$counts')")" 1
check "staged and committed: nothing is seen" "$(seen)" "$nothing"
check "another session does not get the lock" "$(sql -c 'select magscreen.run_lock()')" f
check "but sees who has it" "$(sql -c "select run_id || ' ' || host from magscreen.lock_holder()")" "1 testhost"
while read -r call; do # each in a session of its own
    check "nor does it touch the run: $call" \
        "$(sql -c "select t.try('t_job', \$\$ select magscreen.$call \$\$)")" MS406
done <<'CALLS'
run_end(1, 'failed', 70, null, null)
run_record(1, '{}')
put_rule_versions(1, '[{"rule_id": "Z01", "version": "1", "status": "active", "title": "", "sha256": ""}]')
hold_run(1)
publish_run(1)
clean_up()
CALLS
tell 'begin' >/dev/null
check "published, before COMMIT" \
    "$(tell 'select new_count, unconfirmed_count from magscreen.publish_run(1)')" "2|0"
check "another session sees nothing yet" "$(seen)" "$nothing"
check "and is not kept waiting for long" "$(sql -c "set statement_timeout = '10s'" -c 'select count(*) from magscreen.v_worklist')" 0
tell 'commit' >/dev/null
check "after COMMIT everything" "$(seen)" "2 2 2 9 2 1 1"
check "and its outcome is known" \
    "$(sql -c 'select magscreen.run_outcome(1, xid) from magscreen.run where run_id = 1')" published

# killed between publishing and COMMIT
check "a second night is staged" "$(tell "select t.stage('2025-03-02',
    '[{\"p\": \"p1\", \"r\": \"B01\", \"e\": \"resolved\"}, {\"p\": \"p2\", \"r\": \"B01\", \"e\": \"worsened\"}]', '$counts')" | tail -1)" 2
tell 'begin' >/dev/null
xid=$(tell 'select xid from magscreen.publish_run(2)')
check "while it lasts the outcome is open" "$(sql -c "select magscreen.run_outcome(2, '$xid')")" "in progress"
kill -KILL "$session"
wait "$session" 2>/dev/null
await_free_lock
check "nothing of the killed night" "$(seen)" "2 2 2 9 2 1 1"
check "its outcome is known" "$(sql -c "select magscreen.run_outcome(2, '$xid')")" staged
check "the server says so, too" "$(sql -c "select pg_xact_status('$xid')")" aborted
check "anybody sees that it is abandoned" "$(sql -c 'select state from magscreen.v_run where run_id = 2')" abandoned

while read -r call; do
    await_free_lock
    check "whoever has the lock now cannot go on with it: $call" "$(sql -c 'select magscreen.run_lock()' \
        -c "select t.try('t_job', \$\$ select magscreen.$call \$\$)" | tail -1)" MS421
done <<'CALLS'
run_state(2, 'staged')
run_record(2, '{}')
hold_run(2)
publish_run(2)
run_end(2, 'failed', 70, null, null)
CALLS

# again, with the same result
await_free_lock
open_session
check "the next run" "$(tell "select t.night('2025-03-02',
    '[{\"p\": \"p1\", \"r\": \"B01\", \"e\": \"resolved\"}, {\"p\": \"p2\", \"r\": \"B01\", \"e\": \"worsened\"}]', '$counts')" | tail -1)" 3
check "publishes once" "$(seen)" "1 4 2 9 2 2 3"
check "after cleaning up" "$(sql -c "select count(*) from pg_class where relname ~ '_2$' and relkind = 'r'
    and relnamespace = 'magscreen'::regnamespace")" 0

# a login without any right takes every number that it can see: the next run draws another
key=$(sql -U t_stranger -c "select objid from pg_locks where locktype = 'advisory' and classid = 1296123731")
(
    echo "select pg_advisory_lock_shared(1296123731, 1), pg_advisory_lock_shared(1296123731, $key);"
    sleep 60
) | psql -Xq -U t_stranger >/dev/null 2>&1 &
stranger=$!
for _ in $(seq 100); do
    [ "$(sql -c "select count(*) from pg_locks where locktype = 'advisory' and not granted")" = 1 ] && break
    sleep 0.1
done
tell 'select pg_advisory_unlock_all()' >/dev/null
for _ in $(seq 100); do
    [ "$(sql -c "select count(*) from pg_locks where locktype = 'advisory' and objid = $key
        and mode = 'ShareLock' and granted")" = 1 ] && break
    sleep 0.1
done
check "a stranger who waited for the lock holds nothing" \
    "$(sql -c 'select magscreen.lock_holder_pid() is null' -c 'select magscreen.run_lock()')" $'t\nt'
await_free_lock
check "two at once still get it once" "$(tell 'select magscreen.run_lock()') $(sql -c 'select magscreen.run_lock()')" 't f'
check "and once more in the same session" "$(tell 'select magscreen.run_lock()')" t
tell 'select magscreen.run_unlock()' >/dev/null
check "which gives it back as often" "$(sql -c 'select magscreen.run_lock()')" f
check "at last" "$(tell 'select magscreen.run_unlock()') $(tell 'select magscreen.run_unlock()')" 't f'
kill "$stranger"

# somebody holds a table: publishing gives up, the staged run stays and is published later
check "a third night" "$(tell "select t.stage('2025-03-03',
    '[{\"p\": \"p2\", \"r\": \"B01\", \"e\": \"ongoing\"}]', '$counts')" | tail -1)" 4
blocker=$(mktemp -u)
mkfifo "$blocker"
psql -Xq <"$blocker" >/dev/null &
exec 8>"$blocker"
echo 'set application_name = blocker; begin; lock table magscreen.flag;' >&8
for _ in $(seq 100); do
    [ "$(sql -c "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted
        and relation = 'magscreen.flag'::regclass")" = 1 ] && break
    sleep 0.1
done
pid=$(tell 'select pg_backend_pid()')
printf "set lock_timeout = '3s'; select new_count from magscreen.publish_run(4);\n\\\\echo done\n" >&7
for _ in $(seq 100); do
    who=$(sql -c "select application from magscreen.blockers($pid)")
    [ -n "$who" ] && break
    sleep 0.1
done
check "whom it waits for is told" "$who" blocker
answer=$(while read -r line <&6 && [ "$line" != done ]; do printf '%s\n' "$line"; done)
check "it gives up" "$(grep -c 'lock timeout' <<<"$answer")" 1
exec 8>&-
wait %psql 2>/dev/null
rm -f "$blocker"
check "the staged run is still there" "$(sql -c 'select state from magscreen.v_run where run_id = 4')" staged
check "and is published now" "$(tell 'select ongoing_count from magscreen.publish_run(4)')" 1

# a held run and a crash of the server
check "a fourth night is held" "$(tell "select t.stage('2025-03-04',
    '[{\"p\": \"p2\", \"r\": \"B01\", \"e\": \"improved\"}]', '$counts')" | tail -1)" 5
tell "select magscreen.hold_run(5)" >/dev/null
"$here/../with-pg" --ctl crash
close_session
"$here/../with-pg" --ctl start
check "it survived" "$(sql -c 'select state from magscreen.v_run where run_id = 5') $(sql -c 'select count(*) from magscreen.stage_episode_5')" "held 1"
check "and is released" "$(sql -c 'select magscreen.run_lock()' \
    -c "select improved_count from magscreen.publish_run(5, 'checked')")" $'t\n1'
check "the worklist of that morning" "$(sql -c "select state from magscreen.v_worklist")" improved
exit "$failed"
