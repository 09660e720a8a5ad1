-- The life of a run up to publishing. The program calls these; they run as the schema's owner, so
-- that its role needs no right to change a table. Each is meant to be committed at once.

-- Runs that ended without saying so, and tables that nobody needs any more. The caller holds the
-- lock, so no other run is alive.
create function magscreen.clean_up() returns int
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    gone record;
    abandoned int := 0;
begin
    perform magscreen.require_lock();
    for gone in
        update magscreen.run r set state = 'abandoned', ended_at = now()
        where r.state in ('registered', 'reading', 'evaluating', 'staged')
        returning r.run_id
    loop
        perform magscreen.drop_run_tables(gone.run_id);
        abandoned := abandoned + 1;
    end loop;
    -- Only the latest run's list is kept. Somebody who reads it now is not to be waited for: the
    -- next run tries again.
    begin
        set local lock_timeout = '200ms';
        for gone in
            select i.inhrelid::regclass as part from pg_inherits i
            where i.inhparent = 'magscreen.cannot_tell'::regclass
                and i.inhrelid is distinct from to_regclass('magscreen.cannot_tell_'
                    || (select c.run_id from magscreen.current_run c))
        loop
            execute format('drop table %s', gone.part);
        end loop;
    exception when lock_not_available then
        null;
    end;
    return abandoned;
end
$$;
comment on function magscreen.clean_up() is
    'marks runs that died as abandoned and drops their tables; returns how many';

create function magscreen.run_begin(
    as_of text, pack_name text, pack_version text, pack_sha256 text, codebook_sha256 text,
    config_sha256 text, program_version text, host text, pid int)
    returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    new_run bigint;
    part text;
begin
    perform magscreen.require_lock();
    perform magscreen.clean_up();
    insert into magscreen.run (as_of, pack_name, pack_version, pack_sha256, codebook_sha256,
        config_sha256, program_version, host, pid, backend_pid, based_on)
    values (run_begin.as_of, run_begin.pack_name, run_begin.pack_version, run_begin.pack_sha256,
        run_begin.codebook_sha256, run_begin.config_sha256, run_begin.program_version,
        run_begin.host, run_begin.pid, pg_backend_pid(),
        (select c.run_id from magscreen.current_run c))
    returning run_id into new_run;
    execute format('create unlogged table magscreen.stage_episode_%s '
        '(like magscreen.stage_episode)', new_run);
    -- Tables of their own until they are attached: nothing of the run is in any view before.
    foreach part in array array['cannot_tell', 'summary'] loop
        execute format('create table magscreen.%1$s_%2$s (like magscreen.%1$s including all, '
            'constraint run_id_is_%2$s check (run_id = %2$s))', part, new_run);
    end loop;
    foreach part in array array['stage_episode', 'cannot_tell', 'summary'] loop
        execute format('grant insert on magscreen.%s_%s to magscreen_job', part, new_run);
    end loop;
    return new_run;
end
$$;
comment on function magscreen.run_begin(text, text, text, text, text, text, text, text, int) is
    'registers a run and makes its tables; returns its number. Cleans up after runs that died';

create function magscreen.run_state(run_id bigint, state text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    steps constant text[] := array['registered', 'reading', 'evaluating', 'staged'];
begin
    update magscreen.run r set state = run_state.state, heartbeat = now()
    where r.run_id = run_state.run_id and r.backend_pid = pg_backend_pid()
        and array_position(steps, r.state) <= array_position(steps, run_state.state);
    if not found then
        raise exception 'run % cannot become %', run_id, state using errcode = 'MS421';
    end if;
end
$$;
comment on function magscreen.run_state(bigint, text) is
    'the run goes on to reading, evaluating or staged, or says that it is still alive';

create function magscreen.run_key(
    as_of text, pack_sha256 text, config_sha256 text, result_sha256 text) returns text
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select encode(sha256(convert_to(
        concat_ws(E'\t', as_of, pack_sha256, config_sha256, result_sha256), 'UTF8')), 'hex')
    $$;
comment on function magscreen.run_key(text, text, text, text) is
    'what a run is known by: as-of, pack, configuration and result';

create function magscreen.published_as(run_key text) returns bigint
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select r.run_id from magscreen.run r join magscreen.current_run c using (run_id)
    where r.run_key = published_as.run_key
    $$;
comment on function magscreen.published_as(text) is
    'the current run, if that is its key; else null';

create function magscreen.run_record(run_id bigint, record jsonb) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    update magscreen.run r set
        record = run_record.record,
        result_sha256 = nullif(run_record.record ->> 'result_sha256', ''),
        run_key = magscreen.run_key(r.as_of, r.pack_sha256, r.config_sha256,
            nullif(run_record.record ->> 'result_sha256', '')),
        exit_code = (run_record.record ->> 'exit_code')::int,
        heartbeat = now()
    where r.run_id = run_record.run_id
        and r.state in ('registered', 'reading', 'evaluating', 'staged', 'held');
    if not found then
        raise exception 'run % has ended', run_id using errcode = 'MS421';
    end if;
    delete from magscreen.run_source s where s.run_id = run_record.run_id;
    insert into magscreen.run_source (run_id, source, kind, rows_read, accepted, rejected,
        out_of_window, duplicate, not_of_interest, rejected_by_reason, bytes, sha256)
    select run_record.run_id, s ->> 'name', s ->> 'kind', (s -> 'rows' ->> 'read')::bigint,
        (s -> 'rows' ->> 'accepted')::bigint, (s -> 'rows' ->> 'rejected')::bigint,
        (s -> 'rows' ->> 'out_of_window')::bigint, (s -> 'rows' ->> 'duplicate')::bigint,
        (s -> 'rows' ->> 'not_of_interest')::bigint, coalesce(s -> 'rejected_by_reason', '{}'),
        (select sum((f ->> 'bytes')::bigint) from jsonb_array_elements(s -> 'files') f),
        (select f ->> 'sha256' from jsonb_array_elements(s -> 'files') f
            where jsonb_array_length(s -> 'files') = 1)
    from jsonb_array_elements(record -> 'sources') s;
    delete from magscreen.gate g where g.run_id = run_record.run_id;
    insert into magscreen.gate (run_id, position, source, gate, subject, verdict, kind, measured,
        note)
    select run_record.run_id, g.position, coalesce(g.gate ->> 'source', ''), g.gate ->> 'gate',
        g.gate ->> 'subject', g.gate ->> 'verdict', g.gate ->> 'kind',
        g.gate - array['source', 'gate', 'subject', 'verdict', 'kind', 'note'],
        nullif(g.gate ->> 'note', '')
    from jsonb_array_elements(record -> 'gates') with ordinality as g (gate, position);
    delete from magscreen.unmapped_code u where u.run_id = run_record.run_id;
    insert into magscreen.unmapped_code (run_id, kind, code_system, code, rows, patients)
    select run_record.run_id, u ->> 'table', coalesce(u ->> 'code_system', ''), u ->> 'code',
        (u ->> 'rows')::bigint, (u ->> 'patients')::bigint
    from jsonb_array_elements(record -> 'unmapped_codes') u
    where u ->> 'code' <> '(not shown)'
    on conflict do nothing;
end
$$;
comment on function magscreen.run_record(bigint, jsonb) is
    'stores the run record (run.json) with its sources, gates and unmapped codes';

create function magscreen.put_rule_versions(run_id bigint, rules jsonb) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    changed text;
begin
    insert into magscreen.rule_version (rule_id, version, title, rule_group, status, among_text,
        except_text, when_text, lines, snooze_days, action, rationale, evidence, to_confirm,
        sha256, first_run)
    select r ->> 'rule_id', r ->> 'version', r ->> 'title', left(r ->> 'rule_id', 1),
        r ->> 'status', r ->> 'among', r ->> 'except', r ->> 'when', coalesce(r -> 'lines', '[]'),
        (select substring(l ->> 'text' from '^(\d{1,3}) days?$')::int
            from jsonb_array_elements(coalesce(r -> 'lines', '[]')) l
            where l ->> 'part' = 'snooze' limit 1),
        coalesce(r ->> 'action', ''), r ->> 'rationale',
        array(select jsonb_array_elements_text(coalesce(r -> 'evidence', '[]'))),
        array(select jsonb_array_elements_text(coalesce(r -> 'to_confirm', '[]'))),
        r ->> 'sha256', put_rule_versions.run_id
    from jsonb_array_elements(rules) r
    on conflict (rule_id, version) do nothing;
    select string_agg(r ->> 'rule_id', ', ' order by r ->> 'rule_id') into changed
    from jsonb_array_elements(rules) r
    join magscreen.rule_version v on v.rule_id = r ->> 'rule_id' and v.version = r ->> 'version'
    where v.sha256 is distinct from r ->> 'sha256';
    if changed is not null then
        raise exception 'content changed, version not: %', changed using errcode = 'MS507';
    end if;
end
$$;
comment on function magscreen.put_rule_versions(bigint, jsonb) is
    'keeps what each rule says: [{rule_id, version, title, status, among, except, when, lines '
    '[{part, name, text}], action, rationale, evidence, to_confirm, sha256}]; MS507 if a version '
    'says something else now';

create function magscreen.hold_run(run_id bigint) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform magscreen.require_lock();
    -- Rewritten into a logged table first: an unlogged one is empty after a crash.
    execute format('alter table magscreen.stage_episode_%s set logged', run_id);
    update magscreen.run r set state = 'held', ended_at = now()
    where r.run_id = hold_run.run_id and r.state = 'staged' and r.run_key is not null;
    if not found then
        raise exception 'run % is not staged, or has no record', run_id using errcode = 'MS421';
    end if;
end
$$;
comment on function magscreen.hold_run(bigint) is
    'keeps a staged run, invisible, until it is released or the ledger moves on';

create function magscreen.run_end(
    run_id bigint, state text, exit_code int, message_id text, message text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    if state not in ('refused', 'failed', 'abandoned') then
        raise exception 'a run does not end as %', state using errcode = 'MS421';
    end if;
    update magscreen.run r set state = run_end.state, exit_code = run_end.exit_code,
        message_id = run_end.message_id, message = run_end.message, ended_at = now()
    where r.run_id = run_end.run_id
        and r.state in ('registered', 'reading', 'evaluating', 'staged', 'held');
    if not found then
        raise exception 'run % has ended', run_id using errcode = 'MS421';
    end if;
    perform magscreen.drop_run_tables(run_id);
end
$$;
comment on function magscreen.run_end(bigint, text, int, text, text) is
    'ends a run that publishes nothing: refused, failed or abandoned; its rejects are kept';

create function magscreen.run_outcome(run_id bigint, xid xid8 default null) returns text
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select case
        when pg_xact_status(run_outcome.xid) = 'committed' then 'published'
        when pg_xact_status(run_outcome.xid) = 'in progress' then 'in progress'
        else r.state
    end
    from magscreen.run r where r.run_id = run_outcome.run_id
    $$;
comment on function magscreen.run_outcome(bigint, xid8) is
    'what became of a run whose COMMIT got no answer: published, in progress, or its state';
