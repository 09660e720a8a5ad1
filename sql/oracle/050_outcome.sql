-- Outcomes: rules.md 0, rule-language.md "Outcome of a rule for a patient".
-- A rule inserts what it says of the patients who may be in its population (among true or unknown):
-- population, known exception, trigger, and the severity that a flag would have.
create table oracle.answer (
    rule_id text not null,
    patient_id text not null,
    among boolean,
    excepted boolean,
    trigger boolean,
    severity text,
    primary key (rule_id, patient_id)
);

create view oracle.outcome as
select rule_id, patient_id, outcome, case outcome when 'flagged' then severity end as severity
from (
    select a.rule_id, a.patient_id, a.severity,
           case when asked then
                    case a.trigger when true then 'flagged'
                        when false then 'clear' else 'cannot_tell' end
                when asked is null and a.trigger is distinct from false
                    then 'cannot_tell' end as outcome
    from oracle.answer a
    join oracle.patient p using (patient_id)
    cross join lateral ( -- what is missing about a person is itself a finding of the H rules
        select case when starts_with(a.rule_id, 'H') then p.adult is not false
            and p.alive is not false
                    else p.adult and p.alive end and a.among as asked
    ) population
    where a.excepted is not true
) judged
where outcome is not null;

create function oracle.one_down(severity text) returns text immutable parallel safe
    return case severity when 'critical' then 'high' when 'high' then 'moderate'
                         when 'moderate' then 'low' else 'info' end;
