-- C01 to C07: low and high magnesium, with potassium and calcium.
insert into oracle.answer -- C01: low; the top two tiers are of the last 30 days
select 'C01', patient_id, oracle.measured(patient_id, 'magnesium', oracle.days_ago(90)), false,
       oracle.below(mg, 0.70, 1.7),
       case when recent and oracle.below(mg, 0.40, 1.0) then 'critical'
            when recent and oracle.below(mg, 0.50, 1.2) then 'high'
            when oracle.below(mg, 0.60, 1.5) then 'moderate'
            else 'low' end
from oracle.patient
cross join lateral (select oracle.latest(patient_id, 'magnesium', oracle.days_ago(90)) as mg) newest
cross join lateral (select (mg).at >= oracle.days_ago(30) as recent) age
where oracle.measured(patient_id, 'magnesium', oracle.days_ago(90)) is distinct from false;

insert into oracle.answer -- C02: high; infusion before the sample and haemolysis take it down
select 'C02', patient_id, oracle.measured(patient_id, 'magnesium', oracle.days_ago(30)), false,
       oracle.above(mg, 1.05, 2.6),
       oracle.lowered(tier, infused::int + (mg).haemolysed::int)
from oracle.patient
cross join lateral (
    select oracle.latest(patient_id, 'magnesium', oracle.days_ago(30), oracle.t(), 'high') as mg
) newest
cross join lateral (
    select case when oracle.above(mg, 2.00, 4.9) then 'critical'
                when oracle.above(mg, 1.23, 3.0) then 'high'
                when oracle.active(patient_id, oracle.mgsys())
                     or oracle.under(oracle.kf(patient_id), 30) then 'moderate'
                else 'low' end as tier,
           oracle.active_within(patient_id, array['MGIV'], (mg).at - interval '24 hours', (mg).at)
               as infused
) graded
where oracle.measured(patient_id, 'magnesium', oracle.days_ago(30)) is distinct from false;

insert into oracle.answer -- C03: low magnesium with low potassium within 7 days
select 'C03', patient_id, oracle.measured(patient_id, 'magnesium', oracle.days_ago(30)), false,
       oracle.below(mg, 0.70, 1.7) and oracle.below(k, 3.5, 13.7),
       case when oracle.below(k, 2.5, 9.8)
              or oracle.below(k, 3.0, 11.7) and oracle.below(mg, 0.50, 1.2) then 'critical'
            else 'high' end
from oracle.patient
cross join lateral (select oracle.latest(patient_id, 'magnesium', oracle.days_ago(30)) as mg) newest
cross join lateral (select oracle.nearest(patient_id, 'potassium', mg, 7, 'low') as k) partner
where oracle.measured(patient_id, 'magnesium', oracle.days_ago(30)) is distinct from false;

insert into oracle.answer -- C04: low magnesium with low calcium within 7 days
select 'C04', patient_id, oracle.measured(patient_id, 'magnesium', oracle.days_ago(30)), false,
       oracle.below(mg, 0.70, 1.7)
       and case when ca_seen is false and ica_seen is false then null
                else ca_seen is distinct from false and oracle.below(ca, 2.20, 8.8)
                     or ica_seen is distinct from false and oracle.below(ica, 1.15, 4.6) end,
       case when oracle.below(ca, 1.90, 7.6) or oracle.below(ica, 0.90, 3.6)
              or oracle.below(mg, 0.40, 1.0) then 'critical'
            else 'high' end
from oracle.patient
cross join lateral (select oracle.latest(patient_id, 'magnesium', oracle.days_ago(30)) as mg) newest
cross join lateral (
    select oracle.nearest(patient_id, 'adjusted_calcium', mg, 7, 'low') as ca,
           oracle.nearest(patient_id, 'calcium_ionised', mg, 7, 'low') as ica,
           (mg).at::date - 7 as since,
           least((mg).at::date + 8 - interval '1 minute', oracle.t()) as until
) partner
cross join lateral (
    select oracle.measured(patient_id, 'adjusted_calcium', since, until) as ca_seen,
           oracle.measured(patient_id, 'calcium_ionised', since, until) as ica_seen
) seen
where oracle.measured(patient_id, 'magnesium', oracle.days_ago(30)) is distinct from false;

insert into oracle.answer -- C05: digoxin with low magnesium, low potassium or high calcium
select 'C05', patient_id, true, false,
       case when oracle.measured(patient_id, 'magnesium', since) is false
             and oracle.measured(patient_id, 'potassium', since) is false
             and oracle.measured(patient_id, 'adjusted_calcium', since) is false then null
            else oracle.arm(patient_id, 'magnesium', since, oracle.below(mg, 0.70, 1.7))
                 or oracle.arm(patient_id, 'potassium', since, oracle.below(k, 3.5, 13.7))
                 or oracle.arm(patient_id, 'adjusted_calcium', since,
                               oracle.above(ca, 2.60, 10.4)) end,
       case when oracle.below(mg, 0.50, 1.2) or oracle.below(k, 3.0, 11.7) then 'critical'
            else 'high' end
from (select patient_id, oracle.days_ago(30) as since from oracle.patient
      where oracle.active(patient_id, array['DIGOX'])) taking
cross join lateral (
    select oracle.latest(patient_id, 'magnesium', since) as mg,
           oracle.latest(patient_id, 'potassium', since) as k,
           oracle.latest(patient_id, 'adjusted_calcium', since, oracle.t(), 'high') as ca
) newest;

insert into oracle.answer -- C06: QT drug; outside stays the window is 30 days
select 'C06', patient_id, true, false,
       case when mg_seen is false and k_seen is false and ca_seen is false and ica_seen is false
            then null
            else low_mg or low_k or low_ca end,
       case when oracle.below(mg, 0.40, 1.0) or oracle.below(k, 2.5, 9.8) then 'critical'
            when drugs >= 2
              or (low_mg is true)::int + (low_k is true)::int + (low_ca is true)::int >= 2
              or oracle.below(mg, 0.50, 1.2) or oracle.below(k, 3.0, 11.7) then 'high'
            else 'moderate' end
from (select p.patient_id, oracle.days_ago(30) as since,
             (select count(distinct agent) from oracle.qt_agent q where q.patient_id = p.patient_id)
                 as drugs
      from oracle.patient p where oracle.active(p.patient_id, array['QT'])) taking
cross join lateral (
    select oracle.latest(patient_id, 'magnesium', since) as mg,
           oracle.measured(patient_id, 'magnesium', since) as mg_seen,
           oracle.latest(patient_id, 'potassium', since) as k,
           oracle.measured(patient_id, 'potassium', since) as k_seen,
           oracle.latest(patient_id, 'adjusted_calcium', since) as ca,
           oracle.measured(patient_id, 'adjusted_calcium', since) as ca_seen,
           oracle.latest(patient_id, 'calcium_ionised', since) as ica,
           oracle.measured(patient_id, 'calcium_ionised', since) as ica_seen
) newest
cross join lateral (
    select (mg_seen is distinct from false) and oracle.below(mg, 0.70, 1.7) as low_mg,
           (k_seen is distinct from false) and oracle.below(k, 3.5, 13.7) as low_k,
           (ca_seen is distinct from false) and oracle.below(ca, 2.10, 8.4)
           or (ica_seen is distinct from false) and oracle.below(ica, 0.90, 3.6) as low_ca
) ions;

insert into oracle.answer -- C07: low potassium or calcium that resists treatment, magnesium unknown
select 'C07', patient_id,
       oracle.measured(patient_id, 'potassium', oracle.days_ago(90))
       or oracle.measured(patient_id, 'adjusted_calcium', oracle.days_ago(30))
       or oracle.measured(patient_id, 'calcium_ionised', oracle.days_ago(30)), false,
       resists or case when ca_seen is false and ica_seen is false
                       -- decision 101: left out, unless magnesium itself is in doubt
                       then case when unmeasured is null then null else false end
                       else low_ca and unmeasured end,
       case when resists then 'high' else 'moderate' end
from oracle.patient
cross join lateral ( -- from the first to the last low potassium; may: what a bound leaves open
    select min(at) filter (where low) as first_low, max(at) filter (where low) as last_low,
           min(at) as first_may, max(at) as last_may
    from (select l.at, oracle.below(l, 3.5, 13.7) as low from oracle.lab l
          where l.patient_id = patient.patient_id and l.analyte = 'potassium'
            and l.at >= oracle.days_ago(90)) k
    where low is distinct from false
) k
cross join lateral (
    select case when last_low::date - first_low::date >= 7 then
                oracle.active_within(patient_id, array['KSUPP', 'KSPARE'], first_low, last_low)
                and oracle.none(patient_id, 'magnesium', first_low::date - 14)
                when last_may::date - first_may::date >= 7 then
                case when not oracle.active_within(patient_id, array['KSUPP', 'KSPARE'],
                                                   first_may, last_may)
                       or not oracle.none(patient_id, 'magnesium', first_may::date - 14)
                     then false end
                -- decision 101: none known to be low, one that a bound or a mark leaves open
                when first_low is null
                 and oracle.active_within(patient_id, array['KSUPP', 'KSPARE'], '-infinity')
                 and (first_may is not null
                      or oracle.measured(patient_id, 'potassium', oracle.days_ago(90)) is null)
                then null
                else false end as resists
) potassium
cross join lateral (
    select oracle.measured(patient_id, 'adjusted_calcium', oracle.days_ago(30)) as ca_seen,
           oracle.measured(patient_id, 'calcium_ionised', oracle.days_ago(30)) as ica_seen,
           oracle.latest(patient_id, 'adjusted_calcium', oracle.days_ago(30)) as ca,
           oracle.latest(patient_id, 'calcium_ionised', oracle.days_ago(30)) as ica
) calcium
cross join lateral (
    select (ca_seen is distinct from false) and oracle.below(ca, 2.10, 8.4)
           or (ica_seen is distinct from false) and oracle.below(ica, 0.90, 3.6) as low_ca,
           oracle.none(patient_id, 'magnesium', oracle.days_ago(30)) as unmeasured
) ions
where (oracle.measured(patient_id, 'potassium', oracle.days_ago(90))
       or oracle.measured(patient_id, 'adjusted_calcium', oracle.days_ago(30))
       or oracle.measured(patient_id, 'calcium_ionised', oracle.days_ago(30)))
      is distinct from false;
