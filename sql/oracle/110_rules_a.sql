-- A01 to A09: renal risk on magnesium therapy.
create temporary table on_magnesium as
select patient_id from oracle.patient where oracle.active(patient_id, oracle.mgsys());
analyze on_magnesium;

insert into oracle.answer -- A01: below 20
select 'A01', patient_id, true, oracle.has(patient_id, 'dialysis', oracle.t_day() - 365),
       oracle.under(oracle.kf(patient_id), 20),
       case when oracle.kf_stale(patient_id) then 'high' else 'critical' end
from on_magnesium;

insert into oracle.answer -- A02: 20 to 29
select 'A02', patient_id, true, oracle.has(patient_id, 'dialysis', oracle.t_day() - 365),
       not oracle.under(oracle.kf(patient_id), 20) and oracle.under(oracle.kf(patient_id), 30),
       case when oracle.kf_stale(patient_id) then oracle.one_down(tier) else tier end
from (
    select patient_id,
           case when oracle.above(oracle.latest(patient_id, 'magnesium', oracle.days_ago(1095),
                                                oracle.t(), 'high'), 1.05, 2.6) then 'high'
                when oracle.any_below(patient_id, 'magnesium', oracle.days_ago(30), 0.50, 1.2)
                    then 'moderate'
                else 'high' end as tier
    from on_magnesium
) tiers;

insert into oracle.answer -- A03: 30 to 59 without a safeguard
select 'A03', patient_id, oracle.days_on(patient_id, oracle.mgsys()) >= 28, false,
       not oracle.under(kf, 30) and oracle.under(kf, 60)
       and (oracle.over(oracle.dose(patient_id, oracle.mgsys()), 12)
            or oracle.none(patient_id, 'magnesium', oracle.days_ago(92))),
       case when oracle.under(kf, 45) or age >= 75 then 'moderate' else 'low' end
from on_magnesium
join oracle.patient using (patient_id)
cross join lateral (select oracle.kf(patient_id) as kf) renal
where oracle.days_on(patient_id, oracle.mgsys()) >= 28;

insert into oracle.answer -- A04: nobody knows the renal function
select 'A04', patient_id, true, false,
       oracle.none(patient_id, 'creatinine', oracle.days_ago(365))
       and not oracle.measured(patient_id, 'egfr_reported', oracle.days_ago(365))
       or (age >= 75 or oracle.has(patient_id, 'diabetes') or oracle.has(patient_id, 'ckd')
           or oracle.active(patient_id, array['ACEI', 'ARB', 'LOOP', 'THIAZ']))
          and oracle.none(patient_id, 'creatinine', oracle.days_ago(183))
          and not oracle.measured(patient_id, 'egfr_reported', oracle.days_ago(183)),
       case when not oracle.active(patient_id, array['MGSUPP', 'MGLAX', 'MGOTHER', 'MGIV48'])
           then 'low'
            else 'moderate' end
from on_magnesium
join oracle.patient using (patient_id)
where oracle.days_on(patient_id, oracle.mgsys()) >= 14 or oracle.active(patient_id,
    array['MGIV48']);

insert into oracle.answer -- A05: falling; the newest value against the median of those before it
select 'A05', patient_id, true, false,
       not oracle.under(oracle.kf(patient_id), 30)
       and (oracle.at_most(now, 0.75 * (earlier).lo, 0.75 * (earlier).hi)
           and oracle.worse_grade(now, earlier)
            or not oracle.under(row((earlier).lo - (now).hi,
                (earlier).hi - (now).lo)::oracle.span, 15)),
       'moderate'
from on_magnesium
left join lateral (
    select e.at, e.egfr as now from oracle.egfr_series e
    where e.patient_id = on_magnesium.patient_id and e.at >= oracle.days_ago(90)
    order by e.at desc limit 1
) newest on true
left join lateral (
    select case when count(*) > 0 then
           row(percentile_cont(0.5) within group (order by (e.egfr).lo),
               percentile_cont(0.5) within group (order by (e.egfr).hi))::oracle.span end as earlier
    from oracle.egfr_series e
    where e.patient_id = on_magnesium.patient_id
      and newest.at::date - e.at::date between 90 and 365
) before on true;

-- A06: acute injury. Who takes magnesium since the creatinine that decides, or since the newest; if
-- that one cannot be read, nobody knows of those who ever took it (docs/decisions/060).
create temporary table injured as
select patient_id, newest, measured,
       (select i.at from oracle.injuries(patient_id, 14) i
        where i.least_stage is not null order by i.least_stage desc,
            i.at desc limit 1) as staged_at,
       (select max(i.least_stage) from oracle.injuries(patient_id, 14) i) as least_stage,
       (select max(i.most_stage) from oracle.injuries(patient_id, 14) i) as most_stage
from (
    select patient_id, oracle.latest(patient_id, 'creatinine', oracle.days_ago(14), oracle.t(),
        'high') as newest,
           oracle.measured(patient_id, 'creatinine', oracle.days_ago(14)) as measured
    from oracle.patient
    where exists (select from oracle.exposure e where e.patient_id = patient.patient_id
                  and e.class = any (oracle.mgsys()))
) recent
where measured is not false;

insert into oracle.answer
select 'A06', patient_id,
       measured and (oracle.active_within(patient_id, oracle.mgsys(), (newest).at)
                     or coalesce(oracle.active_within(patient_id, oracle.mgsys(), staged_at),
                         false)),
       oracle.has(patient_id, 'dialysis', oracle.t_day() - 365),
       case when least_stage >= 1 then true when most_stage = 0 then false
            when least_stage is null and oracle.above(newest, 354, 4.0) then true end,
       case when least_stage >= 2 then 'critical' else 'high' end
from injured;

insert into oracle.answer -- A07: bowel preparation, or a purge of 80 mmol on one day
select 'A07', patient_id, true, false,
       oracle.under(kf, 30)
       or oracle.under(kf, 60)
          and (age >= 75 or oracle.active(patient_id, array['ACEI', 'ARB', 'LOOP', 'THIAZ'])),
       case when oracle.under(kf, 30) then 'critical' else 'moderate' end
from oracle.patient
cross join lateral (select oracle.kf(patient_id) as kf) renal
where exists (select from oracle.exposure e where e.patient_id = patient.patient_id
              and e.class = 'MGPREP' and e.start_at >= oracle.days_ago(30))
   or exists (select from oracle.exposure e where e.patient_id = patient.patient_id
              and e.class = 'MGLAX' and e.effect_until > oracle.days_ago(30) and e.dose_lo >= 80);

insert into oracle.answer -- A08: hidden magnesium
select 'A08', patient_id, true, false,
       not oracle.under(kf, 30) and oracle.under(kf, 60)
       and oracle.none(patient_id, 'magnesium', oracle.days_ago(183)),
       case when oracle.under(kf, 45)
              or age >= 65 and not oracle.below(oracle.latest_urea(patient_id,
                  oracle.days_ago(365)), 8.0, 22.4)
            then 'moderate' else 'low' end
from (
    select p.*, (select count(distinct (e.start_at, e.drug, e.dose_text, e.unit,
        e.times)) from oracle.exposure e
                 where e.patient_id = p.patient_id and e.class in ('MGANTACID', 'MGLAX', 'MGOTHER')
                   and e.start_at >= oracle.days_ago(90)) as issues
    from oracle.patient p
    where oracle.active_within(patient_id, array['MGANTACID', 'MGLAX', 'MGOTHER'],
        oracle.days_ago(150))
) p
cross join lateral (select oracle.kf(patient_id) as kf) renal
where (issues >= 2 or oracle.days_on(patient_id, array['MGANTACID', 'MGLAX', 'MGOTHER']) >= 28)
  and not oracle.active(patient_id, array['MGSUPP']);

insert into oracle.answer -- A09: dialysis
select 'A09', patient_id, true, false, true,
       case when not oracle.above(oracle.latest(patient_id, 'magnesium', oracle.days_ago(30),
           oracle.t(),
                                                'high'), 1.05, 2.6) then 'moderate' else 'high' end
from on_magnesium where oracle.has(patient_id, 'dialysis', oracle.t_day() - 365);
