-- Staged rows were joined with the ledger whole: above 100,000 flags they went to disk and back, and
-- the ledger was changed in an order in which each page came back many times. They were looked
-- through nine times. What is refused, what is kept and what is shown stay as they were.

-- --- staged episodes continue the ledger
-- Copies of an id show when rows are merged. Here one may stand in for an open episode without a
-- row: one of the two is told in any case, and nothing is published.
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
            or s.state <> s.event
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
            or s.shown_severity not in ('critical', 'high', 'moderate', 'low', 'info')),
            (select count(*) from magscreen.flag o where o.resolved_run is null)
                - count(*) filter (where f.flag_id is not null and f.resolved_run is null)
        from magscreen.stage_episode_%s s
        left join magscreen.flag f using (flag_id)
        $sql$, run_id) into broken, missed;
    if broken > 0 or missed > 0 then
        raise exception '% staged episodes contradict the ledger, % open ones have no event',
            broken, missed using errcode = 'MS701';
    end if;
end
$$;

-- Events follow from the rows that were changed, so that facts are taken from what is kept; every
-- staged row has one. What is no JSON is told without a word of it: messages reach the log. Of an
-- episode that is staged twice one row has no event, or it is written twice: its key refuses that.
create or replace function magscreen.merge_episodes(run_id bigint) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    days constant text := '=[<>=0-9.-]+ days'; -- they grow by themselves
    staged bigint;
    ended bigint;
    changed bigint;
    added bigint;
begin
    -- What resolved goes first: a new episode of the same patient and rule may follow.
    execute format($sql$
        with ended as (
            update magscreen.flag f set state = s.event,
                resolved_run = case when s.event = 'resolved' then %1$s else f.resolved_run end,
                resolved_as_of = case when s.event = 'resolved' then s.resolved_as_of
                    else f.resolved_as_of end,
                machine_reason = case when s.event = 'resolved' then s.machine_reason
                    else f.machine_reason end
            from magscreen.stage_episode_%1$s s
            where s.flag_id = f.flag_id and s.event in ('resolved', 'unconfirmed')
            returning s.flag_id, s.event, s.severity, s.machine_reason
        )
        insert into magscreen.flag_event (run_id, flag_id, event, severity, machine_reason)
        select %1$s, e.flag_id, e.event, e.severity, nullif(e.machine_reason, '') from ended e
        $sql$, run_id);
    get diagnostics ended = row_count;
    -- The ledger is gone through in its own order, joined with the places of the staged rows alone;
    -- what they hold is fetched when it is due, and the evidence becomes jsonb once: offset 0.
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
            from (select t.flag_id, t.ctid as place from magscreen.stage_episode_%1$s t
                where t.event in ('new', 'ongoing', 'worsened', 'improved', 'reopened')
                offset 0) p
            cross join lateral (select t.site, t.rule_version, t.title, t.last_seen, t.severity,
                    t.could_be, t.event, t.hidden_by, t.notes, t.evidence::jsonb as evidence,
                    t.event_from, t.event_to, t.shown_severity, t.shown_facts, t.machine_reason
                from magscreen.stage_episode_%1$s t where t.ctid = p.place
                offset 0) s
            where p.flag_id = f.flag_id
            returning p.flag_id, s.event, s.severity, s.machine_reason,
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
    execute format('select count(*) from magscreen.stage_episode_%s', run_id) into staged;
    if staged <> ended + changed + added then
        raise exception '% staged episodes have no event', staged - ended - changed - added
            using errcode = 'MS701';
    end if;
exception
    when invalid_text_representation or untranslatable_character then
        raise exception 'staged evidence is not JSON' using errcode = 'MS701';
    when unique_violation then
        raise exception 'an episode is staged twice, or a patient and rule would have two open ones'
            using errcode = 'MS701';
end
$$;
