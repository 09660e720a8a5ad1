-- D01 to D05: monitoring.
create function pg_temp.high_risk(pid text, years int) returns boolean language sql stable as $$
    select case when a or b or c or d then true when a is false and b is false and not c and d is false
                then false end
    from (select oracle.under(oracle.kf(pid), 60) as a, years >= 75 as b,
                 oracle.active(pid, array['DIGOX']) as c,
                 oracle.over(oracle.dose(pid, array['MGSUPP']), 24) as d) arms
$$;

insert into oracle.answer -- D01: new or changed, not rechecked
select 'D01', patient_id, begun is not null or changed or infused is not null, false,
       coalesce(begun is not null
                and oracle.none(patient_id, 'magnesium', begun::date + interval '5 days')
                and (oracle.days_since(begun) >= 29 or risk), begun is null and null)
       , null
from oracle.patient
cross join lateral (
    select null::timestamp as begun, null::boolean as changed, null::timestamp as infused, null::boolean as risk
) x
where false;

insert into oracle.answer -- D02: level overdue
select 'D02', patient_id, true, false,
       oracle.none(patient_id, 'magnesium', oracle.days_ago(106)),
       case when oracle.none(patient_id, 'magnesium', oracle.days_ago(183))
            then case when oracle.under(oracle.kf(patient_id), 60) then 'moderate' else 'low' end
            when oracle.under(oracle.kf(patient_id), 60) then 'low' else 'info' end
from oracle.patient where oracle.continuous(patient_id, array['MGSUPP'], 90);

insert into oracle.answer -- D03: never a level
select 'D03', p.patient_id, true, false,
       oracle.none(p.patient_id, 'magnesium', (begin::date - 90)::timestamp), 'low'
from oracle.patient p
cross join lateral (
    select e.start_at as begin from oracle.eras(p.patient_id, array['MGSUPP']) e
    where e.effect_until > oracle.t()
) era
where oracle.t_day() - begin::date >= 56;

insert into oracle.answer -- D04: not followed up
select 'D04', patient_id,
       measured and (oracle.below(sample, 0.70, 1.7) or oracle.above(sample, 1.23, 3.0))
       and oracle.days_since((sample).at) >= 3,
       false,
       oracle.above(sample, 1.23, 3.0) or oracle.below(sample, 0.50, 1.2)
       or oracle.below(sample, 0.60, 1.5) and oracle.days_since((sample).at) >= 14
       or oracle.days_since((sample).at) >= 42
       or oracle.below(sample, 0.70, 1.7)
          and (oracle.none(patient_id, 'potassium', since, until)
               or oracle.none(patient_id, 'calcium', since, until)
                  and not oracle.measured(patient_id, 'calcium_adjusted', since, until)
                  and not oracle.measured(patient_id, 'calcium_ionised', since, until)),
       case when oracle.below(sample, 0.50, 1.2) or oracle.above(sample, 1.23, 3.0) then 'high'
            else 'moderate' end
from (
    select s.*, ((sample).at::date - 7)::timestamp as since,
           least(oracle.t(), (sample).at::date + interval '8 days' - interval '1 second') as until
    from (select patient_id, oracle.measured(patient_id, 'magnesium', oracle.days_ago(180)) as measured,
                 oracle.latest(patient_id, 'magnesium', oracle.days_ago(180)) as sample
          from oracle.patient) s
    where measured is not false
) seen;

insert into oracle.answer -- D05: warfarin, new magnesium, no INR in the 14 days after the start
select 'D05', patient_id, true, false,
       oracle.none(patient_id, 'inr', begun::date::timestamp,
                   least(oracle.t(), begun::date + interval '15 days' - interval '1 second'))
       and case when oracle.measured(patient_id, 'inr', oracle.days_ago(180)) then true end,
       'moderate'
from (
    select patient_id, oracle.started(patient_id, oracle.mgsys(), 14, 60) as begun
    from oracle.patient where oracle.active(patient_id, array['VKA'])
) seen
where begun is not null;
