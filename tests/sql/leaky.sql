-- A function that tells what it is given, called on a rounded view: it must get rounded figures
-- only. And objects of the same names, planted where a search path could find them.
begin;
select t.start();
select plan(14);
select t.night('2025-03-01', '[{"p": "p1", "r": "B01", "e": "new", "site": "A"}]',
    '[{"r": "B01", "site": "A", "flagged": 1, "clear": 1234, "ct": 5},
      {"r": "B01", "site": "B", "flagged": 0, "clear": 567, "ct": 6}]');

create table t.leaked (seen text);
grant insert, select on t.leaked to public;
-- As cheap as a function can claim to be, so that the planner would like to call it first.
create function t.leak(value text) returns boolean
    language plpgsql cost 0.0000001 as $$
begin
    insert into t.leaked values (value);
    return true;
end
$$;
grant execute on function t.leak(text) to public;

select is(t.try('t_quality', $$ select * from magscreen.v_rule_funnel f
    where t.leak(f.patients::text)
    and t.leak(f.status) and t.leak(f.suppressed_parts::text) and t.leak(f.step) $$), 'ok',
    'a leaky function over the funnel');
select is(t.try('t_quality', $$ select * from magscreen.v_rule_trend f
    where t.leak(f.assessed::text)
    and t.leak(f.flagged::text) and t.leak(f.rate::text) $$), 'ok', 'and over the trend');
select is(t.try('t_quality', $$ select * from magscreen.v_rule_noise f
    where t.leak(f.patients::text)
    and t.leak(f.reason) and t.leak(f.ppv::text) $$), 'ok', 'and over the noise');
select is(t.try('t_quality', $$ select * from magscreen.v_data_quality f where t.leak(f.rows::text)
    and t.leak(f.item) $$), 'ok', 'and over data quality');
select is(t.try('t_quality', $$ select * from magscreen.v_run f where t.leak(f.state)
    and t.leak(f::text) $$), 'ok',
    'and over runs');
select ok((select count(*) > 20 from t.leaked), 'it was called');
select set_eq($$ select distinct seen::bigint from t.leaked where seen ~ '^[0-9]+$' $$,
    array[0, 1, 2, 3, 10, 565, 1000, 1010, 1235, 1800]::bigint[],
    'and got rounded figures only (1 to 3: how many parts are suppressed)');
select is((select count(*)::int from t.leaked where seen ~ '(p1|1234|B01-)'), 0,
    'no exact count, no patient, no flag');

-- what somebody plants
create table t.real as select t.ask('t_quality', 'select string_agg(f::text, '''') from
    (select * from magscreen.v_rule_funnel order by site, step_no) f') as seen;
grant create on schema public to t_quality;
select is(t.try('t_quality', $$ create function public.round_count(n bigint)
    returns bigint language sql as 'select n' $$),
    'ok', 'a function of the same name is planted');
select is(t.try('t_quality', $$ create temp table quality_cell (run_id bigint, patients bigint);
    create temp table flag (flag_id text); create temp table current_run (run_id bigint);
    create temp view pg_class as select 1 as oid $$), 'ok', 'and tables in pg_temp');
select is(t.ask('t_quality', $$ select string_agg(f::text, '') from
    (select * from magscreen.v_rule_funnel order by site, step_no) f
    where set_config('search_path', 'pg_temp, public, pg_catalog', true) <> '' $$),
    (select seen from t.real),
    'the views take no notice');
select is(t.try('t_quality', $$ create or replace function magscreen.round_count(n bigint)
    returns bigint
    language sql as 'select n' $$), '42501', 'the real one cannot be replaced');
set local search_path = pg_temp, public, t, pg_catalog;
create temp table run (run_id bigint, state text);
create temp table review (flag_id text);
select is(t.try('t_reviewer', $$ select magscreen.ack('B01-p1', 'tolerated') $$), 'ok',
    'functions go by their own path:');
select is((select count(*)::int from magscreen.review), 1, 'the review is where it belongs');
select * from finish();
rollback;
