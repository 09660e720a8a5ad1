#!/usr/bin/env bash
# `synth --db` fills the tables of schema source: the same rows as its files and the same result, the
# truth beside them, all or nothing, and never over somebody's rows.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec bash "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
. "$here/../cli/expect.sh"
. "$here/schema.sh"
umask 077
cd "$work" || exit 1
sql -d postgres -c 'create database cohort' && export PGDATABASE=cohort || exit 1
to=(--db dbname=cohort)

# The rows, and what planted people come to.
expect_exit 0 "$magscreen" synth --patients 2000 --seed 8 --dirty 0.02 --out data
expect_exit 0 "$magscreen" synth --patients 2000 --seed 8 --dirty 0.02 "${to[@]}"
expect_line out '^wrote 2,000 patients \([0-9]+ planted, answers in table truth\), .* to schema source of database cohort '
expect_line out '^next: a pipeline of profile magscreen '
for table in patients labs prescriptions conditions; do
    columns=$(gzip -dc data/$table.csv.gz | head -1)
    expect_same "$(psql -X -q -d cohort -c "copy (select $columns from source.$table) to stdout (format csv)" | sort | sha256sum)" \
        "$(gzip -dc data/$table.csv.gz | tail -n +2 | sort | sha256sum)" "rows of $table"
done
expect_same "$(psql -X -q -d cohort -c 'copy source.truth to stdout (format csv)' | sort | sha256sum)" \
    "$(tail -n +2 data/truth.csv | sort | sha256sum)" 'rows of truth'

# One result from files and from the database.
pipeline() { # FILES or TABLES
    local kind where
    printf 'name: same\nas_of: 2025-12-31\nsite_zone: Europe/London\npack: magnesium-safety\n'
    printf 'strata: [sex, age_band, renal_stage, site]\nsources:\n'
    for kind in patients labs prescriptions conditions; do
        where="files: [\"data/$kind.csv.gz\"]"
        [ "$1" = files ] || where='postgres: "user=overnight"'
        printf '  - { name: %s, kind: %s, profile: magscreen, %s }\n' $kind $kind "$where"
    done
    printf 'sink: { directory: from-%s }\n' "$1"
}
rm data/manifest.csv
sql -c 'create role overnight login; grant usage on schema source to overnight;
    grant select on all tables in schema source to overnight'
for way in files tables; do
    pipeline $way >$way.yaml
    expect_exit 3 "$magscreen" run $way.yaml
done
digest() { sed -n 's/.*"result_sha256": "\([0-9a-f]*\)".*/\1/p' "$1/run.json" | head -1; }
expect_same "$(digest from-tables)" "$(digest from-files)" 'one result'
expect_exit 0 bash "$source_dir/tests/support/check_truth.sh" data/truth.csv from-tables
expect_line out '^truth: missed 0, extra 0 of [0-9]+ planted outcomes$'

# Rows that are there are not lost by mistake.
rows() { psql -X -q -A -t -d cohort -c "select count(*) from source.$1"; }
expect_exit 2 "$magscreen" synth --patients 100 "${to[@]}"
expect_line err 'hold rows; nothing was written.*MS-D336'
expect_same "$(rows patients | awk '{ print ($1 > 1999) }')" 1 'the rows are still there'
expect_exit 0 "$magscreen" synth --patients 100 "${to[@]}" --force --json
expect_line out '"patients": 100,'
expect_same "$(rows patients)" 100 'the rows were replaced'

# All or nothing: the last block cannot be written, and the old rows stay.
sql -c "alter table source.patients add constraint even check (patient_id !~ '000064\$')"
expect_exit 7 "$magscreen" synth --patients 2000 "${to[@]}" --force
expect_same "$(rows patients) $(rows truth | awk '{ print ($1 > 0) }')" '100 1' 'nothing was changed'
expect_no_line err 'p[0-9a-f]{15}'

# A role that may not.
expect_exit 7 "$magscreen" synth --patients 10 --db 'dbname=cohort user=overnight' --force
expect_exit 2 "$magscreen" synth --patients 10 "${to[@]}" --out data2
expect_exit 2 "$magscreen" synth --patients 10 "${to[@]}" --files 3
expect_line err 'are for --out'
finish
