-- The attack: someone with the quality role keeps every figure that was ever published and
-- subtracts: totals minus parts, a table minus another, a run minus the one before. It succeeds if
-- two worlds that differ in a group of 1 to 7 people look different. So each small group shrinks to
-- 1 and grows to 7, alone and together with others, and everything that the role can read, over all
-- publications, has to stay the same.
begin;
select t.start();
select plan(12);

create function t.flags(rule text, site text, prefix text, how_many int, event text default 'new')
    returns jsonb
    language sql as $$
    select coalesce(jsonb_agg(jsonb_build_object('p', prefix || n, 'r', rule, 'e', event, 'site',
    site)), '[]')
    from generate_series(1, how_many) n $$;

-- Everything that the role can read, as text. Digests and times of runs tell that something
-- changed, never what, and differ between worlds by their nature.
create function t.all_published() returns text
    language plpgsql as $$
declare
    view_name text;
    seen text := '';
begin
    for view_name in
        select c.relname from pg_class c where c.relnamespace = 'magscreen'::regnamespace
            and c.relkind in ('r', 'p', 'v') and has_table_privilege('t_quality', c.oid, 'select')
        order by 1
    loop
        seen := seen || E'\n' || view_name || E'\n' || t.ask('t_quality', format($q$
            select coalesce(string_agg(line, E'\n' order by line), '') from (
                select (to_jsonb(v) - array['result_sha256', 'started_at', 'published_at',
                'ended_at'])::text as line
                from magscreen.%I v) lines $q$, view_name));
    end loop;
    return seen;
end
$$;

-- A world: what is published over three weeks, and then undone. Sizes of five groups of site A and
-- of two of reasons; site B is large.
create function t.world(unreviewed int, reviewed int, clear int, undecided int, wrong int,
    noted int)
    returns text
    language plpgsql as $$
declare
    seen text;
    everybody jsonb := t.flags('B01', 'A', 'u', unreviewed) || t.flags('B01', 'A', 'r', reviewed)
        || t.flags('B01', 'A', 'w', wrong) || t.flags('B01', 'A', 'n', noted) || t.flags('B01',
        'B', 'b', 40);
    later jsonb := t.flags('B01', 'A', 'u', unreviewed, 'ongoing') || t.flags('B01', 'A', 'r',
    reviewed, 'ongoing')
        || t.flags('B01', 'B', 'b', 40, 'ongoing');
    counts jsonb := jsonb_build_array(
        jsonb_build_object('r', 'B01', 'site', 'A', 'flagged', unreviewed + reviewed, 'clear',
        clear, 'ct', undecided),
        jsonb_build_object('r', 'B01', 'site', 'B', 'flagged', 40, 'clear', 400, 'ct', 31));
    result text;
begin
    perform t.start();
    perform t.night('2025-03-01', '[]', '[]', 'first');
    perform t.night('2025-03-03', everybody, '[]', 'second');
    seen := t.all_published();
    if t.try('t_reviewer', $q$ select magscreen.ack(flag_id,
    case patient_id ~ '^w' when true then 'data_wrong'
            else 'tolerated' end, null, '2025-08-01') from magscreen.v_flag
            where patient_id ~ '^[rwn]' $q$) <> 'ok' then
        raise exception 'the reviews were not taken';
    end if;
    perform t.night('2025-03-05', later || t.flags('B01', 'A', 'w', wrong, 'resolved')
        || t.flags('B01', 'A', 'n', noted, 'resolved'), '[]', 'third');
    seen := seen || t.all_published();
    perform t.night('2025-03-08', later, counts, 'fourth');
    seen := seen || t.all_published();
    perform t.night('2025-03-09', later || '[{"p": "late", "r": "B01", "e": "new", "site": "A"}]',
    counts, 'fifth');
    seen := seen || t.all_published();
    perform t.night('2025-03-15', later || '[{"p": "late", "r": "B01", "e": "resolved",
    "site": "A"}]', counts, 'sixth');
    seen := seen || t.all_published();
    raise exception 'undo' using errcode = 'UNDO1', detail = md5(seen), hint = seen;
exception when sqlstate 'UNDO1' then
    get stacked diagnostics result = pg_exception_detail;
    return result;
end
$$;

create temp table base as select t.world(3, 2, 5, 4, 6, 1) as seen;
select is((select array_agg(distinct t.world(n, 2, 5, 4, 6, 1)) from unnest(array[1, 7]) n),
    (select array[seen] from base),
    'flags that nobody reviewed: 1, 3 and 7 look the same');
select is((select array_agg(distinct t.world(3, n, 5, 4, 6, 1)) from unnest(array[1, 7]) n),
    (select array[seen] from base),
    'reviewed ones');
select is((select array_agg(distinct t.world(3, 2, n, 4, 6, 1)) from unnest(array[1, 7]) n),
    (select array[seen] from base), 'clear ones');
select is((select array_agg(distinct t.world(3, 2, 5, n, 6, 1)) from unnest(array[1, 7]) n),
    (select array[seen] from base),
    'ones that the data do not decide');
select is((select array_agg(distinct t.world(3, 2, 5, 4, n, 1)) from unnest(array[1, 7]) n),
    (select array[seen] from base),
    'ones with wrong data');
select is((select array_agg(distinct t.world(3, 2, 5, 4, 6, n)) from unnest(array[1, 7]) n),
    (select array[seen] from base),
    'ones that were tolerated');
select is((select array_agg(distinct t.world(u, r, 8 - u, r, u, 8 - r))
    from (values (1, 7), (7, 1), (7, 7), (1, 1)) v (u, r)), (select array[seen] from base),
    'all of them at once, from 6 people to 42');
-- and the attack can fail
select isnt(t.world(3, 2, 5, 4, 6, 8), (select seen from base), 'eight people may be seen');
select isnt(t.world(0, 2, 5, 4, 6, 1), (select seen from base), 'and nobody may be seen, too');

-- subtracting by hand, in one publication and between two
select t.night('2025-03-01', t.flags('B01', 'A', 'u', 11) || t.flags('B01', 'B', 'b', 3),
    '[{"r": "B01", "site": "A", "flagged": 11, "clear": 50, "ct": 9},
      {"r": "B01", "site": "B", "flagged": 3, "clear": 48, "ct": 0}]');
select is((select count(*)::int from magscreen.v_rule_funnel total
    where total.site = '(all)' and total.step_no < 5 and coalesce(total.patients, 0) <> (
        select coalesce(sum(part.patients), 0) from magscreen.v_rule_funnel part
        where part.rule_id = total.rule_id and part.step = total.step and part.site <> '(all)')), 0,
    'a total minus its parts is nothing');
select is((select count(*)::int from magscreen.v_rule_funnel f join magscreen.v_rule_trend g
        using (rule_id, rule_version, site)
    where f.step = 'flagged' and (f.patients is distinct from g.flagged)
        or f.step = 'assessed' and (f.patients is distinct from g.assessed)), 0,
    'the funnel and the trend of one week say the same');
select t.night('2025-03-08', t.flags('B01', 'A', 'u', 11, 'ongoing') || t.flags('B01', 'B',
    'b', 3, 'ongoing')
    || '[{"p": "one", "r": "B01", "e": "new", "site": "A"}]',
    '[{"r": "B01", "site": "A", "flagged": 12, "clear": 50, "ct": 9},
      {"r": "B01", "site": "B", "flagged": 3, "clear": 48, "ct": 0}]');
select is((select count(distinct patients)::int from magscreen.quality_funnel where site = 'A'
    and step = 'flagged'), 1,
    'one more patient a week later moves nothing');
select * from finish();
rollback;
