-- One run at a time: a session advisory lock that the program's control connection holds from
-- before run_begin until it ends. The server frees it when the connection ends, however it ends.
create function magscreen.run_lock() returns boolean
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$ select pg_try_advisory_lock(1296123731, 1) $$;
comment on function magscreen.run_lock() is
    'takes the lock of this schema for this session; false if another session holds it';

create function magscreen.run_unlock() returns boolean
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$ select pg_advisory_unlock(1296123731, 1) $$;
comment on function magscreen.run_unlock() is 'gives the lock back; false if this session had none';

create function magscreen.lock_holder_pid() returns int
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $$
    select pid from pg_locks
    where locktype = 'advisory' and granted and classid = 1296123731 and objid = 1 and objsubid = 2
        and database = (select oid from pg_database where datname = current_database())
    $$;
comment on function magscreen.lock_holder_pid() is
    'backend that holds the lock of this schema; null if nobody does';

create function magscreen.require_lock() returns void
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $$
begin
    if magscreen.lock_holder_pid() is distinct from pg_backend_pid() then
        raise exception 'this session does not hold the lock of schema magscreen'
            using errcode = 'MS406', hint = 'select magscreen.run_lock() first';
    end if;
end
$$;
comment on function magscreen.require_lock() is 'raises MS406 unless this session holds the lock';

create function magscreen.lock_holder(
    out run_id bigint, out started_at timestamptz, out host text, out pid int,
    out backend_pid int, out application text)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select r.run_id, r.started_at, r.host, r.pid, l.holder, a.application_name
    from (select magscreen.lock_holder_pid() as holder) l
    left join pg_stat_activity a on a.pid = l.holder
    left join lateral (
        select * from magscreen.run r
        where r.backend_pid = l.holder
            and r.state in ('registered', 'reading', 'evaluating', 'staged')
        order by r.run_id desc limit 1) r on true
    $$;
comment on function magscreen.lock_holder() is
    'who holds the lock: run, since when, host, process, backend and application; nulls if nobody';

create function magscreen.blockers(
    waiting_pid int, out pid int, out application text, out role_name text)
    returns setof record
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $$
    select a.pid, a.application_name, a.usename::text
    from pg_stat_activity a where a.pid = any (pg_blocking_pids(waiting_pid))
    $$;
comment on function magscreen.blockers(int) is 'sessions that a waiting backend waits for';
