-- What the program said, patient by patient, against oracle.outcome.
-- Its tables are loaded as text into oracle.said_flag, oracle.said_unknown and oracle.said_summary
-- by tests/pg/test_sql_oracle.sh. Flags with severity and "cannot tell" are compared per patient.
-- The program lists no clear patients: eligible, flagged, clear and cannot tell are compared per
-- rule in every stratum of sex, age and site.
create table oracle.difference (
    rule_id text not null,
    patient_id text,
    stratum text,
    program text,
    oracle text
);

create temporary table compared as select distinct rule_id from oracle.answer;

insert into oracle.difference
with program as (
    select rule_id, patient_id, 'flagged ' || severity as said from oracle.said_flag
    union all
    select rule_id, patient_id, 'cannot_tell' from oracle.said_unknown
), ours as (
    select rule_id, patient_id, concat_ws(' ', outcome, severity) as said from oracle.outcome
    where outcome <> 'clear'
)
select rule_id, patient_id, null, coalesce(p.said, 'clear or not applicable'),
       coalesce(o.said, 'clear or not applicable')
from (select * from program where rule_id in (select rule_id from compared)) p
full join ours o using (rule_id, patient_id)
where p.said is distinct from o.said;

insert into oracle.difference
with person as (
    select o.rule_id, o.outcome, p.sex, p.age, p.site
    from oracle.outcome o join oracle.patient p using (patient_id)
), placed as (
    select person.*, s.stratum, s.level
    from person cross join lateral (values
        ('all', 'all'), ('sex', coalesce(sex, 'unknown')), ('site', site),
        ('age_band', case when age is null then 'unknown' when age < 45 then '18-44'
                          when age < 65 then '45-64' when age < 75 then '65-74'
                          when age < 85 then '75-84' else '85+' end)) s (stratum, level)
), ours as (
    select rule_id, stratum, level,
           concat_ws(' ', count(*), count(*) filter (where outcome = 'flagged'),
                     count(*) filter (where outcome = 'clear'),
                     count(*) filter (where outcome = 'cannot_tell')) as said
    from placed group by rule_id, stratum, level
), program as (
    select rule_id, stratum, level, concat_ws(' ', eligible, flagged, clear, cannot_tell) as said
    from oracle.said_summary
    where stratum in ('all', 'sex', 'age_band', 'site') and eligible <> '0'
      and rule_id in (select rule_id from compared)
)
select rule_id, null, concat_ws(' ', stratum, level), p.said, o.said
from program p full join ours o using (rule_id, stratum, level)
where p.said is distinct from o.said;

select rule_id, count(*) filter (where outcome = 'flagged') as flagged,
       count(*) filter (where outcome = 'clear') as clear,
       count(*) filter (where outcome = 'cannot_tell') as cannot_tell,
       (select count(*) from oracle.difference d where d.rule_id = o.rule_id) as differences
from oracle.outcome o group by rule_id order by rule_id;
