-- G01 to G05 and G07: potassium, sodium, calcium, volume.
insert into oracle.answer -- G01: low potassium
select 'G01', patient_id, oracle.measured(patient_id, 'potassium', oracle.days_ago(30)), false,
       oracle.below(k, 3.5, 13.7),
       case when oracle.below(k, 2.5, 9.8) then 'critical'
            when oracle.below(k, 3.0, 11.7) then 'high'
            when oracle.active(patient_id, array['LOOP', 'THIAZ', 'BETA2', 'INSULIN', 'STEROID',
                                                 'THEOPH', 'AMPHO', 'DIGOX', 'QT']) then 'moderate'
            else 'low' end
from oracle.patient
cross join lateral (select oracle.latest(patient_id, 'potassium', oracle.days_ago(30)) as k) newest
where oracle.measured(patient_id, 'potassium', oracle.days_ago(30)) is distinct from false;

insert into oracle.answer -- G02: high potassium; haemolysed: one step down, not below low
select 'G02', patient_id, oracle.measured(patient_id, 'potassium', oracle.days_ago(30)), false,
       not oracle.below(k, 5.5, 21.5),
       oracle.lowered(tier, (k).haemolysed::int)
from oracle.patient
cross join lateral (
    select oracle.latest(patient_id, 'potassium', oracle.days_ago(30), oracle.t(), 'high') as k
) newest
cross join lateral (
    select case when not oracle.below(k, 6.5, 25.4) then 'critical'
                when not oracle.below(k, 6.0, 23.5) then 'high'
                when oracle.active(patient_id, array['ACEI', 'ARB', 'KSPARE', 'KSUPP', 'KUP'])
                     or oracle.under(oracle.kf(patient_id), 60) then 'moderate'
                else 'low' end as tier
) graded
where oracle.measured(patient_id, 'potassium', oracle.days_ago(30)) is distinct from false;

insert into oracle.answer -- G03: low sodium; 130 to 132 only with a new thiazide or a fall of 6
select 'G03', patient_id, oracle.measured(patient_id, 'sodium', oracle.days_ago(30)), false,
       oracle.below(na, 130, 298.9)
       or oracle.below(na, 133, 305.8)
          and (oracle.started(patient_id, array['THIAZ'], 0, 90) is not null or fall),
       case when oracle.below(na, 120, 275.9) then 'critical'
            when oracle.below(na, 125, 287.4) then 'high'
            when oracle.below(na, 130, 298.9) then 'moderate'
            else 'low' end
from oracle.patient
cross join lateral (select oracle.latest(patient_id, 'sodium', oracle.days_ago(30)) as na) newest
cross join lateral (
    select case when max(l.lo) - (na).hi >= 6 then true
                when max(l.hi) - (na).lo < 6 then false end as fall
    from oracle.lab l
    where l.patient_id = patient.patient_id and l.analyte = 'sodium' and l.at >= oracle.days_ago(30)
) month
where oracle.measured(patient_id, 'sodium', oracle.days_ago(30)) is distinct from false;

insert into oracle.answer -- G04: low calcium, adjusted or ionised
select 'G04', patient_id,
       oracle.measured(patient_id, 'adjusted_calcium', since)
       or oracle.measured(patient_id, 'calcium_ionised', since), false,
       (ca_seen is distinct from false) and oracle.below(ca, 2.20, 8.8)
       or (ica_seen is distinct from false) and oracle.below(ica, 1.15, 4.6),
       case when oracle.below(ca, 1.90, 7.6) or oracle.below(ica, 0.90, 3.6) then 'critical'
            when oracle.below(ca, 2.10, 8.4) then 'moderate'
            when oracle.active_within(patient_id, array['BONEIV'], oracle.days_ago(90))
              or oracle.below(oracle.latest(patient_id, 'vitamin_d', oracle.days_ago(365)),
                              25, 10.0)
              or oracle.under(oracle.egfr(patient_id), 30) then 'moderate'
            else 'low' end
from (select patient_id, oracle.days_ago(30) as since from oracle.patient) everybody
cross join lateral (
    select oracle.measured(patient_id, 'adjusted_calcium', since) as ca_seen,
           oracle.measured(patient_id, 'calcium_ionised', since) as ica_seen,
           oracle.latest(patient_id, 'adjusted_calcium', since) as ca,
           oracle.latest(patient_id, 'calcium_ionised', since) as ica
) newest
where (ca_seen or ica_seen) is distinct from false;

insert into oracle.answer -- G05: high calcium on calcium, vitamin D or a thiazide
select 'G05', patient_id, true, false, oracle.above(ca, 2.60, 10.4),
       case when oracle.above(ca, 3.50, 14.0) then 'critical'
            when oracle.above(ca, 3.00, 12.0) then 'high'
            else 'moderate' end
from oracle.patient
cross join lateral (
    select oracle.latest(patient_id, 'adjusted_calcium', oracle.days_ago(60), oracle.t(), 'high')
           as ca
) newest
where oracle.active(patient_id, array['CA', 'VITD', 'THIAZ']);

insert into oracle.answer -- G07: urea high for the creatinine; newest specimen with both
select 'G07', p.patient_id, true,
       oracle.active(p.patient_id, array['STEROID'])
       or oracle.has(p.patient_id, 'gi_bleed', oracle.t_day() - 30)
       or oracle.has(p.patient_id, 'ng_feeding', oracle.t_day() - 30),
       case when dried and concentrated then true
            when not dried or not concentrated then false end,
       case when oracle.active(p.patient_id, oracle.mgsys()) or p.age >= 75
              or exists (select from oracle.injuries(p.patient_id, 14) i where i.least_stage >= 1)
            then 'moderate' else 'low' end
from oracle.patient p
left join lateral (
    select * from (
        select u.lo * f as urea_lo, u.hi * f as urea_hi,
               c.lo * g as creatinine_lo, c.hi * g as creatinine_hi,
               u as urea, c.canonical as creatinine, max(u.at) over () as newest_at
        from oracle.lab u
        join oracle.lab c on c.patient_id = u.patient_id and c.analyte = 'creatinine'
                          and c.specimen = u.specimen
        cross join lateral (
            select case when u.family = 'molar' then 1 when u.analyte = 'urea' then 0.1665113
                        else 0.3569644 end as f,
                   case c.family when 'mass' then 88.4 else 1 end as g
        ) factor
        where u.patient_id = p.patient_id and u.analyte in ('urea', 'urea_nitrogen')
          and u.at >= oracle.days_ago(30)
    ) both_known -- of the newest moment the worst of the tube; without a clock: of all its day
    where (urea).at = newest_at or (urea).date_only and (urea).at = newest_at::date
    order by (urea).canonical desc, creatinine limit 1
) s on true
cross join lateral (
    select oracle.latest(p.patient_id, 'sodium', oracle.days_ago(30)) as na
) newest
cross join lateral (
    select case when oracle.over((urea_lo * 1000 / creatinine_hi)::double precision, 100) then true
                when not oracle.over((urea_hi * 1000 / nullif(creatinine_lo, 0))::double precision,
                                     100) then false end as dried,
           case when (urea).analyte = 'urea' then oracle.above(urea, 10, 60.1)
                else oracle.above(urea, 10, 28.0) end
           or oracle.below(na, 133, 305.8) or oracle.above(na, 146, 335.7) as concentrated
) signs
where oracle.active(p.patient_id, array['LOOP', 'THIAZ']);
