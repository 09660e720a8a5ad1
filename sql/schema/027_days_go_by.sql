-- "12 days since the sample" is 13 the next night, and nobody has news: a review of what the list
-- of the night before showed was refused for every flag that says so.

create or replace function magscreen.merge_episodes(run_id bigint) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    days constant text := '=[<>=0-9.-]+ days'; -- they grow by themselves
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
        update magscreen.flag f set site = s.site, rule_version = s.rule_version, title = s.title,
            last_run = %1$s, last_seen = s.last_seen, severity = s.severity,
            could_be = nullif(s.could_be, ''), state = s.event, hidden_by = nullif(s.hidden_by, ''),
            notes = nullif(s.notes, ''), evidence = s.evidence, event_from = s.event_from,
            event_to = s.event_to, shown_severity = s.shown_severity, shown_facts = s.shown_facts,
            resolved_run = null, resolved_as_of = null, machine_reason = null,
            facts_run = case when s.event in ('ongoing', 'improved') and f.severity = s.severity
                    and (f.evidence ->> 'digest' is not distinct from s.evidence ->> 'digest'
                        or regexp_replace(f.evidence ->> 'digest', %2$L, '', 'g')
                            = regexp_replace(s.evidence ->> 'digest', %2$L, '', 'g'))
                then f.facts_run else %1$s end
        from magscreen.stage_episode_%1$s s
        where s.flag_id = f.flag_id
            and s.event in ('new', 'ongoing', 'worsened', 'improved', 'reopened')
        $sql$, run_id, days);
    execute format($sql$
        insert into magscreen.flag (flag_id, patient_id, site, rule_id, rule_version, title,
            opened_run, last_run, opened_as_of, last_seen, severity, could_be, state, hidden_by,
            notes, evidence, event_from, event_to, shown_severity, shown_facts,
            facts_run)
        select s.flag_id, s.patient_id, s.site, s.rule_id, s.rule_version, s.title, %1$s, %1$s,
            s.opened_as_of, s.last_seen, s.severity, nullif(s.could_be, ''), s.event,
            nullif(s.hidden_by, ''), nullif(s.notes, ''), s.evidence, s.event_from, s.event_to,
            s.shown_severity, s.shown_facts, %1$s
        from magscreen.stage_episode_%1$s s where s.event = 'new'
            and not exists (select from magscreen.flag f where f.flag_id = s.flag_id)
        $sql$, run_id);
    execute format($sql$
        insert into magscreen.flag_event (run_id, flag_id, event, severity, machine_reason, facts)
        select %1$s, s.flag_id, s.event, s.severity, nullif(s.machine_reason, ''),
            case when s.event in ('new', 'worsened', 'improved', 'reopened')
                then s.evidence ->> 'digest' end
        from magscreen.stage_episode_%1$s s
        $sql$, run_id);
end
$$;
