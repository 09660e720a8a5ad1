-- The ledger stated a second time: nightly outcomes 1..k are replayed into episodes and events.
-- Written from the design page "database" (Episodes), not from the program. Plain SQL of
-- PostgreSQL 15; needs no schema of magscreen. Read by tests/pg/test_ledger_nights.sh.
--
-- Fill the tables, refresh outcome and replay, then read episode_night: one row per night and pair, and one more for an episode
-- that a new event ended that night.

create table night (night int primary key, as_of text not null);
-- What the night's pack says: a rule that is not here, or not active, is retired.
create table night_rule (
    night int, rule_id text collate "C", version text not null, status text not null,
    primary key (night, rule_id));
-- "worsens: severity rises or NAME drops by AMOUNT UNIT"; rises: the same upwards.
create table worsens (
    rule_id text collate "C", fact text not null, direction text not null, amount numeric not null);
create table night_flag (
    night int, patient_id text collate "C", rule_id text collate "C", version text not null,
    severity text not null, is_hidden boolean not null, event_from timestamp, facts text not null,
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
select n.night, n.as_of, p.patient_id, p.rule_id, f.version, f.severity, s.rank, f.is_hidden,
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

create materialized view replay as
with recursive step as (
    select 0 as night, p.patient_id, p.rule_id,
        null::text as opened, null::text as last_seen, null::text as resolved, null::text as reason,
        null::text as event, null::text as state, null::int as shown_rank, null::text as shown_facts,
        null::int as rank, null::boolean as is_hidden, null::text as version,
        null::timestamp as event_from,
        null::text as ended_opened, null::text as ended_last_seen, null::text as ended_version,
        null::int as ended_rank, null::int as ended_shown_rank, null::text as ended_shown_facts,
        null::boolean as ended_is_hidden, null::timestamp as ended_event_from
    from (select distinct patient_id, rule_id from night_flag) p
    union all
    select o.night, o.patient_id, o.rule_id,
        case when e.opens then o.as_of else b.opened end,
        case when o.outcome = 'flagged' then o.as_of else b.last_seen end,
        case when e.event = 'resolved' then o.as_of when e.event is null then b.resolved end,
        case when e.event = 'resolved' then
                case o.outcome when 'left' then 'left' when 'retired' then 'rule_retired'
                    else 'cleared' end
            when e.event is null then b.reason end,
        e.event, coalesce(e.event, b.state),
        case when e.event in ('new', 'worsened', 'reopened') then o.rank else b.shown_rank end,
        case when e.event in ('new', 'worsened', 'reopened') then o.facts else b.shown_facts end,
        coalesce(o.rank, b.rank), coalesce(o.is_hidden, b.is_hidden),
        coalesce(o.version, b.version),
        case when o.outcome = 'flagged' then o.event_from else b.event_from end,
        case when e.ends then b.opened end, case when e.ends then b.last_seen end,
        case when e.ends then b.version end, case when e.ends then b.rank end,
        case when e.ends then b.shown_rank end, case when e.ends then b.shown_facts end,
        case when e.ends then b.is_hidden end, case when e.ends then b.event_from end
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
                when b.is_hidden and not o.is_hidden then 'new' -- "what it hid appears as new"
                when o.rank > b.shown_rank or w.by_value then 'worsened'
                when o.rank < b.shown_rank then 'improved'
                else 'ongoing' end
            when not was.is_open then null
            when o.outcome = 'unknown' then 'unconfirmed'
            else 'resolved'
        end as event) e
)
select * from step where night > 0
with no data;

create view episode_night as
select night, flag_id_of(patient_id, rule_id, opened) as flag_id, patient_id, rule_id, event, opened,
    last_seen, resolved, reason, version, state, rank, is_hidden, event_from, shown_rank, shown_facts
from replay where opened is not null
union all
select r.night, flag_id_of(patient_id, rule_id, ended_opened), patient_id, rule_id, 'resolved',
    ended_opened, ended_last_seen, n.as_of, 'new_event', ended_version, 'resolved', ended_rank,
    ended_is_hidden, ended_event_from, ended_shown_rank, ended_shown_facts
from replay r join night n using (night) where ended_opened is not null;
