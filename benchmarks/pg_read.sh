#!/usr/bin/env bash
# pg_read.sh MAGSCREEN [PATIENTS [READERS]]: rows a second that a run reads from PostgreSQL, beside a bare
# COPY of the same rows drained by as many psql, each with its share of the blocks. On a throwaway server
# without fsync: compare the two figures, quote neither.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -z "${MAGSCREEN_TEST_PG:-}" ]; then
    exec "$here/../tests/with-pg" bash "${BASH_SOURCE[0]}" "$@"
fi
magscreen=$1 patients=${2:-50000} readers=${3:-4}
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tables=(patients labs prescriptions conditions)

"$magscreen" synth --patients "$patients" --seed 1 --out "$work/data" >/dev/null
bash "$here/../tests/support/load_layout.sh" "$work/data"
psql -Xq -c "create role job login" -c "grant usage on schema source to job" \
    -c "grant select on all tables in schema source to job" -c "vacuum analyze" >/dev/null
rows=$(psql -XAtc "select $(printf ' + (select count(*) from source.%s)' "${tables[@]}")")

drain() { # TABLE: as many psql as readers, each with its blocks
    local blocks share i
    blocks=$(psql -XAtc "select pg_relation_size('source.$1') / 8192 + 1")
    share=$(((blocks + readers - 1) / readers))
    for ((i = 0; i < readers; i++)); do
        psql -Xqc "copy (select * from source.$1 where ctid >= '($((i * share)),0)'
            and ctid < '($(((i + 1) * share)),0)') to stdout (format binary)" >/dev/null &
    done
    wait
}

{
    printf 'name: bench\nas_of: 2025-12-31\npack: magnesium-safety\nsources:\n'
    for table in "${tables[@]}"; do
        echo "  - { name: $table, kind: $table, profile: magscreen, postgres: 'user=job', readers: $readers }"
    done
} >"$work/bench.yaml"

for round in 1 2 3; do
    begin=$EPOCHREALTIME
    for table in "${tables[@]}"; do drain "$table"; done
    end=$EPOCHREALTIME
    "$magscreen" run "$work/bench.yaml" --out "$work/out$round" >/dev/null 2>&1 || true
    "$magscreen" run --profile magscreen --data "$work/data" --as-of 2025-12-31 \
        --out "$work/files$round" >/dev/null 2>&1 || true
    awk -v rows="$rows" -v readers="$readers" -v begin="$begin" -v end="$end" '
        /"ingest"/ {gsub(/[^0-9.]/, "", $2); seconds[FILENAME] = $2; order[++count] = FILENAME}
        END {
            printf "%d rows, %d readers: bare COPY %.0f rows/s, run from PostgreSQL %.0f rows/s, from gzip %.0f rows/s\n",
                rows, readers, rows / (end - begin), rows / seconds[order[1]], rows / seconds[order[2]]
        }' "$work/out$round/run.json" "$work/files$round/run.json"
done
