-- The ten questions of ten_rules.yaml, asked inside the server of the tables of schema source
-- (sql/sources/own_layout.sql). One row a rule: how many adults alive on 2025-12-31 it flags.
with person as (
    select patient_id from source.patients where left(birth, 4) <= '2007' and (died_on is null or died_on >= '2025-12-31')
), result as (
    select patient_id, code, collected_at as taken, unit = 'mg/dL' as is_mass,
           substring(value from '[0-9]+[.]?[0-9]*')::float8 as v
    from source.labs
    where code in ('2601-3', '19123-9', '2823-3', '2951-2', '2000-8', '17861-6', '14682-9', '2160-0')
      and collected_at >= '2024-12-31' and collected_at < '2026-01-01' and unit is not null
), lab as (
    select patient_id,
           bool_or(code in ('2601-3', '19123-9') and taken >= '2025-10-02'
                   and v < case when is_mass then 1.7 else 0.70 end) as mg_low_90,
           bool_or(code in ('2601-3', '19123-9')
                   and v < case when is_mass then 1.7 else 0.70 end) as mg_low_365,
           bool_or(code in ('2601-3', '19123-9') and taken >= '2025-12-01'
                   and v > case when is_mass then 2.6 else 1.05 end and v < 25) as mg_high_30,
           bool_or(code = '2823-3' and taken >= '2025-12-01' and v < 3.5) as k_low_30,
           bool_or(code = '2823-3' and taken >= '2025-12-01' and v >= 5.5) as k_high_30,
           bool_or(code = '2823-3' and taken >= '2025-10-02' and v < 3.5) as k_low_90,
           bool_or(code = '2951-2' and taken >= '2025-12-01' and v < 130) as na_low_30,
           bool_or(code in ('2000-8', '17861-6') and taken >= '2025-12-01'
                   and v < case when is_mass then 8.8 else 2.20 end) as ca_low_30,
           bool_or(code in ('14682-9', '2160-0')
                   and v >= case when is_mass then 4.0 else 354 end) as creatinine_high
    from result
    group by patient_id
), drug as (
    select patient_id,
           bool_or(starts_with(drug_code, 'C03C')) as loop_diuretic,
           bool_or(starts_with(drug_code, 'A02BC')) as ppi,
           bool_or(drug_code = 'C01AA05') as digoxin
    from source.prescriptions
    where (starts_with(drug_code, 'C03C') or starts_with(drug_code, 'A02BC') or drug_code = 'C01AA05')
      and start <= '2025-12-31T23:59'
      and case when kind = 'issue'
               then start::timestamp + (coalesce(days_supply::int, 28) + 28) * interval '1 day'
               when stop is null then start::timestamp + interval '365 days'
               when length(stop) = 10 then stop::timestamp + interval '1 day'
               else stop::timestamp end > timestamp '2025-12-31 23:59'
    group by patient_id
), answer as (
    select mg_low_90 as p01, mg_high_30 as p02, k_low_30 as p03, k_high_30 as p04, na_low_30 as p05,
           ca_low_30 as p06, creatinine_high as p07, loop_diuretic and k_low_90 as p08,
           ppi and mg_low_365 as p09, digoxin and k_low_90 as p10
    from person join lab using (patient_id) left join drug using (patient_id)
), counted as (
    select array[count(*) filter (where p01), count(*) filter (where p02),
                 count(*) filter (where p03), count(*) filter (where p04),
                 count(*) filter (where p05), count(*) filter (where p06),
                 count(*) filter (where p07), count(*) filter (where p08),
                 count(*) filter (where p09), count(*) filter (where p10)] as flagged
    from answer
)
select 'P' || to_char(n, 'FM00') as rule_id, flagged[n] as flagged
from counted, generate_series(1, 10) as n
order by n;
