-- The life of a run: nothing is visible before it is published, dead runs are found, held ones
-- kept.
begin;
select t.start();
select plan(62);

-- What every reader sees, in one digest; v_run tells of runs that are not published, and may.
create function t.seen() returns text
    language plpgsql as $$
declare
    view_name text;
    part text;
    seen text := '';
begin
    foreach view_name in array array['v_worklist', 'v_flag', 'v_flag_event', 'v_review',
            'v_could_not_assess', 'v_unmapped_code'] loop
        part := t.ask('t_reviewer',
        format('select md5(coalesce(string_agg(v::text, E''\n'' order by v::text), ''''))
            from magscreen.%I v', view_name));
        seen := seen || part;
    end loop;
    foreach view_name in array array['v_rule_funnel', 'v_rule_trend', 'v_rule_noise',
    'v_unmapped_system'] loop
        part := t.ask('t_quality',
        format('select md5(coalesce(string_agg(v::text, E''\n'' order by v::text), ''''))
            from magscreen.%I v', view_name));
        seen := seen || part;
    end loop;
    return seen || t.ask('t_job', 'select md5(coalesce(string_agg(v::text, E''\n''),
    '''')) from magscreen.v_ledger v');
end
$$;
create function t.state(run bigint) returns text
    language sql as $$ select state from magscreen.v_run where run_id = run $$;
create function t.tables(run bigint) returns text
    language sql as $$
    select coalesce(string_agg(relname ||
    case relpersistence when 'u' then ' unlogged' else '' end, ', '
        order by relname), '')
    from pg_class where relnamespace = 'magscreen'::regnamespace and relkind = 'r'
        and relname ~ ('_' || run || '$')
    $$;
create function t.job(call text) returns text
    language sql as $$ select t.try('t_job', 'select magscreen.' || call) $$;

-- locks
select is(t.job($$run_begin('2025-03-01', 'p', '1', 'a', 'b', 'c', '0', 'h', 1)$$), 'MS406',
    'no run without the lock');
select is(t.job('clean_up()'), 'MS406', 'no cleaning without the lock');
select is(t.ask('t_job', 'select backend_pid is null from magscreen.lock_holder()'), 'true',
    'nobody holds it');
select is(t.ask('t_job', 'select magscreen.run_lock()'), 'true', 'the lock is taken');
select is(t.ask('t_job', 'select magscreen.lock_holder_pid() = pg_backend_pid()'), 'true',
    'by this session');
select is(t.ask('t_job', 'select magscreen.run_unlock()'), 'true', 'and given back');

-- a first run, step by step
create temp table before as select t.seen() as seen;
select is(t.stage('2025-03-01', '[{"p": "p1", "r": "B01", "e": "new"}]',
    '[{"r": "B01", "site": "A", "flagged": 1, "clear": 30, "ct": 9}]'), 1::bigint,
    'a first run is staged');
select is(t.state(1), 'staged', 'and says so');
select is(t.ask('t_job', 'select run_id || '' '' || host ||
    '' '' || pid from magscreen.lock_holder()'),
    '1 testhost 4711', 'the lock is known to be its');
select is(t.seen(), (select seen from before), 'nothing of it is visible in any view');
select is((select count(*)::int from magscreen.cannot_tell) + (select count(*)::int
    from magscreen.summary), 0,
    'nor in the tables beneath');
select is(t.tables(1), 'cannot_tell_1, stage_episode_1 unlogged, summary_1',
    'it has three tables of its own');
select is(t.job('run_state(1, ''reading'')'), 'MS421', 'a run does not go back');
select is(t.job('run_state(1, ''published'')'), 'MS421', 'nor publish itself by a word');
select is(t.job('publish_run(1)'), 'ok', 'published');
select isnt(t.seen(), (select seen from before), 'now it is visible');
select is(t.state(1) || ' ' || (select is_current from magscreen.v_run where run_id = 1),
    'published true',
    'and the one that is shown');
select is((select xid = pg_current_xact_id() from magscreen.run where run_id = 1), true,
    'its transaction is kept with it');
select is(t.tables(1), 'cannot_tell_1, summary_1', 'the stage is gone');
select is(t.ask('t_reviewer', 'select count(*) from magscreen.v_could_not_assess'), '2',
    'cannot-tell rows came along');
select is(t.ask('t_job', format('select magscreen.run_outcome(1, %L)', pg_current_xact_id())),
    'in progress',
    'whether it stays is open until COMMIT');
select is(t.job('publish_run(1)'), 'MS421', 'it is not published twice');
select is(t.job('run_record(1, ''{}'')'), 'MS421', 'its record is closed');
select is(t.job('run_end(1, ''failed'', 70, null, null)'), 'MS421', 'it cannot fail any more');
select is(t.try('t_job', 'insert into magscreen.summary_1 select * from magscreen.summary'),
    '42501',
    'its tables are closed');

-- a run that dies: seen at once, cleaned up by the next
select is(t.stage('2025-03-02', '[{"p": "p1", "r": "B01", "e": "ongoing"}]'), 2::bigint,
    'a second run is staged');
select is(t.ask('t_job', 'select magscreen.run_unlock()'), 'true', 'and its connection ends');
select pg_advisory_unlock_all();
select is(t.state(2), 'abandoned', 'anybody sees that it is abandoned');
create temp table then_seen as select t.seen() as seen;
select is(t.stage('2025-03-02', '[{"p": "p1", "r": "B01", "e": "ongoing"}]'), 3::bigint,
    'the next run');
select is((select state from magscreen.run where run_id = 2) || ' [' || t.tables(2) || ']',
    'abandoned []',
    'marks it and drops its tables');
select is(t.seen(), (select seen from then_seen), 'nothing of it was ever visible');

-- a run that fails keeps its rejects and its reason
select is(t.try('t_job', $$ insert into magscreen.reject (run_id, source, file, line, column_name,
    reason, detail)
    values (3, 'lims', 'labs.csv', 7, 'value', 'num.decimal_comma', '') $$), 'ok',
    'a row is set aside');
select is(t.job('run_end(3, ''failed'', 6, ''MS-D310'', ''connection lost'')'), 'ok',
    'the run fails');
select is(t.ask('t_reviewer', 'select state || '' '' || exit_code || '' '' || message_id ||
    '' '' || message
    from magscreen.v_run where run_id = 3'), 'failed 6 MS-D310 connection lost', 'and tells why');
select is(t.ask('t_reviewer', 'select reason from magscreen.v_reject where run_id = 3'),
    'num.decimal_comma',
    'its rejects are kept');
select is(t.tables(3), '', 'its tables are not');
select is(t.job('run_end(3, ''published'', 0, null, null)'), 'MS421',
    'no run ends as published by a word');

-- a run that is held: logged, invisible, released with a reason
select is(t.stage('2025-03-03', '[{"p": "p1", "r": "B01", "e": "ongoing"}]'), 4::bigint,
    'another run');
select is(t.job('hold_run(4)'), 'ok', 'is held');
select is(t.tables(4), 'cannot_tell_4, stage_episode_4, summary_4',
    'in tables that survive a crash');
select is(t.seen(), (select seen from then_seen), 'invisible');
select is(t.job('publish_run(4)'), 'MS423', 'it is not released without a reason');
select is(t.job('publish_run(4, ''feed was late, checked'')'), 'ok', 'but with one');
select is((select state || ': ' || release_reason from magscreen.v_run where run_id = 4),
    'published: feed was late, checked', 'which is kept');

-- a held run that the ledger has passed by
select is(t.stage('2025-03-04', '[{"p": "p1", "r": "B01", "e": "worsened"}]'), 5::bigint,
    'another one');
select is(t.try('t_job', $$ insert into magscreen.reject (run_id, source, file, line, column_name,
    reason) values (5, 'lims', 'labs.csv', 8, 'value', 'num.decimal_comma') $$), 'ok',
    'with a row set aside');
select is(t.job('hold_run(5)'), 'ok', 'is held');
select is(t.night('2025-03-05', '[{"p": "p1", "r": "B01", "e": "ongoing"}]'), 6::bigint,
    'a later night is published');
select is(t.ask('t_reviewer', 'select state || '': '' || message || '' ['' || message_id || '']''
    from magscreen.v_run where run_id = 5'),
    'abandoned: held, and overtaken by run 6: it cannot be released any more [MS-P413]',
    'which closes the held one and says why');
select is(t.tables(5), '', 'its tables are gone');
select is((select count(*)::int from magscreen.run_source where run_id = 5), 1,
    'its record is kept');
select is(t.ask('t_reviewer', 'select reason from magscreen.v_reject where run_id = 5'),
    'num.decimal_comma', 'and its rejects');
select is(t.job('publish_run(5, ''why not'')'), 'MS421', 'it is not released any more');
-- one that an older version of the schema left behind
select is(t.stage('2025-03-06', '[{"p": "p1", "r": "B01", "e": "ongoing"}]'), 7::bigint, 'a third');
select is(t.job('hold_run(7)'), 'ok', 'is held on top of the run that is shown');
select is(t.stage('2025-03-06', '[{"p": "p1", "r": "B01", "e": "ongoing"}]'), 8::bigint,
    'a run that begins');
select is(t.state(7), 'held', 'leaves it alone');
update magscreen.run set based_on = 4 where run_id = 7;
select is(t.job('clean_up()') || ' ' || t.state(7), 'ok abandoned',
    'but closes it if another run is shown by then');

select t.stage('2025-03-06', '[{"p": "p1", "r": "B01", "e": "ongoing"}]') is not null;
update magscreen.run set based_on = 4 where run_id = 9;
select is(t.job('publish_run(9)'), 'MS422', 'as is one that continues from another run');

-- the latest list of undecided patients only; older figures until they are purged
select t.stage('2025-03-07', '[{"p": "p1", "r": "B01", "e": "ongoing"}]') is not null;
select is((select string_agg(relname::text, ' ' order by relname)
    from pg_class c join pg_inherits i on i.inhrelid = c.oid
    where i.inhparent in ('magscreen.cannot_tell'::regclass, 'magscreen.summary'::regclass)),
    'cannot_tell_6 summary_1 summary_4 summary_6', 'one list of undecided patients, all summaries');
update magscreen.run set started_at = '2020-01-01' where run_id in (1, 3, 6);
select results_eq('select runs, rows_removed from magscreen.purge(''2021-01-01'')',
    'values (2::bigint, 7::bigint)',
    'purge removes old figures, but not those that are shown');
select is((select string_agg(relname::text, ' ' order by relname)
    from pg_class c join pg_inherits i on i.inhrelid = c.oid
    where i.inhparent = 'magscreen.summary'::regclass), 'summary_4 summary_6', 'by whole tables');
select * from finish();
rollback;
