-- F01 and F02: quinolone or tetracycline by mouth with magnesium by mouth on one calendar day of
-- the last 14. No administration times here, so that no gap between doses can clear a flag.
create function oracle.last_day(e oracle.exposure) returns date immutable
    return ((e).effect_until - interval '1 minute')::date;

create temporary table binder as -- null: the route of the antibiotic is not known
select a.patient_id, a.class, a.seq, coalesce(bool_or(a.way = 'mouth'), false) as known,
       bool_or(shared) filter (where a.way = 'mouth') as by_mouth,
       bool_or(shared) as at_all,
       bool_or(shared and m.class in ('MGANTACID', 'MGLAX')) as antacid
from oracle.exposure a
left join oracle.exposure m on m.patient_id = a.patient_id and m.drug <> a.drug
    and m.class in ('MGSUPP', 'MGANTACID', 'MGLAX', 'MGOTHER')
cross join lateral (
    select coalesce(greatest(a.start_at::date, m.start_at::date, oracle.t_day() - 14)
                    <= least(oracle.last_day(a), oracle.last_day(m), oracle.t_day()), false)
           and m.seq is not null as shared
) days
where a.class in ('FQ', 'TETRA') and oracle.last_day(a) >= oracle.t_day() - 14
group by a.patient_id, a.class, a.seq;

insert into oracle.answer -- a course of at most 14 days, planned end included, is the graver one
select case b.class when 'FQ' then 'F01' else 'F02' end, b.patient_id,
       case when bool_or(known) then true end, false, -- an unknown route leaves that open
       case when bool_or(by_mouth) then true when bool_or(at_all) then null else false end,
       case b.class when 'FQ' then
                        case when bool_or(antacid) and short then 'high' else 'moderate' end
                    else case when short then 'moderate' else 'low' end end
from binder b
cross join lateral (
    select ceil(extract(epoch from e.stop_at - e.start_at) / 86400) <= 14 as short
    from oracle.eras(b.patient_id, array[b.class]) e
    order by e.start_at desc limit 1
) course
group by b.patient_id, b.class, short;
