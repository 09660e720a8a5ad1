-- Five months of nights, a week apart, for tests that ask questions: two sites, two rules, flags
-- that come and go, reviews, and a month that stands out.
create function t.week(number int) returns bigint
    language plpgsql as $$
declare
    as_of text := to_char(date '2024-12-03' + 7 * number, 'YYYY-MM-DD');
    wanted int := case when number >= 18 then 60 else 20 end;
    rows jsonb;
begin
    with tonight as (
        select r.rule_id, s.site, lower(s.site) || n as patient
        from (values ('B01'), ('C01')) r (rule_id)
        cross join (values ('A'), ('B')) s (site)
        cross join generate_series(number, number + wanted) n
    ), joined as (
        select coalesce(f.rule_id, t.rule_id) as rule_id, coalesce(f.site, t.site) as site,
            coalesce(f.patient_id, t.patient) as patient,
            case when f.flag_id is null then 'new' when t.patient is null then 'resolved'
                when t.patient = 'a' || (number + 2) and t.rule_id = 'B01' then 'worsened'
                else 'ongoing' end as event,
            case when t.patient = 'a' || (number + 3) then 'critical' when t.rule_id = 'B01'
                and right(coalesce(t.patient, f.patient_id), 1) = '5' then 'high' else 'low' end
                as severity
        from tonight t
        full join (select * from magscreen.flag where resolved_run is null) f
            on (f.patient_id, f.rule_id) = (t.patient, t.rule_id)
    )
    select jsonb_agg(jsonb_build_object('p', patient, 'r', rule_id, 'site', site, 'e', event,
        's', severity)) into rows from joined;
    return t.night(as_of, rows, (
        select jsonb_agg(jsonb_build_object('r', r, 'site', s, 'flagged', wanted + 1, 'clear', 400,
            'ct', 35)) from unnest(array['B01', 'C01']) r, unnest(array['A', 'B']) s));
end
$$;

-- Some are reviewed a week after they came: B01 mostly right, C01 mostly wrong.
create function t.review_week() returns void
    language plpgsql as $$
declare
    answer text;
begin
    answer := t.try('t_reviewer', $q$
        select magscreen.ack(flag_id, case when rule_id = 'B01' or patient_id ~ '7$' then 'tolerated'
            else 'data_wrong' end, 'seen', case when patient_id ~ '3$' then magscreen.shown_day() + 5 end)
        from magscreen.v_worklist where site = 'A' and not was_reviewed and state <> 'new' $q$);
    if answer <> 'ok' then
        raise exception 'reviews: %', answer;
    end if;
end
$$;

select t.start();
do $$
begin
    for number in 0..20 loop
        perform t.week(number);
        perform t.review_week();
    end loop;
end
$$;
insert into magscreen.reject (run_id, source, file, line, column_name, reason)
    values (magscreen.shown_run(), 'lims', 'labs.csv.gz', 93, 'value', 'num.decimal_comma');
