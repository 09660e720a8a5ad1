-- Kidney function (clinical spec f1 to f4), acute injury (f7) and adjusted calcium (h).

-- CKD-EPI 2009 without ethnicity, the profile of our own layout; creatinine in umol/L.
create function oracle.ckd_epi(creatinine double precision, age int, sex text)
    returns double precision language sql immutable parallel safe
    return 141 * power(least(creatinine / 88.4 / case sex when 'F' then 0.7 else 0.9 end, 1),
                       case sex when 'F' then -0.329 else -0.411 end)
               * power(greatest(creatinine / 88.4 / case sex when 'F' then 0.7 else 0.9 end, 1),
                       -1.209)
               * power(0.993, age) * case sex when 'F' then 1.018 else 1 end;

-- The same of an interval of creatinine in umol/L, lowest and highest.
create function oracle.ckd_epi_span(c_lo numeric, c_hi numeric, age int, sex text)
    returns oracle.span language sql immutable parallel safe
    return row(case when c_hi = 'Infinity' then 0
                    else oracle.ckd_epi(c_hi::double precision, age, sex) end,
               case when c_lo = 0 then 'Infinity'
                    else oracle.ckd_epi(c_lo::double precision, age, sex) end)::oracle.span;

create function oracle.cockcroft_gault_span(c_lo numeric, c_hi numeric, age int, sex text,
                                            kg double precision)
    returns oracle.span language sql immutable parallel safe
    return row((140 - age) * kg * case sex when 'M' then 1.23 else 1.04 end / c_hi,
               case when c_lo = 0 then 'Infinity'
                    else (140 - age) * kg * case sex when 'M' then 1.23 else 1.04 end / c_lo
               end)::oracle.span;

create function oracle.age_on(p oracle.patient, day timestamp) returns int
    language sql immutable parallel safe
    return case when (p).age is not null and (p).birth is not null
                then oracle.completed_years((p).birth, (p).year_only, day::date) end;

-- Weight policy adjusted30: adjusted from BMI 30 on, actual below it or without a height.
create table oracle.body as
select patient_id, kg, cm,
       case when cm is not null and not oracle.under(kg / (cm / 100) ^ 2, 30)
            then case sex when 'M' then 50 else 45.5 end + 0.91 * (cm - 152.4)
                 + 0.4 * (kg - (case sex when 'M' then 50 else 45.5 end + 0.91 * (cm - 152.4)))
            else kg end as used,
       0.007184 * power(kg, 0.425) * power(cm, 0.725) as surface
from (select patient_id, sex, height_cm::double precision as cm,
             case when weight_day >= oracle.t_day() - 365 then weight_kg::double precision end as kg
      from oracle.patient) measured;
create unique index on oracle.body (patient_id);

-- KF: Cockcroft-Gault (1.23 and 1.04) with a weight, else the eGFR calculated from creatinine,
-- else a reported one, made absolute where weight and height are known. Censored results give an
-- interval.
create table oracle.kidney as
with newest as (
    select p.patient_id, p.sex, b.used, b.surface, c as creatinine, e as reported, p as person
    from oracle.patient p
    join oracle.body b using (patient_id)
    cross join lateral oracle.latest(p.patient_id, 'creatinine', oracle.days_ago(365), oracle.t(),
        'high') c
    cross join lateral oracle.latest(p.patient_id, 'egfr_reported', oracle.days_ago(365),
        oracle.t(), 'low') e
), molar as (
    select *, case (creatinine).family when 'mass' then 88.4 else 1 end as factor,
           sex is not null and (person).age is not null as is_known,
           oracle.age_on(person, (creatinine).at) as years
    from newest
), bounds as (
    select *, (creatinine).lo * factor as least, (creatinine).hi * factor as most from molar
)
select patient_id,
       case when not is_known then null
            when (creatinine).at is not null and used is not null then 'CG'
            when (creatinine).at is not null then 'EGFR_CALC_09'
            when (reported).at is not null and surface is not null then 'EGFR_ABS'
            when (reported).at is not null then 'EGFR_REPORTED' end as method,
       coalesce((creatinine).at, (reported).at) as at,
       case when not is_known then null -- spec f1: never a default sex
            when (creatinine).at is not null and used is not null then
                oracle.cockcroft_gault_span(least, most, years, sex, used)
            when (creatinine).at is not null then
                oracle.ckd_epi_span(least, most, years, sex)
            when (reported).at is not null then
                row((reported).lo * coalesce(surface / 1.73, 1),
                    (reported).hi * coalesce(surface / 1.73, 1))::oracle.span
            end as kf,
       -- the indexed value: calculated, else reported (also where sex or age is not known)
       case when is_known and (creatinine).at is not null then
                oracle.ckd_epi_span(least, most, years, sex)
            when (reported).at is not null then row((reported).lo, (reported).hi)::oracle.span
            end as egfr,
       least, most, years
from bounds
where (creatinine).at is not null or (reported).at is not null;
create unique index on oracle.kidney (patient_id);
analyze oracle.kidney;

create function oracle.kf(pid text) returns oracle.span language sql stable parallel safe as $$
    select kf from oracle.kidney where patient_id = pid
$$;
create function oracle.egfr(pid text) returns oracle.span language sql stable parallel safe as $$
    select egfr from oracle.kidney where patient_id = pid
$$;
-- Older than 90 days; unknown without any.
create function oracle.kf_stale(pid text) returns boolean language sql stable parallel safe as $$
    select oracle.days_since(at) > 90 from oracle.kidney where patient_id = pid
$$;

-- ---- trend (A05) --------------------------------------------------------------------------------
-- The series of calculated values: one of a moment (the higher creatinine), none before 18 years.
create table oracle.egfr_series as
select patient_id, at,
       oracle.ckd_epi_span(least, most, years, sex) as egfr
from (
    select l.patient_id, l.at, l.canonical, p.sex, oracle.age_on(p, l.at) as years,
           l.lo * case l.family when 'mass' then 88.4 else 1 end as least,
           l.hi * case l.family when 'mass' then 88.4 else 1 end as most
    from oracle.lab l join oracle.patient p using (patient_id)
    where l.analyte = 'creatinine' and p.sex is not null and p.age is not null
      -- of one moment the higher; without a clock: of one moment with all of its day
      and not exists (select from oracle.lab o
                      where o.patient_id = l.patient_id and o.analyte = l.analyte
                        and (date_trunc('minute', o.at) = date_trunc('minute', l.at)
                             or (o.date_only or l.date_only) and o.at::date = l.at::date)
                        and (o.canonical, o.seq) > (l.canonical, l.seq))
) aged
where years >= 18;
create index on oracle.egfr_series (patient_id, at);
analyze oracle.egfr_series;

create function oracle.ckd_grade(egfr double precision) returns int
    language sql immutable parallel safe
    return case when not oracle.under(egfr, 90) then 1 when not oracle.under(egfr, 60) then 2
                when not oracle.under(egfr, 45) then 3 when not oracle.under(egfr, 30) then 4
                when not oracle.under(egfr, 15) then 5 else 6 end;

create function oracle.worse_grade(now oracle.span, earlier oracle.span) returns boolean
    language sql immutable parallel safe
    return case when oracle.ckd_grade((now).hi) > oracle.ckd_grade((earlier).lo) then true
                when oracle.ckd_grade((now).lo) <= oracle.ckd_grade((earlier).hi) then false end;

create function oracle.at_most(x oracle.span, line_lo double precision, line_hi double precision)
    returns boolean language sql immutable parallel safe
    return case when not oracle.over((x).hi, line_lo) then true
        when oracle.over((x).lo, line_hi) then false end;

-- ---- acute injury (f7, A06) ---------------------------------------------------------------------
-- Stage of one creatinine (umol/L) against the lowest of 7 days, the median of the year before
-- those, and the lowest of 48 hours; null without any of the first two.
create function oracle.injury_stage(c numeric, week numeric, year numeric,
    two_days numeric) returns int
    language sql immutable parallel safe
    return case when least(week, year) is null then null
                when c >= 3 * least(week, year) or c >= 1.5 * least(week, year) and c > 354 then 3
                when c >= 2 * least(week, year) then 2
                when c >= 1.5 * least(week, year) then 1
                when c - two_days > 26 then 1 else 0 end;

create table oracle.creatinine as
select patient_id, date_trunc('minute', at) as at, date_only,
       max(lo * case family when 'mass' then 88.4 else 1 end) as lo,
       max(hi * case family when 'mass' then 88.4 else 1 end) as hi
from oracle.lab where analyte = 'creatinine'
group by patient_id, date_trunc('minute', at), date_only;
create index on oracle.creatinine (patient_id, at);
analyze oracle.creatinine;

create function oracle.is_later(v oracle.creatinine, i oracle.creatinine) returns boolean
    language sql immutable parallel safe
    return case when (v).date_only or (i).date_only then (v).at::date > (i).at::date
                else (v).at > (i).at end;

-- Each creatinine of the last days with the least and most stage it can have; resolved by a later
-- value back near the reference that the stage stands on.
create function oracle.injuries(pid text, days int)
    returns table (at timestamp, least_stage int, most_stage int)
    language sql stable parallel safe as $$
    select i.at,
           case when exists (
                    select from oracle.creatinine v where v.patient_id = pid and oracle.is_later(v, i)
                    and v.lo < 1.5 * r.ref_hi and v.lo < r.ref_hi + 26)
                        then 0 else s.least_stage end,
           case when exists (
                    select from oracle.creatinine v where v.patient_id = pid and oracle.is_later(v, i)
                    and v.hi < 1.5 * r.ref_lo and v.hi < r.ref_lo + 26) then 0 else s.most_stage end
    from oracle.creatinine i
    cross join lateral (
        select min(b.lo) filter (where b.age <= 7 * 1440) as week_lo,
               min(b.hi) filter (where b.age <= 7 * 1440) as week_hi,
               percentile_cont(0.5) within group (order by b.lo::double precision)
                   filter (where b.age > 7 * 1440) as year_lo,
               percentile_cont(0.5) within group (order by b.hi::double precision)
                   filter (where b.age > 7 * 1440) as year_hi,
               min(b.lo) filter (where b.age <= 2 * 1440) as two_lo,
               min(b.hi) filter (where b.age <= 2 * 1440) as two_hi
        from ( -- minutes; whole days where one of the two has no clock
            select b.lo, b.hi,
                   case when b.date_only or i.date_only then (i.at::date - b.at::date) * 1440
                        else extract(epoch from i.at - b.at) / 60 end as age
            from oracle.creatinine b where b.patient_id = pid
        ) b
        where b.age > 0 and b.age <= 365 * 1440
    ) b
    cross join lateral (
        select oracle.injury_stage(i.lo, b.week_hi, b.year_hi::numeric, b.two_hi) as least_stage,
               oracle.injury_stage(i.hi, b.week_lo, b.year_lo::numeric, b.two_lo) as most_stage
    ) s
    cross join lateral (
        select case when i.lo >= 1.5 * least(b.week_lo, b.year_lo::numeric)
                    then least(b.week_lo, b.year_lo::numeric) else b.two_lo end as ref_lo,
               case when i.lo >= 1.5 * least(b.week_hi, b.year_hi::numeric)
                    then least(b.week_hi, b.year_hi::numeric) else b.two_hi end as ref_hi
    ) r
    where i.patient_id = pid and i.at >= oracle.days_ago(days)
$$;

-- ---- adjusted calcium (h) -----------------------------------------------------------------------
-- Joins the results as analyte adjusted_calcium: the reported one, else the total with its albumin
-- (same specimen, else nearest within 24 hours) in the family of the total, else an interval that
-- only tells below 1.80, above 3.00 or inside 2.20 to 2.60.
create temporary table adjusted as
with total as (
    select c.*, a as albumin,
           coalesce((select oracle.under(e.egfr, 15) from oracle.egfr_series e
                     where e.patient_id = c.patient_id and e.at <= c.at + interval '1 day'
                       and e.at::date >= c.at::date - 365
                     order by e.at desc limit 1),
                    (select oracle.below(e, 15, 15) from oracle.lab e  -- else reported
                     where e.patient_id = c.patient_id and e.analyte = 'egfr_reported'
                       and e.at <= c.at + interval '1 day' and e.at::date >= c.at::date - 365
                     order by e.at desc limit 1)) as kidneys_failed
    from oracle.lab c
    left join lateral ( -- two albumins of one moment both count: the rule takes the worse calcium
        select a from (
            select a, rank() over (order by a.specimen <> c.specimen, case
                       when a.specimen = c.specimen then 0
                       when a.date_only or c.date_only then abs(a.at::date - c.at::date) * 86400
                       else abs(extract(epoch from a.at - c.at)) end) as place
            from oracle.lab a
            where a.patient_id = c.patient_id and a.analyte = 'albumin'
              and (a.specimen = c.specimen
                   or case when a.date_only or c.date_only then abs(a.at::date - c.at::date) <= 1
                           else a.at between c.at - interval '24 hours'
                                         and c.at + interval '24 hours' end)
        ) ranked where place = 1
    ) a on true
    where c.analyte = 'calcium'
      and not exists (select from oracle.lab r where r.patient_id = c.patient_id
                      and r.analyte = 'calcium_adjusted'
                          and (r.at = c.at or r.specimen = c.specimen))
), shifted as (
    select *, (albumin).lo >= 20 and kidneys_failed is not true as fits,
           case family when 'mass' then 0.08 else 0.02 end as slope,
           case family when 'mass' then 4 else 1 end as scale
    from total
), told as (
    select *, case when fits then lo + slope * (40 - (albumin).hi) end as adjusted_lo,
           case when fits then hi + slope * (40 - (albumin).lo) end as adjusted_hi,
           case when oracle.below(row(patient_id, analyte, at, date_only, family, lo, hi, lo_open,
               hi_open,
                                      canonical, haemolysed, specimen, seq)::oracle.lab, 1.80,
                                          7.2) then 'low'
                when oracle.above(row(patient_id, analyte, at, date_only, family, lo, hi, lo_open,
                    hi_open,
                                      canonical, haemolysed, specimen, seq)::oracle.lab, 3.00,
                                          12.0) then 'high'
                when lo >= case family when 'mass' then 8.8 else 2.20 end
                 and hi <= case family when 'mass' then 10.4 else 2.60 end then 'middle' end as band
    from shifted
)
select patient_id, 'adjusted_calcium' as analyte, at, date_only, family,
       case when fits then adjusted_lo
            else case band when 'low' then 0 when 'middle' then case family
                when 'mass' then 8.8 else 2.20 end
                           when 'high' then case family
                               when 'mass' then 12.0 else 3.00 end else 0 end end as lo,
       case when fits then adjusted_hi
            else case band when 'low' then case family when 'mass' then 7.2 else 1.80 end
                           when 'middle' then case family when 'mass' then 10.4 else 2.60 end
                           else 'Infinity' end end as hi,
       case when fits then lo_open or (albumin).hi_open
            else coalesce(band = 'high', false) end as lo_open,
       case when fits then hi_open or (albumin).lo_open
            else coalesce(band = 'low', false) end as hi_open,
       case when fits then adjusted_lo else lo end * case family
           when 'mass' then 0.2495134 else 1 end as canonical,
       haemolysed, specimen, seq
from told;
insert into oracle.lab
select * from adjusted
union all
select patient_id, 'adjusted_calcium', at, date_only, family, lo, hi, lo_open, hi_open, canonical,
    haemolysed,
       specimen, seq
from oracle.lab where analyte = 'calcium_adjusted';
insert into oracle.mark
select patient_id, 'adjusted_calcium', at, date_only, reason, seq
from oracle.mark where analyte in ('calcium', 'calcium_adjusted');
analyze oracle.lab;
