-- Words of the catalogue as functions. Unknown is null, so that and, or, not are Kleene's.

-- ---- values -------------------------------------------------------------------------------------
-- Spec g3 and X-22: a result is compared in the family in which it was reported; an interval
-- decides only as a whole. A result that is not there (null) decides nothing.
create function oracle.side(l oracle.lab, molar numeric, mass numeric) returns numeric
    language sql immutable parallel safe
    return case (l).family when 'mass' then mass else molar end;

create function oracle.below(l oracle.lab, molar numeric, mass numeric) returns boolean
    language sql immutable parallel safe
    return case when (l).hi < oracle.side(l, molar, mass)
                  or (l).hi = oracle.side(l, molar, mass) and (l).hi_open then true
                when (l).lo >= oracle.side(l, molar, mass) then false end;

create function oracle.above(l oracle.lab, molar numeric, mass numeric) returns boolean
    language sql immutable parallel safe
    return case when (l).lo > oracle.side(l, molar, mass)
                  or (l).lo = oracle.side(l, molar, mass) and (l).lo_open then true
                when (l).hi <= oracle.side(l, molar, mass) then false end;

-- Derived values (rule language, "Values"): beyond a line only by more than one part in 1e9.
create function oracle.under(x double precision, line double precision) returns boolean
    language sql immutable parallel safe return x < line * (1 - 1e-9);
create function oracle.over(x double precision, line double precision) returns boolean
    language sql immutable parallel safe return x > line * (1 + 1e-9);

create type oracle.span as (lo double precision, hi double precision);
create function oracle.under(x oracle.span, line double precision) returns boolean
    language sql immutable parallel safe
    return case when oracle.under((x).hi, line) then true
                when not oracle.under((x).lo, line) then false end;
create function oracle.over(x oracle.span, line double precision) returns boolean
    language sql immutable parallel safe
    return case when oracle.over((x).lo, line) then true
                when not oracle.over((x).hi, line) then false end;

-- ---- results ------------------------------------------------------------------------------------
-- The newest result of [since, until]; of several at one moment the worst for the rule. One
-- moment: the same minute; a result without a clock is of one moment with the newest of its day.
create function oracle.latest(pid text, what text, since timestamp,
                              until timestamp default oracle.t(), worse text default 'low')
    returns oracle.lab language sql stable parallel safe as $$
    select l from oracle.lab l
    cross join lateral (
        select max(date_trunc('minute', n.at)) as at from oracle.lab n
        where n.patient_id = pid and n.analyte = what and n.at between since and until
    ) newest
    where l.patient_id = pid and l.analyte = what and l.at between since and until
      and (date_trunc('minute', l.at) = newest.at or l.date_only and l.at = newest.at::date)
    order by case worse when 'low' then l.canonical else -l.canonical end,
             case worse when 'low' then l.lo else -l.hi end, l.haemolysed, l.seq
    limit 1
$$;

-- Urea and urea nitrogen are one series; a limit in mg/dL is urea nitrogen's, so that urea in
-- mg/dL is expressed as nitrogen (28.014 of 60.056 g).
create function oracle.latest_urea(pid text, since timestamp) returns oracle.lab
    language sql stable parallel safe as $$
    select row(patient_id, analyte, l.at, date_only, family,
               lo * case when analyte = 'urea' and family = 'mass' then 28.014 / 60.056 else 1 end,
               hi * case when analyte = 'urea' and family = 'mass' then 28.014 / 60.056 else 1 end,
               lo_open, hi_open, canonical, haemolysed, specimen, seq)::oracle.lab
    from oracle.lab l
    cross join lateral (
        select max(date_trunc('minute', n.at)) as at from oracle.lab n
        where n.patient_id = pid and n.analyte in ('urea', 'urea_nitrogen')
          and n.at between since and oracle.t()
    ) newest
    where l.patient_id = pid and l.analyte in ('urea', 'urea_nitrogen')
      and (date_trunc('minute', l.at) = newest.at or l.date_only and l.at = newest.at::date)
    order by l.canonical desc, l.seq limit 1
$$;

create function oracle.days_since(at timestamp) returns int
    language sql immutable parallel safe return oracle.t_day() - at::date;

-- True with a usable value, unknown with marks alone, else false.
create function oracle.measured(pid text, what text, since timestamp,
                                until timestamp default oracle.t())
    returns boolean language sql stable parallel safe as $$
    select case
        when exists (select from oracle.lab l where l.patient_id = pid and l.analyte = what
                     and l.at between since and until) then true
        when exists (select from oracle.mark m where m.patient_id = pid and m.analyte = what
                     and m.at between since and until) then null
        else false end
$$;

-- Observable (inputs.md): a result of the code book in the window or the 365 days before its end,
-- and the analyte is one that the source delivers.
create function oracle.observable(pid text, what text, since timestamp, until timestamp)
    returns boolean language sql stable parallel safe as $$
    select exists (select from oracle.delivered d where d.analyte = what)
       and exists (select from oracle.lab l where l.patient_id = pid
                   and l.analyte not in ('weight', 'height')
                   and l.at between least(since, until::date - 365) and until)
$$;

create function oracle.none(pid text, what text, since timestamp,
    until timestamp default oracle.t())
    returns boolean language sql stable parallel safe as $$
    select case when m then false when m is null then null
                when oracle.observable(pid, what, since, until) then true end
    from (select oracle.measured(pid, what, since, until) as m) seen
$$;

-- Is any result of the window below the limit: that is what "the lowest is below" means. Unknown
-- without any result.
create function oracle.any_below(pid text, what text, since timestamp, molar numeric, mass numeric)
    returns boolean language sql stable parallel safe as $$
    select case when bool_or(oracle.below(l, molar, mass)) then true
                when bool_and(not oracle.below(l, molar, mass))
                     and bool_and(oracle.below(l, molar, mass) is not null) then false end
    from oracle.lab l
    where l.patient_id = pid and l.analyte = what and l.at between since and oracle.t()
$$;

create function oracle.has(pid text, what text, since date default '-infinity')
    returns boolean language sql stable parallel safe as $$
    select exists (select from oracle.condition c where c.patient_id = pid and c.concept = what
                   and c.recorded_on >= since)
$$;

-- ---- exposures ----------------------------------------------------------------------------------
-- Our own layout: who has no row takes none, so that exposures are true or false.
create function oracle.active(pid text, classes text[], at timestamp default oracle.t())
    returns boolean language sql stable parallel safe as $$
    select exists (select from oracle.exposure e where e.patient_id = pid
        and e.class = any (classes)
                   and e.start_at <= at and e.effect_until > at)
$$;

-- In effect at some moment of the window; unknown where the window is, unless nothing was ever
-- taken.
create function oracle.active_within(pid text, classes text[], since timestamp,
                                     until timestamp default oracle.t())
    returns boolean language sql stable parallel safe as $$
    select case when count(*) = 0 then false when since is null or until is null then null
                else bool_or(e.start_at <= until and e.effect_until > since) end
    from oracle.exposure e where e.patient_id = pid and e.class = any (classes)
$$;

-- Eras: rows joined by the gap of their kind, or by a gap in days that the rule states.
create function oracle.eras(pid text, classes text[], gap int default null)
    returns table (start_at timestamp, stop_at timestamp, effect_until timestamp)
    language sql stable parallel safe as $$
    with rows as (
        select e.start_at, e.stop_at,
               case when gap is null or e.kind <> 'issue' then e.effect_until
                    else e.stop_at + gap * interval '1 day' end as effect_until,
               case when gap is null then e.join_until
                    else e.stop_at + gap * interval '1 day' end as join_until
        from oracle.exposure e where e.patient_id = pid and e.class = any (classes)
    ), breaks as (
        select r.*, case when r.start_at <= max(r.join_until) over before_it then 0
                         else 1 end as new_era
        from rows r
        window before_it as (order by r.start_at, r.stop_at
                             rows between unbounded preceding and 1 preceding)
    ), numbered as (
        select b.*, sum(new_era) over (order by b.start_at, b.stop_at) as era from breaks b
    )
    select min(n.start_at), max(n.stop_at), max(n.effect_until) from numbered n group by era
$$;

-- Whole days from the start of the era that is in effect at T; 0 if none is.
create function oracle.days_on(pid text, classes text[]) returns int
    language sql stable parallel safe as $$
    select coalesce(max(oracle.t_day() - e.start_at::date), 0)
    from oracle.eras(pid, classes) e where e.effect_until > oracle.t()
$$;

create function oracle.continuous(pid text, classes text[], days int, gap int default null)
    returns boolean language sql stable parallel safe as $$
    select exists (select from oracle.eras(pid, classes, gap) e
                   where e.effect_until > oracle.t() and e.start_at::date <= oracle.t_day() - days)
$$;

-- The newest start between from_days and to_days ago of an era before which nothing of the classes
-- was taken for 90 days; an era that runs when history begins has no known start.
create function oracle.started(pid text, classes text[], from_days int, to_days int)
    returns timestamp language sql stable parallel safe as $$
    select max(e.start_at) from oracle.eras(pid, classes) e
    where e.start_at::date between oracle.t_day() - to_days and oracle.t_day() - from_days
      and e.start_at::date > oracle.t_day() - 1095
      and not exists (select from oracle.exposure b
                      where b.patient_id = pid and b.class = any (classes)
                          and b.start_at < e.start_at
                        and b.stop_at > e.start_at - interval '90 days')
$$;

-- Rows that make the dose at a moment: per product every order that runs and the newest issue that
-- runs; of a product that only its grace keeps in effect the newest row.
create function oracle.dose_rows(pid text, classes text[], at timestamp)
    returns setof oracle.exposure language sql stable parallel safe as $$
    select (e).*
    from (
        select e, e.stop_at > at as runs,
               row_number() over (partition by e.drug, e.stop_at > at, e.kind
                                  order by e.start_at desc, e.seq desc) as place_of_kind,
               row_number() over (partition by e.drug order by e.start_at desc,
                   e.seq desc) as place,
               bool_or(e.stop_at > at) over (partition by e.drug) as any_runs
        from oracle.exposure e
        where e.patient_id = pid and e.class = any (classes)
          and e.start_at <= at and e.effect_until > at
    ) ranked
    where runs and ((e).kind <> 'issue' or place_of_kind = 1) or not any_runs and place = 1
$$;

-- mmol a day at a moment.
create function oracle.dose(pid text, classes text[], at timestamp default oracle.t())
    returns oracle.span language sql stable parallel safe as $$
    select row(coalesce(sum(dose_lo), 0), coalesce(sum(dose_hi), 0))::oracle.span
    from oracle.dose_rows(pid, classes, at)
$$;

-- Changes of the dose by at least a share of what it was before (X-06): doses that last more than a
-- day are compared, so that an overlap, a gap or an extra dose is no change; after 90 days a dose
-- is a new start. A product whose next row joins goes on in between. The same product in the same
-- written dose did not change; without a written dose it may have. Within 2 umol counts as met.
create function oracle.dose_changes(pid text, classes text[], share double precision)
    returns table (at timestamp, is_change boolean) language sql stable parallel safe as $$
    with written as (
        select e.*, lead(e.start_at) over (partition by e.drug order by e.start_at,
            e.seq) as next_start
        from oracle.exposure e where e.patient_id = pid and e.class = any (classes)
    ), held as (
        select w.*, case when next_start between stop_at and join_until then next_start
                         else stop_at end
                    as held_until
        from written w
    ), edge as (
        select start_at as at from held union select stop_at from held union select held_until
            from held
    ), segment as (
        select edge.at as since, lead(edge.at) over (order by edge.at) as until from edge
    ), ranked as (
        select s.since, s.until, h.*, h.stop_at > s.since as runs,
               bool_or(h.stop_at > s.since) over p as any_runs,
               row_number() over (partition by s.since, h.drug, h.stop_at > s.since, h.kind
                                  order by h.start_at desc, h.seq desc) as place_of_kind,
               row_number() over (partition by s.since, h.drug order by h.start_at desc,
                   h.seq desc) as place
        from segment s join held h on h.start_at <= s.since and h.held_until > s.since
        window p as (partition by s.since, h.drug)
    ), summed as (
        select since, until, sum(dose_lo) as lo, sum(dose_hi) as hi,
               string_agg(drug || dose_text || unit || coalesce(times, 0), ' + '
                          order by drug, dose_text, unit, times) as reading,
               bool_and(dose_text <> '') as is_written, array_agg(seq order by seq) as source_rows
        from ranked
        where runs and (kind <> 'issue' or place_of_kind = 1) or not any_runs and place = 1
        group by since, until
    ), dosed as ( -- neighbours that read the same are one dose
        select min(since) as since, max(until) as until, min(lo) as lo, min(hi) as hi,
            min(reading) as reading,
               bool_and(is_written) as is_written, min(source_rows) as source_rows
        from (
            select s.*, sum(case when is_next and (reading = lag_reading and is_written
                                                   or source_rows = lag_rows) then 0 else 1 end)
                        over (order by since) as run
            from (select s.*, lag(until) over w = since as is_next,
                lag(reading) over w as lag_reading,
                         lag(source_rows) over w as lag_rows
                  from summed s window w as (order by since)) s
        ) s
        group by run
    ), lasting as (
        select * from dosed where since <= oracle.t() and until > since + interval '1 day'
    ), compared as (
        select l.*, lag(l.until) over w as before_until, lag(l.lo) over w as a_lo,
            lag(l.hi) over w as a_hi,
               lag(l.reading) over w as before_reading, lag(l.source_rows) over w as before_rows
        from lasting l window w as (order by l.since)
    )
    select case when exists (select from held h where h.start_at <= c.before_until
                             and h.held_until > c.before_until)
                                 then c.before_until else c.since end,
           case when c.source_rows = c.before_rows or c.reading = c.before_reading
               and c.is_written then false
                when c.lo >= (1 + share) * c.a_hi - 0.002
                    or c.hi <= (1 - share) * c.a_lo + 0.002 then true
                when c.hi < (1 + share) * c.a_lo - 0.002
                    and c.lo > (1 - share) * c.a_hi + 0.002 then false
           end
    from compared c where c.since < c.before_until + interval '90 days'
$$;
