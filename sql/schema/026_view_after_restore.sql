-- A backup writes views as the server understood them. This one was understood in another way when
-- it was read back, so that a restored schema looked as if somebody had changed it by hand: every
-- column of every part now has its name.
create or replace view magscreen.v_data_quality with (security_barrier = true) as
    with part as (
        select s.run_id, s.source, p.topic, p.item, p.n
        from magscreen.run_source s
        cross join lateral (
            select 'rows' as topic, v.item, v.n
            from (values ('accepted', s.accepted), ('out_of_window', s.out_of_window),
                ('duplicate', s.duplicate), ('not_of_interest', s.not_of_interest)) v (item, n)
            union all
            select 'rejected' as topic, e.key as item, e.value::bigint as n
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
        select p.run_id, p.source, p.topic, p.item, p.rows, p.status, null::text as verdict,
            null::bigint as hours, null::text as note
        from rounded p
        union all
        select t.run_id, t.source, t.topic, t.item,
            case when t.rows > 0 or t.suppressed_parts = 0 then t.rows end as rows,
            magscreen.total_status(t.rows, t.suppressed_parts) as status, null::text as verdict,
            null::bigint as hours, null::text as note
        from total t
        union all
        select g.run_id, g.source, 'gate' as topic, concat_ws(' ', g.gate, g.subject) as item,
            null::bigint as rows, null::text as status, g.verdict,
            (g.measured ->> 'hours')::bigint as hours, g.note
        from magscreen.gate g) lines
    join magscreen.run r using (run_id);
