#!/usr/bin/env bash
# pg_read.sh MAGSCREEN [PATIENTS [ROUNDS]]: rows a second that a run reads from PostgreSQL, beside the same
# rows by a bare COPY drained by as many psql, each with its share of the blocks; 1 connection and 4, in
# turn, medians of the rounds after one that warms up, and the median of each round's ratio. On a
# throwaway server without fsync.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec bash "$here/../tests/with-pg" bash "${BASH_SOURCE[0]}" "$@"
magscreen=$1 patients=${2:-50000} rounds=${3:-5}
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tables=(patients labs prescriptions conditions)

"$magscreen" synth --patients "$patients" --seed 1 --out "$work/data" >/dev/null
bash "$here/../tests/support/load_layout.sh" "$work/data"
psql -Xq -c "create role job login" -c "grant usage on schema source to job" \
    -c "grant select on all tables in schema source to job" -c "vacuum analyze" >/dev/null
rows=$(psql -XAtc "select $(printf ' + (select count(*) from source.%s)' "${tables[@]}")")

drain() { # TABLE READERS: each with its blocks
    local blocks share i
    blocks=$(psql -XAtc "select pg_relation_size('source.$1') / 8192 + 1")
    share=$(((blocks + $2 - 1) / $2))
    for ((i = 0; i < $2; i++)); do
        psql -Xqc "copy (select * from source.$1 where ctid >= '($((i * share)),0)'
            and ctid < '($(((i + 1) * share)),0)') to stdout (format binary)" >/dev/null &
    done
    wait
}

seconds_of_run() { # FOLDER OPTION...: reading alone
    local out=$1 code=0
    shift
    "$magscreen" run "$@" --out "$out" --force --json >"$out.json" 2>/dev/null || code=$?
    [ "$code" = 0 ] || [ "$code" = 3 ] || { echo "the run ended with $code" >&2 && return 1; }
    sed -n 's/^.*"seconds_ingest": *\([0-9.]*\).*/\1/p' "$out.json"
}

for readers in 1 4; do
    {
        printf 'name: bench\nas_of: 2025-12-31\npack: magnesium-safety\nsources:\n'
        for table in "${tables[@]}"; do
            echo "  - { name: $table, kind: $table, profile: magscreen, postgres: 'user=job', readers: $readers }"
        done
    } >"$work/bench_$readers.yaml"
done

for ((round = 0; round <= rounds; round++)); do
    files=$(seconds_of_run "$work/files" --profile magscreen --data "$work/data" --as-of 2025-12-31)
    for readers in 1 4; do
        begin=$EPOCHREALTIME
        for table in "${tables[@]}"; do drain "$table" "$readers"; done
        end=$EPOCHREALTIME
        run=$(seconds_of_run "$work/out" "$work/bench_$readers.yaml")
        [ "$round" = 0 ] || echo "$readers $begin $end $run $files"
    done
done | awk -v rows="$rows" -f "$here/pg_read.awk"
