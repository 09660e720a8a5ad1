-- What the next run is compared with: volumes of sources, tests and classes, firing rates of rules.

create function magscreen.previous_record() returns jsonb
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select jsonb_build_object('program', r.record -> 'program', 'state', r.state,
            'run_id', r.run_id::text, 'as_of', r.as_of, 'result_sha256', r.result_sha256,
            'digest_header', r.record -> 'digest_header', 'settings', r.record -> 'settings',
            'pack', jsonb_build_object('name', r.pack_name, 'version', r.pack_version,
                'sha256', r.pack_sha256))
        -- absent is not the same as null: the run was not released, or kept no figures
        || case when r.release_reason is null then '{}'
            else jsonb_build_object('released', r.release_reason) end
        || case when r.record ? 'tracked'
            then jsonb_build_object('tracked', r.record -> 'tracked') else '{}' end
    from magscreen.run r join magscreen.current_run c using (run_id)
    $$;
comment on function magscreen.previous_record() is
    'of the run that is shown what the gates about earlier runs need, as run.json has it; null if '
    'there is none';
revoke all on function magscreen.previous_record() from public;
grant execute on function magscreen.previous_record() to magscreen_job;
