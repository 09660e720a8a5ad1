-- What guards the schema against hands that are not its own: a lock that no stranger can take, runs
-- that only their own session moves on, and a picture of the schema that has rights and views in it.

-- --- the lock
-- Any login of the server can take any advisory lock whose number it knows, and pg_locks shows the
-- numbers that are taken. So each holder draws a number of its own, under a row that only the owner
-- can lock, and holds it as the backend that the row names: whoever takes an old one holds nothing.
create table magscreen.lock_key (
    only_row boolean primary key default true check (only_row),
    key int not null check (key >= 0),
    backend_pid int
);
comment on table magscreen.lock_key is 'Number of the advisory lock that is in use: one row.';
comment on column magscreen.lock_key.only_row is 'always true: keeps the table at one row';
comment on column magscreen.lock_key.key is 'second number of the lock, drawn for each holder';
comment on column magscreen.lock_key.backend_pid is 'backend that drew it';
revoke all on magscreen.lock_key from public;
insert into magscreen.lock_key (key) values (0);

create or replace function magscreen.lock_holder_pid() returns int
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select l.pid
    from magscreen.lock_key k
    join pg_locks l on l.pid = k.backend_pid and l.objid = k.key::oid
    where l.locktype = 'advisory' and l.granted and l.mode = 'ExclusiveLock'
        and l.classid = 1296123731 and l.objsubid = 2
        and l.database = (select d.oid from pg_database d where d.datname = current_database())
    $$;

create or replace function magscreen.run_lock() returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    held magscreen.lock_key;
    drawn int;
begin
    -- Somebody who is taking the lock right now has the row.
    select * into held from magscreen.lock_key for update skip locked;
    if not found then
        return false;
    end if;
    if magscreen.lock_holder_pid() = pg_backend_pid() then
        return pg_try_advisory_lock(1296123731, held.key);
    elsif magscreen.lock_holder_pid() is not null then
        return false;
    end if;
    loop
        drawn := ('x' || left(gen_random_uuid()::text, 8))::bit(32)::int & 2147483647;
        exit when pg_try_advisory_lock(1296123731, drawn);
    end loop;
    update magscreen.lock_key set key = drawn, backend_pid = pg_backend_pid();
    return true;
end
$$;

create or replace function magscreen.run_unlock() returns boolean
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce((select pg_advisory_unlock(1296123731, k.key) from magscreen.lock_key k
        where magscreen.lock_holder_pid() = pg_backend_pid()), false)
    $$;

-- --- whose run it is
create function magscreen.refuse_other_sessions() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform magscreen.require_lock();
    -- Whoever holds the lock may clean up after the others, and release what was held.
    if tg_table_name = 'run' then
        if old.backend_pid <> pg_backend_pid() and new.state <> 'abandoned'
                and not (old.state = 'held' and new.state = 'published') then
            raise exception 'run % was begun by another session', old.run_id
                using errcode = 'MS421';
        end if;
    end if;
    return new;
end
$$;
comment on function magscreen.refuse_other_sessions() is
    'trigger: only the session that holds the lock changes runs and rule versions, and its own run';
revoke all on function magscreen.refuse_other_sessions() from public;
create trigger own_session before update on magscreen.run
    for each row execute function magscreen.refuse_other_sessions();
create trigger own_session before insert on magscreen.rule_version
    for each row execute function magscreen.refuse_other_sessions();

-- --- held runs that were overtaken
-- A run continues the episodes of the run that was shown when it began. When another is shown, it
-- can never be released: its record and its rejects stay, its tables go.
create function magscreen.close_overtaken() returns int
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    gone record;
    closed int := 0;
begin
    for gone in
        update magscreen.run r set state = 'abandoned', message_id = 'MS-P413',
            message = format('held, and overtaken by run %s: it cannot be released any more',
                c.run_id)
        from magscreen.current_run c
        where r.state = 'held' and r.based_on is distinct from c.run_id
        returning r.run_id
    loop
        perform magscreen.drop_run_tables(gone.run_id);
        closed := closed + 1;
    end loop;
    return closed;
end
$$;
comment on function magscreen.close_overtaken() is
    'part of clean_up: abandons held runs that continue from a run which is not shown any more';
revoke all on function magscreen.close_overtaken() from public;

create or replace function magscreen.clean_up() returns int
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
    abandoned := abandoned + magscreen.close_overtaken();
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
    'marks runs that died, and held ones that were overtaken, as abandoned and drops their tables; '
    'returns how many';

create function magscreen.follow_current_run() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform magscreen.close_overtaken();
    return null;
end
$$;
comment on function magscreen.follow_current_run() is
    'trigger: when another run is shown, held ones are closed in the same transaction';
revoke all on function magscreen.follow_current_run() from public;
create trigger overtaken after insert or update on magscreen.current_run
    for each statement execute function magscreen.follow_current_run();

-- --- runs as of "latest"
-- Such a run has no day. Its lists count from the last dated night, as those before and after it
-- do; only where there never was one, the clock counts.
create or replace function magscreen.shown_day() returns date
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(r.as_of_at::date,
        (select max(d.as_of_at)::date from magscreen.run d where d.state = 'published'),
        current_date)
    from magscreen.current_run c join magscreen.run r using (run_id)
    $$;
comment on function magscreen.shown_day() is
    'as-of day of the run that is shown; of the last dated run where each patient has a day of his '
    'own (latest), and today if there was none';

create or replace function magscreen.publish_quality(run_id bigint) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    this_day constant date := magscreen.shown_day();
    has_day boolean;
    last_day date;
begin
    -- Days of the clock, which figures as of "latest" were taken by, say nothing about a dated one.
    select r.as_of <> 'latest' into has_day
    from magscreen.run r where r.run_id = publish_quality.run_id;
    select max(p.day) into last_day
    from magscreen.quality_publication p where p.as_of <> 'latest' or not has_day;
    if this_day < last_day + (select s.quality_days from magscreen.setting s) then
        return false;
    end if;
    insert into magscreen.quality_publication (run_id, as_of, day)
    select r.run_id, r.as_of, this_day
    from magscreen.run r where r.run_id = publish_quality.run_id;
    perform magscreen.quality_night_cells(run_id);
    perform magscreen.quality_resolved_cells(run_id);
    return true;
end
$$;
comment on column magscreen.quality_publication.day is
    'its as-of day; for latest the last dated day, or the day it ran';

-- --- row security as the owner set it
alter table magscreen.setting add column reviewers_by_site boolean not null default false;
comment on column magscreen.setting.reviewers_by_site is
    'what limit_reviewers_to_sites was last called with';

create or replace function magscreen.limit_reviewers_to_sites(is_limited boolean) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    limited text;
begin
    foreach limited in array array['flag', 'flag_event', 'review', 'cannot_tell'] loop
        execute format('alter table magscreen.%I %s row level security', limited,
            case when is_limited then 'enable' else 'disable' end);
    end loop;
    update magscreen.setting set reviewers_by_site = is_limited;
end
$$;
-- As it was, and the same for all four.
select magscreen.limit_reviewers_to_sites(bool_or(c.relrowsecurity))
from pg_catalog.pg_class c where c.relnamespace = 'magscreen'::regnamespace;

-- --- the picture of the schema
-- Settings of a session that change how the server writes definitions are pinned. Texts that may
-- be long are digests: a line is a key of magscreen.sealed. The owner's own rights are left out,
-- and what each run's tables have anyway. Memberships that a site grants in the three roles are no
-- right of an object; what the three roles are members of is.
create or replace function magscreen.catalogue() returns setof text
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
    set datestyle = 'ISO, YMD'
    set intervalstyle = 'postgres'
    set timezone = 'UTC'
    set extra_float_digits = 1
    set jit = off -- compiling takes longer than what is compiled
    as $$
    with home as (
        select n.*, pg_get_userbyid(n.nspowner) as owner
        from pg_namespace n where n.nspname = 'magscreen'
    ), relation as (
        select c.*, c.relkind = 'r'
                and c.relname ~ '^(stage_episode|cannot_tell|summary)_[0-9]+$' as is_of_run
        from pg_class c join home h on h.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    ), routine as (
        select p.*, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) as called
        from pg_proc p join home h on h.oid = p.pronamespace
    ), given as (
        select 'schema ' || h.nspname as what, h.nspowner as owner, false as is_of_run, a.*
        from home h cross join aclexplode(h.nspacl) a
        union all
        select c.relname, c.relowner, c.is_of_run, a.*
        from relation c cross join aclexplode(c.relacl) a
        union all
        select format('%s (column %s)', c.relname, b.attname), c.relowner, c.is_of_run, a.*
        from relation c join pg_attribute b on b.attrelid = c.oid and not b.attisdropped
        cross join aclexplode(b.attacl) a
        union all
        select 'function ' || f.called, f.proowner, false, a.*
        from routine f cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
        union all
        select format('what %s will make', pg_get_userbyid(d.defaclrole)), d.defaclrole, false, a.*
        from pg_default_acl d join home h on h.oid = d.defaclnamespace
        cross join aclexplode(d.defaclacl) a
    )
    select format('relation %s %s %s %s owner %s', relname, relkind, relpersistence, reloptions,
        pg_get_userbyid(relowner))
    from relation where not is_of_run
    union
    select format('relation %s owner %s', c.relname, pg_get_userbyid(c.relowner))
    from relation c join home h on c.relowner <> h.nspowner where c.is_of_run
    union
    select format('schema magscreen owner %s', h.owner) from home h
    union
    select format('column %s.%s %s%s default %s %s%s collation %s', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' else '' end,
        pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
        nullif(a.attcollation, 0)::regcollation)
    from relation c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where not c.is_of_run
    union
    select format('constraint %s.%s %s', c.relname, o.conname, pg_get_constraintdef(o.oid))
    from relation c join pg_constraint o on o.conrelid = c.oid where not c.is_of_run
    union
    select format('index %s %s', c.relname, pg_get_indexdef(i.indexrelid))
    from relation c join pg_index i on i.indrelid = c.oid where not c.is_of_run
    union
    select format('trigger %s %s %s', c.relname, t.tgenabled, pg_get_triggerdef(t.oid))
    from relation c join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
    union
    select format('constraint %s.%s is not enforced', c.relname, o.conname)
    from relation c
    join pg_trigger t on t.tgrelid = c.oid and t.tgisinternal and t.tgenabled not in ('O', 'A')
    join pg_constraint o on o.oid = t.tgconstraint
    union
    select format('view %s %s', c.relname, encode(sha256(convert_to(pg_get_viewdef(c.oid), 'UTF8')),
        'hex'))
    from relation c where c.relkind in ('v', 'm')
    union
    select format('rule %s.%s %s %s', c.relname, r.rulename, r.ev_enabled,
        encode(sha256(convert_to(pg_get_ruledef(r.oid), 'UTF8')), 'hex'))
    from relation c join pg_rewrite r on r.ev_class = c.oid and r.rulename <> '_RETURN'
    union
    select format('row security %s %s%s', c.relname, case
            when c.relrowsecurity = (s.reviewers_by_site
                and c.relname in ('flag', 'flag_event', 'review', 'cannot_tell')) then 'as set'
            when c.relrowsecurity then 'switched on by hand'
            else 'switched off by hand' end, case when c.relforcerowsecurity then ' forced' end)
    from relation c cross join magscreen.setting s where c.relkind in ('r', 'p') and not c.is_of_run
    union
    select format('policy %s.%s %s %s to %s %s %s', c.relname, p.polname, p.polpermissive, p.polcmd,
        array(select case r when 0 then 'public' else pg_get_userbyid(r) end
            from unnest(p.polroles) r order by 1),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from relation c join pg_policy p on p.polrelid = c.oid
    union
    select format('child of %s: %s', c.relname, i.inhrelid::regclass)
    from relation c join pg_inherits i on i.inhparent = c.oid
    where not exists (select from relation part where part.oid = i.inhrelid and part.is_of_run)
    union
    select format('function %s %s %s %s %s owner %s %s %s %s %s %s', f.called,
        pg_get_function_result(f.oid), f.provolatile, f.prosecdef, f.proconfig,
        pg_get_userbyid(f.proowner), l.lanname, f.prokind, f.proisstrict, f.proleakproof,
        encode(sha256(convert_to(concat_ws(E'\n', f.prosrc, f.probin, pg_get_function_sqlbody(f.oid)),
            'UTF8')), 'hex'))
    from routine f join pg_language l on l.oid = f.prolang
    union
    select format('right %s on %s to %s%s', lower(g.privilege_type), g.what,
        case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end,
        case when g.is_grantable then ' with grant option' end)
    from given g
    where g.grantee <> g.owner and not (g.is_of_run and g.privilege_type = 'INSERT'
        and pg_get_userbyid(g.grantee) = 'magscreen_job' and not g.is_grantable)
    union
    select format('role %s%s%s%s%s%s', r.rolname, case when r.rolsuper then ' is a superuser' end,
        case when r.rolbypassrls then ' bypasses row security' end,
        case when r.rolcanlogin then ' can log in' end,
        case when r.rolcreaterole then ' makes roles' end,
        case when r.rolreplication then ' may replicate' end)
    from pg_roles r where r.rolname in ('magscreen_job', 'magscreen_reviewer', 'magscreen_quality')
    union
    select format('role %s is a member of %s', r.rolname, pg_get_userbyid(m.roleid))
    from pg_roles r join pg_auth_members m on m.member = r.oid
    where r.rolname in ('magscreen_job', 'magscreen_reviewer', 'magscreen_quality')
    $$;
comment on function magscreen.catalogue() is
    'one line per relation, column, constraint, index, trigger, view, rule, policy, function and '
    'right, as they are now';
