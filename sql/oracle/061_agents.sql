-- Drugs of the QT list (clinical spec d4) in effect at T, by ingredient: two brands are one drug.
-- Only what the cohorts hold is listed.
create table oracle.qt_drug (prefix text, pattern text, agent text primary key);
insert into oracle.qt_drug values
    ('C01BD01', 'amiodarone', 'amiodarone'), ('N05AD01', 'haloperidol', 'haloperidol'),
    ('N06AB04', 'citalopram', 'citalopram'), ('N06AB10', 'escitalopram', 'escitalopram'),
    ('J01MA02', 'ciprofloxacin', 'ciprofloxacin'), ('J01MA12', 'levofloxacin', 'levofloxacin'),
    ('J01MA14', 'moxifloxacin', 'moxifloxacin'), ('C07AA07', 'sotalol', 'sotalol'),
    ('A04AA01', 'ondansetron', 'ondansetron'), ('J01FA09', 'clarithromycin', 'clarithromycin'),
    ('J01FA01', 'erythromycin', 'erythromycin'), ('J02AC01', 'fluconazole', 'fluconazole');
create table oracle.qt_agent as
select distinct e.patient_id, q.agent
from oracle.exposure e
join oracle.qt_drug q on starts_with(e.drug, q.prefix)
                      or lower(e.drug) ~ ('\m' || q.pattern || '\M')
where e.class = 'QT' and e.start_at <= oracle.t() and e.effect_until > oracle.t();
create index on oracle.qt_agent (patient_id);
