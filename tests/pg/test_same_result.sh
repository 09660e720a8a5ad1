#!/usr/bin/env bash
# The same cohort, with faults of real feeds, from files into a folder and from a database into schema
# magscreen: equal digest, and row by row the same flags, cannot-tell, summaries and rejects; a run with
# another number of readers finds that it is published already. tests/cli/test_database_digest.sh varies
# tables, views and types. MAGSCREEN_SAME_PATIENTS: how many (20,000 where CI=true, else 2,000).
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec bash "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
. "$here/../cli/expect.sh"
. "$here/schema.sh"
patients=${MAGSCREEN_SAME_PATIENTS:-$([ "${CI:-}" = true ] && echo 20000 || echo 2000)}
umask 077
cd "$work" || exit 1
strata='[sex, age_band, renal_stage, site]'

pipeline() { # READERS: prints one; 0 readers means files
    local kind
    printf 'name: same\nas_of: 2025-12-31\nsite_zone: Europe/London\npack: magnesium-safety\nstrata: %s\nsources:\n' "$strata"
    for kind in patients labs prescriptions conditions; do
        if [ "$1" = 0 ]; then
            printf '  - { name: %s, kind: %s, profile: magscreen, files: ["data/%s.csv.gz"] }\n' $kind $kind $kind
        else
            printf '  - { name: %s, kind: %s, profile: magscreen, postgres: "user=overnight", readers: %s }\n' \
                $kind $kind "$1"
        fi
    done
    if [ "$1" = 0 ]; then echo 'sink: { directory: files }'; else echo 'sink: { postgres: "user=overnight" }'; fi
}

"$magscreen" synth --patients "$patients" --seed 8 --dirty 0.02 --out data >/dev/null || exit 1
rm -f data/manifest.csv
pipeline 0 >files.yaml
expect_exit 3 "$magscreen" run files.yaml

install_schema same && export PGDATABASE=same || exit 1
bash "$source_dir/tests/support/load_layout.sh" data || exit 1
sql -c 'create role overnight login in role magscreen_job; grant usage on schema source to overnight;
    grant select on all tables in schema source to overnight'
pipeline 4 >tables.yaml
expect_exit 3 "$magscreen" run tables.yaml
for readers in 1 8; do
    pipeline $readers >"readers_$readers.yaml"
    expect_exit 0 "$magscreen" run "readers_$readers.yaml"
    expect_line out '^NOTHING NEW: .*\[MS-P410\]'
done
expect_same "$(sql -c 'select result_sha256 from magscreen.run join magscreen.current_run using (run_id)')" \
    "$(sed -n 's/^ *"result_sha256": "\(.*\)".*/\1/p' files/run.json | head -1)" result_sha256

# --- row by row: each file becomes a table as it stands, texts only
load() { # FILE
    local name=f_${1%%.*} columns
    case $1 in *.gz) gzip -dc "files/$1" ;; *) cat "files/$1" ;; esac >loaded.csv
    columns=$(sed -n '1{s/"//g;s/,/" text, "/g;s/.*/"&" text/p;q}' loaded.csv)
    sql -c "create table public.$name ($columns)" -c "\\copy public.$name from loaded.csv (format csv, header)"
}
for file in flags.csv.gz cannot_tell.csv.gz summary.csv lab_summary.csv rejects.csv.gz; do load $file; done

# same WHAT FILE-QUERY TABLE-QUERY: two bags of rows
same() {
    expect_same "$(sql -F ' ' -c "select count(*), (select count(*) from ($2) f), (select count(*) from ($3) t)
        from ((($2) except all ($3)) union all (($3) except all ($2))) d")" \
        "$(sql -F ' ' -c "select 0, count(*), count(*) from ($2) f")" "$1: differences, rows of the file, rows of the table"
    [ "$(sql -c "select count(*) > 0 from ($2) f")" = t ] || complain "$1: the file has no row"
}
# columns TABLE: what a file and a table have in common, read as the type of the table; empty is null
columns() {
    sql -c "select string_agg(format('nullif(%I::text, '''')::%s', f.attname,
            format_type(t.atttypid, t.atttypmod)), ', ' order by f.attnum)
        from pg_attribute f join pg_attribute t on t.attname = f.attname and t.attnum > 0
        where f.attnum > 0 and f.attrelid = 'public.f_$1'::regclass and t.attrelid = 'magscreen.$1'::regclass"
}
# Where a row stood differs, of course: in a file, in a stream.
facts() { echo "regexp_replace($1::jsonb::text, '\"source\": \"[^\"]*\"', '', 'g')"; }
same flags "select flag_id, patient_id, rule_id, rule_version, severity, coalesce(could_be, ''), state, as_of,
        coalesce(hidden_by, ''), coalesce(notes, ''), $(facts evidence), title from public.f_flags" \
    "select flag_id, patient_id, rule_id, rule_version, severity, coalesce(could_be, ''), state, last_seen,
        coalesce(hidden_by, ''), coalesce(notes, ''), $(facts evidence), title from magscreen.flag"
for table in cannot_tell summary lab_summary; do
    listed=$(columns $table)
    same $table "select $listed from public.f_$table" \
        "select $listed from magscreen.$table join magscreen.current_run using (run_id)"
done
same rejects "select source, coalesce(\"column\", ''), reason, coalesce(detail, '') from public.f_rejects" \
    "select source, coalesce(column_name, ''), reason, coalesce(detail, '')
    from magscreen.reject join magscreen.current_run using (run_id)"
finish
