#!/usr/bin/env bash
# The rules in plain SQL (sql/oracle) and the program must say the same of every patient of a generated
# cohort with faulty rows. MAG_ORACLE_PATIENTS, MAG_ORACLE_SEED: another cohort.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ "${MAGSCREEN_TEST_PG:-}" != '' ] || exec "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"

. "$here/schema.sh" # MAG_SOURCE_DIR, sql
magscreen=${MAGSCREEN:-$MAG_SOURCE_DIR/build/release/magscreen}
as_of=2025-12-31
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$magscreen" synth --patients "${MAG_ORACLE_PATIENTS:-20000}" --seed "${MAG_ORACLE_SEED:-7}" \
    --dirty 0.02 --out "$work/data" >/dev/null
status=0
"$magscreen" run --profile magscreen --data "$work/data" --as-of "$as_of" --out "$work/out" \
    >"$work/run.log" 2>&1 || status=$?
[ "$status" = 0 ] || [ "$status" = 3 ] || { cat "$work/run.log"; exit 1; } # 3: published with warnings

sql -d postgres -c 'create database t_oracle'
export PGDATABASE=t_oracle PGOPTIONS='-c client_min_messages=warning'
bash "$MAG_SOURCE_DIR/tests/support/load_layout.sh" "$work/data"
for file in "$MAG_SOURCE_DIR"/sql/oracle/[01]*.sql; do
    seconds=$SECONDS
    sql -v as_of="$as_of 23:59" -f "$file"
    echo "$(basename "$file"): $((SECONDS - seconds)) s"
done

# said TABLE FILE: a table of the run, every column text, named as its header
said() {
    local columns
    columns=$(sed -n '1{s/,/ text, /g;s/$/ text/;p;q}' "$2")
    sql -c "create table oracle.$1 ($columns)"
    sql -c "copy oracle.$1 from stdin (format csv, header)" <"$2"
}
for table in flags cannot_tell; do
    gzip -dc "$work/out/$table.csv.gz" >"$work/$table.csv"
done
said said_flag "$work/flags.csv"
said said_unknown "$work/cannot_tell.csv"
said said_summary "$work/out/summary.csv"
sql -F ' ' -f "$MAG_SOURCE_DIR/sql/oracle/900_compare.sql"

# A rule that nobody stated, or that flags nobody, would agree for nothing.
unstated=$(sql -c "select string_agg(distinct rule_id, ' ' order by rule_id) from oracle.said_summary
                   where rule_id not in (select rule_id from oracle.answer)")
idle=$(sql -c "select string_agg(distinct rule_id, ' ' order by rule_id) from oracle.answer
               where rule_id not in (select rule_id from oracle.outcome where outcome = 'flagged')")
echo "rules not stated in SQL: ${unstated:-none}; stated, but nobody flagged: ${idle:-none}"
[ "$unstated" = "${MAG_ORACLE_UNSTATED:-}" ] || { echo "FAILED: these rules are not compared"; exit 1; }

differences=$(sql -c 'select count(*) from oracle.difference')
if [ "$differences" != 0 ]; then
    sql -c 'select * from oracle.difference order by patient_id is null, 1, 2, 3 limit 50'
    echo "FAILED: $differences differences between the program and the rules in SQL"
    exit 1
fi
echo "the program and the rules in SQL say the same of every patient"
