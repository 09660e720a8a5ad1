-- Run once by an administrator, in the database that has schema magscreen:
--     psql -X -1 -v ON_ERROR_STOP=1 -d DATABASE -f sql/site/hide_counters.sql
-- PostgreSQL shows the row counters and sizes of all tables of a database to every login that may
-- connect to it. Afterwards only members of pg_monitor, the owners of these functions and superusers
-- see them; the views pg_stat_*_tables and psql's \d+ are then refused (42501) for everybody else.
-- Counting goes on: autovacuum needs it.
do $$
declare
    counter regprocedure;
begin
    for counter in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and (p.proargtypes::text = '26' and p.proname ~ '^pg_stat_get_'
                    and p.proname !~ '^pg_stat_get_(db|function|backend|replication|subscription)'
                or p.proname in ('pg_relation_size', 'pg_table_size', 'pg_indexes_size',
                    'pg_total_relation_size'))
    loop
        execute format('revoke execute on function %s from public', counter);
        execute format('grant execute on function %s to pg_monitor', counter);
    end loop;
end
$$;
