-- B01 to B06, B11: drugs that waste magnesium.
create function pg_temp.days_before(at timestamp, days int) returns timestamp immutable
    return (at::date - days)::timestamp;

insert into oracle.answer -- B01: low magnesium on a depleter
select 'B01', patient_id,
       measured and oracle.active_within(patient_id, oracle.depl(), since, (sample).at),
       false, oracle.below(sample, 0.70, 1.7),
       case when oracle.below(sample, 0.40, 1.0) then 'critical'
            when oracle.below(sample, 0.50, 1.2) then 'high'
            when not oracle.below(sample, 0.65, 1.6)
                 and (select count(distinct e.class) = 1
                             and bool_and(e.class in ('LOOP', 'THIAZ', 'PPI'))
                      from oracle.exposure e
                      where e.patient_id = seen.patient_id and e.class = any (oracle.depl())
                        and e.start_at <= (sample).at and e.effect_until > since)
                 and not oracle.under(oracle.egfr(patient_id), 60)
                 and not oracle.active(patient_id, array['DIGOX', 'QT']) then 'low'
            else 'moderate' end
from (
    select s.*, pg_temp.days_before((sample).at, 14) as since
    from (select patient_id, oracle.measured(patient_id, 'magnesium',
        oracle.days_ago(90)) as measured,
                 oracle.latest(patient_id, 'magnesium', oracle.days_ago(90)) as sample
          from oracle.patient) s
    where measured is not false
) seen;

insert into oracle.answer -- B02: long on a proton pump inhibitor, never checked
select 'B02', patient_id, true, false,
       oracle.none(patient_id, 'magnesium', oracle.days_ago(365)),
       case when age >= 65 or oracle.under(oracle.egfr(patient_id), 45)
              or oracle.any_below(patient_id, 'potassium', oracle.days_ago(365), 3.5, 13.7)
              or oracle.any_below(patient_id, 'adjusted_calcium', oracle.days_ago(365), 2.20, 8.8)
              or oracle.has(patient_id, 'malabsorption') then 'low' else 'info' end
from oracle.patient where oracle.continuous(patient_id, array['PPI'], 365, 60);

insert into oracle.answer -- B03: with a diuretic
select 'B03', patient_id, true, false,
       oracle.none(patient_id, 'magnesium', oracle.days_ago(365)), 'moderate'
from oracle.patient
where oracle.continuous(patient_id, array['PPI'], 90, 60)
  and oracle.continuous(patient_id, array['LOOP', 'THIAZ'], 90);

insert into oracle.answer -- B04: digoxin with a depleter
select 'B04', patient_id, true, false,
       oracle.none(patient_id, 'magnesium', oracle.days_ago(183)),
       case when oracle.below(oracle.latest(patient_id, 'potassium', oracle.days_ago(90)), 3.5,
           13.7)
              or oracle.under(oracle.egfr(patient_id), 45) then 'high' else 'moderate' end
from oracle.patient
where oracle.active(patient_id, array['DIGOX'])
  and (oracle.continuous(patient_id, array['PPI'], 90) or oracle.active(patient_id, array['LOOP',
      'THIAZ']));

insert into oracle.answer -- B05: three classes or more
select 'B05', patient_id, true, false,
       oracle.none(patient_id, 'magnesium', oracle.days_ago(183)), 'moderate'
from oracle.patient
where (select count(distinct e.class) >= 3 from oracle.exposure e
       where e.patient_id = patient.patient_id and e.class = any (oracle.depl())
         and e.start_at <= oracle.t() and e.effect_until > oracle.t());

insert into oracle.answer -- B06: low potassium on a diuretic
select 'B06', patient_id,
       measured and oracle.active_within(patient_id, array['LOOP', 'THIAZ'], (k).at, (k).at), false,
       oracle.below(k, 3.5, 13.7)
       and case when (k).at is not null
                then oracle.none(patient_id, 'magnesium', pg_temp.days_before((k).at, 14)) end
       and (oracle.below(k, 3.0, 11.7) or oracle.days_since((k).at) >= 14),
       case when oracle.below(k, 3.0, 11.7) then 'high' else 'moderate' end
from (
    select patient_id, oracle.measured(patient_id, 'potassium', oracle.days_ago(90)) as measured,
           oracle.latest(patient_id, 'potassium', oracle.days_ago(90)) as k
    from oracle.patient
) seen
where measured is not false;

insert into oracle.answer -- B11: stays low on a proton pump inhibitor in spite of replacement
select 'B11', patient_id, measured, false,
       oracle.below(newest, 0.70, 1.7)
       and case when first_low::date <= last_low::date - 14 then true
                -- what could not be read may have been low
                when least(first_low, first_mark)::date <= greatest(last_low, last_mark)::date - 14
                    then null else false end
       and coalesce(oracle.active_within(patient_id, array['MGSUPP', 'MGIV'], first_low,
           (newest).at), false),
       'high'
from (
    select p.patient_id, oracle.measured(patient_id, 'magnesium', oracle.days_ago(183)) as measured,
           oracle.latest(patient_id, 'magnesium', oracle.days_ago(183)) as newest, first_low,
               last_low, first_mark, last_mark
    from oracle.patient p
    cross join lateral (
        select min(l.at) as first_low, max(l.at) as last_low from oracle.lab l
        where l.patient_id = p.patient_id and l.analyte = 'magnesium'
            and l.at >= oracle.days_ago(183)
          and l.at <= oracle.t() and oracle.below(l, 0.70, 1.7)
    ) low
    cross join lateral (
        select min(at) as first_mark, max(at) as last_mark
        from (select m.at from oracle.mark m
              where m.patient_id = p.patient_id and m.analyte = 'magnesium'
              union all -- nor what a comparator leaves open
              select l.at from oracle.lab l
              where l.patient_id = p.patient_id and l.analyte = 'magnesium'
                and l.at <= oracle.t() and oracle.below(l, 0.70, 1.7) is null) m
        where m.at >= oracle.days_ago(183)
    ) unread
    where oracle.continuous(p.patient_id, array['PPI'], 90)
      and oracle.active_within(p.patient_id, array['MGSUPP', 'MGIV'], oracle.days_ago(183))
) seen
where measured is not false;
