-- Who may what: every object of the schema by role. What is not listed here is not allowed.
begin;
select t.start();
select plan(9);
select t.night('2025-12-31', '[{"p": "p1", "r": "B01", "e": "new"}]',
    '[{"r": "B01", "site": "A", "flagged": 1, "clear": 20, "ct": 3}]');
select t.stage('2026-01-01', '[{"p": "p1", "r": "B01", "e": "ongoing"}]');

create temp table role_name as select unnest(array['magscreen_job', 'magscreen_reviewer',
    'magscreen_quality']) as role_name;

-- tables and views, whole
select set_eq($$
    select r.role_name, c.relname::text, p.privilege
    from role_name r
    cross join pg_class c
    cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references',
        'trigger']) p (privilege)
    where c.relnamespace = 'magscreen'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and has_table_privilege(r.role_name, c.oid, p.privilege) $$,
    $$values
    ('magscreen_job', 'cannot_tell_2', 'insert'),
    ('magscreen_job', 'lab_summary', 'insert'),
    ('magscreen_job', 'migration', 'select'),
    ('magscreen_job', 'reject', 'insert'),
    ('magscreen_job', 'stage_episode_2', 'insert'),
    ('magscreen_job', 'summary_2', 'insert'),
    ('magscreen_job', 'v_data_quality', 'select'),
    ('magscreen_job', 'v_ledger', 'select'),
    ('magscreen_job', 'v_reject', 'select'),
    ('magscreen_job', 'v_run', 'select'),
    ('magscreen_quality', 'v_data_quality', 'select'),
    ('magscreen_quality', 'v_rule_funnel', 'select'),
    ('magscreen_quality', 'v_rule_noise', 'select'),
    ('magscreen_quality', 'v_rule_trend', 'select'),
    ('magscreen_quality', 'v_run', 'select'),
    ('magscreen_quality', 'v_unmapped_system', 'select'),
    ('magscreen_reviewer', 'cannot_tell', 'select'),
    ('magscreen_reviewer', 'current_run', 'select'),
    ('magscreen_reviewer', 'flag', 'select'),
    ('magscreen_reviewer', 'flag_event', 'select'),
    ('magscreen_reviewer', 'review', 'select'),
    ('magscreen_reviewer', 'rule_version', 'select'),
    ('magscreen_reviewer', 'unmapped_code', 'select'),
    ('magscreen_reviewer', 'v_could_not_assess', 'select'),
    ('magscreen_reviewer', 'v_data_quality', 'select'),
    ('magscreen_reviewer', 'v_flag', 'select'),
    ('magscreen_reviewer', 'v_flag_event', 'select'),
    ('magscreen_reviewer', 'v_reject', 'select'),
    ('magscreen_reviewer', 'v_review', 'select'),
    ('magscreen_reviewer', 'v_run', 'select'),
    ('magscreen_reviewer', 'v_unmapped_code', 'select'),
    ('magscreen_reviewer', 'v_worklist', 'select') $$,
    'tables and views');

-- single columns of tables that are not granted whole
select set_eq($$
    select r.role_name, c.relname::text, p.privilege,
        string_agg(a.attname, ' ' order by a.attname collate "C")
    from role_name r
    cross join pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    cross join unnest(array['select', 'insert', 'update', 'references']) p (privilege)
    where c.relnamespace = 'magscreen'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and has_column_privilege(r.role_name, c.oid, a.attnum, p.privilege)
        and not has_table_privilege(r.role_name, c.oid, p.privilege)
    group by 1, 2, 3 $$,
    $$values
    ('magscreen_job', 'reject', 'select', 'column_name detail file line reason run_id source'),
    ('magscreen_reviewer', 'reject', 'select', 'column_name detail file line reason run_id source'),
    ('magscreen_reviewer', 'review', 'insert', 'flag_id kind note reason run_id until'),
    ('magscreen_reviewer', 'run', 'select', 'as_of as_of_at run_id') $$,
    'columns');

select set_eq($$
    select r.role_name, p.proname::text
    from role_name r cross join pg_proc p
    where p.pronamespace = 'magscreen'::regnamespace
        and has_function_privilege(r.role_name, p.oid, 'execute') $$,
    $$
    select 'magscreen_' || r, f from unnest(array['job', 'reviewer', 'quality']) r
    cross join unnest(array['api_version', 'round_count', 'count_status', 'total_status',
        'lock_holder_pid', 'lock_holder']) f
    union all
    select 'magscreen_job', unnest(array['run_lock', 'run_unlock', 'blockers',
        'clean_up', 'run_begin', 'run_state', 'run_record', 'put_rule_versions', 'hold_run',
        'run_end', 'run_outcome', 'run_key', 'published_as', 'previous_record', 'publish_run', 'catalogue',
        'fingerprint', 'schema_changes'])
    union all
    select 'magscreen_reviewer', unnest(array['ack', 'unack', 'shown_run', 'shown_day',
        'snooze_days', 'as_of_time', 'fact_values', 'fact_drugs', 
        'my_sites']) $$,
    'functions');

select is_empty($$
    select r.role_name, c.relname from role_name r cross join pg_class c
    where c.relnamespace = 'magscreen'::regnamespace and c.relkind = 'S'
        and has_sequence_privilege(r.role_name, c.oid, 'usage, select, update') $$,
    'no sequence for anybody');
select is_empty($$
    select r.role_name from role_name r where has_schema_privilege(r.role_name, 'magscreen',
    'create') $$,
    'nobody makes objects in the schema');

-- functions that run as the owner: exactly these, so that a new one is looked at
select set_eq($$
    select p.proname::text from pg_proc p
    where p.pronamespace = 'magscreen'::regnamespace and p.prosecdef $$,
    array['catalogue', 'clean_up', 'hold_run', 'lock_holder', 'lock_holder_pid', 'my_sites',
        'previous_record', 'publish_run', 'published_as', 'put_rule_versions',
        'refuse_lost_flags', 'refuse_stray_events', 'run_begin', 'run_end', 'run_lock', 'run_outcome', 'run_record', 'run_state', 'run_unlock',
        'schema_changes', 'shown_day', 'shown_run'],
    'functions with the owner''s rights');

-- and as it is met: the quality role tries every relation
select set_eq($$
    select c.relname::text from pg_class c
    where c.relnamespace = 'magscreen'::regnamespace and c.relkind in ('r', 'p', 'v')
        and t.try('t_quality', format('select * from magscreen.%I', c.relname)) = 'ok' $$,
    array['v_data_quality', 'v_rule_funnel', 'v_rule_noise', 'v_rule_trend', 'v_run',
        'v_unmapped_system'],
    'the quality role reads these and nothing else');
select is_empty($$
    select a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'magscreen'::regnamespace
        and has_table_privilege('magscreen_quality', c.oid, 'select')
        and a.attname ~ '(patient_id|flag_id|note$|by_role|evidence|facts|raw|detail|min|max)'
        and (c.relname, a.attname) <> ('v_data_quality', 'note') $$,
    'no column that tells of a person, and no extreme value; notes are those of gates');
select is(t.try('t_quality', $$ select magscreen.ack('B01-p1', 'tolerated') $$), '42501',
    'the quality role enters no review');
select * from finish();
rollback;
