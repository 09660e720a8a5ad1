#!/usr/bin/env bash
# bench.sh BUILD-FOLDER PART [SIZE [ROUNDS]]: measures magscreen, what bounds it (floors) and what else answers the
# same questions (peers) in turn in one run: a round that warms up, then ROUNDS (5) that count. Wall seconds of
# whole processes, peers without the start of theirs. Parts:
#   files     SIZE patients (50,000) as gzip and plain files: inflate alone, magscreen, DuckDB
#   postgres  the same in a server of its own, without fsync: bare COPY, magscreen, the questions as SQL
#   scale     100,000 laboratory rows, and ten times as many up to SIZE (10,000,000)
#   threads   SIZE patients (50,000) as plain files, 1 to 4 threads
#   write     SIZE flags (100,000) of two nights into PostgreSQL, staged and published
#   synth     making SIZE patients (50,000), one thread, gzip and plain files; rows are laboratory rows
#   evaluate  judging SIZE patients (50,000), nothing else: rows are outcomes, seconds the processor's
#   limit     SIZE patients (1,000,000) without --memory-limit, and with half of the memory they took
# Medians go to stdout and, a line each, to benchmarks/results.csv. MAGSCREEN_BEFORE: another magscreen,
# measured beside this one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd) part=$2 size=${3:-} rounds=${4:-5}
case $part in postgres | write) needs_server=yes ;; *) needs_server= ;; esac
[ -z "$needs_server" ] || [ -n "${MAGSCREEN_TEST_PG:-}" ] ||
    exec bash "$here/../tests/with-pg" bash "${BASH_SOURCE[0]}" "$@"
magscreen=$build/magscreen
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
round=0 rows=0
tables=(patients labs prescriptions conditions)

die() { printf 'bench: %s\n' "$*" >&2 && exit 1; }
skip() { printf 'SKIPPED: %s\n' "$*" >&2; }

# note NAME WALL [PROCESSOR [PEAK-BYTES]]: a time that counts, but for the warming round
note() { [ "$round" = 0 ] || echo "$1 $2 ${3:-0} ${4:-0} $rows" >>"$work/times"; }

timed() { # NAME COMMAND...
    local name=$1 code=0 wall user system TIMEFORMAT='%R %U %S'
    shift
    { time "$@" >"$work/said" 2>"$work/complaint" || code=$?; } 2>"$work/clock"
    [ $code = 0 ] || [ $code = 3 ] || { cat "$work/complaint" >&2 && die "$name ended with $code"; }
    read -r wall user system <"$work/clock"
    note "$name" "$wall" "$(awk "BEGIN { print $user + $system }")" "$(said peak_memory_bytes)"
}
said() { sed -n "s/^ *\"$1\": *\([0-9.]*\).*/\1/p" "$work/said" | tail -1; }

# screen NAME PROGRAM THREADS PIPELINE: a whole run, and of it reading: from bytes to sorted partitions
screen() {
    rm -rf "$work/out"
    timed "$1" "$2" run "$4" --threads "$3" --out "$work/out" --json
    rows=$(said rows_read)
    note "$1/read" "$(awk "BEGIN { print $(said seconds_ingest) + $(said seconds_settle) }")"
}
# screen_all NAME THREADS PIPELINE: by this program and by the other
screen_all() {
    screen "$1" "$magscreen" "$2" "$3"
    [ -z "${MAGSCREEN_BEFORE:-}" ] || screen "before.$1" "$MAGSCREEN_BEFORE" "$2" "$3"
}

pipeline() { # PACK FEED: KIND in the feed stands for the table
    local table
    printf 'name: bench\nas_of: 2025-12-31\npack: %s\nsources:\n' "$1"
    for table in "${tables[@]}"; do
        printf '  - { name: %s, kind: %s, profile: magscreen, %s }\n' "$table" "$table" "${2//KIND/$table}"
    done
}
pipelines() { # NAME FEED: NAME-ten.yaml and NAME-full.yaml
    pipeline "$here/peers/ten_rules.yaml" "$2" >"$work/$1-ten.yaml"
    pipeline magnesium-safety "$2" >"$work/$1-full.yaml"
}
make_cohort() { # PATIENTS
    rm -rf "$work/data"
    "$magscreen" synth --patients "$1" --seed 7 --out "$work/data" >/dev/null
    pipelines gzip 'files: ["data/KIND.csv.gz"]'
}
make_plain() {
    local table
    mkdir "$work/plain"
    for table in "${tables[@]}"; do gzip -dc "$work/data/$table.csv.gz" >"$work/plain/$table.csv"; done
    pipelines plain 'files: ["plain/KIND.csv"]'
}

# --- peers: the counts first
flagged() { awk -F, '$4 == "all" { print $2, $7 }' "$work/out/summary.csv" >"$work/expected"; }
same_counts() { # PEER <its answer
    grep '^P' >"$work/answer" || true
    diff "$work/expected" "$work/answer" >&2 || die "$1 counts otherwise than magscreen: no comparison"
    printf '%s: the same %d counts as magscreen\n' "$1" "$(wc -l <"$work/answer")"
}
has_duckdb() {
    [ -d "$here/node_modules/@duckdb" ] ||
        (cd "$here" && npm install --no-save --no-audit --no-fund >"$work/npm.log" 2>&1) ||
        { skip "DuckDB: npm install in benchmarks/ did not bring it" && return 1; }
}
duckdb() { (cd "$work/data" && node "$here/peers/duckdb.mjs" "$here/peers/duckdb.sql" 2); }

files() {
    local library with_duckdb=
    make_cohort "${size:-50000}"
    make_plain
    screen warm "$magscreen" 2 "$work/gzip-ten.yaml"
    flagged
    if has_duckdb; then
        duckdb | same_counts DuckDB || exit 1
        with_duckdb=yes
    fi
    for ((round = 0; round <= rounds; round++)); do
        for library in isal libdeflate zlib; do
            "$build/floor_inflate" $library >/dev/null 2>&1 || { [ $round != 0 ] || skip "inflate by $library"; continue; }
            timed "floor.inflate.$library" "$build/floor_inflate" $library "$work/data/labs.csv.gz"
        done
        screen_all ten.gzip.2 2 "$work/gzip-ten.yaml"
        screen_all full.gzip.1 1 "$work/gzip-full.yaml"
        screen_all full.gzip.2 2 "$work/gzip-full.yaml"
        screen_all full.plain.1 1 "$work/plain-full.yaml"
        screen_all full.plain.2 2 "$work/plain-full.yaml"
        [ -z "$with_duckdb" ] || note peer.duckdb "$(duckdb | sed -n 's/^seconds //p')"
    done
    local bytes
    bytes=$(cat "$work"/plain/*.csv | wc -c)
    echo "bytes.plain $bytes 0 0 $rows" >>"$work/times"
}

# What a run asks of the four tables, thrown away by so many psql at a time, each with its share of the blocks.
drain() { # CONNECTIONS
    local table blocks share i where
    for table in "${tables[@]}"; do
        where=true
        [ $table != labs ] || where="code in ($(sed "s/.*/'&'/" "$work/codes" | paste -sd,)) and collected_at >= '2022-12-31'"
        blocks=$(psql -XAtc "select pg_relation_size('source.$table') / 8192 + 1")
        share=$(((blocks + $1 - 1) / $1))
        for ((i = 0; i < $1; i++)); do
            psql -Xqc "copy (select * from source.$table where ctid >= '($((i * share)),0)'
                and ctid < '($(((i + 1) * share)),0)' and $where) to stdout (format binary)" >/dev/null &
        done
        wait
    done
}
in_server() { psql -XAtqF ' ' -f "$here/peers/postgres.sql"; }

postgres() {
    local connections
    make_cohort "${size:-50000}"
    bash "$here/../tests/support/load_layout.sh" "$work/data"
    psql -Xqc 'create role job login; grant usage on schema source to job;
        grant select on all tables in schema source to job' -c 'vacuum analyze' >/dev/null
    # codes that the code book knows, of those in the cohort
    grep -oE '"[0-9]{1,5}-[0-9]"' "$here/../pipelines/codes/analytes.yaml" | tr -d '"' | sort -u >"$work/known"
    psql -XAtc 'select distinct code from source.labs' | sort | comm -12 - "$work/known" >"$work/codes"
    for connections in 1 4; do
        pipelines tables-$connections "postgres: 'user=job', readers: $connections"
    done
    screen warm "$magscreen" 2 "$work/tables-4-ten.yaml"
    flagged
    in_server | same_counts PostgreSQL
    for ((round = 0; round <= rounds; round++)); do
        for connections in 1 4; do
            timed floor.copy.$connections drain $connections
            screen_all full.postgres.$connections 2 "$work/tables-$connections-full.yaml"
        done
        timed peer.postgres in_server
    done
}

scale() {
    local count
    for ((count = 100000; count <= ${size:-10000000}; count *= 10)); do
        make_cohort $((count / 30))
        for ((round = 0; round <= rounds; round++)); do
            screen_all scale.$count 2 "$work/gzip-full.yaml"
        done
    done
}

threads() {
    local count
    make_cohort "${size:-50000}"
    make_plain
    for ((round = 0; round <= rounds; round++)); do
        for count in 1 2 3 4; do screen_all threads.$count $count "$work/plain-full.yaml"; done
    done
}

# Two nights of as many flags into schema magscreen by the sink that runs use: all new, then all ongoing.
# The processor's seconds are the server's, of both nights.
write() {
    local flags=${size:-100000} before after night wrote staged published
    psql -Xqc 'create database template_of_all'
    PGDATABASE=template_of_all "$magscreen" schema install >/dev/null
    rows=$flags
    for ((round = 0; round <= rounds; round++)); do
        psql -Xqc 'create database bench template template_of_all'
        before=$(server_seconds)
        PGDATABASE=bench "$build/pg_write" '' "$flags" >"$work/nights"
        sleep 0.2 # the session's end
        after=$(server_seconds)
        while read -r night wrote staged published; do
            [ "$wrote" = "$flags" ] || die "pg_write wrote $wrote flags"
            note "write.stage.$night" "$staged"
            note "write.publish.$night" "$published" "$(awk "BEGIN { print $after - $before }")"
        done <"$work/nights"
        psql -Xqc 'drop database bench'
    done
}
# Of all sessions that have ended.
server_seconds() {
    awk -v hertz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($14 + $15) / hertz }' \
        "/proc/$(head -1 "$MAGSCREEN_TEST_PG/data/postmaster.pid")/stat"
}

# Making a cohort by one thread. Rows are laboratory rows; the time is of all tables.
synth() {
    local form
    for ((round = 0; round <= rounds; round++)); do
        for form in gzip plain; do
            rm -rf "$work/data"
            # shellcheck disable=SC2046  # no word, or one
            timed "synth.$form" "$magscreen" synth --patients "${size:-50000}" --seed 7 --files 8 --threads 1 \
                $([ $form = gzip ] || echo --plain) --out "$work/data" --json
            rows=$(said labs)
        done
    done
}

# Both evaluators over every patient: seconds of the processor for one pass.
evaluate() {
    local name seconds outcomes
    make_cohort "${size:-50000}"
    for ((round = 0; round <= rounds; round++)); do
        "$build/evaluate" "$work/data" 2025-12-31 1 >"$work/judged"
        while read -r name seconds outcomes _; do
            rows=$(awk "BEGIN { printf \"%.0f\", $seconds * $outcomes }")
            note "evaluate.$name" "$seconds" "$seconds"
        done < <(grep -E '^(plain|compiled) ' "$work/judged")
    done
}

# Half of the most that is ever resident without a limit, in turn with none.
limit() {
    local half
    make_cohort "${size:-1000000}"
    for ((round = 0; round <= rounds; round++)); do
        resident limit.none
        [ "$round" != 0 ] || half=$(awk -v kib="$(cat "$work/resident")" 'BEGIN { print int(kib / 2) }')
        resident limit.half --memory-limit "${half}KiB"
    done
    # of the warming round: what "half" is half of
    echo "bytes.limit $((half * 1024)) 0 0 $rows" >>"$work/times"
}
# resident NAME OPTION...: a whole run; its peak is what was resident, looked at every 10 ms.
resident() {
    local name=$1 begin pid kib most=0 code=0
    shift
    rm -rf "$work/out"
    begin=$(date +%s.%N)
    "$magscreen" run "$work/gzip-full.yaml" --threads 2 --out "$work/out" --json "$@" >"$work/said" 2>"$work/complaint" &
    pid=$!
    while kib=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) && [ -n "$kib" ]; do
        most=$kib
        sleep 0.01
    done
    wait $pid || code=$?
    [ $code = 0 ] || [ $code = 3 ] || { cat "$work/complaint" >&2 && die "$name ended with $code"; }
    rows=$(said rows_read)
    echo "$most" >"$work/resident"
    note "$name" "$(awk -v begin="$begin" -v end="$(date +%s.%N)" 'BEGIN { print end - begin }')" 0 $((most * 1024))
}

# --- what was measured, where
version_of() { pkg-config --modversion "$1" 2>/dev/null || echo none; }
machine() {
    local compiler
    compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
    printf '%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s' \
        "$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown)" "$(date -u +%Y-%m-%dT%H:%M)" \
        "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1 | tr -d ,)" "$(nproc)" "$(uname -r)" \
        "$("${compiler:-cc}" --version | head -1 | tr -d ,)" "$(version_of zlib)" "$(version_of libisal)" \
        "$(version_of libdeflate)" "$(sed -n 's/.*"@duckdb\/node-api": "\(.*\)".*/\1/p' "$here/package.json")" \
        "$(pg_config --version 2>/dev/null | sed 's/PostgreSQL //; s/ .*//')"
}

case $part in
files | postgres | write | scale | threads | synth | evaluate | limit) ;;
*) die "there is no part '$part': files, postgres, write, scale, threads, synth, evaluate, limit" ;;
esac
"$part"
results=$here/results.csv
[ -e "$results" ] || echo "commit,date,cpu,cores,kernel,compiler,zlib,isal,libdeflate,duckdb,postgresql,what,\
patients_asked,rows,rounds,median_s,min_s,max_s,median_cpu_s,peak_bytes" >"$results"
awk -v machine="$(machine)" -v size="${size:-0}" -v csv="$results" -f "$here/bench.awk" "$work/times"
