-- Kidney function (clinical spec f1 to f4), acute injury (f7) and adjusted calcium (h).

-- CKD-EPI 2009 without ethnicity, the profile of our own layout; creatinine in umol/L.
create function oracle.ckd_epi(creatinine double precision, age int, sex text)
    returns double precision language sql immutable parallel safe
    return 141 * power(least(creatinine / 88.4 / case sex when 'F' then 0.7 else 0.9 end, 1),
                       case sex when 'F' then -0.329 else -0.411 end)
               * power(greatest(creatinine / 88.4 / case sex when 'F' then 0.7 else 0.9 end, 1), -1.209)
               * power(0.993, age) * case sex when 'F' then 1.018 else 1 end;

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

-- KF: Cockcroft-Gault (1.23 and 1.04) with a weight, else the eGFR calculated from creatinine, else a
-- reported one, made absolute where weight and height are known. Censored results give an interval.
create table oracle.kidney as
with newest as (
    select p.patient_id, p.sex, b.used, b.surface, c as creatinine, e as reported, p as person
    from oracle.patient p
    join oracle.body b using (patient_id)
    cross join lateral oracle.latest(p.patient_id, 'creatinine', oracle.days_ago(365), oracle.t(), 'high') c
    cross join lateral oracle.latest(p.patient_id, 'egfr_reported', oracle.days_ago(365), oracle.t(), 'low') e
    where p.sex is not null and p.age is not null
), molar as (
    select *, case (creatinine).family when 'mass' then 88.4 else 1 end as factor,
           oracle.age_on(person, (creatinine).at) as years
    from newest
), bounds as (
    select *, (creatinine).lo * factor as least, (creatinine).hi * factor as most from molar
)
select patient_id,
       case when (creatinine).at is not null and used is not null then 'CG'
            when (creatinine).at is not null then 'EGFR_CALC_09'
            when (reported).at is not null and surface is not null then 'EGFR_ABS'
            when (reported).at is not null then 'EGFR_REPORTED' end as method,
       coalesce((creatinine).at, (reported).at) as at,
       case when (creatinine).at is not null and used is not null then
                row((140 - years) * used * case sex when 'M' then 1.23 else 1.04 end / nullif(most, 0),
                    case when least = 0 then 'Infinity'
                         else (140 - years) * used * case sex when 'M' then 1.23 else 1.04 end / least end)::oracle.span
            when (creatinine).at is not null then
                row(case when most = 'Infinity' then 0 else oracle.ckd_epi(most::double precision, years, sex) end,
                    case when least = 0 then 'Infinity'
                         else oracle.ckd_epi(least::double precision, years, sex) end)::oracle.span
            when (reported).at is not null then
                row((reported).lo * coalesce(surface / 1.73, 1), (reported).hi * coalesce(surface / 1.73, 1))::oracle.span
            end as kf,
       -- the indexed value: calculated, else reported
       case when (creatinine).at is not null then
                row(case when most = 'Infinity' then 0 else oracle.ckd_epi(most::double precision, years, sex) end,
                    case when least = 0 then 'Infinity'
                         else oracle.ckd_epi(least::double precision, years, sex) end)::oracle.span
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
