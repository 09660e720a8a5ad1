-- What holds for every object of the schema.
begin;
select t.start();
select plan(21);

select is_empty($$
    select c.relname, a.attname from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'magscreen'::regnamespace and c.relkind in ('r', 'p', 'v')
        and col_description(c.oid, a.attnum) is null $$, 'every column has a comment');
select is_empty($$
    select c.relname from pg_class c where c.relnamespace = 'magscreen'::regnamespace
        and c.relkind in ('r', 'p', 'v') and obj_description(c.oid, 'pg_class') is null $$,
    'every table and view has a comment');
select is_empty($$
    select p.proname from pg_proc p where p.pronamespace = 'magscreen'::regnamespace
        and obj_description(p.oid, 'pg_proc') is null $$, 'every function has a comment');
select is_empty($$
    select p.proname from pg_proc p where p.pronamespace = 'magscreen'::regnamespace
        and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp'] $$,
    'every function has a fixed search_path');
select is_empty($$
    select c.relname from pg_class c where c.relnamespace = 'magscreen'::regnamespace
        and has_table_privilege('t_stranger', c.oid, 'select, insert, update, delete, truncate') $$,
    'a stranger may nothing with any relation');
select is_empty($$
    select p.proname from pg_proc p where p.pronamespace = 'magscreen'::regnamespace
        and has_function_privilege('t_stranger', p.oid, 'execute') $$,
    'a stranger may call no function');
select ok(not has_schema_privilege('t_stranger', 'magscreen', 'usage, create'),
    'a stranger does not see into the schema');
select is_empty($$
    select r.rolname from pg_roles r where r.rolname ~ '^magscreen_(job|reviewer|quality)$'
        and (r.rolcanlogin or r.rolsuper or r.rolcreaterole or r.rolbypassrls) $$,
    'the three roles cannot log in and have no attribute');
select is_empty($$
    select c.relname from pg_class c where c.relnamespace = 'magscreen'::regnamespace
        and c.relkind = 'v' and has_table_privilege('magscreen_reviewer', c.oid, 'select')
        and not has_table_privilege('magscreen_quality', c.oid, 'select')
        and not coalesce(c.reloptions, '{}') && array['security_invoker=true'] $$,
    'a view for reviewers asks with the rights of the reader: a plain one bypasses row security');
select is_empty($$
    select c.relname from pg_class c where c.relnamespace = 'magscreen'::regnamespace
        and c.relkind = 'v' and has_table_privilege('magscreen_quality', c.oid, 'select')
        and not coalesce(c.reloptions, '{}') && array['security_barrier=true'] $$,
    'a view for quality teams is a security barrier');
select is((select rolname::text from pg_namespace n join pg_roles r on r.oid = n.nspowner
    where n.nspname = 'magscreen'), 't_owner',
    'the schema works for an owner that is no superuser');

-- the picture of the schema
select is_empty('select * from magscreen.schema_changes()', 'nothing differs after installing');
create temp table before as select magscreen.fingerprint() as hash;
select t.night('2025-12-31', '[{"p": "p1", "r": "B01", "e": "new"}]');
select t.stage('2026-01-01', '[{"p": "p1", "r": "B01", "e": "ongoing"}]');
select is(magscreen.fingerprint(), (select hash from before),
    'runs and their tables leave the fingerprint alone');
select magscreen.limit_reviewers_to_sites(true);
select is(magscreen.fingerprint(), (select hash from before),
    'the switch of row security leaves it alone');

-- what somebody adds is named
create function t.planted(statement text) returns text
    language plpgsql as $$
declare
    named text;
begin
    execute statement;
    if magscreen.fingerprint() = (select hash from before) then
        return 'the same fingerprint';
    end if;
    select string_agg(change || ' ' || line, '; ') into named from magscreen.schema_changes();
    raise exception 'undo' using errcode = 'UNDO1', detail = named;
exception when sqlstate 'UNDO1' then
    get stacked diagnostics named = pg_exception_detail;
    return named;
end
$$;
create function t.spy() returns trigger language plpgsql as $$ begin return new; end $$;
select matches(t.planted('create trigger spy after insert on magscreen.flag
    for each row execute function t.spy()'), 'added trigger flag O CREATE TRIGGER spy',
    'a trigger is seen');
select matches(t.planted('create trigger spy after insert on magscreen.summary_1
    for each row execute function t.spy()'), 'added trigger summary_1',
    'a trigger on a run''s table is seen');
select matches(t.planted('create rule spy as on insert to magscreen.reject do also nothing'),
    'added rule reject.spy', 'a rule is seen');
select matches(t.planted('alter table magscreen.flag add column extra text'),
    'added column flag.extra text', 'a column is seen');
select matches(t.planted('alter table magscreen.run_source
        drop constraint run_source_conserves_rows'),
    'missing constraint run_source.run_source_conserves_rows', 'a constraint that is gone is seen');
select matches(t.planted('create or replace function magscreen.snooze_days(severity text)
    returns int
    language sql immutable strict parallel safe set search_path = pg_catalog,
    pg_temp as $f$ select 9 $f$'),
    'added function snooze_days', 'another body of a function is seen');
select matches(t.planted('alter table magscreen.flag disable trigger all;
    alter table magscreen.review disable trigger append_only'),
    'added trigger review D', 'a trigger that is switched off is seen');
select * from finish();
rollback;
