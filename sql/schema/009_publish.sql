-- The one transaction that makes a run visible: episodes are merged, events appended, tables
-- attached, the pointer moved. Until its COMMIT no view shows anything of the run.

create function magscreen.check_publishable(run_id bigint, reason text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    this magscreen.run;
    shown magscreen.run;
    newest timestamp;
begin
    select * into this from magscreen.run r where r.run_id = check_publishable.run_id for update;
    select r.* into shown from magscreen.run r join magscreen.current_run c using (run_id);
    if this.state is null or this.state not in ('staged', 'held') or this.run_key is null then
        raise exception 'run % cannot be published: it is %', check_publishable.run_id,
            coalesce(this.state, 'not there') using errcode = 'MS421';
    end if;
    if this.state = 'held' and coalesce(btrim(reason), '') = '' then
        raise exception 'a held run is published with a reason' using errcode = 'MS423';
    end if;
    if shown.run_key = this.run_key then
        raise exception 'already published as run %', shown.run_id using errcode = 'MS410';
    end if;
    -- Of all that were ever shown: a run as of "latest" has no moment, and must not open the way
    -- back behind the dated nights before it.
    select max(r.as_of_at) into newest from magscreen.run r where r.state = 'published';
    if this.as_of_at < newest then
        raise exception 'as-of % is older than %, which was published', this.as_of, newest
            using errcode = 'MS420';
    end if;
    if this.based_on is distinct from shown.run_id then
        raise exception 'run % continues from run %, but run % is shown now', this.run_id,
            coalesce(this.based_on::text, '(none)'), shown.run_id using errcode = 'MS422';
    end if;
end
$$;
comment on function magscreen.check_publishable(bigint, text) is
    'raises MS410, MS420 to MS423 unless the run may become the one that is shown';

-- Every staged episode is whole and known or new, and every open one has its event: a patient
-- missed in silence is the worst defect. Told as counts, because messages reach the server's log.
create function magscreen.check_staged(run_id bigint) returns void
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
            or s.state <> s.event or s.copies > 1
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
        from (select *, count(*) over (partition by flag_id) as copies
            from magscreen.stage_episode_%1$s) s
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
comment on function magscreen.check_staged(bigint) is
    'raises MS701 unless the staged episodes continue the ledger without a gap';

create function magscreen.merge_episodes(run_id bigint) returns void
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
            resolved_run = null, resolved_as_of = null, machine_reason = null
        from magscreen.stage_episode_%1$s s
        where s.flag_id = f.flag_id
            and s.event in ('new', 'ongoing', 'worsened', 'improved', 'reopened')
        $sql$, run_id);
    execute format($sql$
        insert into magscreen.flag (flag_id, patient_id, site, rule_id, rule_version, title,
            opened_run, last_run, opened_as_of, last_seen, severity, could_be, state, hidden_by,
            notes, evidence, event_from, event_to, shown_severity, shown_facts)
        select s.flag_id, s.patient_id, s.site, s.rule_id, s.rule_version, s.title, %1$s, %1$s,
            s.opened_as_of, s.last_seen, s.severity, nullif(s.could_be, ''), s.event,
            nullif(s.hidden_by, ''), nullif(s.notes, ''), s.evidence, s.event_from, s.event_to,
            s.shown_severity, s.shown_facts
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
comment on function magscreen.merge_episodes(bigint) is
    'moves a run''s staged episodes into flag and flag_event';

create function magscreen.publish_run(
    run_id bigint, reason text default null,
    out xid xid8, out new_count bigint, out ongoing_count bigint, out worsened_count bigint,
    out improved_count bigint, out resolved_count bigint, out reopened_count bigint,
    out unconfirmed_count bigint)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set jit = off -- compiling takes longer than what is compiled
    as $$
declare
    part text;
begin
    perform magscreen.require_lock();
    perform magscreen.check_publishable(run_id, reason);
    -- Nothing else has counted this table: without it 10^5 rows are joined one by one.
    execute format('analyze magscreen.stage_episode_%s', run_id);
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
comment on function magscreen.publish_run(bigint, text) is
    'makes a staged or held run the one that is shown; returns its transaction and its events';

create view magscreen.v_ledger as
    select distinct on (f.patient_id collate "C", f.rule_id collate "C")
        f.flag_id, f.patient_id, f.rule_id, f.rule_version, f.opened_as_of, f.last_seen,
        coalesce(f.resolved_as_of, '') as resolved_as_of, f.state,
        coalesce(f.machine_reason, '') as machine_reason, f.event_from, f.event_to, f.severity,
        coalesce(f.hidden_by, '') as hidden_by,
        coalesce(seen.severity_at, f.shown_severity) as shown_severity,
        coalesce(seen.facts_at, f.shown_facts) as shown_facts
    from magscreen.flag f
    left join lateral (
        select r.severity_at, r.facts_at from magscreen.review r
        where r.flag_id = f.flag_id and r.kind = 'ack'
            and not exists (select from magscreen.flag_event e
                where e.flag_id = f.flag_id and e.run_id > r.run_id
                    and e.event in ('new', 'worsened', 'reopened'))
        order by r.review_id desc limit 1) seen on true
    order by f.patient_id collate "C", f.rule_id collate "C", f.opened_run desc,
        f.resolved_run desc nulls first, f.flag_id;
comment on view magscreen.v_ledger is
    'The latest episode of every patient and rule, as the next run needs it; sorted bytewise.';
comment on column magscreen.v_ledger.flag_id is 'id of the episode';
comment on column magscreen.v_ledger.patient_id is 'pseudonym of the patient';
comment on column magscreen.v_ledger.rule_id is 'the rule';
comment on column magscreen.v_ledger.rule_version is 'its version on the last night it was flagged';
comment on column magscreen.v_ledger.opened_as_of is 'as-of of the first night';
comment on column magscreen.v_ledger.last_seen is 'as-of of the last night it was flagged';
comment on column magscreen.v_ledger.resolved_as_of is 'as-of of its resolution; empty while open';
comment on column magscreen.v_ledger.state is 'last event';
comment on column magscreen.v_ledger.machine_reason is 'why it resolved; empty while open';
comment on column magscreen.v_ledger.event_from is 'start of the clinical event';
comment on column magscreen.v_ledger.event_to is 'its end; null while it lasts';
comment on column magscreen.v_ledger.hidden_by is
    'the rule that hid it on the last night it was flagged; empty if none did';
comment on column magscreen.v_ledger.severity is 'on the last night it was flagged';
comment on column magscreen.v_ledger.shown_severity is
    'severity last shown as new, worsened, reopened, or seen by a reviewer';
comment on column magscreen.v_ledger.shown_facts is
    'facts last shown as new, worsened, reopened, or seen by a reviewer';
