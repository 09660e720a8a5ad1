#!/usr/bin/env bash
# The verbs on schema magscreen, as a person types them: schema, run, status, worklist, explain, rejects, ack, unack,
# check, and publish of a held run; by roles that may do no more than their part.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
. "$here/expect.sh"
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# --- nothing is there
expect_exit 6 "$magscreen" status --db "host=/tmp/nobody-listens-here connect_timeout=1"
expect_line err 'MS-D301'
expect_exit 7 "$magscreen" status --db "dbname=nowhere"
expect_line err 'MS-D305'
expect_exit 2 "$magscreen" status --db "host=h password=x"
expect_line err 'MS-S603'
expect_exit 7 "$magscreen" worklist --db ""
expect_exit 2 "$magscreen" schema remove --db ""
expect_exit 7 "$magscreen" schema upgrade --db ""
expect_line err 'MS-D322'
expect_exit 0 "$magscreen" schema install --db ""
expect_line out '[0-9]+ migrations run'
by_hand=$(sql -c 'create database by_hand' && "$magscreen" schema sql | psql -Xq -d by_hand 2>&1 >/dev/null | grep -v NOTICE)
expect_same "$by_hand" '' 'psql runs what schema sql prints'
expect_same "$(sql -d by_hand -c 'select magscreen.fingerprint()')" "$(sql -c 'select magscreen.fingerprint()')" \
    'and makes the same schema'
expect_exit 0 "$magscreen" schema upgrade --db "dbname=by_hand"
expect_line out ' 0 migrations run'
expect_exit 7 "$magscreen" schema install --db ""
expect_exit 0 "$magscreen" schema upgrade --db ""
expect_line out ' 0 migrations run'
expect_exit 0 "$magscreen" status --db ""
expect_line out 'nothing is running'
expect_line out 'no run yet'
sql -c 'create role night login in role magscreen_job' -c 'create role reviewer login in role magscreen_reviewer' \
    -c 'create role stranger login' -c 'create role quality login in role magscreen_quality'

# --- a night
expect_exit 0 "$magscreen" synth --patients 400 --out "$work/data"
pipeline() { # pipeline FILE CONNECTION [MORE]: the day that the cohort is made for
    cat >"$work/$1" <<YAML
name: nightly
as_of: ${day:-2025-12-31}
pack: magnesium-safety
sources:
  - { name: patients, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }
  - { name: labs, kind: labs, profile: magscreen, files: [data/labs.csv.gz] ${3:-} }
  - { name: prescriptions, kind: prescriptions, profile: magscreen, files: [data/prescriptions.csv.gz] }
sink: { postgres: "$2" }
YAML
    chmod 600 "$work/$1"
}
pipeline night.yaml 'user=night'
pipeline other.yaml 'user=stranger'
pipeline away.yaml 'host=/tmp/nobody-listens-here connect_timeout=1'

# --- check: what would stop the run, and what was not looked at
expect_exit 0 "$magscreen" check "$work/night.yaml"
expect_line out 'ok   postgres: schema magscreen is as installed, role night may publish there'
expect_line out 'ok   lock of schema magscreen: free'
expect_line out 'sink, not checked: room on the server'
expect_line out 'ok   note: any login of this server may connect to the database and see how many'
base=$(sql -c 'select quote_ident(current_database())')
sql -c "revoke connect on database $base from public; grant connect on database $base to night"
expect_exit 0 "$magscreen" check "$work/night.yaml"
expect_no_line out 'any login of this server'
sql -c "grant connect on database $base to public"
expect_exit 1 "$magscreen" check "$work/other.yaml"
expect_line out 'BAD  sink: .*MS-D307'
expect_line out 'grant magscreen_job to stranger;'
expect_exit 1 "$magscreen" check "$work/other.yaml" --json
expect_line out '"id": ?"MS-D307"'
expect_exit 1 "$magscreen" check "$work/away.yaml"
expect_line out 'BAD  sink: .*MS-D301'
(echo 'select magscreen.run_lock();'; sleep 20) | psql -Xq >"$work/locked" &
holder=$!
until grep -q t "$work/locked" && [ "$(sql -c 'select count(magscreen.lock_holder_pid())')" = 1 ]; do sleep 0.1; done
expect_exit 1 "$magscreen" check "$work/night.yaml"
expect_line out 'BAD  lock of schema magscreen: backend [0-9]+, application "psql", holds .*MS-P406'
expect_exit 9 "$magscreen" run "$work/night.yaml"
expect_exit 2 "$magscreen" run "$work/night.yaml" --as-of-series 2025-12-01..2025-12-03/day
expect_line err 'a series is written into a directory'
expect_exit 0 "$magscreen" status --db user=night
expect_line out 'backend [0-9]+ holds the lock, no run is registered yet'
kill "$holder" 2>/dev/null
sql -c 'select pg_terminate_backend(magscreen.lock_holder_pid())' >/dev/null
until [ "$(sql -c 'select count(magscreen.lock_holder_pid())')" = 0 ]; do sleep 0.1; done

expect_exit 7 "$magscreen" run "$work/other.yaml"
expect_exit 0 "$magscreen" run "$work/night.yaml"
expect_line out 'PUBLISHED as run 1'
expect_exit 0 "$magscreen" run "$work/night.yaml"
expect_line out 'NOTHING NEW.*as run 1.*MS-P410'
expect_exit 0 "$magscreen" status --db user=night --json
expect_line out '"is_current": ?true'
expect_exit 0 "$magscreen" status --db user=night --limit 1
expect_line out '^  2 .*nothing_new.* exit 0'
expect_line out '^\* 1 ' # what readers see is always there
expect_exit 7 "$magscreen" status --db user=stranger
expect_line err 'grant magscreen_quality to stranger;'
expect_exit 0 "$magscreen" status --db user=quality
expect_line out '^\* 1 '

# --- worklist
count() { "$magscreen" worklist --db user=reviewer --limit 0 --json "$@" | grep -c '"flag_id"'; }
all=$(count)
[ "$all" = "$(sql -c 'select count(*) from magscreen.v_worklist')" ] || complain "worklist has $all rows"
[ "$all" -gt 10 ] || complain "only $all flags"
severe=$(count --severity critical)
[ "$severe" = "$(sql -c "select count(*) from magscreen.v_worklist where severity = 'critical'")" ] ||
    complain "$severe critical ones"
[ "$(count --state new,worsened)" = "$all" ] || complain "not all flags of the first night are new"
[ "$(count --state ongoing)" = 0 ] || complain "ongoing flags on the first night"
rule=$(sql -c 'select rule_id from magscreen.v_worklist order by position limit 1')
[ "$(count --rule "$rule")" = "$(sql -c "select count(*) from magscreen.v_worklist where rule_id = '$rule'")" ] ||
    complain "rows of $rule"
site=$(sql -c 'select site from magscreen.v_worklist where site is not null order by position limit 1')
[ "$(count --site "$site")" = "$(sql -c "select count(*) from magscreen.v_worklist where site = '$site'")" ] ||
    complain "rows of site $site"
[ "$(count --site 'x'"' or true --")" = 0 ] || complain "a site's name is taken for SQL"
expect_exit 2 "$magscreen" worklist --db user=reviewer --severity dreadful
expect_exit 2 "$magscreen" worklist --db user=reviewer --state odd
expect_exit 0 "$magscreen" worklist --db user=reviewer --limit 3
expect_line out '^@3 '
expect_no_line out '^@4 '
expect_exit 7 "$magscreen" worklist --db user=night
expect_line err 'MS-D307'
expect_line err 'grant magscreen_reviewer to night;'
MAGSCREEN_DB=user=reviewer expect_exit 0 "$magscreen" worklist --limit 1

# --- explain, rejects
flag=$(sql -c 'select flag_id from magscreen.v_worklist where position = 1')
expect_exit 0 "$magscreen" explain @1 --db user=reviewer
expect_line out "$flag"
expect_exit 0 "$magscreen" explain "$flag" --db user=reviewer --json
expect_line out "\"flag_id\": ?\"$flag\""
expect_exit 1 "$magscreen" explain A02-000000000000 --db user=reviewer
expect_line err 'MS-U204'
expect_exit 1 "$magscreen" explain @99999 --db user=reviewer
expect_exit 2 "$magscreen" explain - --db user=reviewer
expect_line err 'a database explains flags'
expect_exit 0 "$magscreen" rejects --db user=night --run 1
expect_line out "unit.missing"

# --- reviews
expect_exit 2 "$magscreen" ack "$flag" --db user=reviewer
expect_exit 2 "$magscreen" ack "$flag" --reason will_monitr --db user=reviewer
expect_line err 'did you mean will_monitor'
expect_exit 2 "$magscreen" ack "$flag" --reason other --db user=reviewer
for reason in will_monitor tolerated already_actioned specialist_advised not_in_patient_interest data_wrong duplicate; do
    expect_exit 0 "$magscreen" ack "$flag" --reason "$reason" --db user=reviewer
done
[ "$(count)" = $((all - 1)) ] || complain "a reviewed flag is on the list"
expect_exit 0 "$magscreen" ack "$flag" --reason other --note "it's a 'quoted' \\note" --until 2026-06-01 --db user=reviewer
expect_line out 'comes back on the list of 2026-06-01'
[ "$(sql -c "select note from magscreen.review where reason = 'other'")" = "it's a 'quoted' \\note" ] ||
    complain "the note is another"
expect_exit 0 "$magscreen" unack "$flag" --note 'wrong patient' --db user=reviewer
[ "$(count)" = "$all" ] || complain "unack does not bring the flag back"
[ "$(sql -c "select note || ' ' || by_role from magscreen.review where kind = 'unack'")" = 'wrong patient reviewer' ] ||
    complain "unack keeps no note"
expect_exit 2 "$magscreen" unack "$flag" --db user=reviewer
expect_line err 'no running review to take back.*MS-P415'
expect_exit 2 "$magscreen" ack "$flag" --reason tolerated --until 2024-01-01 --db user=reviewer
expect_line err '.--until lies too near or too far.*MS-P415'
expect_exit 2 "$magscreen" ack A02-000000000000 --reason tolerated --db user=reviewer
expect_line err 'no such flag, or it has resolved.*MS-P415'
# the list names its run, and a review is of what that run has shown
expect_exit 0 "$magscreen" worklist --db user=reviewer --limit 1
expect_line out "next: magscreen explain $flag; magscreen ack $flag --run 1 --reason REASON"
expect_exit 0 "$magscreen" ack "$flag" --run 1 --reason tolerated --db user=reviewer
expect_exit 0 "$magscreen" unack "$flag" --db user=reviewer
expect_exit 2 "$magscreen" ack "$flag" --run 2 --reason tolerated --db user=reviewer
expect_line err 'the flag is not as that run has shown it.*MS-P415'
expect_exit 2 "$magscreen" ack no-such-flag --reason other --note x --db user=reviewer
# what is no flag might be a patient, and what is no day is read by nobody else
for operand in p0138aa278000025 @1 A02-0123456789AB; do
    expect_exit 2 "$magscreen" ack "$operand" --reason tolerated --db user=reviewer
    expect_line err 'is no flag; nothing was sent'
    expect_exit 2 "$magscreen" unack "$operand" --db user=reviewer
done
for day in tomorrow now 02/03/2026 2026-02-30 2026-03; do
    expect_exit 2 "$magscreen" ack "$flag" --reason tolerated --until "$day" --db user=reviewer
    expect_line err '--until cannot be'
done
expect_exit 7 "$magscreen" ack "$flag" --reason tolerated --db user=night
expect_exit 7 "$magscreen" unack "$flag" --note x --db user=night
expect_line err 'grant magscreen_reviewer to night;'

# --- held: a fifth of the results has a decimal comma
gunzip -c "$work/data/labs.csv.gz" | awk -F, 'BEGIN { OFS = "," } NR > 1 && NR % 5 == 0 { $3 = "\"" $3 ",5\"" } { print }' |
    gzip >"$work/data/spoilt.csv.gz"
day=2026-01-01 pipeline held.yaml 'user=night'
sed -i 's/labs.csv.gz/spoilt.csv.gz/' "$work/held.yaml"
expect_exit 4 "$magscreen" run "$work/held.yaml"
expect_line out 'HELD as run 3'
# The command that a gate names lists its rows, as it stands.
see=$(sed -n 's/^  see the rows: magscreen //p' "$work/err" | grep decimal_comma)
expect_same "$see" 'rejects --db "user=night" --run 3 --reason num.decimal_comma' 'the command of the gate'
expect_exit 0 "$magscreen" rejects --db "user=night" --run 3 --reason num.decimal_comma
expect_line out 'num\.decimal_comma'
[ "$(sql -c 'select run_id from magscreen.current_run')" = 1 ] || complain "a held run is shown"
expect_exit 0 "$magscreen" rejects --db user=night --run 3
expect_line out 'num\.'
expect_exit 0 "$magscreen" status --db user=night
expect_line out '^  3 .*held .*red'
expect_exit 2 "$magscreen" publish 3 --db user=night
expect_line err 'MS-P413'
expect_exit 2 "$magscreen" publish 3 --db user=night --reason '  '
expect_exit 2 "$magscreen" publish 77 --db user=night --reason right
expect_line err 'no run 77'
expect_exit 2 "$magscreen" publish 2 --db user=night --reason right
expect_line err 'it is abandoned'
expect_exit 7 "$magscreen" publish 3 --db user=reviewer --reason right
[ "$(sql -c 'select run_id from magscreen.current_run')" = 1 ] || complain "a refused release is shown"
expect_exit 0 "$magscreen" publish 3 --db user=night --reason 'a new analyser; counts are right' --json
expect_line out '"end": ?"published"'
[ "$(sql -c 'select run_id from magscreen.current_run')" = 3 ] || complain "the released run is not shown"
expect_exit 0 "$magscreen" status --db user=night
expect_line out 'released because: a new analyser; counts are right \('
expect_line out '^\* 3 .*published .* exit 3 '
expect_exit 0 "$magscreen" publish 3 --db user=night --reason again
expect_line out 'NOTHING NEW: readers see run 3 already'
expect_exit 4 "$magscreen" run "$work/night.yaml"
expect_line err 'MS-P414'

# --- a held run that others have overtaken
day=2026-01-02 pipeline held2.yaml 'user=night'
sed -i 's/labs.csv.gz/spoilt.csv.gz/' "$work/held2.yaml"
expect_exit 4 "$magscreen" run "$work/held2.yaml"
late=$(sql -c "select max(run_id) from magscreen.run where state = 'held'")
day=2026-01-03 pipeline next.yaml 'user=night'
# judged by the released night, whose spoilt results rule H01 told of
expect_exit 4 "$magscreen" run "$work/next.yaml"
expect_line err 'MS-R506'
expect_line out 'compared with run 3 as of 2026-01-01'
next=$(sql -c "select max(run_id) from magscreen.run where state = 'held'")
expect_exit 0 "$magscreen" publish "$next" --db user=night --reason 'the results are clean again'
expect_exit 2 "$magscreen" publish "$late" --db user=night --reason right
expect_line err "run $late is not held: it is abandoned; held, and overtaken by run [0-9]+: .*MS-P413"

# --- reviewers by site: the verbs show what the policies let through
sql -c "insert into magscreen.reviewer_site values ('reviewer', '$site');
    select magscreen.limit_reviewers_to_sites(true)" >/dev/null
here=$(sql -c "select count(*) from magscreen.v_worklist where site = '$site'")
there=$(sql -c "select flag_id from magscreen.v_worklist where site <> '$site' order by position limit 1")
mine=$(sql -c "select flag_id from magscreen.v_worklist where site = '$site' order by position limit 1")
[ -n "$there" ] && [ "$here" -gt 0 ] || complain "the worklist has one site only"
[ "$(count)" = "$here" ] || complain "under row security the worklist is not that of site $site"
expect_exit 0 "$magscreen" worklist --db user=reviewer
expect_line out "of $here flags? shown"
expect_line out 'row-level security: flags of your sites only'
expect_exit 0 "$magscreen" explain "$mine" --db user=reviewer
expect_exit 0 "$magscreen" ack "$mine" --db user=reviewer --reason tolerated --note 'seen on the ward'
expect_exit 0 "$magscreen" unack "$mine" --db user=reviewer
expect_exit 2 "$magscreen" ack "$there" --db user=reviewer --reason tolerated
expect_line err 'MS-P415'
expect_exit 0 "$magscreen" rejects --db user=reviewer --run "$late"
expect_exit 0 "$magscreen" status --db user=reviewer
sql -c 'select magscreen.limit_reviewers_to_sites(false)' >/dev/null

# --- a run as of "latest" does not open the way back, and the list of runs always has the shown one
"$magscreen" run "$work/night.yaml" --as-of latest >"$work/out" 2>"$work/err"
expect_line out 'PUBLISHED'
shown=$(sql -c 'select run_id from magscreen.current_run')
expect_exit 4 "$magscreen" run "$work/night.yaml" --as-of 2025-06-01
expect_line err 'MS-P414'
[ "$(sql -c 'select run_id from magscreen.current_run')" = "$shown" ] || complain "an older night is shown"
expect_exit 0 "$magscreen" status --db user=night --limit 1
expect_line out "^\\* $shown "
expect_line out 'is what readers see'
finish
