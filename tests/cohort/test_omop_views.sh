#!/usr/bin/env bash
# sql/sources/omop_5_4.sql on a handful of rows of an OMOP CDM 5.4: the views are made, show what the
# layout of magscreen wants, and a run reads them.
if [ -z "${MAGSCREEN_TEST_PG:-}" ]; then
    exec bash "$(dirname "$0")/../with-pg" bash "$0"
fi
. "$(dirname "$0")/../cli/expect.sh"
umask 077

# The columns of the CDM that the views use, and no others: types as in the CDM's own DDL.
cat >"$work/cdm.sql" <<'SQL'
create schema cdm;
set search_path = cdm;
create table person (person_id integer, gender_concept_id integer, year_of_birth integer,
    month_of_birth integer, day_of_birth integer, care_site_id integer);
create table death (person_id integer, death_date date);
create table observation_period (person_id integer, observation_period_start_date date,
    observation_period_end_date date);
create table concept (concept_id integer, concept_name varchar(255), vocabulary_id varchar(20),
    concept_class_id varchar(20), concept_code varchar(50));
create table concept_ancestor (ancestor_concept_id integer, descendant_concept_id integer);
create table measurement (measurement_id integer, person_id integer, measurement_concept_id integer,
    measurement_date date, measurement_datetime timestamp, operator_concept_id integer,
    value_as_number numeric, unit_concept_id integer, range_low numeric, range_high numeric,
    measurement_source_value varchar(50), measurement_source_concept_id integer,
    unit_source_value varchar(50), value_source_value varchar(50));
create table drug_exposure (person_id integer, drug_concept_id integer, drug_exposure_start_date date,
    drug_exposure_end_date date, verbatim_end_date date, drug_type_concept_id integer,
    days_supply integer, route_concept_id integer, drug_source_value varchar(50),
    route_source_value varchar(50));
create table condition_occurrence (person_id integer, condition_concept_id integer,
    condition_start_date date, condition_source_value varchar(50), condition_source_concept_id integer);
create table visit_occurrence (visit_occurrence_id integer, person_id integer, visit_concept_id integer,
    visit_start_date date, visit_start_datetime timestamp, visit_end_date date,
    visit_end_datetime timestamp);
insert into concept values (3033836, 'Magnesium', 'LOINC', 'Lab Test', '2601-3'),
    (8753, 'millimole per liter', 'UCUM', 'Unit', 'mmol/L'),
    (974166, 'hydrochlorothiazide', 'RxNorm', 'Ingredient', '5487'),
    (21601461, 'hydrochlorothiazide; oral', 'ATC', 'ATC 5th', 'C03AA03'),
    (45533022, 'Type 2 diabetes', 'ICD10', 'ICD10 code', 'E11.9'),
    (201826, 'Type 2 diabetes mellitus', 'SNOMED', 'Disorder', '44054006');
insert into concept_ancestor values (21601461, 974166), (974166, 974166);
insert into person values (1, 8532, 1950, 3, 5, 7), (2, 8507, 1944, null, null, null), (3, 0, 1960, 2, null, 7);
insert into death values (3, '2024-01-01');
insert into observation_period values (1, '2020-01-01', '2025-12-31');
insert into measurement values
    (10, 1, 3033836, '2025-12-20', '2025-12-20 08:10', null, 0.40, 8753, 0.70, 1.00, 'MG', 0, 'mmol/L', '0.40'),
    (11, 2, 0, '2025-12-21', null, 4171756, 0.3000, null, null, null, '2601-3', 3033836, 'mmol/L', '<0.3'),
    (12, 2, 0, '2025-12-22', null, null, null, null, null, null, 'MG-LOCAL', 0, null, 'haemolysed');
insert into drug_exposure values (1, 974166, '2025-11-01', '2026-01-10', null, 32838, 70, null, 'HCTZ 25', 'po'),
    (2, 0, '2025-11-01', '2025-12-01', null, 32818, null, null, 'Omeprazole 20 mg capsules', null);
insert into condition_occurrence values (1, 201826, '2021-01-01', 'E11.9', 45533022),
    (2, 201826, '2021-01-01', 'x', 0);
insert into visit_occurrence values (5, 1, 9201, '2025-12-01', null, '2025-12-03', null),
    (6, 1, 9202, '2025-12-05', null, '2025-12-05', null);
SQL
run_psql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
expect_exit 0 run_psql -f "$work/cdm.sql"
expect_exit 0 run_psql -c 'set search_path = cdm' -f "$source_dir/sql/sources/omop_5_4.sql"
# twice is once
expect_exit 0 run_psql -c 'set search_path = cdm' -f "$source_dir/sql/sources/omop_5_4.sql"

# shown VIEW WANTED: the rows of a view, sorted, columns by | and rows by a blank
shown() { expect_same "$(run_psql -c "select * from source_omop.$1" | sort | paste -sd ' ')" "$2" "$1"; }
shown patients '1|F|1950-03-05||7|2020-01-01|2025-12-31 2|M|1944|||| 3||1960-02|2024-01-01|7||'
shown labs '1|2601-3|LOINC|0.4|mmol/L|2025-12-20 08:10:00|10|0.7|1 2|2601-3|LOINC|<0.3|mmol/L|2025-12-21 00:00:00|11|| 2|MG-LOCAL|LOCAL|haemolysed||2025-12-22 00:00:00|12||'
shown prescriptions '1|C03AA03|hydrochlorothiazide|ATC|order|2025-11-01|2026-01-10|70|po 2||Omeprazole 20 mg capsules|ATC|administration|2025-11-01|2025-12-01||'
shown conditions '1|E11.9|ICD10|2021-01-01 2|44054006|SNOMED|2021-01-01'
shown stays '1|5|2025-12-01 00:00:00|2025-12-04 00:00:00'

run_psql -c "create role job login" -c "grant usage on schema source_omop to job" \
    -c "grant select on all tables in schema source_omop to job"
{
    printf 'name: omop\nas_of: 2025-12-31\npack: magnesium-safety\nsources:\n'
    for kind in patients labs prescriptions conditions stays; do
        echo "  - { name: $kind, kind: $kind, profile: magscreen, postgres: 'user=job', view: source_omop.$kind }"
    done
} >"$work/omop.yaml"
code=0
"$magscreen" run "$work/omop.yaml" --out "$work/result" >"$work/out.txt" 2>"$work/err" </dev/null || code=$?
[ -e "$work/result/run.json" ] || [ -e "$work/result.held/run.json" ] || complain "no result (exit $code): $(head -3 "$work/err")"
flags=$(gzip -dc "$work"/result*/flags.csv.gz | cut -d, -f2- | grep -c '^"\?1"\?,' || true)
expect_same "$([ "$flags" -gt 0 ] && echo flagged)" flagged "the patient with 0.40 mmol/L on a thiazide"
finish
