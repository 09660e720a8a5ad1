-- The tables of docs/inputs.md as exported: every column is text, so that what a feed wrote is kept
-- and is judged by magscreen, not by a cast. A pipeline reads them with  profile: magscreen  and
-- view: source.labs . Run with psql as who shall own them; magscreen's role needs SELECT alone:
--   grant usage on schema source to ROLE; grant select on all tables in schema source to ROLE;
create schema if not exists source;
comment on schema source is 'Feeds as exported, read by magscreen in one read-only snapshot.';

create table if not exists source.patients (
    patient_id text,
    sex text,
    birth text,
    died_on text,
    site text,
    observed_from text,
    observed_until text,
    weight_kg text,
    height_cm text,
    measured_on text
);
comment on table source.patients is 'Roster: one row per patient who is screened.';
comment on column source.patients.patient_id is 'Pseudonym, text of 1 to 128 printable bytes.';
comment on column source.patients.sex is 'F or M; anything else is unknown.';
comment on column source.patients.birth is 'YYYY, YYYY-MM or YYYY-MM-DD.';
comment on column source.patients.died_on is 'Date of death; empty while alive.';
comment on column source.patients.site is 'Hospital or practice, for counts by site.';
comment on column source.patients.observed_from is 'First day of which records are known.';
comment on column source.patients.observed_until is 'Last day of which records are known.';
comment on column source.patients.weight_kg is 'Weight in kg.';
comment on column source.patients.height_cm is 'Height in cm.';
comment on column source.patients.measured_on is 'Day of weight and height.';

create table if not exists source.labs (
    patient_id text,
    code text,
    code_system text,
    value text,
    unit text,
    collected_at text,
    specimen_id text,
    result_id text,
    version text,
    ref_low text,
    ref_high text,
    comment text
);
comment on table source.labs is 'Results: one row per result of a specimen.';
comment on column source.labs.patient_id is 'As in patients.';
comment on column source.labs.code is 'Test code.';
comment on column source.labs.code_system is 'System of the code; empty means LOINC.';
comment on column source.labs.value is 'As printed: 0.70, <0.3, haemolysed.';
comment on column source.labs.unit is 'As printed: mmol/L.';
comment on column source.labs.collected_at is 'Civil time of the site, YYYY-MM-DD[ HH:MM[:SS]].';
comment on column source.labs.specimen_id is 'Tube.';
comment on column source.labs.result_id is 'Names a result over its versions.';
comment on column source.labs.version is 'The highest version of a result counts.';
comment on column source.labs.ref_low is 'Lower end of the reference range of this row.';
comment on column source.labs.ref_high is 'Upper end of the reference range of this row.';
comment on column source.labs.comment is 'Text of the laboratory.';

create table if not exists source.prescriptions (
    patient_id text,
    drug_code text,
    drug_name text,
    code_system text,
    kind text,
    start text,
    stop text,
    days_supply text,
    dose text,
    dose_unit text,
    doses_per_day text,
    route text
);
comment on table source.prescriptions is 'Orders, issues or administrations of drugs.';
comment on column source.prescriptions.patient_id is 'As in patients.';
comment on column source.prescriptions.drug_code is 'Drug code; code or name is needed.';
comment on column source.prescriptions.drug_name is 'Name as prescribed.';
comment on column source.prescriptions.code_system is 'System of the code; empty means ATC.';
comment on column source.prescriptions.kind is 'order, issue or administration; empty means order.';
comment on column source.prescriptions.start is 'First day or time.';
comment on column source.prescriptions.stop is 'Last day (included) or time (excluded); empty: open.';
comment on column source.prescriptions.days_supply is 'Days that an issue lasts.';
comment on column source.prescriptions.dose is 'Amount of one dose.';
comment on column source.prescriptions.dose_unit is 'Unit of the dose.';
comment on column source.prescriptions.doses_per_day is 'Doses a day.';
comment on column source.prescriptions.route is 'Route: oral, iv ...';

create table if not exists source.conditions (
    patient_id text,
    code text,
    code_system text,
    recorded_on text,
    stay_id text
);
comment on table source.conditions is 'Diagnoses; optional.';
comment on column source.conditions.patient_id is 'As in patients.';
comment on column source.conditions.code is 'Diagnosis code.';
comment on column source.conditions.code_system is 'System of the code; empty means ICD10.';
comment on column source.conditions.recorded_on is 'Day of the record; it or stay_id is needed.';
comment on column source.conditions.stay_id is 'Stay whose end is the day of the record.';

create table if not exists source.stays (
    patient_id text,
    stay_id text,
    "from" text,
    until text
);
comment on table source.stays is 'Stays in hospital; optional.';
comment on column source.stays.patient_id is 'As in patients.';
comment on column source.stays.stay_id is 'Names the stay.';
comment on column source.stays."from" is 'Admission.';
comment on column source.stays.until is 'Discharge; empty: still there.';

-- For people who look at the feeds: what can be read as a number or a time, beside what was written.
-- magscreen does not read these views: 1.7 and 1.70 are not the same print.
create or replace function source.as_time(written text) returns timestamp
    language plpgsql immutable parallel unsafe set search_path = pg_catalog
    as $$
begin
    if written !~ '^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?\s*$' then
        return null;
    end if;
    return written::timestamp;
exception when others then
    return null; -- 30 February
end
$$;
comment on function source.as_time(text) is 'A date or time as written, or null where it is none.';

create or replace function source.as_number(written text) returns numeric
    language sql immutable parallel safe
    return case when written ~ '^\s*[-+]?\d{1,15}(\.\d{0,15})?\s*$'
                then pg_catalog.btrim(written)::numeric end;
comment on function source.as_number(text) is
    'A plain number as written, or null where it is none (a comparator, a text).';

create or replace view source.labs_typed with (security_invoker = true) as
    select l.*, source.as_number(l.value) as value_number,
           source.as_time(l.collected_at) as collected_time
    from source.labs l;
comment on view source.labs_typed is 'Results with value and time also as number and timestamp.';

create or replace view source.prescriptions_typed with (security_invoker = true) as
    select p.*, source.as_time(p.start) as start_time, source.as_time(p.stop) as stop_time,
           source.as_number(p.dose) as dose_number
    from source.prescriptions p;
comment on view source.prescriptions_typed is 'Prescriptions with start, stop and dose also typed.';

create or replace view source.patients_typed with (security_invoker = true) as
    select p.*, source.as_time(p.birth)::date as birth_day, source.as_time(p.died_on)::date as died_day,
           source.as_number(p.weight_kg) as weight_number
    from source.patients p;
comment on view source.patients_typed is 'Roster with birth, death and weight also typed.';
