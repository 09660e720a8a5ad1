#!/usr/bin/env bash
# pg_write.sh PG_WRITE MAGSCREEN [ROUNDS [FLAGS...]]: how fast flags are staged by COPY and how long publishing
# takes, on a night when all are new and on the next, when all are ongoing; medians. Each round has a
# database of its own, on a throwaway server without fsync. Processor time of the server, for both nights
# and what they staged, tells what other work on the machine does to the wall clock.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec bash "$here/../tests/with-pg" bash "${BASH_SOURCE[0]}" "$@"
pg_write=$1 magscreen=$2 rounds=${3:-5}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- 10000 100000
psql -Xqc 'create database template_of_all'
PGDATABASE=template_of_all "$magscreen" schema install >/dev/null

# Of all sessions that have ended, in seconds.
server_seconds() {
    awk -v hertz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($14 + $15) / hertz }' \
        "/proc/$(head -1 "$MAGSCREEN_TEST_PG/data/postmaster.pid")/stat"
}

for flags in "$@"; do
    for ((round = 0; round < rounds; round++)); do
        psql -Xqc 'create database bench template template_of_all'
        before=$(server_seconds)
        PGDATABASE=bench "$pg_write" '' "$flags"
        sleep 0.2 # the session's end
        echo "server $flags $before $(server_seconds)"
        psql -Xqc 'drop database bench'
    done
done | awk -f "$here/pg_write.awk"
