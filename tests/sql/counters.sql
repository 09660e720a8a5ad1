-- Row counters of the server: open to every login until the administrator closes them; the night
-- does not need them.
begin;
select t.start();
select plan(9);
create function t.counted(login text) returns text
    language sql as $$
    select string_agg(t.try(login, query), ' ' order by query) from unnest(array[
        'select pg_stat_get_live_tuples(''magscreen.flag''::regclass)',
        'select n_tup_ins from pg_stat_all_tables',
        'select pg_relation_size(''magscreen.flag''::regclass)']) query
    $$;
grant usage on schema magscreen to t_stranger; -- to name the tables; their numbers are no secret
select is(t.counted('t_stranger'), 'ok ok ok', 'as installed, a stranger sees counters and sizes');
revoke usage on schema magscreen from t_stranger;
\ir ../../sql/site/hide_counters.sql
select is(t.try('t_quality', $$ select pg_stat_get_live_tuples('magscreen.flag'::regclass) $$), '42501',
    'closed: no counter of a table for the quality role');
select is(t.try('t_quality', 'select n_tup_ins from pg_stat_user_tables'), '42501',
    'no view of counters');
select is(t.try('t_quality', 'select * from pg_stat_xact_all_tables'), '42501',
    'nor of its transaction');
select is(t.try('t_quality', 'select * from pg_statio_all_tables'), '42501', 'nor of blocks');
select is(t.try('t_quality', $$ select pg_total_relation_size('magscreen.flag'::regclass) $$), '42501',
    'nor a size');
grant pg_monitor to t_stranger;
select is(t.try('t_stranger', 'select n_tup_ins from pg_stat_all_tables'), 'ok',
    'whoever looks after the server still sees them');
select is(t.night('2025-03-01', '[{"p": "p1", "r": "B01", "e": "new"}]'), 1::bigint,
    'runs go on without them');
select is_empty('select * from magscreen.schema_changes()', 'and the schema is as it was installed');
select * from finish();
rollback;
