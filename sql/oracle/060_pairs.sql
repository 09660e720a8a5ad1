-- Words that the rules of groups C, F, G and H need besides.

-- An arm of a rule that may be without results: false (left out) where nobody measured, unknown
-- where what was measured does not decide.
create function oracle.arm(pid text, what text, since timestamp, says boolean) returns boolean
    language sql stable parallel safe as $$
    select case when oracle.measured(pid, what, since) is false then false else says end
$$;

-- One moment: one minute; one day where one of the two has no clock.
create function oracle.one_moment(a oracle.lab, b oracle.lab) returns boolean
    language sql immutable parallel safe
    return case when (a).date_only or (b).date_only then (a).at::date = (b).at::date
                else date_trunc('minute', (a).at) = date_trunc('minute', (b).at) end;

-- The result nearest to a sample, at most so many calendar days away; of several at one moment the
-- worse one. Where either has no clock, days are counted instead of minutes; of two that are
-- as far away the later one.
create function oracle.nearest(pid text, what text, sample oracle.lab, days int, worse text)
    returns oracle.lab language sql stable parallel safe as $$
    with near as (
        select l as result, case
                when l.date_only or (sample).date_only then
                    abs(l.at::date - (sample).at::date) * 1440
                else abs(extract(epoch from date_trunc('minute', l.at)
                                            - date_trunc('minute', (sample).at))) / 60
            end as distance
        from oracle.lab l
        where l.patient_id = pid and l.analyte = what and l.at <= oracle.t()
          and abs(l.at::date - (sample).at::date) <= days
    ), nearest as (
        select result from near order by distance, (result).at desc limit 1
    )
    select s.result from near s, nearest n where oracle.one_moment(s.result, n.result)
    order by case worse when 'low' then (s.result).canonical else -(s.result).canonical end,
             case worse when 'low' then (s.result).lo else -(s.result).hi end,
             s.distance, (s.result).seq
    limit 1
$$;

-- So many steps down, but never off the worklist (the headers of the catalogue name no info there).
create function oracle.lowered(tier text, steps int) returns text immutable parallel safe
    return (array['critical', 'high', 'moderate', 'low'])
           [least(array_position(array['critical', 'high', 'moderate', 'low'], tier)
                  + coalesce(steps, 0), 4)];

-- One tube, or at most two hours apart; without a clock, one day.
create function oracle.one_tube(a oracle.lab, b oracle.lab) returns boolean immutable parallel safe
    return (a).specimen = (b).specimen
        or case when (a).date_only or (b).date_only then (a).at::date = (b).at::date
                else (a).at between (b).at - interval '2 hours' and (b).at + interval '2 hours' end;
