-- What the feeds of the demo bring before the third night (as-of 2026-01-02); see night_2.sql.
create function pg_temp.drawn(patient_id text, about text) returns int -- 0 to 999
    language sql immutable
    return ('x' || substr(md5(about || patient_id), 1, 7))::bit(28)::int % 1000;

begin;

-- New results: creatinine is up by half in some, and in one who was reviewed; magnesium and potassium
-- are low in others.
with chosen as (
    select p.patient_id from source.patients p where pg_temp.drawn(p.patient_id, 'kidney') < 5
    union
    (select r.patient_id from magscreen.v_review r where r.status = 'running'
        order by r.review_id limit 1)
), latest as (
    select distinct on (l.patient_id) l.*
    from source.labs l join chosen using (patient_id)
    where l.code in ('14682-9', '2160-0') and source.as_number(l.value) > 0
    order by l.patient_id, l.collected_at desc, l.value
)
insert into source.labs (patient_id, code, value, unit, collected_at)
select l.patient_id, l.code, round(source.as_number(l.value) * 1.5, 1), l.unit, '2026-01-02T06:50'
from latest l;

insert into source.labs (patient_id, code, value, unit, collected_at)
select p.patient_id, r.code, r.lowest + pg_temp.drawn(p.patient_id, r.code) % 20 * r.step, 'mmol/L',
    '2026-01-02T07:30'
from source.patients p
cross join (values ('2601-3', 0.38, 0.01), ('2823-3', 2.7, 0.1)) r (code, lowest, step)
where pg_temp.drawn(p.patient_id, 'low') < 1;

-- Drugs stop, and one begins.
update source.prescriptions p set stop = '2026-01-01'
where p.kind = 'order' and coalesce(p.stop, '') = '' and pg_temp.drawn(p.patient_id, 'stop 3') < 30;

insert into source.prescriptions (patient_id, drug_code, drug_name, kind, start, dose, dose_unit,
    doses_per_day, route)
select p.patient_id, 'C03CA01', 'Furosemide 40 mg tablets', 'order', '2026-01-02', '40', 'mg', '1',
    'oral'
from source.patients p
where pg_temp.drawn(p.patient_id, 'begin 3') < 10;

-- A few people are missing from the roster without a word, with all that was known of them.
create temp table gone on commit drop as
    select p.patient_id from source.patients p where pg_temp.drawn(p.patient_id, 'gone') < 1;
delete from source.patients p using gone where gone.patient_id = p.patient_id;
delete from source.labs l using gone where gone.patient_id = l.patient_id;
delete from source.prescriptions p using gone where gone.patient_id = p.patient_id;
delete from source.conditions c using gone where gone.patient_id = c.patient_id;

commit;
