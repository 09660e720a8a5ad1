-- D01 to D05: monitoring.
-- High risk: an arm without data is left out (a creatinine too old to tell is not "without").
create function pg_temp.high_risk(pid text, age int) returns boolean language sql stable as $$
    select coalesce(oracle.under(oracle.kf(pid), 60),
                    case when oracle.measured(pid, 'creatinine', '-infinity') is false
                          and oracle.measured(pid, 'egfr_reported', '-infinity') is false
                         then false end)
           or coalesce(age >= 75, false)
           or oracle.active(pid, array['DIGOX']) or oracle.over(oracle.dose(pid, array['MGSUPP']),
               24)
$$;

-- D01: a start, a change of dose by a quarter, the last infusion; days 5 to 28 (14) after it.
create temporary table event as
select p.patient_id, p.age, begun, c.changed, c.changed_at, i.infused,
    pg_temp.high_risk(p.patient_id, p.age) as risk
from oracle.patient p
cross join lateral (select oracle.started(p.patient_id, array['MGSUPP'], 15, 180) as begun) b
cross join lateral (
    select case when bool_or(c.is_change) then true when bool_or(c.is_change is null)
        then null else false
                end as changed,
           max(c.at) filter (where c.is_change) as changed_at
    from oracle.dose_changes(p.patient_id, array['MGSUPP'], 0.25) c
    where c.at >= oracle.days_ago(180) and c.at::date <= oracle.t_day() - 15
) c
cross join lateral ( -- the last one, if 3 to 30 days ago; a day as stop is its last day
    select case when max(last_at)::date between oracle.t_day() - 30 and oracle.t_day() - 3
                then max(last_at) end as infused
    from (select e.stop_at - case when e.stop_day_only then interval '1 day' else '0' end as last_at
          from oracle.exposure e where e.patient_id = p.patient_id and e.class = 'MGIV') e
) i
where oracle.active_within(p.patient_id, array['MGSUPP', 'MGIV'], oracle.days_ago(240));

insert into oracle.answer
select 'D01', patient_id, begun is not null or changed or infused is not null, false,
       unchecked_begun or unchecked_change or unchecked_infusion,
       case when risk or unchecked_infusion then 'moderate'
            when not oracle.under(kf, 90) and age < 65 and not oracle.over(dose, 350 / 24.305)
                then 'info'
            else 'low' end
from event
cross join lateral (select oracle.kf(patient_id) as kf, oracle.dose(patient_id,
    array['MGSUPP']) as dose) now
cross join lateral (
    select case when begun is null then false
                else oracle.none(patient_id, 'magnesium', begun::date + interval '5 days')
                     and (oracle.days_since(begun) >= 29 or risk) end as unchecked_begun,
           case when changed is false then false
                when changed then oracle.none(patient_id, 'magnesium',
                    changed_at::date + interval '5 days')
                     and (oracle.days_since(changed_at) >= 29 or risk) end as unchecked_change,
           case when infused is null then false
                else oracle.none(patient_id, 'magnesium', infused) end as unchecked_infusion
) arms;

insert into oracle.answer -- D02: level overdue
select 'D02', patient_id, true, false,
       oracle.none(patient_id, 'magnesium', oracle.days_ago(106)),
       case when oracle.none(patient_id, 'magnesium', oracle.days_ago(183))
            then case when oracle.under(oracle.kf(patient_id), 60) then 'moderate' else 'low' end
            when oracle.under(oracle.kf(patient_id), 60) then 'low' else 'info' end
from oracle.patient where oracle.continuous(patient_id, array['MGSUPP'], 90);

-- D03: never a level. Who has been seen since the start or in the year before T is observable
-- (docs/decisions/103).
insert into oracle.answer
select 'D03', p.patient_id, true, false,
       not oracle.measured(p.patient_id, 'magnesium', (begin::date - 90)::timestamp, begin)
       and oracle.none(p.patient_id, 'magnesium', begin), 'low'
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
    from (select patient_id, oracle.measured(patient_id, 'magnesium',
        oracle.days_ago(180)) as measured,
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
