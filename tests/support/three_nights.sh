# shellcheck shell=bash
# Sourced inside with-pg by the demo and by its test: a clinic in a database, screened from there by
# pipelines/overnight-postgres.yaml into schema magscreen, and read by a pharmacist and a quality team.
# Needs MAGSCREEN (the program) and MAG_SOURCE_DIR.

as_admin() { PGOPTIONS='-c client_min_messages=warning' psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# A service is how a site names its connections: nobody's password stands in a pipeline.
name_services() { # FILE
    local service user
    while read -r service user; do
        printf '[%s]\nhost=%s\nport=%s\ndbname=%s\nuser=%s\n' \
            "$service" "$PGHOST" "$PGPORT" "$PGDATABASE" "$user"
    done >"$1" <<'SERVICES'
clinic overnight
magscreen overnight
reviewer pharmacist
quality quality_team
SERVICES
    export PGSERVICEFILE=$1
}

# nights_begin FOLDER: database demo with the CSV files of FOLDER/data, schema and roles.
nights_begin() {
    as_admin -d postgres -c 'create database demo'
    export PGDATABASE=demo
    bash "$MAG_SOURCE_DIR/tests/support/load_layout.sh" "$1/data"
    "$MAGSCREEN" schema install >/dev/null
    as_admin <<'SQL'
create role overnight login in role magscreen_job;
grant usage on schema source to overnight;
grant select on all tables in schema source to overnight;
create role pharmacist login in role magscreen_reviewer;
create role quality_team login in role magscreen_quality;
-- Once a week is the rule, so that nobody sees a single patient move a figure; nobody lives here.
update magscreen.setting set quality_days = 1;
SQL
    name_services "$1/pg_service.conf"
}

# nights_feed N: the database as it is on the Nth day.
nights_feed() { as_admin -f "$MAG_SOURCE_DIR/sql/demo/night_$1.sql"; }

# nights_run AS_OF: a night. Warnings are no failure.
nights_run() {
    local code=0
    (unset PGHOST PGPORT PGUSER PGDATABASE # everything is in the services
        "$MAGSCREEN" run "$MAG_SOURCE_DIR/pipelines/overnight-postgres.yaml" --as-of "$1") || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || return "$code"
}

# nights_worklist [OPTION...]: what the pharmacist sees.
nights_worklist() { "$MAGSCREEN" worklist --db service=reviewer "$@"; }

# nights_review COUNT OPTION...: reviews the first flags of the list of those options.
nights_review() {
    local count=$1 flag
    shift
    for flag in $(nights_worklist --limit "$count" "$@" | sed -n 's/^@[0-9]* *[a-z]* *\([^ ]*\).*/\1/p'); do
        "$MAGSCREEN" ack "$flag" --db service=reviewer --reason specialist_advised --until 2026-01-08
    done
}

# nights_funnel: the rounded figures of some rules, as the quality team gets them.
nights_funnel() {
    psql -X -P footer=off -v ON_ERROR_STOP=1 service=quality <<'SQL'
select f.rule_id as rule, left(f.title, 46) as title,
    max(f.shown) filter (where f.step = 'eligible') as eligible,
    max(f.shown) filter (where f.step = 'assessed') as assessed,
    max(f.shown) filter (where f.step = 'flagged') as flagged,
    max(f.shown) filter (where f.step = 'acknowledged') as acknowledged,
    max(f.shown) filter (where f.step = 'resolved') as resolved
from (
    select v.*, case v.status when 'suppressed' then '1-7' else v.patients::text end as shown
    from magscreen.v_rule_funnel v
    where v.site = '(all)' and v.rule_id in ('A01', 'B01', 'C01', 'D04', 'G01', 'G04')) f
group by f.rule_id, f.title
order by f.rule_id;
SQL
}
