#!/usr/bin/env bash
# The same cohort from files and from PostgreSQL: one result_sha256, one accounting, one list of rejects,
# whatever number of readers, tables or views, texts or types. A cohort of MAGSCREEN_DIGEST_PATIENTS
# (20,000 where CI=true, else 2,000).
if [ -z "${MAGSCREEN_TEST_PG:-}" ]; then
    exec bash "$(dirname "$0")/../with-pg" bash "$0"
fi
. "$(dirname "$0")/expect.sh"
patients=${MAGSCREEN_DIGEST_PATIENTS:-$([ "${CI:-}" = true ] && echo 20000 || echo 2000)}
umask 077
cd "$work" || exit 1

sql() { psql -X -q -v ON_ERROR_STOP=1 -c "$1" >/dev/null || complain "psql: $1"; }
sha_of() { grep -m1 '"result_sha256"' "$1/run.json"; }
# every bucket of every source and file
accounting_of() { awk '/"rows": \{/ {on = 1} on {print} /"notes": \{/ {on = 0}' "$1/run.json"; }
rejects_of() { gzip -dc "$1/rejects.csv.gz" | sed 1d | awk -F, '{print $1, $4, $5, $6}' | sort | uniq -c; }

# pipeline READERS PATIENTS LABS PRESCRIPTIONS CONDITIONS: a view for each table, in files' order
pipeline() {
    local readers=$1 kind
    shift
    printf 'name: digest\nas_of: 2025-12-31\nsite_zone: Europe/London\npack: magnesium-safety\nsources:\n'
    for kind in patients labs prescriptions conditions; do
        printf '  - { name: %s, kind: %s, profile: magscreen, postgres: "user=job", view: %s, readers: %s }\n' \
            $kind $kind "$1" "$readers"
        shift
    done
}

# Both ends as they are where neither is clean: exit 3 is "published, look".
screen_database() { # FOLDER PIPELINE-WORDS...
    local out=$1
    shift
    pipeline "$@" >"$out.yaml"
    expect_exit "$code" "$magscreen" run "$out.yaml" --out "$out"
    expect_same "$(sha_of "$out")" "$(sha_of files)" "$out: result_sha256"
    expect_same "$(diff <(accounting_of "$out") <(accounting_of files) | head -4)" "" "$out: accounting"
    expect_same "$(diff <(rejects_of "$out") <(rejects_of files) | head -4)" "" "$out: rejects"
}

createdb dirty && export PGDATABASE=dirty
sql "create role job login"
load() { # FOLDER
    bash "$source_dir/tests/support/load_layout.sh" "$1" || complain "$1 cannot be loaded"
    sql "grant usage on schema source to job; grant select on all tables in schema source to job;
         alter default privileges in schema source grant select on tables to job"
}

# --- texts as a feed wrote them, faults of feeds among them
"$magscreen" synth --patients "$patients" --seed 5 --dirty 0.02 --out dirty >/dev/null || exit 1
code=3
expect_exit $code "$magscreen" run --profile magscreen --data dirty --as-of 2025-12-31 --out files
load dirty
for readers in 1 2 8; do
    screen_database "tables_$readers" $readers source.patients source.labs source.prescriptions source.conditions
done
# a large table is really read in parts
blocks=$(psql -XAtc "select pg_relation_size('source.labs') / 8192")
expect_same "$([ "$blocks" -gt 512 ] && echo yes)" yes "source.labs has more than two parts ($blocks blocks)"
for readers in 1 3 8; do
    [ "$readers" != 1 ] || sql "create view source.v_labs as select * from source.labs order by value;
        create view source.v_rx as select * from source.prescriptions"
    screen_database "views_$readers" $readers source.patients source.v_labs source.v_rx source.conditions
done
# rows in another order, with holes from updates and deletes
sql "create table source.shuffled as
         select * from source.labs union all select 'gone', code, code_system, value, unit, collected_at,
             specimen_id, result_id, version, ref_low, ref_high, comment from source.labs order by 4, 1;
     delete from source.shuffled where patient_id = 'gone';
     update source.shuffled set comment = comment where code = '2601-3'"
expect_same "$(psql -XAtc 'select count(*) from source.shuffled')" \
    "$(psql -XAtc 'select count(*) from source.labs')" "rows of the shuffled table"
screen_database shuffled 4 source.patients source.shuffled source.prescriptions source.conditions

# what reads the sources again finds the same
expect_exit 0 "$magscreen" verify tables_8 --again
expect_exit 0 "$magscreen" explain @1 --from tables_8
expect_line out 'magnesium'

# --- types instead of texts. A type is a date or a time, never both, so rows of the other kind go; what
# is left is exported again and screened from files.
createdb typed && export PGDATABASE=typed
"$magscreen" synth --patients "$patients" --seed 6 --out clean >/dev/null || exit 1
load clean
sql "delete from source.labs where length(collected_at) <> 16;
     delete from source.prescriptions where length(start) <> 10 or length(stop) <> 10"
rm -rf files clean/*
for table in patients labs prescriptions conditions; do
    psql -Xqc "copy source.$table to stdout (format csv, header)" >clean/$table.csv
done
code=0
"$magscreen" run --profile magscreen --data clean --as-of 2025-12-31 --out files >/dev/null 2>&1 || code=$?
expect_same "$(ls -d files)" files "the clean cohort is published"
sql "create view source.t_patients as select patient_id, sex, birth::date as birth, died_on::date as died_on,
         site, weight_kg::numeric as weight_kg, height_cm::numeric as height_cm,
         measured_on::date as measured_on from source.patients;
     create view source.t_labs as select patient_id, code, value, unit,
         (collected_at::timestamp at time zone 'Europe/London') as collected_at, comment
         from source.labs;
     create table source.t_rx as select patient_id, drug_code, drug_name, kind, start::date as start,
         stop::date as stop, days_supply::integer as days_supply, dose::numeric as dose, dose_unit,
         doses_per_day::numeric as doses_per_day, route from source.prescriptions;
     create view source.t_conditions as select patient_id, code, recorded_on::date as recorded_on
         from source.conditions"
screen_database typed 4 source.t_patients source.t_labs source.t_rx source.t_conditions

# --- what people see beside the texts
expect_same "$(psql -XAtc "select count(*) from source.labs_typed where collected_time is null")" 0 \
    "times that cannot be read"
expect_same "$(psql -XAtc "select source.as_number('0.70'), source.as_number('<0.3'), source.as_number('1e3')")" \
    "0.70||" "numbers as written"
expect_same "$(psql -XAtc "select source.as_time('2024-02-30'), source.as_time('2024-02-29T08:10'), source.as_time('x')")" \
    "|2024-02-29 08:10:00|" "times as written"
finish
