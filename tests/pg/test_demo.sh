#!/usr/bin/env bash
# The demo's three nights with fewer patients: news come first; a review hides a flag until its day comes
# or the flag is worse; every count on the way adds up. MAGSCREEN_DEMO_PATIENTS: how many (2,000).
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec bash "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
. "$here/../cli/expect.sh"
export MAGSCREEN=$magscreen MAG_SOURCE_DIR=$source_dir
# shellcheck source=tests/support/three_nights.sh
. "$here/../support/three_nights.sh"
umask 077

"$magscreen" synth --patients "${MAGSCREEN_DEMO_PATIENTS:-2000}" --seed 1 --out "$work/data" >/dev/null || exit 1
nights_begin "$work" || exit 1

night() { # AS_OF: what it published must be what it said, event by event
    nights_run "$1" >"$work/out" 2>&1 || { complain "the night of $1 failed"; cat "$work/out"; exit 1; }
    expect_line out '^PUBLISHED'
    expect_same "$(sed -n 's/^  since the run before: //p' "$work/out" | tr -d , | sed 's/ \([0-9]\)/\n\1/g' | sort)" \
        "$(as_admin -F ' ' -c "select count(*), event from magscreen.flag_event join magscreen.current_run using (run_id)
            group by event" | sort)" "events of $1"
}
shown() { as_admin -c "select count(*) from magscreen.v_worklist $*"; }
state_of() { as_admin -F ' ' -c "select state, review_status from magscreen.v_flag where flag_id = '$1'"; }
expect_on_list() { expect_same "$(shown "where flag_id = '$1'")" "$2" "$3"; }

# --- first night: everything is new
night 2025-12-31
expect_same "$(shown "where state <> 'new'")" 0 'the first night knows new flags only'
open_first=$(as_admin -c 'select count(*) from magscreen.flag where resolved_run is null')
expect_same "$(as_admin -c "select count(*) from magscreen.flag_event where event = 'new'")" "$open_first" 'one event each'

# --- reviews: as the demo does, and one that ends on the second day, and one by severity
before=$(shown)
nights_review 3 --rule A01 >"$work/out" || complain 'the reviews were refused'
expect_line out '^A01-[0-9a-f]* reviewed: specialist_advised. It comes back on the list of 2026-01-08'
expect_same "$(wc -l <"$work/out")" 3 'three flags are reviewed'
one_day=$(as_admin -c "select flag_id from magscreen.v_worklist where severity = 'critical' and rule_id = 'A01' order by position limit 1")
week=$(as_admin -c "select w.flag_id from magscreen.v_worklist w where severity = 'high' order by position limit 1")
for flag in "$one_day" "$week"; do
    expect_exit 0 "$magscreen" ack "$flag" --db service=reviewer --reason will_monitor
    expect_on_list "$flag" 0 'a reviewed flag is hidden at once'
done
expect_same "$(shown)" $((before - 5)) 'the others stay on the list'
expect_exit 2 "$magscreen" ack "$week" --db service=reviewer --reason because

# --- second night
nights_feed 2 || exit 1
night 2026-01-01
expect_on_list "$one_day" 1 'a critical flag comes back the next day'
expect_same "$(state_of "$one_day")" 'ongoing expired' 'as one whose review has expired'
expect_on_list "$week" 0 'a high one does not'
for event in new ongoing resolved; do
    expect_same "$(as_admin -c "select count(*) > 0 from magscreen.flag_event where run_id = 2 and event = '$event'")" t \
        "the second night has $event flags"
done
expect_same "$(as_admin -c "select count(*) from magscreen.flag_event where run_id = 2 and event = 'resolved'
    and machine_reason is null")" 0 'each resolution has its reason'

# --- third night: the first patient under review is worse, some are gone
worse=$(as_admin -c "select flag_id from magscreen.v_review where status = 'running' order by review_id limit 1")
expect_on_list "$worse" 0 'the flag that will be worse is hidden'
nights_feed 3 || exit 1
as_admin -1 -f "$source_dir/sql/site/hide_counters.sql" || complain 'counters are not closed'
night 2026-01-02 # sizes of tables are told to nobody now
expect_same "$(state_of "$worse")" 'worsened worsened' 'what is worse ends its review'
# with what says more in front of it, where the same creatinine brings that about
expect_same "$(shown "w join magscreen.flag f using (patient_id) where f.flag_id = '$worse' and w.is_news
    and (w.flag_id = f.flag_id or w.rule_id = f.hidden_by)")" 1 'and is on the list, long before its day'
expect_on_list "$week" 0 'the week is not over'
expect_same "$(as_admin -c "select coalesce(max(position) filter (where is_news) <
    min(position) filter (where not is_news), false) from magscreen.v_worklist")" t 'news come first'
expect_same "$(as_admin -c 'select count(*) from magscreen.v_worklist where is_news' |
    awk '{ print ($1 > 0) }')" 1 'there are news'

nights_worklist --limit 1 >"$work/out"
expect_line out "^@1 "
expect_line out '^      (new|worsened|reopened), open since'
nights_worklist --limit 0 >"$work/out"
expect_same "$(grep -c '^      new here, hidden behind another flag until now, open since' "$work/out")" \
    "$(as_admin -c "select count(*) from magscreen.v_worklist where state = 'new' and days_open > 0")" 'why an older flag is new'
first=$(sed -n 's/^@1 *[a-z]* *\([^ ]*\).*/\1/p' "$work/out")
expect_exit 0 "$magscreen" explain @1 --db service=reviewer
expect_line out "^$first "
expect_exit 0 "$magscreen" explain "$worse" --db service=reviewer
expect_line out '^      2026-01-02  worsened'
expect_line out 'ack by pharmacist specialist_advised until 2026-01-08 \(worsened\)'

# --- the books. A flag that comes out from behind another one is news, too: its episode is older.
expect_same "$(as_admin -c "select count(*) from magscreen.flag where resolved_run is null")" \
    "$(as_admin -c "select count(distinct flag_id) + count(*) filter (where event = 'reopened')
        - count(*) filter (where event = 'resolved') from magscreen.flag_event")" 'open = begun + reopened - resolved'
expect_same "$(as_admin -c "select count(*) from (select e.run_id, f.patient_id, f.rule_id from magscreen.flag_event e
    join magscreen.flag f using (flag_id) where e.event <> 'resolved' group by 1, 2, 3 having count(*) > 1) twice")" 0 \
    'a patient and rule have one episode a night'
for run in 2 3; do
    expect_same "$(as_admin -c "select count(*) from magscreen.flag_event b
        full join (select * from magscreen.flag_event where run_id = $run) e using (flag_id)
        where (b.run_id = $run - 1 and b.event <> 'resolved' and e.run_id is null)
            or (b.run_id is null and e.event <> 'new')")" 0 \
        "night $run goes on with every flag that night $((run - 1)) left open, and every other one is new"
done

# --- the quality team: rounded, and no way to anybody
nights_funnel >"$work/out" || complain 'no funnel'
expect_line out ' A01 +\|'
expect_same "$(grep -c '|' "$work/out")" 7 'a heading and six rules'
expect_same "$(grep '|' "$work/out" | cut -d'|' -f3- | tail -n +2 | tr -d ' ' | tr '|' '\n' |
    awk '$1 != "1-7" && $1 % 5' | wc -l)" 0 'every figure is rounded to 5, or 1-7'
expect_line out ' A01 .*\| 1-7 +\|'
for table in flag flag_event review cannot_tell v_worklist v_flag; do
    psql -XAtc "select count(*) from magscreen.$table" service=quality >/dev/null 2>&1 &&
        complain "the quality team reads $table"
done
finish
