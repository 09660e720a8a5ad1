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
