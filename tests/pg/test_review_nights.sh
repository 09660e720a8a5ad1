#!/usr/bin/env bash
# The ten nights (tests/support/ten_nights.sh) into schema magscreen, with reviewers who look at a part of
# the list every evening: by the length of a severity, until a day of their own, over again, on flags that
# another one hides, and taken back. sql/oracle/ledger.sql replays outcomes and reviews; every morning and
# every evening, flag by flag, the worklist must hold what the replay says, a review must cover what
# the replay says, and what ended a review must be what the replay says.
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
database_begin t_review
sql -d t_review -c 'create role reviewer login in role magscreen_reviewer'
tables_begin
sql <<'SQL'
create table review_told (night int, flag_id text, told_until date);
create table told (night int, moment text, flag_id text, is_open boolean, is_listed boolean, status text);
create table event_told (night int, flag_id text, event text, machine_reason text);
create table shown_told (night int, flag_id text, shown_severity text, shown_facts text);
SQL

# What reviewers see now.
look() { # NIGHT MOMENT
    sql -d t_review -v night="$1" -v moment="$2" >looked <<'SQL'
copy (select f.flag_id, f.is_open, w.flag_id is not null, f.review_status
    from magscreen.v_flag f left join magscreen.v_worklist w using (flag_id)) to stdout
SQL
    sed "s/^/$1\t$2\t/" looked | sql -c 'copy told from stdin'
}

# Which flags are reviewed in the evening, and how: FLAG KIND UNTIL. Drawn by the flag and the night, so
# that every kind of review meets every fate.
plan() { # NIGHT
    sql -d t_review -F ' ' <<SQL
select flag_id, kind, until from (
    select f.flag_id, w.flag_id is not null as is_listed, f.hidden_by is not null as is_hidden,
        f.review_status = 'running' as is_running,
        ('x' || left(md5(f.flag_id || '-$1'), 6))::bit(24)::int % 100 as draw
    from magscreen.v_flag f left join magscreen.v_worklist w using (flag_id) where f.is_open) f
cross join lateral (select
    case when is_listed and draw < 45 or is_hidden and draw < 25 or is_running and draw < 4 then 'ack'
        when is_running and draw < 8 then 'unack' end as kind,
    case draw % 4 when 0 then date '${as_ofs[$1]}' + 2 when 1 then date '${as_ofs[$1]}' + 60 end as until) p
where kind is not null order by flag_id
SQL
}

reasons=(will_monitor tolerated already_actioned specialist_advised not_in_patient_interest data_wrong duplicate)
review_night() { # NIGHT
    local flag kind until place=0 db='user=reviewer dbname=t_review'
    plan "$1" >plan
    while read -r flag kind until; do
        if [ "$kind" = unack ]; then
            "$magscreen" unack "$flag" --db "$db" >said || fail "unack on night $1"
            echo "$1,$flag,unack,," >>reviews
            continue
        fi
        "$magscreen" ack "$flag" --db "$db" --reason "${reasons[place++ % 7]}" \
            ${until:+--until "$until"} >said || fail "ack on night $1"
        echo "$1,$flag,ack,$until,$(sed -n 's/.*back on the list of \([0-9-]*\),.*/\1/p' said)" >>reviews
    done <plan
}

for night in 1 2 3 4 5 6 7 8 9 10; do
    write_night "$night"
    run_night "$night"
    publish_night "$night" t_review
    load_outcomes "$night"
    look "$night" morning
    [ "$night" = 10 ] || review_night "$night"
    look "$night" evening
    sql -d t_review -c "copy (select flag_id, shown_severity, shown_facts from magscreen.v_ledger) to stdout" |
        sed "s/^/$night\t/" | sql -c 'copy shown_told from stdin'
done
sql -d t_review -c "copy (select dense_rank() over (order by run_id), flag_id, event,
    coalesce(machine_reason, '') from magscreen.flag_event) to stdout" | sql -c 'copy event_told from stdin'

# --- the comparison ----------------------------------------------------------------------------------
sql <<'SQL'
create table review_file (night int, flag_id text, kind text, until date, told_until date);
\copy review_file from 'reviews' with (format csv)
insert into review select night, flag_id, kind, until from review_file;
refresh materialized view outcome;
refresh materialized view replay;
analyze;
create table wanted_list as
    select night, moment, flag_id, is_listed, is_covered from listed;
create table told_list as
    select night, moment, flag_id, is_listed, coalesce(status = 'running', false) as is_covered
    from told where is_open;

-- What ended a review, in the night in which it did; of one that a resolution ended also the night in
-- which its flag came back.
create table wanted_end as
    select night, flag_id, review_morning as cause from (
        select night, flag_id, review_morning,
            lag(review) over (partition by flag_id order by night) as before
        from episode_night) e
    where before in ('running', 'resolved') and review_morning <> before;
create table told_end as
    select night, flag_id, status as cause from (
        select t.*, lag(t.status) over w as before, last_open.status as last_open
        from told t
        left join lateral (select o.status from told o where o.flag_id = t.flag_id and o.night < t.night
            and o.status is distinct from 'resolved'
            order by o.night desc, o.moment limit 1) last_open on true
        window w as (partition by t.flag_id order by t.night, t.moment desc)) t
    where moment = 'morning' and status <> before and last_open = 'running';
create table wanted_event as
    select night, flag_id, event, coalesce(reason, '') as reason from episode_night where event is not null;
create table told_event as
    select night, flag_id, event, case when machine_reason in ('', 'left', 'new_event', 'rule_retired')
        then machine_reason else 'cleared' end as reason
    from event_told;
create table wanted_shown as
    select night, flag_id, s.severity, shown_facts from episode_night e
    join severity_rank s on s.rank = e.shown_rank
    where coalesce(reason, '') <> 'new_event'
        or not exists (select from replay r where r.night = e.night and r.ended_opened is not null
            and (r.patient_id, r.rule_id) = (e.patient_id, e.rule_id));
create table wanted_until as
    select night, flag_id, review_until from episode_night join review using (night, flag_id)
    where kind = 'ack';
create table told_until as select night, flag_id, told_until from review_file where kind = 'ack';
SQL
differences=0
compare() { # WHAT TABLE OTHER
    local rows different
    rows=$(sql -c "select count(*) from $2")
    different=$(sql -c "select count(*) from ((table $2 except all table $3) union all
        (table $3 except all table $2)) d")
    printf '%s: %s, %s differences\n' "$1" "$rows" "$different"
    [ "$different" != 0 ] || return 0
    differences=$((differences + different))
    sql -F ' ' -c "(select 'replay', d.* from (table $2 except all table $3) d order by 2, 3 limit 5) union all
        (select 'database', d.* from (table $3 except all table $2) d order by 2, 3 limit 5)"
}
compare 'open flags, mornings and evenings: listed, covered by a review' wanted_list told_list
compare 'ends of reviews with their cause and night' wanted_end told_end
compare 'days on which reviews end, as ack told them' wanted_until told_until
compare 'events of episodes' wanted_event told_event
compare 'evidence that people have seen' wanted_shown shown_told
[ "$differences" = 0 ] || fail 'reviews do not do what the replay says'

# Every fate of a review must have been met, or the nights prove little.
sql -F ' ' -c "select cause, count(*) from told_end group by 1 union all
    select 'resolved by ' || e.machine_reason, count(*) from told_end t join event_told e using (night, flag_id)
        where t.cause = 'resolved' group by 1 union all
    select 'taken back', count(*) from review where kind = 'unack' union all
    select 'given again while another ran', count(*) from review_file r join told t using (night, flag_id)
        where r.kind = 'ack' and moment = 'morning' and status = 'running' union all
    select 'running over a night', count(*) from told_list where moment = 'morning' and is_covered union all
    select 'expired on a day that a reviewer chose', count(*) from told_end e join lateral (
        select until from review r where r.flag_id = e.flag_id and r.night < e.night and kind = 'ack'
        order by r.night desc limit 1) r on r.until is not null where cause = 'expired'
    order by 1" | tee seen
for fate in expired worsened new reopened resolved rule_changed 'resolved by new_event' \
    'resolved by rule_retired' 'taken back' 'given again while another ran' \
    'running over a night' 'expired on a day that a reviewer chose'; do
    grep -qE "^$fate [1-9]" seen || fail "no review met: $fate"
done
