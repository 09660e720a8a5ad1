-- What holds for every object of the schema.
begin;
select t.start();
select plan(54);

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
-- A backup holds views as text; what is restored from it must not look changed.
create function t.is_restored_alike(view regclass) returns boolean
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    is_alike boolean;
begin
    execute format('create temp view restored as %s', pg_get_viewdef(view));
    is_alike := pg_get_viewdef('pg_temp.restored'::regclass) = pg_get_viewdef(view);
    drop view pg_temp.restored;
    return is_alike;
end
$$;
select is_empty($$
    select c.relname from pg_class c where c.relnamespace = 'magscreen'::regnamespace
        and c.relkind = 'v' and not t.is_restored_alike(c.oid) $$,
    'views that are restored from a backup read as before');
select t.night('2025-12-31', '[{"p": "p1", "r": "B01", "e": "new"}]');
select t.stage('2026-01-01', '[{"p": "p1", "r": "B01", "e": "ongoing"}]');
select is(magscreen.fingerprint(), (select hash from before),
    'runs and their tables leave the fingerprint alone');
select magscreen.limit_reviewers_to_sites(true);
select is(magscreen.fingerprint(), (select hash from before),
    'the switch of row security leaves it alone');

alter default privileges for role t_owner grant select on tables to t_stranger, public;
select t.stage('2026-01-02', '[{"p": "p1", "r": "B01", "e": "ongoing"}]');
select is(magscreen.fingerprint(), (select hash from before),
    'rights that the owner gives by default do not reach the tables of a run');
alter default privileges for role t_owner revoke select on tables from t_stranger, public;

-- what somebody adds is named
create function t.planted(statement text) returns text
    language plpgsql as $$
declare
    named text;
begin
    execute statement;
    select string_agg(change || ' ' || line, '; ') into named from magscreen.schema_changes();
    if magscreen.fingerprint() = (select hash from before) then
        named := concat('the same fingerprint', ' ' || named);
    end if;
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
-- texts, owners and rights: each by the name of what was changed
create table t.tampering (what text, statement text, named text);
insert into t.tampering values
('the text of a view', 'create or replace view magscreen.v_unmapped_code
    with (security_invoker = true) as select * from magscreen.unmapped_code',
    'added view v_unmapped_code '),
('a view that asks with its owner''s rights',
    'alter view magscreen.v_worklist set (security_invoker = false)',
    'added relation v_worklist v p {security_invoker=false}'),
('a view without its barrier', 'alter view magscreen.v_rule_funnel reset (security_barrier)',
    'missing relation v_rule_funnel v p {security_barrier=true}'),
('a right on a table', 'grant select on magscreen.flag to magscreen_quality',
    'added right select on flag to magscreen_quality'),
('a right for everybody', 'grant select on magscreen.v_worklist to public',
    'added right select on v_worklist to public'),
('a right to hand on', 'grant select on magscreen.v_flag to magscreen_reviewer with grant option',
    'added right select on v_flag to magscreen_reviewer with grant option'),
('a right on a column', 'grant select (host) on magscreen.run to magscreen_reviewer',
    'added right select on run \(column host\) to magscreen_reviewer'),
('a right that is gone', 'revoke select on magscreen.v_worklist from magscreen_reviewer',
    'missing right select on v_worklist to magscreen_reviewer'),
('a right on a run''s table', 'grant select on magscreen.cannot_tell_1 to magscreen_quality',
    'added right select on cannot_tell_1 to magscreen_quality'),
('a right on a function', 'grant execute on function magscreen.purge(date) to magscreen_job',
    'added right execute on function purge\('),
('a right on the schema', 'grant create on schema magscreen to magscreen_job',
    'added right create on schema magscreen to magscreen_job'),
('rights on what is still to be made',
    'alter default privileges for role t_owner in schema magscreen
        grant select on tables to magscreen_quality',
    'added right select on what t_owner will make to magscreen_quality'),
('another owner of a table', 'alter table magscreen.flag owner to t_stranger',
    'added relation flag r p {fillfactor=45} owner t_stranger'),
('another owner of a run''s table', 'alter table magscreen.summary_1 owner to t_stranger',
    'added relation summary_1 owner t_stranger'),
('another owner of a function',
    'alter function magscreen.publish_run(bigint, text) owner to t_stranger',
    'added function publish_run\(.* owner t_stranger'),
('a function without the owner''s rights',
    'alter function magscreen.run_begin(text, text, text, text, text, text, text, text, int)
        security invoker', 'added function run_begin'),
('a function with another search_path',
    'alter function magscreen.shown_run() set search_path = public',
    'added function shown_run.* {search_path=public}'),
('another policy', 'alter policy by_site on magscreen.flag using (true)',
    'added policy flag.by_site'),
('a policy for others', 'alter policy by_site on magscreen.cannot_tell to t_stranger',
    'added policy cannot_tell.by_site .* to {t_stranger}'),
('row security switched off by hand', 'alter table magscreen.flag disable row level security',
    'added row security flag switched off by hand'),
('row security forced', 'alter table magscreen.review force row level security',
    'added row security review as set forced'),
('another text of a rule', 'create rule spy as on insert to magscreen.reject do also nothing',
    'added rule reject.spy O'),
('a foreign key that is not looked at', 'alter table magscreen.review disable trigger all',
    'added constraint review.review_flag_id_fkey is not enforced'),
('a child of a table', 'create table t.child () inherits (magscreen.review)',
    'added child of review: t.child'),
('a view with the name of a run''s table',
    'create view magscreen.summary_99 as select * from magscreen.flag',
    'added relation summary_99 v'),
('a role that may more', 'alter role magscreen_quality bypassrls',
    'added role magscreen_quality bypasses row security'),
('a role that is a member of another', 'grant magscreen_reviewer to magscreen_quality',
    'added role magscreen_quality is a member of magscreen_reviewer');
select matches(t.planted(statement), named, what || ' is seen') from t.tampering;
select is(t.planted('create role t_new_login login in role magscreen_reviewer;
    grant magscreen_quality to t_stranger'), 'the same fingerprint',
    'logins may be given the three roles');
select is(t.planted('set local quote_all_identifiers = on; set local datestyle = ''German'';
    set local timezone = ''Asia/Tokyo''; set local extra_float_digits = -3;
    set local intervalstyle = ''iso_8601''; set local search_path = magscreen'),
    'the same fingerprint', 'settings of a session do not matter');
select is(t.ask('t_job', 'select count(*) from magscreen.schema_changes()'), '0',
    'the job sees the same picture');
select magscreen.limit_reviewers_to_sites(false);
select matches(t.planted('alter table magscreen.flag enable row level security'),
    'added row security flag switched on by hand', 'row security switched on by hand is seen');
select * from finish();
rollback;
