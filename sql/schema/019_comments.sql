-- Columns of views that only pass a column of a table on say what the table says.
do $$
declare
    bare record;
begin
    for bare in
        select distinct on (v.oid, a.attnum) v.oid::regclass as view_name, a.attname,
            col_description(t.oid, b.attnum) as words
        from pg_class v
        join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
        join pg_attribute b on b.attname = a.attname
        join pg_class t on t.oid = b.attrelid and t.relnamespace = v.relnamespace
        where v.relnamespace = 'magscreen'::regnamespace and v.relkind = 'v'
            and col_description(v.oid, a.attnum) is null
            and col_description(t.oid, b.attnum) is not null
        -- views about flags first look there, then at the views that they are made of
        order by v.oid, a.attnum, array_position(array['flag', 'flag_event', 'review', 'run',
            'run_source', 'gate', 'cannot_tell', 'rule_version', 'v_flag', 'v_rule_funnel',
            'unmapped_code'], t.relname::text), t.relname
    loop
        execute format('comment on column %s.%I is %L', bare.view_name, bare.attname, bare.words);
    end loop;
end
$$;
