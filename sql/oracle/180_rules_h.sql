-- H01 to H04 and H06: the quality of the data about a patient. Whoever may be an adult is asked
-- about.
create temporary table judged_quality as
select patient_id from oracle.patient where adult is not false and alive is not false;

create temporary table unread as -- results that were set aside, as written
select distinct r.patient_id, r.analyte, r.at,
       r.fault = 'rejected' and r.lo is null
       and (s.value ~ '[0-9]' or lower(s.value) = 'nan') as has_figure,
       concat_ws(' ', s.value, s.comment) ~* 'ha?emol'
       and concat_ws(' ', s.value, s.comment) !~* '\m(no|not)\s+ha?emol' as haemolysed
from oracle.result r
join oracle.analyte_code c using (analyte)
join source.labs s on s.patient_id = r.patient_id and s.code = c.code
                   and oracle.moment(s.collected_at) = r.at
where r.fault is not null
  and (r.fault = 'unit' or r.lo is not null or s.value !~ '^[<>]?=? *[0-9]+([.][0-9]+)?$');

insert into oracle.answer -- H01: beyond the hard limits or no number; an eGFR in words says nothing
select 'H01', patient_id, true, false,
       exists (select from oracle.result r
               where r.patient_id = q.patient_id and r.fault = 'rejected'
                 and r.at >= oracle.days_ago(90)
                 and (r.analyte <> 'egfr_reported' or r.lo is not null
                      or exists (select from unread u
                                 where u.patient_id = r.patient_id and u.analyte = r.analyte
                                   and u.at = r.at and u.has_figure))), 'info'
from judged_quality q;

insert into oracle.answer -- H02: no unit, or one that does not fit
select 'H02', patient_id, true, false,
       exists (select from oracle.mark m
               where m.patient_id = q.patient_id and m.reason = 'unit'
                 and m.at >= oracle.days_ago(90)),
       'info'
from judged_quality q;

-- EDTA: potassium, magnesium, adjusted calcium of one tube, or at most two hours apart. The guard
-- asks what the tube looks like: calcium is adjusted whatever the eGFR (decision 043).
create temporary table clotting as
select distinct k.patient_id
from oracle.lab k
join oracle.lab m on m.patient_id = k.patient_id and m.analyte = 'magnesium'
join oracle.lab c on c.patient_id = k.patient_id and c.analyte in ('calcium', 'calcium_adjusted')
left join lateral oracle.nearest(c.patient_id, 'albumin', c, 1, 'high') a
    on a.specimen = c.specimen or a.date_only or c.date_only
    or a.at between c.at - interval '24 hours' and c.at + interval '24 hours'
where k.analyte = 'potassium' and k.at >= oracle.days_ago(30)
  and oracle.above(k, 6.0, 23.5) and oracle.below(m, 0.50, 1.2)
  and case when c.analyte = 'calcium_adjusted' then oracle.below(c, 1.90, 7.6)
           when a.lo >= 20
           then c.hi + case c.family when 'mass' then 0.08 else 0.02 end * (40 - a.lo)
                < oracle.side(c, 1.90, 7.6)
           else oracle.below(c, 1.80, 7.2) end
  and oracle.one_tube(k, m) and oracle.one_tube(k, c) and oracle.one_tube(m, c);

insert into oracle.answer -- H03: suspect sample
select 'H03', patient_id, true, false,
       edta or exists (select from oracle.lab l
                       where l.patient_id = q.patient_id and l.analyte in ('potassium', 'magnesium')
                         and l.haemolysed and l.at >= oracle.days_ago(30))
       or exists (select from unread u
                  where u.patient_id = q.patient_id and u.analyte in ('potassium', 'magnesium')
                    and u.haemolysed and u.at >= oracle.days_ago(30))
       or drip,
       case when edta then 'high' else 'info' end
from judged_quality q
cross join lateral (select patient_id in (select patient_id from clotting) as edta) tube
cross join lateral ( -- high, and far above another result of the two days around it
    select exists (
        select from oracle.lab l
        join oracle.lab other on other.patient_id = l.patient_id and other.analyte = l.analyte
            and other.at between l.at - interval '48 hours' and l.at + interval '48 hours'
        where l.patient_id = q.patient_id and l.at between oracle.days_ago(30) and oracle.t()
          and (l.analyte = 'sodium' and l.canonical > 155 and l.canonical - other.canonical > 10
               or l.analyte = 'glucose' and l.canonical > 30 and l.canonical - other.canonical > 15)
    ) as drip
) arm;

create temporary table contradicting as -- two values of one tube or moment more than 5 % apart
select distinct a.patient_id
from oracle.lab a
join oracle.lab b on b.patient_id = a.patient_id and b.analyte = a.analyte and b.seq > a.seq
cross join lateral (
    select a.lo * a.canonical / nullif(case when a.lo > 0 then a.lo else a.hi end, 0) as a_lo,
           a.hi * a.canonical / nullif(case when a.lo > 0 then a.lo else a.hi end, 0) as a_hi,
           b.lo * b.canonical / nullif(case when b.lo > 0 then b.lo else b.hi end, 0) as b_lo,
           b.hi * b.canonical / nullif(case when b.lo > 0 then b.lo else b.hi end, 0) as b_hi
) s
where a.analyte not in ('adjusted_calcium', 'weight', 'height')
  and (a.specimen = b.specimen
       or case when a.date_only or b.date_only then a.at::date = b.at::date
               else date_trunc('minute', a.at) = date_trunc('minute', b.at) end)
  and a.at >= oracle.days_ago(90)
  and greatest(a_lo, b_lo) - least(a_hi, b_hi) > 0.05 * greatest(a_lo, b_lo);

create temporary table running as
select e.patient_id, e.seq, e.kind, e.drug, e.way, e.amount, e.unit, e.times, e.dose_lo,
       e.dose_hi, e.class, e.stop_at
from oracle.exposure e where e.start_at <= oracle.t() and e.effect_until > oracle.t();

insert into oracle.answer -- H04: contradicting results, unclear doses, orders given twice
select 'H04', patient_id, true, false,
       exists (select from contradicting c where c.patient_id = q.patient_id)
       or exists (select from running r where r.patient_id = q.patient_id
                  and r.class = any (oracle.mgsys()) and r.dose_lo is distinct from r.dose_hi
                  and not exists (select from running n where n.patient_id = r.patient_id
                                  and n.drug = r.drug and n.class = r.class and r.kind = 'issue'
                                  and (n.stop_at, n.seq) > (r.stop_at, r.seq)))
       or exists (select from running r join running s using (patient_id, class, drug)
                  where r.patient_id = q.patient_id and r.seq < s.seq
                    and r.kind = 'order' and s.kind = 'order'
                    and r.class = any (oracle.mgsys() || oracle.depl())
                    and (r.way, r.amount, r.unit, r.times)
                        is not distinct from (s.way, s.amount, s.unit, s.times)),
       'info'
from judged_quality q;

insert into oracle.answer -- H06: gaps about the person
select 'H06', q.patient_id, true, false,
       p.sex is null or p.age is null
       or p.weight_day < oracle.t_day() - 365
          and (p.weight_kg is not null or p.height_cm is not null)
       or exists (select from source.patients s where s.patient_id = q.patient_id
                  and (source.as_number(s.weight_kg) not between 20 and 400
                       or source.as_number(s.height_cm) not between 90 and 250)),
       'info'
from judged_quality q
join oracle.patient p using (patient_id);
