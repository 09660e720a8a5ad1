-- What everybody may know about runs. These views run as their owner over tables that the roles
-- cannot reach, behind a security barrier; counts of rows are rounded like counts of people.

create function magscreen.round_count(n bigint) returns bigint
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$ select case when n = 0 then 0 when n between 1
    and 7 then null else (n + 2) / 5 * 5 end $$;
comment on function magscreen.round_count(bigint) is
    'a count as it may be published: 1 to 7 is null, else the nearest multiple of 5';

create function magscreen.count_status(n bigint) returns text
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select case when n = 0 then 'true_zero' when n between 1
    and 7 then 'suppressed' else 'shown' end
    $$;
comment on function magscreen.count_status(bigint) is 'shown, suppressed or true_zero';

create function magscreen.total_status(total bigint, suppressed_parts bigint) returns text
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select case when total > 0 then 'shown' when suppressed_parts > 0 then 'suppressed'
        else 'true_zero' end
    $$;
comment on function magscreen.total_status(bigint, bigint) is
    'status of a sum of rounded parts, of which so many are suppressed';

create function magscreen.api_version() returns text
    language sql immutable parallel safe
    set search_path = pg_catalog, pg_temp
    as $$ select '1.0'::text $$;
comment on function magscreen.api_version() is
    'version of views and functions for readers: within 1.x things are only added';

create view magscreen.v_run with (security_barrier = true) as
    select r.run_id, r.as_of, r.as_of_at,
        case when r.state in ('registered', 'reading', 'evaluating', 'staged')
                and r.backend_pid is distinct from magscreen.lock_holder_pid()
            then 'abandoned' else r.state end as state,
        c.run_id is not null as is_current, r.started_at, r.published_at, r.ended_at,
        r.pack_name, r.pack_version, r.program_version, r.pack_sha256, r.codebook_sha256,
        r.config_sha256, r.result_sha256, r.exit_code, r.message_id, r.message, r.release_reason,
        (select count(*) from magscreen.gate g where g.run_id = r.run_id and g.verdict = 'amber')
            as amber_gates,
        (select count(*) from magscreen.gate g where g.run_id = r.run_id and g.verdict = 'red')
            as red_gates,
        r.host, r.pid
    from magscreen.run r left join magscreen.current_run c using (run_id);
comment on view magscreen.v_run is
    'Runs, those that failed too. A run that died reads abandoned at once.';
comment on column magscreen.v_run.is_current is 'the run that all views show';
comment on column magscreen.v_run.amber_gates is 'gates with a warning';
comment on column magscreen.v_run.red_gates is 'gates that refused or held the run';

create view magscreen.v_data_quality with (security_barrier = true) as
    with part as (
        select s.run_id, s.source, p.topic, p.item, p.n
        from magscreen.run_source s
        cross join lateral (
            select 'rows' as topic, v.item, v.n
            from (values ('accepted', s.accepted), ('out_of_window', s.out_of_window),
                ('duplicate', s.duplicate), ('not_of_interest', s.not_of_interest)) v (item, n)
            union all
            select 'rejected', e.key, e.value::bigint
            from jsonb_each_text(s.rejected_by_reason) e) p
    ), rounded as (
        select p.run_id, p.source, p.topic, p.item, magscreen.round_count(p.n) as rows,
            magscreen.count_status(p.n) as status
        from part p
    ), total as (
        select p.run_id, p.source, 'rows' as topic, v.item,
            coalesce(sum(p.rows) filter (where v.item = 'read' or p.topic = 'rejected'), 0)::bigint
                as rows,
            count(*) filter (where p.status = 'suppressed'
                and (v.item = 'read' or p.topic = 'rejected')) as suppressed_parts
        from rounded p cross join (values ('read'), ('rejected')) v (item)
        group by 1, 2, v.item
    )
    select run_id, r.as_of, source, topic, item, rows, status, verdict, hours, note
    from (
        select p.run_id, p.source, p.topic, p.item, p.rows, p.status, null as verdict,
            null::bigint as hours, null as note
        from rounded p
        union all
        select t.run_id, t.source, t.topic, t.item,
            case when t.rows > 0 or t.suppressed_parts = 0 then t.rows end,
            magscreen.total_status(t.rows, t.suppressed_parts), null, null, null
        from total t
        union all
        select g.run_id, g.source, 'gate', concat_ws(' ', g.gate, g.subject), null, null, g.verdict,
            (g.measured ->> 'hours')::bigint, g.note
        from magscreen.gate g) lines
    join magscreen.run r using (run_id);
comment on view magscreen.v_data_quality is
    'Per run and source: rows by bucket, rejected rows by reason, gates with their verdicts, '
    'freshness.';
comment on column magscreen.v_data_quality.topic is 'rows, rejected or gate';
comment on column magscreen.v_data_quality.item is
    'bucket, reason or gate; read and rejected are sums of rounded parts';
comment on column magscreen.v_data_quality.rows is 'rounded to 5; null if 1 to 7';
comment on column magscreen.v_data_quality.status is
    'shown, suppressed or true_zero; null for a gate';
comment on column magscreen.v_data_quality.hours is
    'of the gate freshness: age of the newest record';
