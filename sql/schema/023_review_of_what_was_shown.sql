-- A review takes what was shown: whoever read the list of an earlier run names it, and is refused if
-- the flag has become another since.

alter table magscreen.flag add column facts_run bigint;
update magscreen.flag set facts_run = last_run;
comment on column magscreen.flag.facts_run is
    'run that last brought it news, another severity or other facts: since then it reads the same';

create or replace function magscreen.merge_episodes(run_id bigint) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
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
                    and f.evidence ->> 'digest' is not distinct from s.evidence ->> 'digest'
                then f.facts_run else %1$s end
        from magscreen.stage_episode_%1$s s
        where s.flag_id = f.flag_id
            and s.event in ('new', 'ongoing', 'worsened', 'improved', 'reopened')
        $sql$, run_id);
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

create or replace function magscreen.complete_review() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    reviewed magscreen.flag;
    today date := magscreen.shown_day();
begin
    select * into reviewed from magscreen.flag f where f.flag_id = new.flag_id;
    if reviewed.flag_id is null then
        raise exception 'there is no such flag' using errcode = 'MS425';
    end if;
    if new.kind = 'ack' and reviewed.resolved_run is not null then
        raise exception 'flag % is resolved: there is nothing to review', new.flag_id
            using errcode = 'MS425';
    end if;
    if new.kind = 'unack' and not exists (select from magscreen.v_review r
            where r.flag_id = new.flag_id and r.status = 'running') then
        raise exception 'flag % has no review to take back', new.flag_id using errcode = 'MS428';
    end if;
    -- Whoever looks at the list of an earlier run has not seen what a later one found.
    if new.run_id < reviewed.facts_run or new.run_id > magscreen.shown_run() then
        raise exception 'flag % is not as run % has shown it', new.flag_id, new.run_id
            using errcode = 'MS426';
    end if;
    new.run_id := magscreen.shown_run();
    new.by_role := session_user;
    new.at := clock_timestamp();
    new.severity_at := reviewed.severity;
    new.facts_at := coalesce(reviewed.evidence ->> 'digest', reviewed.shown_facts);
    new.rule_version_at := reviewed.rule_version;
    if new.kind = 'ack' then
        new.until := coalesce(new.until, today + coalesce(
            (select v.snooze_days from magscreen.rule_version v
                where (v.rule_id, v.version) = (reviewed.rule_id, reviewed.rule_version)),
            magscreen.snooze_days(reviewed.severity)));
        if new.until <= today or new.until > today + 365 then
            raise exception 'until lies between % and %', today + 1, today + 365
                using errcode = 'MS427';
        end if;
    end if;
    return new;
end
$$;

drop function magscreen.ack(text, text, text, date);
create function magscreen.ack(
    flag_id text, reason text, note text default null, until date default null,
    seen_run bigint default null, out review_id bigint, out shown_again_from date)
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$
    insert into magscreen.review (flag_id, kind, reason, note, until, run_id)
    values (ack.flag_id, 'ack', ack.reason, nullif(btrim(ack.note), ''), ack.until, ack.seen_run)
    returning review_id, until
    $$;
comment on function magscreen.ack(text, text, text, date, bigint) is
    'enters a review: the flag leaves the worklist until that as-of day, or until it worsens; '
    'seen_run: the run whose list was read, refused (MS426) if the flag is another since';
revoke all on function magscreen.ack(text, text, text, date, bigint) from public;
grant execute on function magscreen.ack(text, text, text, date, bigint) to magscreen_reviewer;
grant insert (run_id) on magscreen.review to magscreen_reviewer;
