-- A picture of the schema, so that a trigger, rule, column or function that somebody added is seen
-- before anything is written. Tables of single runs are left out, but not what is hung onto them.

create function magscreen.catalogue() returns setof text
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $$
    with relation as (
        select c.*, c.relname ~ '^(stage_episode|cannot_tell|summary)_[0-9]+' as is_of_run
        from pg_class c where c.relnamespace = 'magscreen'::regnamespace
            and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    )
    select format('relation %s %s %s %s', relname, relkind, relpersistence, reloptions)
    from relation where not is_of_run
    union all
    select format('column %s.%s %s%s default %s %s%s', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' else '' end,
        pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated)
    from relation c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where not c.is_of_run
    union all
    select format('constraint %s.%s %s', c.relname, o.conname, pg_get_constraintdef(o.oid))
    from relation c join pg_constraint o on o.conrelid = c.oid where not c.is_of_run
    union all
    select format('index %s %s', c.relname, pg_get_indexdef(i.indexrelid))
    from relation c join pg_index i on i.indrelid = c.oid where not c.is_of_run
    union all
    select format('trigger %s %s %s', c.relname, t.tgenabled, pg_get_triggerdef(t.oid))
    from relation c join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
    union all
    select format('rule %s.%s', c.relname, r.rulename)
    from relation c join pg_rewrite r on r.ev_class = c.oid and r.rulename <> '_RETURN'
    union all
    select format('policy %s.%s %s %s %s', c.relname, p.polname, p.polcmd,
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from relation c join pg_policy p on p.polrelid = c.oid
    union all
    select format('function %s(%s) %s %s %s %s %s', p.proname,
        pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), p.provolatile,
        p.prosecdef, p.proconfig, encode(sha256(convert_to(coalesce(p.prosrc, ''), 'UTF8')), 'hex'))
    from pg_proc p where p.pronamespace = 'magscreen'::regnamespace
    $$;
comment on function magscreen.catalogue() is
    'one line per relation, column, constraint, index, trigger, rule, policy and function';

create function magscreen.fingerprint() returns text
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $$
    select encode(sha256(convert_to(string_agg(line, E'\n' order by line collate "C"), 'UTF8')),
    'hex')
    from magscreen.catalogue() line
    $$;
comment on function magscreen.fingerprint() is 'SHA-256 of magscreen.catalogue(), sorted, in hex';

create table magscreen.sealed (
    line text primary key
);
comment on table magscreen.sealed is 'magscreen.catalogue() as it was after the last migration.';
comment on column magscreen.sealed.line is 'one line of it';

create function magscreen.seal() returns text
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$
    delete from magscreen.sealed;
    insert into magscreen.sealed select line from magscreen.catalogue() line;
    select magscreen.fingerprint();
    $$;
comment on function magscreen.seal() is
    'keeps the schema as it is now as what it should be (owner only); returns its fingerprint';

create function magscreen.schema_changes(out change text, out line text) returns setof record
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select 'added', l from (select * from magscreen.catalogue() except
        select s.line from magscreen.sealed s) added (l)
    union all
    select 'missing', l from (select s.line from magscreen.sealed s except
        select * from magscreen.catalogue()) missing (l)
    order by 2, 1
    $$;
comment on function magscreen.schema_changes() is
    'what was added to the schema or is missing since it was sealed; no row: nothing';
