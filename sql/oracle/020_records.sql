-- From rows as written to patients, results, marks, exposures and conditions up to the as-of time.
set work_mem = '128MB';
set jit = off;

-- A date or time as written (ISO 8601), or null where it is none: 31/02/2025, 30 February.
create function oracle.moment(written text) returns timestamp
    language sql stable parallel safe
    return case
        when written !~ ('^\s*\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])'
                         || '([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?\s*$') then null
        when substr(btrim(written), 9, 2)::int
             > extract(day from (left(btrim(written), 8) || '01')::date
                                + interval '1 month - 1 day') then null
        else written::timestamp end;

create function oracle.completed_years(birth date, year_only boolean, at date) returns int
    immutable parallel safe
    return case when birth is null then null
                when year_only then extract(year from at)::int - extract(year from birth)::int
                else extract(year from age(at::timestamp, birth::timestamp))::int end;

-- ---- patients -----------------------------------------------------------------------------------
-- A field that cannot be read is unknown; two rows of one person that disagree leave it unknown.
create table oracle.patient as
with written as (
    select distinct * from source.patients
), judged as (
    select patient_id,
           case when sex in ('F', 'M') then sex end as sex,
           case when birth ~ '^\d{4}$' then make_date(birth::int, 1, 1)
                else oracle.moment(birth)::date end as birth,
           birth ~ '^\d{4}$' as year_only,
           nullif(btrim(died_on), '') as died_on, site,
           oracle.moment(measured_on)::date as weight_day,
           source.as_number(weight_kg) as kg, source.as_number(height_cm) as cm
    from written
), merged as (
    select patient_id,
           case when min(sex) = max(sex) then min(sex) end as sex,
           case when min(birth) = max(birth) then min(birth) end as birth,
           bool_or(year_only) as year_only, min(died_on) as died_on, min(btrim(site)) as site,
           max(weight_day) as weight_day,
           max(kg) filter (where kg between 20 and 400) as kg,
           max(cm) filter (where cm between 90 and 250) as cm
    from judged group by patient_id
), aged as (
    select *, case when oracle.completed_years(birth, year_only, oracle.t_day()) between 0 and 120
                   then oracle.completed_years(birth, year_only, oracle.t_day()) end as age
    from merged
)
select patient_id, sex, case when age is not null then birth end as birth, year_only, age,
       case when died_on is null then true
            else oracle.t_day() <= oracle.moment(died_on)::date end as alive,
       age >= 18 as adult, site,
       case when weight_day <= oracle.t_day() then kg end as weight_kg,
       case when weight_day <= oracle.t_day() then cm end as height_cm, weight_day
from aged;
create unique index on oracle.patient (patient_id);
analyze oracle.patient;

-- ---- results ------------------------------------------------------------------------------------
-- Set aside without a trace: no date, no value, nobody's, outside the window. Set aside with a mark
-- (somebody measured): words, no number, no usable unit, implausible. A bound (<0.30) is an
-- interval. Not stated here, for want of such rows: inference of missing units from 200 rows of a
-- code, versions. Every distinct text is read once: there are far fewer of them than rows.
create temporary table time_text as
select written, oracle.moment(written) as at, written !~ ':' as date_only
from (select distinct collected_at as written from source.labs) texts;
create temporary table value_text as
select written, m[1] as comparator, m[2]::numeric as number
from (select distinct value as written from source.labs) texts
left join lateral regexp_match(btrim(written), '^([<>]=?)? *(\d+(?:\.\d+)?)$') m on true;
create temporary table comment_text as
select written, written ~* 'ha?emol' and written !~* '\m(no|not)\s+ha?emol' as haemolysed
from (select distinct comment as written from source.labs) texts;
analyze time_text, value_text, comment_text;

create table oracle.result as
with written as (
    select distinct l.* from source.labs l join oracle.analyte_code a on a.code = l.code
), parsed as (
    select l.*, a.analyte, replace(lower(coalesce(l.unit, '')), ' ', '') as spelt, t.at,
        t.date_only,
           v.comparator, v.number, coalesce(c.haemolysed, false) as haemolysed
    from written l
    join oracle.analyte_code a on a.code = l.code
    join oracle.patient p on p.patient_id = l.patient_id
    join time_text t on t.written = l.collected_at
    join value_text v on v.written = l.value
    left join comment_text c on c.written = l.comment
    where l.value !~ '^\s*$' and t.at <= oracle.t() and t.at >= oracle.days_ago(1095)
), measured as (
    select p.*, u.family, u.to_family, u.to_canonical,
           case when number is null then 'rejected'
                when u.unit is null then 'unit'
                when number * u.to_canonical not between b.low and b.high then 'rejected'
           end as fault
    from parsed p
    left join oracle.unit u on u.analyte = p.analyte and u.unit = p.spelt
    left join oracle.plausible b on b.analyte = p.analyte
)
select row_number() over (order by patient_id, at, analyte, value, code, unit, comment) as seq,
       patient_id, analyte, at, date_only, fault, family, comparator,
       case when comparator like '<%' then 0 else number * to_family end as lo,
       case when comparator like '>%' then 'Infinity' else number * to_family end as hi,
       coalesce(comparator like '<%' or comparator = '>', false) as lo_open,
       coalesce(comparator = '<' or comparator like '>%', false) as hi_open,
       number * to_canonical as canonical, haemolysed,
       coalesce(nullif(specimen_id, ''), at::text) as specimen
from measured;

create table oracle.lab as
select patient_id, analyte, at, date_only, family, lo, hi, lo_open, hi_open, canonical, haemolysed,
       specimen, seq
from oracle.result where fault is null;
create table oracle.mark as
select patient_id, analyte, at, date_only, fault as reason, seq
from oracle.result where fault is not null;
create index on oracle.lab (patient_id, analyte, at);
create index on oracle.mark (patient_id, analyte, at);
analyze oracle.lab, oracle.mark;
-- Analytes that the source delivers to somebody.
create table oracle.delivered as select distinct analyte from oracle.lab;

-- ---- conditions ---------------------------------------------------------------------------------
create table oracle.condition as
select distinct s.patient_id, c.concept, oracle.moment(s.recorded_on)::date as recorded_on
from source.conditions s
join oracle.condition_code c on starts_with(replace(s.code, '.', ''), c.prefix)
where oracle.moment(s.recorded_on) <= oracle.t()
  and oracle.moment(s.recorded_on)::date >= oracle.t_day() - 1095;
create index on oracle.condition (patient_id, concept);
analyze oracle.condition;

-- ---- exposures ----------------------------------------------------------------------------------
-- Spec d and rule language, "Exposures". An issue lasts its supply (28 days unless said) and has a
-- grace of 28 days for being active and for joining; an order lasts to its stop, an open one 365
-- days; an administration its day. A day as stop is included, a moment is not.
create temporary table drug_time_text as
select written, oracle.moment(written) as at, written !~ ':' as day_only
from (select start as written from source.prescriptions
      union select stop from source.prescriptions) texts;
analyze drug_time_text;

create table oracle.drug_row as
with written as (
    select distinct * from source.prescriptions
), placed as (
    select w.patient_id, coalesce(drug_code, '') as code, coalesce(drug_name, '') as name,
           coalesce(nullif(btrim(kind), ''), 'order') as kind,
           b.at as start_at, b.day_only as start_day_only, e.at as stop_written,
               e.day_only as stop_day_only,
           coalesce(btrim(lower(stop)), '') not in ('', 'infinity')
               and e.at is null as stop_unreadable,
           case when days_supply ~ '^\d{1,4}$' and days_supply::int between 1 and 3650
                then days_supply::int else 28 end as days,
           source.as_number(dose) as amount, lower(coalesce(dose_unit, '')) as unit,
           source.as_number(doses_per_day) as times, coalesce(dose, '') as dose_text, r.way,
           coalesce(w.route, '') as route
    from written w
    join oracle.patient p on p.patient_id = w.patient_id
    join drug_time_text b on b.written = w.start
    left join drug_time_text e on e.written = w.stop
    left join oracle.route r on r.route = lower(btrim(w.route))
    where b.at <= oracle.t()
), timed as (
    select p.*, row_number() over (order by patient_id, code, name, start_at, kind, stop_written,
                                            dose_text, unit, times, route) as seq,
           kind = 'order' and stop_written is null as open,
           case when kind = 'issue' then start_at + days * interval '1 day'
                when kind = 'administration' then start_at::date + interval '1 day'
                when stop_written is null then start_at + interval '365 days'
                when stop_day_only then stop_written + interval '1 day'
                else greatest(stop_written, start_at + interval '1 minute') end as stop_at
    from placed p
    where kind in ('order', 'issue', 'administration')
      and not coalesce(kind = 'order' and (stop_unreadable or stop_written < start_at::date
                       or stop_written < start_at and not stop_day_only), false)
)
select * from timed where stop_at > oracle.days_ago(1095);
analyze oracle.drug_row;

-- Classes of a drug: code and name add up; of several purposes of a magnesium product one counts,
-- the code's before the name's.
create table oracle.drug_class as
with drug as (
    select distinct code, name from oracle.drug_row
), reached as (
    select d.code, d.name, c.class, true as by_code
    from drug d join oracle.class_code c on starts_with(d.code, c.prefix)
    union all
    select d.code, d.name, n.class, false
    from drug d join oracle.class_name n on position(n.pattern in lower(d.name)) > 0
), purpose as (
    select distinct on (code, name) code, name, class from reached
    where class in ('MGSUPP', 'MGANTACID', 'MGLAX', 'MGPREP', 'MGIV', 'MGOTHER')
    order by code, name, by_code desc,
             array_position(array['MGPREP', 'MGOTHER', 'MGLAX', 'MGANTACID', 'MGSUPP', 'MGIV'],
                 class)
)
select code, name, class from reached
where class not in ('MGSUPP', 'MGANTACID', 'MGLAX', 'MGPREP', 'MGIV', 'MGOTHER')
union
select code, name, class from purpose;
analyze oracle.drug_class;

create table oracle.exposure as
with chosen as ( -- a supplement by the vein is MGIV
    select case when c.class = 'MGSUPP' and d.way = 'vein' then 'MGIV'
                else c.class end as class, d.*
    from oracle.drug_class c join oracle.drug_row d using (code, name)
), gated as (
    select c.* from chosen c
    where case when c.class in (select class from oracle.mouth_only)
                    then coalesce(c.way, 'mouth') = 'mouth'
               when c.class in (select class from oracle.vein_only)
                    then coalesce(c.way, 'vein') = 'vein'
               when c.class = 'BETA2' then coalesce(c.way, 'mouth') <> 'skin'
               else coalesce(c.way, 'mouth') in ('mouth', 'vein') end
      and not (c.class = 'PPI' and starts_with(c.code, 'A02BD'))
), dosed as (
    select g.*, lower(name) as told, amount * times as daily from gated g
), weighed as (
    select d.*,
           case when daily is null or told !~ 'magnes|magaldrox' then null
                when unit = 'mmol' then daily
                when unit = 'mg' and told ~ 'oxide' then daily * 0.60304 / 24.305
                    -- MgO: basis not told
                when unit = 'ml' and told ~ 'magnesium hydroxide mixture' then daily * 1.4
                end as dose_lo,
           case when daily is null or told !~ 'magnes|magaldrox' then null
                when unit = 'mmol' then daily
                when unit = 'mg' and told ~ 'oxide' then daily / 24.305
                when unit = 'ml' and told ~ 'magnesium hydroxide mixture' then daily * 1.4
                end as dose_hi
    from dosed d
)
select patient_id, class, kind, start_at, stop_at,
       case when kind = 'issue' then stop_at + interval '28 days' else stop_at end as effect_until,
       case when kind = 'issue' then stop_at + interval '28 days'
            else stop_at + interval '1 day' end as join_until,
       open, code || '|' || name as drug, way, coalesce(dose_lo, 0) as dose_lo,
       coalesce(dose_hi, 'Infinity') as dose_hi, dose_text, unit, times, seq, stop_day_only, amount
from weighed;
insert into oracle.exposure
select patient_id, 'MGIV48', kind, start_at, stop_at,
       greatest(effect_until, stop_at + interval '48 hours'),
       greatest(join_until, stop_at + interval '48 hours'), open, drug, way, dose_lo, dose_hi, dose_text, unit, times,
       seq, stop_day_only, amount
from oracle.exposure where class = 'MGIV';
create index on oracle.exposure (patient_id, class, start_at);
analyze oracle.exposure;
