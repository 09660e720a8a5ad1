-- Views that show an OMOP Common Data Model 5.4 database as the tables of docs/inputs.md, for
--   profile: magscreen , view: source_omop.labs  and so on.
-- Run with the CDM's schema first on the search path, as who may read it:
--   psql -c 'set search_path = cdm' -f sql/sources/omop_5_4.sql
-- The views keep the schema that they found. What to know before trusting a run on them:
--   * A person's id is shown as text; make sure that person_id is a pseudonym.
--   * Results keep the value as a number (value_as_number) with its operator, so the printed digits of
--     the laboratory are gone: 1.70 is read as 1.7.
--   * Codes are those of the standard concept where it is LOINC, else of the source concept where that
--     is LOINC; other results have no code that magscreen knows and are not of interest.
--   * Drugs: the ATC class of the drug concept through concept_ancestor (5th level), else the name. A
--     product with several ATC classes is one row per class: magscreen counts a class once per day.
--   * drug_exposure says neither the dose of one intake nor its unit reliably: doses are left empty, and
--     rules on daily dose say cannot_tell.
--   * Conditions: ICD10 of the source concept where the site keeps it, else the SNOMED concept, which is
--     not of interest today.
create schema if not exists source_omop;
comment on schema source_omop is 'An OMOP CDM 5.4 database in the layout of magscreen.';

create or replace view source_omop.patients as
    select p.person_id::text as patient_id,
           case p.gender_concept_id when 8507 then 'M' when 8532 then 'F' else '' end as sex,
           case
               when p.month_of_birth is null then lpad(p.year_of_birth::text, 4, '0')
               when p.day_of_birth is null then
                   lpad(p.year_of_birth::text, 4, '0') || '-' || lpad(p.month_of_birth::text, 2, '0')
               else lpad(p.year_of_birth::text, 4, '0') || '-' || lpad(p.month_of_birth::text, 2, '0')
                    || '-' || lpad(p.day_of_birth::text, 2, '0')
           end as birth,
           d.death_date as died_on,
           p.care_site_id::text as site,
           o.observed_from,
           o.observed_until
    from person p
    left join (select person_id, min(death_date) as death_date from death group by person_id) d
           on d.person_id = p.person_id
    left join (select person_id, min(observation_period_start_date) as observed_from,
                      max(observation_period_end_date) as observed_until
               from observation_period group by person_id) o
           on o.person_id = p.person_id;
comment on view source_omop.patients is 'person with death and observation_period.';

create or replace view source_omop.labs as
    select m.person_id::text as patient_id,
           case when c.vocabulary_id = 'LOINC' then c.concept_code
                when s.vocabulary_id = 'LOINC' then s.concept_code
                else coalesce(m.measurement_source_value, '') end as code,
           case when 'LOINC' in (c.vocabulary_id, s.vocabulary_id) then 'LOINC'
                else 'LOCAL' end as code_system,
           case when m.value_as_number is null then coalesce(m.value_source_value, '')
                else case m.operator_concept_id
                         when 4171756 then '<' when 4171754 then '<='
                         when 4172704 then '>' when 4171755 then '>=' else '' end
                     || trim_scale(m.value_as_number)::text end as value,
           coalesce(u.concept_code, m.unit_source_value, '') as unit,
           coalesce(m.measurement_datetime, m.measurement_date::timestamp) as collected_at,
           m.measurement_id::text as result_id,
           trim_scale(m.range_low) as ref_low,
           trim_scale(m.range_high) as ref_high
    from measurement m
    left join concept c on c.concept_id = m.measurement_concept_id
    left join concept s on s.concept_id = m.measurement_source_concept_id
    left join concept u on u.concept_id = m.unit_concept_id and u.concept_id <> 0;
comment on view source_omop.labs is 'measurement with LOINC codes and UCUM units.';

create or replace view source_omop.prescriptions as
    select e.person_id::text as patient_id,
           coalesce(a.atc_code, '') as drug_code,
           coalesce(nullif(c.concept_name, 'No matching concept'), e.drug_source_value, '')
               as drug_name,
           'ATC' as code_system,
           case e.drug_type_concept_id
               when 32818 then 'administration'
               when 32825 then 'issue' when 32869 then 'issue'
               else 'order' end as kind,
           e.drug_exposure_start_date as start,
           coalesce(e.verbatim_end_date, e.drug_exposure_end_date) as stop,
           e.days_supply::text as days_supply,
           coalesce(r.concept_name, e.route_source_value, '') as route
    from drug_exposure e
    left join concept c on c.concept_id = e.drug_concept_id and c.concept_id <> 0
    left join concept r on r.concept_id = e.route_concept_id and r.concept_id <> 0
    left join lateral (
        select distinct atc.concept_code as atc_code
        from concept_ancestor n
        join concept atc on atc.concept_id = n.ancestor_concept_id
        where n.descendant_concept_id = e.drug_concept_id
          and atc.vocabulary_id = 'ATC' and atc.concept_class_id = 'ATC 5th'
    ) a on true;
comment on view source_omop.prescriptions is 'drug_exposure with the ATC class of its drug concept.';

create or replace view source_omop.conditions as
    select o.person_id::text as patient_id,
           coalesce(s.concept_code, c.concept_code, o.condition_source_value, '') as code,
           case when s.vocabulary_id in ('ICD10', 'ICD10CM') then 'ICD10'
                when s.concept_code is null and c.vocabulary_id = 'SNOMED' then 'SNOMED'
                else 'LOCAL' end as code_system,
           o.condition_start_date as recorded_on
    from condition_occurrence o
    left join concept c on c.concept_id = o.condition_concept_id and c.concept_id <> 0
    left join concept s on s.concept_id = o.condition_source_concept_id and s.concept_id <> 0
         and s.vocabulary_id in ('ICD10', 'ICD10CM');
comment on view source_omop.conditions is 'condition_occurrence with ICD10 codes of the source.';

create or replace view source_omop.stays as
    select v.person_id::text as patient_id,
           v.visit_occurrence_id::text as stay_id,
           coalesce(v.visit_start_datetime, v.visit_start_date::timestamp) as "from",
           coalesce(v.visit_end_datetime, v.visit_end_date::timestamp + interval '1 day') as until
    from visit_occurrence v
    where v.visit_concept_id in (9201, 262);
comment on view source_omop.stays is 'visit_occurrence: inpatient visits, emergency ones that were admitted.';
