#!/usr/bin/env bash
# Ten nights of a cohort that changes (tests/support/ten_nights.sh). The ledger of the files, night after
# night through --previous, must be that of sql/oracle/ledger.sql, which replays the nightly outcomes
# without the program; and that of schema magscreen, into which every night is published.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=${MAG_SOURCE_DIR:-$(cd "$here/../.." && pwd)}
magscreen=${MAGSCREEN:-$source_dir/build/release/magscreen}

[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"

# shellcheck source=tests/support/ten_nights.sh
. "$here/../support/ten_nights.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
umask 077

make_base
database_begin t_ledger
tables_begin
sql <<'SQL'
create table episodes_file (flag_id text, patient_id text, rule_id text, event text, opened text,
    last_seen text, resolved text, machine_reason text, rule_version text, state text, severity text,
    hidden_by text, event_start timestamp, event_stop timestamp, shown_severity text,
    shown_facts text);
create table flag_told (night int, like flags_file);
create table episode_told (night int, like episodes_file);
SQL

load_night() { # NIGHT
    load_outcomes "$1"
    sql -c 'truncate episodes_file'
    [ ! -e "night$1/episodes.csv.gz" ] || load episodes_file "night$1/episodes.csv.gz"
    sql -c "insert into flag_told select $1, * from flags_file;
        insert into episode_told select $1, * from episodes_file"
}

# The list that each form shows in the morning.
look() { # NIGHT
    "$magscreen" worklist --from "night$1" --limit 0 --json >listed.json
    sed -n 's/^ *"flag_id": "\(.*\)",*$/'"$1"'\t\1/p' listed.json | sql -c 'copy listed_file from stdin'
    sql -d t_ledger -c "copy (select $1, flag_id from magscreen.v_worklist) to stdout" |
        sql -c 'copy listed_database from stdin'
}
sql -c 'create table listed_file (night int, flag_id text); create table listed_database (like listed_file)'

for night in 1 2 3 4 5 6 7 8 9 10; do
    write_night "$night"
    previous=()
    [ "$night" = 1 ] || previous=(--previous "night$((night - 1))")
    run_night "$night" "${previous[@]}"
    publish_night "$night" t_ledger
    load_night "$night"
    look "$night"
    if [ "$night" = 6 ]; then # the ledger is no part of the result
        sed -i 's/directory: night6/directory: alone6/' nightly.yaml
        "$magscreen" run nightly.yaml >alone.log 2>&1 || fail 'night 6 alone'
        [ "$(grep -m1 result_sha256 night6/run.json | tr -d ' ')" = "$(grep -m1 result_sha256 alone6/run.json | tr -d ' ')" ] ||
            fail 'result_sha256 depends on --previous'
        sed -i 's/directory: alone6/directory: again6/' nightly.yaml
        "$magscreen" run nightly.yaml --previous night6 >again.log 2>&1 || fail 'the same night again'
        grep -q 'NOTHING NEW.*MS-P410' again.log || fail 'the same night was published twice'
        [ ! -e again6 ] || fail 'the same night left a folder'
    fi
done

# --- the comparison ----------------------------------------------------------------------------------
# Why a rule is clear cannot be told from outcomes: the oracle says "cleared" for those four reasons.
sql <<'SQL'
refresh materialized view outcome;
refresh materialized view replay;
create view wanted as
    select night, flag_id, patient_id, rule_id, coalesce(event, '') as event, opened, last_seen,
        coalesce(resolved, '') as resolved, coalesce(reason, '') as reason, version, state,
        s.severity, hidden_by is not null as is_hidden, event_from, t.severity as shown_severity, shown_facts
    from episode_night e join severity_rank s on s.rank = e.rank
    join severity_rank t on t.rank = e.shown_rank where night > 1;
create view told as
    select night, flag_id, patient_id collate "C" as patient_id, rule_id collate "C" as rule_id,
        coalesce(event, '') as event, opened, last_seen,
        coalesce(resolved, '') as resolved, case when machine_reason in
            ('drug_stopped', 'value_normalised', 'dose_changed', 'result_withdrawn')
            then 'cleared'
            else coalesce(machine_reason, '') end as reason, rule_version as version, state, severity,
        hidden_by is not null as is_hidden, event_start as event_from, shown_severity,
        coalesce(shown_facts, '') as shown_facts
    from episode_told;
-- The program keeps the latest episode of a pair: one that a new event ended is in its night only.
create view wanted_flag as
    select night, flag_id, patient_id, rule_id, event as state from episode_night
    where event in ('new', 'ongoing', 'worsened', 'improved', 'reopened');
create view told_flag as
    select night, flag_id, patient_id collate "C", rule_id collate "C", state from flag_told;
SQL
count() { sql -c "select count(*) from ($1) q"; }
missing=$(count 'select * from wanted except select * from told')
invented=$(count 'select * from told except select * from wanted')
missing_flags=$(count 'select * from wanted_flag except select * from told_flag')
invented_flags=$(count 'select * from told_flag except select * from wanted_flag')
doubled=$(count "select 1 from told where resolved = '' group by night, patient_id, rule_id having count(*) > 1")
ids=$(count 'select 1 from told group by night, flag_id having count(*) > 1')
sql -F ' ' -c "select night, event, reason, count(*) from wanted where event <> '' group by 1, 2, 3 order by 1, 2, 3" >seen
printf '%s nights, %s episode rows, differences: %s missing, %s invented; flags: %s missing, %s invented; open twice: %s; ids twice: %s\n' \
    10 "$(count 'select * from told')" "$missing" "$invented" "$missing_flags" "$invented_flags" "$doubled" "$ids"
if [ "$missing$invented$missing_flags$invented_flags$doubled$ids" != 000000 ]; then
    sql -F ' ' -c '(select * from wanted except select * from told order by patient_id, rule_id, night limit 5)
        union all (select * from told except select * from wanted order by patient_id, rule_id, night limit 5)'
    fail 'the ledger is not that of the replay'
fi

# The database has every episode and event of the nights, and its next run would read what the files'
# next night reads.
sql -d t_ledger -c "copy (select flag_id, patient_id, rule_id, rule_version, opened_as_of, last_seen,
    resolved_as_of, state, machine_reason, event_from, severity, hidden_by <> '', shown_severity,
    shown_facts from magscreen.v_ledger) to stdout" >ledger.txt
sql -d t_ledger -c "copy (select dense_rank() over (order by run_id), flag_id, event,
    coalesce(machine_reason, '') from magscreen.flag_event) to stdout" >events.txt
sql <<'SQL'
create table kept (flag_id text, patient_id text, rule_id text, rule_version text, opened text,
    last_seen text, resolved text, state text, machine_reason text, event_start timestamp,
    severity text, is_hidden boolean, shown_severity text, shown_facts text);
create table event_kept (night int, flag_id text, event text, machine_reason text);
create view last_told as
    select flag_id, patient_id, rule_id, rule_version, opened, last_seen,
        coalesce(resolved, '') as resolved, state, coalesce(machine_reason, '') as machine_reason,
        event_start, severity, hidden_by is not null as is_hidden, shown_severity,
        coalesce(shown_facts, '') as shown_facts
    from episode_told e where night = 10 and not exists (select from episode_told o
        where o.night = 10 and (o.patient_id, o.rule_id) = (e.patient_id, e.rule_id)
            and e.machine_reason = 'new_event' and o.flag_id <> e.flag_id);
create view event_told as
    select night, flag_id, event, coalesce(machine_reason, '') as machine_reason from episode_told
    where event is not null
    union all select night, flag_id, 'new', '' from flag_told where night = 1;
SQL
sql -c 'copy kept from stdin' <ledger.txt
sql -c 'copy event_kept from stdin' <events.txt
kept=$(count '(select * from kept except select * from last_told) union all
    (select * from last_told except select * from kept)')
events=$(count '(select * from event_kept except all select * from event_told) union all
    (select * from event_told except all select * from event_kept)')
printf 'database: %s episodes, %s differences; %s events, %s differences\n' \
    "$(count 'select * from kept')" "$kept" "$(count 'select * from event_kept')" "$events"
[ "$kept$events" = 00 ] || fail 'files and database keep different ledgers'

# Every transition must have been seen, or the nights prove little.
for wanted in new ongoing worsened improved unconfirmed reopened 'resolved left' 'resolved cleared' \
    'resolved rule_retired' 'resolved new_event'; do
    grep -q " $wanted " <(sed 's/$/ /' seen) || { cat seen && fail "no night saw: $wanted"; }
done
for reason in drug_stopped value_normalised dose_changed result_withdrawn; do
    [ "$(count "select 1 from episode_told where event = 'resolved' and machine_reason = '$reason'")" -gt 0 ] ||
        fail "no night saw: $reason"
done
sql -F ' ' -c "select '  ' || event, reason, count(*) from wanted where event <> '' group by 1, 2 order by 1, 2"

# One list, whichever form shows it; and the replay's, where nobody reviews.
sql -c "create view listed_wanted as select night, flag_id from listed where moment = 'morning' and is_listed"
for form in file database; do
    lists=$(count "(select * from listed_$form except all select * from listed_wanted) union all
        (select * from listed_wanted except all select * from listed_$form)")
    printf 'worklists of the %s form: %s flags, %s differences\n' "$form" "$(count "select * from listed_$form")" "$lists"
    sql -F ' ' -c "select 'more', d.night, flag_id, event, hidden_by, severity from (select * from listed_$form
            except all select * from listed_wanted) d join episode_night using (night, flag_id) left join severity_rank using (rank) union all
        select 'less', d.night, flag_id, event, hidden_by, severity from (select * from listed_wanted
            except all select * from listed_$form) d join episode_night using (night, flag_id) left join severity_rank using (rank) limit 12"
    listed_wrong=$((${listed_wrong:-0} + lists))
done
[ "$listed_wrong" = 0 ] || fail 'files and database show different lists'
