-- What run.json now tells of sources and codes is kept: the newest record of a source, and of how many
-- patients a code without a list came. No cell of a rejected row is kept, so it has no column.

create or replace function magscreen.run_record(run_id bigint, record jsonb) returns void
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
        out_of_window, duplicate, not_of_interest, rejected_by_reason, bytes, sha256,
        newest_at)
    select run_record.run_id, s ->> 'name', s ->> 'kind', (s -> 'rows' ->> 'read')::bigint,
        (s -> 'rows' ->> 'accepted')::bigint, (s -> 'rows' ->> 'rejected')::bigint,
        (s -> 'rows' ->> 'out_of_window')::bigint, (s -> 'rows' ->> 'duplicate')::bigint,
        (s -> 'rows' ->> 'not_of_interest')::bigint, coalesce(s -> 'rejected_by_reason', '{}'),
        (select sum((f ->> 'bytes')::bigint) from jsonb_array_elements(s -> 'files') f),
        (select f ->> 'sha256' from jsonb_array_elements(s -> 'files') f
            where jsonb_array_length(s -> 'files') = 1),
        magscreen.as_of_time(s ->> 'newest')
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
comment on column magscreen.run_source.newest_at is
    'newest sample or start of a prescription; null for other tables, and where there is none';
comment on column magscreen.unmapped_code.patients is
    'different patients with it, counted up to 8: 8 is 8 or more; null where they were not counted';
comment on column magscreen.v_unmapped_code.patients is '8: of 8 patients or more';

alter table magscreen.reject drop column raw_field;
