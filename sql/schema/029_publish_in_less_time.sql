-- Most of the time of publishing went to things that are done once more elsewhere: a look-up of its
-- flag for each event, index entries for each new version of a row. What is guarded and what is
-- shown stay as they were.

-- --- evidence is staged as it was written
-- It becomes jsonb, and is looked at as such, when it is merged.
alter table magscreen.stage_episode alter column evidence type text;

-- --- pages with room for the next night
-- A version that fits on the page of the one before, and changes no column of an index, needs no
-- index entry. Tables that are there already take this up page by page. A new version of the pack
-- changes all rows of an index that no view asks by, so it goes.
alter table magscreen.flag set (fillfactor = 45);
drop index magscreen.flag_rule;

-- --- events of a run stand side by side
drop index magscreen.flag_event_run;
create index flag_event_run on magscreen.flag_event using brin (run_id)
    with (pages_per_range = 32, autosummarize = on);

-- --- an event has its flag
-- As the foreign key said, for a whole statement at once instead of row by row. Executed, so that
-- it is planned each time: a plan for the few events of one statement would take hours for those of
-- the next.
create function magscreen.refuse_stray_events() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set jit = off -- compiling takes longer than what is compiled
    as $$
declare
    stray bigint;
begin
    execute 'select count(*) from added a
        where not exists (select from magscreen.flag f where f.flag_id = a.flag_id)' into stray;
    if stray > 0 then
        raise exception '% events have no flag', stray using errcode = 'MS701';
    end if;
    return null;
end
$$;
comment on function magscreen.refuse_stray_events() is
    'trigger: an event is that of a flag which is there';
revoke all on function magscreen.refuse_stray_events() from public;
create trigger has_flag after insert on magscreen.flag_event
    referencing new table as added
    for each statement execute function magscreen.refuse_stray_events();

create function magscreen.refuse_lost_flags() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    is_needed boolean := true;
begin
    if tg_op = 'UPDATE' then
        raise exception 'a flag keeps its flag_id' using errcode = 'MS424';
    elsif tg_op = 'DELETE' then
        execute 'select exists (select from gone g
            join magscreen.flag_event e on e.flag_id = g.flag_id)' into is_needed;
    end if;
    if is_needed then
        raise exception 'a flag that has events stays' using errcode = 'MS424';
    end if;
    return null;
end
$$;
comment on function magscreen.refuse_lost_flags() is
    'trigger: a flag that has events is not removed and keeps its flag_id';
revoke all on function magscreen.refuse_lost_flags() from public;
create trigger keeps_events after delete on magscreen.flag
    referencing old table as gone
    for each statement execute function magscreen.refuse_lost_flags();
create trigger keeps_all before truncate on magscreen.flag
    for each statement execute function magscreen.refuse_lost_flags();
create trigger keeps_id before update of flag_id on magscreen.flag
    for each row when (old.flag_id is distinct from new.flag_id)
    execute function magscreen.refuse_lost_flags();
alter table magscreen.flag_event drop constraint flag_event_flag_id_fkey;

-- --- staged episodes continue the ledger
-- Copies are counted by their ids alone: whole rows would be sorted.
create or replace function magscreen.check_staged(run_id bigint) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    broken bigint;
    missed bigint;
begin
    execute format($sql$
        select count(*) filter (where
            s.event not in ('new', 'ongoing', 'worsened', 'improved', 'resolved', 'reopened',
                'unconfirmed')
            or s.state <> s.event or copied.flag_id is not null
            or (s.event = 'new' and f.flag_id is not null and not (f.resolved_run is null
                and f.hidden_by is not null and coalesce(s.hidden_by, '') = ''))
            or (s.event <> 'new' and f.flag_id is null)
            or (s.event in ('ongoing', 'worsened', 'improved', 'unconfirmed')
                and f.resolved_run is not null)
            or (s.event = 'reopened' and f.resolved_run is null)
            or (s.event = 'resolved' and (f.resolved_run is not null
                or coalesce(s.resolved_as_of, '') = '' or coalesce(s.machine_reason, '') = ''))
            or (s.event not in ('resolved', 'unconfirmed')
                and (s.evidence is null or coalesce(s.title, '') = ''))
            or (f.flag_id is not null and (f.patient_id, f.rule_id) <> (s.patient_id, s.rule_id))
            or s.severity not in ('critical', 'high', 'moderate', 'low', 'info')
            or s.shown_severity not in ('critical', 'high', 'moderate', 'low', 'info'))
        from magscreen.stage_episode_%1$s s
        left join (select flag_id from magscreen.stage_episode_%1$s
            group by flag_id having count(*) > 1) copied using (flag_id)
        left join magscreen.flag f using (flag_id)
        $sql$, run_id) into broken;
    execute format($sql$
        select count(*) from magscreen.flag f
        where f.resolved_run is null
            and not exists (select from magscreen.stage_episode_%s s where s.flag_id = f.flag_id)
        $sql$, run_id) into missed;
    if broken > 0 or missed > 0 then
        raise exception '% staged episodes contradict the ledger, % open ones have no event',
            broken, missed using errcode = 'MS701';
    end if;
end
$$;

-- Events follow from the rows that were changed, so that facts are taken from what is kept; every
-- staged row has one. What is no JSON is told without a word of it: messages reach the log.
create or replace function magscreen.merge_episodes(run_id bigint) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    days constant text := '=[<>=0-9.-]+ days'; -- they grow by themselves
    staged bigint;
    changed bigint;
    added bigint;
begin
    -- What resolved goes first: a new episode of the same patient and rule may follow.
    execute format($sql$
        update magscreen.flag f set state = s.event, resolved_run = %1$s,
            resolved_as_of = s.resolved_as_of, machine_reason = s.machine_reason
        from magscreen.stage_episode_%1$s s
        where s.flag_id = f.flag_id and s.event = 'resolved'
        $sql$, run_id);
    execute format($sql$
        update magscreen.flag f set state = s.event
        from magscreen.stage_episode_%1$s s
        where s.flag_id = f.flag_id and s.event = 'unconfirmed'
        $sql$, run_id);
    execute format($sql$
        insert into magscreen.flag_event (run_id, flag_id, event, severity, machine_reason)
        select %1$s, s.flag_id, s.event, s.severity, nullif(s.machine_reason, '')
        from magscreen.stage_episode_%1$s s where s.event in ('resolved', 'unconfirmed')
        $sql$, run_id);
    get diagnostics staged = row_count;
    execute format($sql$
        with merged as (
            update magscreen.flag f set site = s.site, rule_version = s.rule_version,
                title = s.title, last_run = %1$s, last_seen = s.last_seen, severity = s.severity,
                could_be = nullif(s.could_be, ''), state = s.event,
                hidden_by = nullif(s.hidden_by, ''), notes = nullif(s.notes, ''),
                evidence = s.evidence, event_from = s.event_from, event_to = s.event_to,
                shown_severity = s.shown_severity, shown_facts = s.shown_facts,
                resolved_run = null, resolved_as_of = null, machine_reason = null,
                facts_run = case
                    when s.event in ('ongoing', 'improved') and f.severity = s.severity
                        and (f.evidence ->> 'digest' is not distinct from s.evidence ->> 'digest'
                            or regexp_replace(f.evidence ->> 'digest', %2$L, '', 'g')
                                = regexp_replace(s.evidence ->> 'digest', %2$L, '', 'g'))
                    then f.facts_run else %1$s end
            from (select t.flag_id, t.site, t.rule_version, t.title, t.last_seen, t.severity,
                    t.could_be, t.event, t.hidden_by, t.notes, t.evidence::jsonb as evidence,
                    t.event_from, t.event_to, t.shown_severity, t.shown_facts, t.machine_reason
                from magscreen.stage_episode_%1$s t
                where t.event in ('new', 'ongoing', 'worsened', 'improved', 'reopened')
                offset 0) s -- offset: the evidence becomes jsonb once
            where s.flag_id = f.flag_id
            returning s.flag_id, s.event, s.severity, s.machine_reason,
                case when s.event <> 'ongoing' then s.evidence ->> 'digest' end as facts
        )
        insert into magscreen.flag_event (run_id, flag_id, event, severity, machine_reason, facts)
        select %1$s, m.flag_id, m.event, m.severity, nullif(m.machine_reason, ''), m.facts
        from merged m
        $sql$, run_id, days);
    get diagnostics changed = row_count;
    execute format($sql$
        with opened as (
            insert into magscreen.flag (flag_id, patient_id, site, rule_id, rule_version, title,
                opened_run, last_run, opened_as_of, last_seen, severity, could_be, state, hidden_by,
                notes, evidence, event_from, event_to, shown_severity, shown_facts, facts_run)
            select s.flag_id, s.patient_id, s.site, s.rule_id, s.rule_version, s.title, %1$s, %1$s,
                s.opened_as_of, s.last_seen, s.severity, nullif(s.could_be, ''), s.event,
                nullif(s.hidden_by, ''), nullif(s.notes, ''), s.evidence::jsonb, s.event_from,
                s.event_to, s.shown_severity, s.shown_facts, %1$s
            from magscreen.stage_episode_%1$s s where s.event = 'new'
                and not exists (select from magscreen.flag f where f.flag_id = s.flag_id)
            returning flag_id, state, severity, evidence ->> 'digest' as facts
        )
        insert into magscreen.flag_event (run_id, flag_id, event, severity, facts)
        select %1$s, o.flag_id, o.state, o.severity, o.facts from opened o
        $sql$, run_id);
    get diagnostics added = row_count;
    execute format('select count(*) - $1 from magscreen.stage_episode_%s', run_id)
        into staged using staged + changed + added;
    if staged <> 0 then
        raise exception '% staged episodes have no event', staged using errcode = 'MS701';
    end if;
exception when invalid_text_representation or untranslatable_character then
    raise exception 'staged evidence is not JSON' using errcode = 'MS701';
end
$$;

create or replace function magscreen.publish_run(
    run_id bigint, reason text default null,
    out xid xid8, out new_count bigint, out ongoing_count bigint, out worsened_count bigint,
    out improved_count bigint, out resolved_count bigint, out reopened_count bigint,
    out unconfirmed_count bigint)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set jit = off -- compiling takes longer than what is compiled
    set work_mem = '64MB' -- a night's episodes are joined in memory, by one session
    as $$
declare
    part text;
begin
    perform magscreen.require_lock();
    perform magscreen.check_publishable(run_id, reason);
    -- Nothing else has counted this table: without it 10^5 rows are joined one by one.
    execute format('analyze magscreen.stage_episode_%s (flag_id, event)', run_id);
    perform magscreen.check_staged(run_id);
    perform magscreen.merge_episodes(run_id);
    foreach part in array array['cannot_tell', 'summary'] loop
        execute format('alter table magscreen.%1$s attach partition magscreen.%1$s_%2$s '
            'for values in (%2$s)', part, run_id);
        execute format('revoke insert on magscreen.%s_%s from magscreen_job', part, run_id);
    end loop;
    execute format('drop table magscreen.stage_episode_%s', run_id);
    xid := pg_current_xact_id();
    update magscreen.run r set state = 'published', published_at = now(), ended_at = now(),
        release_reason = nullif(btrim(reason), ''), xid = publish_run.xid,
        exit_code = case when btrim(reason) <> '' then 3 else r.exit_code end
    where r.run_id = publish_run.run_id;
    insert into magscreen.current_run as c (run_id) values (publish_run.run_id)
    on conflict (only_row) do update set run_id = excluded.run_id;
    perform magscreen.publish_quality(run_id);
    select count(*) filter (where e.event = 'new'), count(*) filter (where e.event = 'ongoing'),
        count(*) filter (where e.event = 'worsened'), count(*) filter (where e.event = 'improved'),
        count(*) filter (where e.event = 'resolved'), count(*) filter (where e.event = 'reopened'),
        count(*) filter (where e.event = 'unconfirmed')
    into new_count, ongoing_count, worsened_count, improved_count, resolved_count, reopened_count,
        unconfirmed_count
    from magscreen.flag_event e where e.run_id = publish_run.run_id;
end
$$;
