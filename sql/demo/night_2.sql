-- What the feeds of the demo bring before the second night (as-of 2026-01-01): about one patient in a
-- hundred has news. Who it is depends on the pseudonym alone, so that every demo shows the same.
create function pg_temp.drawn(patient_id text, about text) returns int -- 0 to 999
    language sql immutable
    return ('x' || substr(md5(about || patient_id), 1, 7))::bit(28)::int % 1000;

begin;

-- New results: creatinine is up by a third in some; magnesium and potassium are normal in others.
with latest as (
    select distinct on (l.patient_id) l.*
    from source.labs l
    where l.code = '14682-9' and pg_temp.drawn(l.patient_id, 'creatinine') < 10
        and source.as_number(l.value) > 0
    order by l.patient_id, l.collected_at desc, l.value
)
insert into source.labs (patient_id, code, value, unit, collected_at)
select l.patient_id, l.code, round(source.as_number(l.value) * 1.35, 1), l.unit, '2026-01-01T07:10'
from latest l;

insert into source.labs (patient_id, code, value, unit, collected_at)
select p.patient_id, r.code, r.value, 'mmol/L', '2026-01-01T08:20'
from source.patients p
cross join (values ('2601-3', '0.86'), ('2823-3', '4.3')) r (code, value)
where pg_temp.drawn(p.patient_id, 'normal') < 10;

-- Drugs stop.
update source.prescriptions p set stop = '2025-12-31'
where p.kind = 'order' and coalesce(p.stop, '') = '' and pg_temp.drawn(p.patient_id, 'stop') < 30;

-- A drug begins.
insert into source.prescriptions (patient_id, drug_code, drug_name, kind, start, dose, dose_unit,
    doses_per_day, route)
select p.patient_id, 'A02BC01', 'Omeprazole 20 mg gastro-resistant capsules', 'order', '2026-01-01',
    '20', 'mg', '1', 'oral'
from source.patients p
where pg_temp.drawn(p.patient_id, 'begin') < 10;

-- The laboratory corrects the last potassium of some patients, and takes back the last magnesium of
-- others: the wrong tube.
with latest as (
    select distinct on (l.patient_id) l.ctid
    from source.labs l
    where l.code = '2823-3' and pg_temp.drawn(l.patient_id, 'correct') < 5
    order by l.patient_id, l.collected_at desc, l.value
)
update source.labs l set value = '4.1' from latest where latest.ctid = l.ctid;

with latest as (
    select distinct on (l.patient_id) l.ctid
    from source.labs l
    where l.code = '2601-3' and pg_temp.drawn(l.patient_id, 'delete') < 5
    order by l.patient_id, l.collected_at desc, l.value
)
delete from source.labs l using latest where latest.ctid = l.ctid;

commit;
