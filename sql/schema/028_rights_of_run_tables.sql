-- Default privileges of the owner, which a site has for a role that reads everything, reached the
-- tables of each run: patients for whoever has that role, and each next night was refused
-- (MS-D333), however often the schema was sealed. These tables are the run's alone.

create or replace function magscreen.run_begin(
    as_of text, pack_name text, pack_version text, pack_sha256 text, codebook_sha256 text,
    config_sha256 text, program_version text, host text, pid int)
    returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    new_run bigint;
    part text;
    given record;
begin
    perform magscreen.require_lock();
    perform magscreen.clean_up();
    insert into magscreen.run (as_of, pack_name, pack_version, pack_sha256, codebook_sha256,
        config_sha256, program_version, host, pid, backend_pid, based_on)
    values (run_begin.as_of, run_begin.pack_name, run_begin.pack_version, run_begin.pack_sha256,
        run_begin.codebook_sha256, run_begin.config_sha256, run_begin.program_version,
        run_begin.host, run_begin.pid, pg_backend_pid(),
        (select c.run_id from magscreen.current_run c))
    returning run_id into new_run;
    execute format('create unlogged table magscreen.stage_episode_%s '
        '(like magscreen.stage_episode)', new_run);
    -- Tables of their own until they are attached: nothing of the run is in any view before.
    foreach part in array array['cannot_tell', 'summary'] loop
        execute format('create table magscreen.%1$s_%2$s (like magscreen.%1$s including all, '
            'constraint run_id_is_%2$s check (run_id = %2$s))', part, new_run);
    end loop;
    for given in
        select distinct c.oid::regclass as relation, case a.grantee when 0 then 'public'
            else quote_ident(pg_get_userbyid(a.grantee)) end as grantee
        from pg_class c cross join aclexplode(c.relacl) a
        where c.relnamespace = 'magscreen'::regnamespace and a.grantee <> c.relowner
            and c.relname in ('stage_episode_' || new_run, 'cannot_tell_' || new_run,
                'summary_' || new_run)
    loop
        execute format('revoke all on %s from %s', given.relation, given.grantee);
    end loop;
    foreach part in array array['stage_episode', 'cannot_tell', 'summary'] loop
        execute format('grant insert on magscreen.%s_%s to magscreen_job', part, new_run);
    end loop;
    return new_run;
end
$$;
