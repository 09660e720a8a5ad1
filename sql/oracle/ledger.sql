-- The ledger stated a second time: nightly outcomes 1..k are replayed into episodes and events.
-- Written from the design page "database" (Episodes, reviews), not from the program. Plain SQL of
-- PostgreSQL 15; needs no schema of magscreen. Read by tests/pg/test_ledger_nights.sh and by
-- test_review_nights.sh.
--
-- Fill the tables, refresh outcome and replay, then read episode_night: one row per night and pair,
-- and one more for an episode that a new event ended that night.

create table night (night int primary key, as_of text not null);
-- What the night's pack says: a rule that is not here, or not active, is retired.
create table night_rule (
    night int, rule_id text collate "C", version text not null, status text not null,
    snooze_days int,
    primary key (night, rule_id));
-- "worsens: severity rises or NAME drops by AMOUNT UNIT"; rises: the same upwards.
create table worsens (
    rule_id text collate "C", fact text not null, direction text not null, amount numeric not null);
create table night_flag (
    night int, patient_id text collate "C", rule_id text collate "C", version text not null,
    severity text not null, hidden_by text collate "C", event_from timestamp, facts text not null,
    primary key (night, patient_id, rule_id));
create table night_unknown (
    night int, patient_id text collate "C", rule_id text collate "C",
    primary key (night, patient_id, rule_id));
-- The roster of the night.
create table night_person (
    night int, patient_id text collate "C", died_on date, observed_until date,
    primary key (night, patient_id));

create table severity_rank (severity text primary key, rank int not null);
insert into severity_rank values ('info', 1), ('low', 2), ('moderate', 3), ('high', 4), ('critical', 5);

-- T given as a day is 23:59 of that day.
create function as_of_time(as_of text) returns timestamp language sql immutable as
    $$ select case when length(as_of) = 10 then as_of::timestamp + interval '23:59'
        else as_of::timestamp end $$;

-- The number of a fact that is a plain number: "kf=17.3416 mL/min@2025-08-01".
create function fact_number(facts text, name text) returns numeric language sql immutable as
    $$ select (regexp_match('; ' || facts,
        '; ' || regexp_replace(name, '([.()*+?\[\]])', '\\\1', 'g') || '=([0-9]+(?:\.[0-9]+)?)(?: [^@;]*)?(?:@|;|$)'))[1]::numeric $$;

create function flag_id_of(patient_id text, rule_id text, first_seen text) returns text
language sql immutable as
    $$ select rule_id || '-' || left(encode(sha256(convert_to(patient_id, 'UTF8') || '\x00'::bytea
        || convert_to(rule_id, 'UTF8') || '\x00'::bytea || convert_to(first_seen, 'UTF8')), 'hex'), 12) $$;

-- One outcome for every night of every pair that was ever flagged.
create materialized view outcome as
select n.night, n.as_of, p.patient_id, p.rule_id, f.version, f.severity, s.rank, f.hidden_by,
    f.event_from, f.facts,
    case
        when f.patient_id is not null then 'flagged'
        when r.status is distinct from 'active' then 'retired'
        when u.patient_id is not null then 'unknown'
        when h.patient_id is null then 'unknown'           -- gone, nobody knows why
        when h.died_on < n.as_of::date then 'left'
        when h.observed_until < n.as_of::date then 'left'
        else 'clear'                                       -- or not applicable
    end as outcome
from night n
cross join (select distinct patient_id, rule_id from night_flag) p
left join night_flag f using (night, patient_id, rule_id)
left join severity_rank s using (severity)
left join night_unknown u on (u.night, u.patient_id, u.rule_id) = (n.night, p.patient_id, p.rule_id)
left join night_person h on (h.night, h.patient_id) = (n.night, p.patient_id)
left join night_rule r on (r.night, r.rule_id) = (n.night, p.rule_id)
with no data;

-- What reviewers did in the evenings: after the night was published, on flags of that night; at
-- most one review of a flag a night. until: null where none was said.
create table review (
    night int, flag_id text, kind text not null check (kind in ('ack', 'unack')), until date,
    primary key (night, flag_id));

-- "critical 1 day, high 7, moderate 28, low 90"; a rule's own length comes before.
create function review_days(rule text, rule_version text, severity_rank int) returns int
language sql stable as
    $$ select coalesce((select max(r.snooze_days) from night_rule r
            where r.rule_id = rule and r.version = rule_version),
        (array[90, 90, 28, 7, 1])[severity_rank]) $$;

-- review_morning, review: what became of the latest review by the morning and by the evening, null
-- where there is none: running, taken_back, or what ended it (what ends it once has ended it).
create materialized view replay as
with recursive step as (
    select 0 as night, p.patient_id, p.rule_id,
        null::text as opened, null::text as last_seen, null::text as resolved, null::text as reason,
        null::text as event, null::text as state, null::int as shown_rank, null::text as shown_facts,
        null::int as rank, null::text as facts, null::text collate "C" as hidden_by,
        null::text as version, null::timestamp as event_from,
        null::text as review_morning, null::text as review, null::date as review_until,
        null::text as review_major,
        null::text as ended_opened, null::text as ended_last_seen, null::text as ended_version,
        null::int as ended_rank, null::int as ended_shown_rank, null::text as ended_shown_facts,
        null::text collate "C" as ended_hidden_by, null::timestamp as ended_event_from,
        null::text as ended_review
    from (select distinct patient_id, rule_id from night_flag) p
    union all
    select o.night, o.patient_id, o.rule_id, t.opened,
        case when o.outcome = 'flagged' then o.as_of else b.last_seen end,
        case when e.event = 'resolved' then o.as_of when e.event is null then b.resolved end,
        case when e.event = 'resolved' then
                case o.outcome when 'left' then 'left' when 'retired' then 'rule_retired'
                    else 'cleared' end
            when e.event is null then b.reason end,
        e.event, coalesce(e.event, b.state),
        -- "the evidence last shown as new, worsened or reviewed"
        case when e.event in ('new', 'worsened', 'reopened') or r.kind = 'ack' then t.rank
            else b.shown_rank end,
        case when e.event in ('new', 'worsened', 'reopened') or r.kind = 'ack' then t.facts
            else b.shown_facts end,
        t.rank, t.facts,
        case when o.outcome = 'flagged' then o.hidden_by else b.hidden_by end,
        t.version,
        case when o.outcome = 'flagged' then o.event_from else b.event_from end,
        m.review_morning,
        case r.kind when 'ack' then 'running' when 'unack' then 'taken_back'
            else m.review_morning end,
        case when r.kind = 'ack' then coalesce(r.until,
                o.as_of::date + review_days(o.rule_id, t.version, t.rank))
            else b.review_until end,
        case when r.kind = 'ack' then split_part(t.version, '.', 1) else b.review_major end,
        case when e.ends then b.opened end, case when e.ends then b.last_seen end,
        case when e.ends then b.version end, case when e.ends then b.rank end,
        case when e.ends then b.shown_rank end, case when e.ends then b.shown_facts end,
        case when e.ends then b.hidden_by end, case when e.ends then b.event_from end,
        case when e.ends and b.review = 'running' then 'resolved' when e.ends then b.review end
    from step b
    join outcome o on o.night = b.night + 1 and o.patient_id = b.patient_id and o.rule_id = b.rule_id
    cross join lateral (select b.opened is not null and b.resolved is null as is_open) was
    -- "tonight's event began after that episode's last_seen"
    cross join lateral (select was.is_open and o.outcome = 'flagged'
        and coalesce(o.event_from > as_of_time(b.last_seen), false) as ends) n
    -- "within 28 days or the event began before its resolution"
    cross join lateral (select b.resolved is not null and o.outcome = 'flagged'
        and (o.as_of::date - b.resolved::date <= 28
            or coalesce(o.event_from < as_of_time(b.resolved), false)) as reopens) a
    cross join lateral (select exists (
        select from worsens w where w.rule_id = o.rule_id
            and case w.direction
                when 'drops' then fact_number(b.shown_facts, w.fact) - fact_number(o.facts, w.fact)
                else fact_number(o.facts, w.fact) - fact_number(b.shown_facts, w.fact)
                end >= w.amount) as by_value) w
    cross join lateral (select
        n.ends,
        o.outcome = 'flagged' and (n.ends or (not was.is_open and not a.reopens)) as opens,
        case
            when o.outcome = 'flagged' and n.ends then 'new'
            when o.outcome = 'flagged' and not was.is_open then
                case when a.reopens then 'reopened' else 'new' end
            when o.outcome = 'flagged' then case
                when b.hidden_by is not null and o.hidden_by is null
                    then 'new' -- "what it hid appears as new"
                when o.rank > b.shown_rank or w.by_value then 'worsened'
                when o.rank < b.shown_rank then 'improved'
                else 'ongoing' end
            when not was.is_open then null
            when o.outcome = 'unknown' then 'unconfirmed'
            else 'resolved'
        end as event) e
    -- who was flagged last, and when it began
    cross join lateral (select
        case when e.opens then o.as_of else b.opened end as opened,
        coalesce(o.rank, b.rank) as rank, coalesce(o.facts, b.facts) as facts,
        coalesce(o.version, b.version) as version) t
    -- "A snooze is the length of a review; it ends at once when the flag worsens"; "a new major rule
    -- version ends reviews"; what is new or comes back has not been looked at
    cross join lateral (select case
            when e.opens then null
            when e.event = 'reopened' and b.review = 'resolved' then 'reopened'
            when b.review is distinct from 'running' then b.review
            when e.event in ('resolved', 'new', 'worsened') then e.event
            when split_part(t.version, '.', 1) <> b.review_major then 'rule_changed'
            when b.review_until <= o.as_of::date then 'expired'
            else 'running' end as review_morning) m
    left join review r on r.night = o.night
        and r.flag_id = flag_id_of(o.patient_id, o.rule_id, t.opened)
)
select * from step where night > 0
with no data;
create unique index on replay (night, patient_id, rule_id);

create view episode_night as
select night, flag_id_of(patient_id, rule_id, opened) as flag_id, patient_id, rule_id, event, opened,
    last_seen, resolved, reason, version, state, rank, hidden_by, event_from, shown_rank, shown_facts,
    review_morning, review, review_until
from replay where opened is not null
union all
select r.night, flag_id_of(patient_id, rule_id, ended_opened), patient_id, rule_id, 'resolved',
    ended_opened, ended_last_seen, n.as_of, 'new_event', ended_version, 'resolved', ended_rank,
    ended_hidden_by, ended_event_from, ended_shown_rank, ended_shown_facts, ended_review,
    ended_review, null
from replay r join night n using (night) where ended_opened is not null;

-- Which open flags the list has, morning and evening: "open, unhidden episodes without a running
-- review"; info is for data quality. What hides a flag has to be open and listed by itself; that a
-- reviewer has seen it does not bring out what it hides.
create view listed as
select e.night, moment, e.flag_id, e.patient_id, e.rule_id,
    coalesce(m.review, '') = 'running' as is_covered,
    coalesce(m.review, '') <> 'running' and e.rank > 1 and not exists (
        select from replay h where (h.night, h.patient_id, h.rule_id)
                = (e.night, e.patient_id, e.hidden_by)
            and h.opened is not null and h.resolved is null and h.rank > 1) as is_listed
from episode_night e
cross join lateral (values ('morning', e.review_morning), ('evening', e.review)) m (moment, review)
where e.resolved is null;
