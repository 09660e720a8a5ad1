-- E01 to E03: dose and formulation.
insert into oracle.answer -- E01: more than 350 mg without a documented deficiency
select 'E01', patient_id, true, oracle.has(patient_id, 'malabsorption'),
       oracle.over(oracle.dose(patient_id, array['MGSUPP']), 350 / 24.305) and low_count = 0,
       'low'
from oracle.patient p
cross join lateral (
    select case when bool_or(oracle.below(l, 0.70, 1.7)) then 1
                when exists (select from oracle.mark m
                             where m.patient_id = p.patient_id and m.analyte = 'magnesium'
                               and m.at >= oracle.days_ago(365)) then null
                                   -- it may have been the low one
                when count(*) = 0 or bool_and(oracle.below(l, 0.70, 1.7) is not null)
                    then 0 end as low_count
    from oracle.lab l
    where l.patient_id = p.patient_id and l.analyte = 'magnesium'
      and l.at between oracle.days_ago(365) and oracle.t()
) low
where oracle.days_on(patient_id, array['MGSUPP']) >= 28;

insert into oracle.answer -- E02: more than 24 mmol
select 'E02', patient_id, true, false, oracle.over(oracle.dose(patient_id, array['MGSUPP']), 24),
       case when oracle.over(oracle.dose(patient_id, array['MGSUPP']), 40)
              or oracle.under(oracle.kf(patient_id), 60) then 'high' else 'moderate' end
from oracle.patient where oracle.active(patient_id, array['MGSUPP']);

insert into oracle.answer -- E03: several sources for 14 days
select 'E03', patient_id, true, false,
       (select count(*) >= 2 from unnest(array['MGSUPP', 'MGANTACID', 'MGLAX',
       'MGOTHER']) as c (class)
        where oracle.days_on(patient_id, array[c.class]) >= 14),
       case when not oracle.under(oracle.kf(patient_id), 60)
           and not age >= 75 then 'low' else 'moderate' end
from oracle.patient
where oracle.active(patient_id, array['MGSUPP', 'MGANTACID', 'MGLAX', 'MGOTHER']);
