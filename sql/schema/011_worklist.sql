-- What reviewers read. Each view asks with the rights of whoever reads it.

create function magscreen.fact_values(evidence jsonb) returns text
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select string_agg(concat_ws(' ', f ->> 'fact', f ->> 'value', f ->> 'unit',
        'on ' || (f ->> 'at'), '(limit ' || (f ->> 'limit') || ')'), '; ' order by place)
    from jsonb_array_elements(evidence -> 'facts') with ordinality as facts (f, place)
    where f ? 'value'
    $$;
comment on function magscreen.fact_values(jsonb) is
    'results and derived values of an evidence object in one line, with dates and limits';

create function magscreen.fact_drugs(evidence jsonb) returns text
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select string_agg(concat_ws(' ', drug, dose, 'since ' || since), '; ' order by since, drug)
    from (
        select coalesce(f ->> 'drug', f ->> 'code', f ->> 'class') as drug,
            min(f ->> 'start') as since, (array_agg(f ->> 'dose' order by place desc))[1] as dose
        from jsonb_array_elements(evidence -> 'facts') with ordinality as facts (f, place)
        where f ? 'class'
        group by 1) drugs
    $$;
comment on function magscreen.fact_drugs(jsonb) is
    'drugs of an evidence object in one line, each with its dose and first start';

create view magscreen.v_flag with (security_invoker = true) as
    select f.flag_id, f.patient_id, f.site, f.rule_id, f.rule_version, f.title, f.severity,
        f.could_be, f.state, f.resolved_run is null as is_open, f.hidden_by, f.opened_as_of,
        f.last_seen, f.resolved_as_of, f.machine_reason,
        left(coalesce(f.resolved_as_of, nullif(shown.as_of, 'latest'), f.last_seen), 10)::date
            - left(f.opened_as_of, 10)::date as days_open,
        f.event_from, f.event_to, magscreen.fact_values(f.evidence) as facts,
        magscreen.fact_drugs(f.evidence) as drugs, v.action, f.notes,
        review.kind is not null as was_reviewed, review.status as review_status,
        review.reason as review_reason, review.note as review_note,
        review.until as review_until, review.by_role as review_by, review.at as review_at,
        f.evidence, f.opened_run, f.last_run, f.resolved_run
    from magscreen.flag f
    left join magscreen.rule_version v on (v.rule_id, v.version) = (f.rule_id, f.rule_version)
    left join (select r.as_of from magscreen.current_run c join magscreen.run r using (run_id))
    shown
        on true
    left join lateral (
        select r.* from magscreen.v_review r
        where r.flag_id = f.flag_id and r.kind = 'ack' and r.status <> 'taken_back'
        order by r.review_id desc limit 1) review on true;
comment on view magscreen.v_flag is
    'Every episode, open or resolved, hidden or not, with its last review.';
comment on column magscreen.v_flag.is_open is 'not resolved';
comment on column magscreen.v_flag.days_open is
    'days from the first night to the as-of that is shown, or to the resolution';
comment on column magscreen.v_flag.facts is
    'results and derived values with dates and limits, in one line';
comment on column magscreen.v_flag.drugs is 'drugs with dose and first start, in one line';
comment on column magscreen.v_flag.was_reviewed is
    'somebody has looked at it and has not taken that back';
comment on column magscreen.v_flag.review_status is 'running, or what ended the last review';
comment on column magscreen.v_flag.review_reason is 'reason of the last review';
comment on column magscreen.v_flag.review_note is 'note of the last review';
comment on column magscreen.v_flag.review_until is
    'the last review keeps the flag off the worklist before this as-of day';
comment on column magscreen.v_flag.review_by is 'who gave the last review';
comment on column magscreen.v_flag.review_at is 'when the last review was entered';

create view magscreen.v_flag_event with (security_invoker = true) as
    select e.run_id, r.as_of, e.flag_id, f.patient_id, f.rule_id, f.title, e.event, e.severity,
        e.machine_reason, e.facts, e.at
    from magscreen.flag_event e
    join magscreen.flag f using (flag_id)
    join magscreen.run r on r.run_id = e.run_id;
comment on view magscreen.v_flag_event is 'What each run found about each episode.';

-- The order is worked out on keys alone, so that the first page costs what it shows.
create view magscreen.v_worklist with (security_invoker = true) as
    select place.position, f.flag_id, f.patient_id, f.site, f.rule_id, f.rule_version, f.title,
        f.severity, f.could_be, f.state, f.state in ('new', 'worsened', 'reopened') as is_news,
        f.days_open, f.opened_as_of, f.last_seen,
        concat_ws('; on ', concat_ws(': ', f.title, f.facts), f.drugs) as reason,
        f.facts, trend.trend, f.drugs, f.action, f.notes, f.was_reviewed, f.review_status,
        f.review_reason, f.review_note, f.review_until, f.review_by, f.evidence, f.event_from,
        f.event_to
    from (
        select o.flag_id, row_number() over (
            order by (o.state not in ('new', 'worsened', 'reopened')),
                array_position(array['critical', 'high', 'moderate', 'low'], o.severity),
                left(o.opened_as_of, 10), o.patient_id collate "C", o.rule_id collate "C")
            as position
        from magscreen.flag o
        where o.resolved_run is null and o.severity <> 'info'
            -- what hides it has to be open itself, and nothing that is never listed
            and not exists (select from magscreen.flag h
                where h.patient_id = o.patient_id and h.rule_id = o.hidden_by
                    and h.resolved_run is null and h.severity <> 'info')
            and not exists (select from magscreen.v_review r
                where r.flag_id = o.flag_id and r.status = 'running')) place
    join magscreen.v_flag f using (flag_id)
    left join lateral (
        select string_agg(e.severity || ' ' || r.as_of, ' > ' order by e.run_id) as trend
        from magscreen.flag_event e join magscreen.run r on r.run_id = e.run_id
        where e.flag_id = f.flag_id and e.event in ('new', 'worsened', 'improved', 'reopened')
        ) trend on true;
comment on view magscreen.v_worklist is
    'What is to be looked at: open episodes that no other rule hides and no running review covers; '
    'new, worsened and reopened first. A quiet list is not reassurance: see v_could_not_assess.';
comment on column magscreen.v_worklist.position is
    'news first, then severity, then the longest open: order by it';
comment on column magscreen.v_worklist.is_news is
    'new, worsened or reopened in the run that is shown';
comment on column magscreen.v_worklist.reason is
    'what was found, with values, dates, limits and drugs';
comment on column magscreen.v_worklist.trend is
    'severities with the as-of at which each was reached';

create view magscreen.v_could_not_assess with (security_invoker = true) as
    select c.run_id, c.patient_id, c.site, c.rule_id, s.title, c.as_of, c.reasons, c.detail
    from magscreen.cannot_tell c
    join magscreen.current_run shown using (run_id)
    left join (select distinct on (v.rule_id) v.rule_id, v.title from magscreen.rule_version v
        order by v.rule_id, v.first_run desc nulls last, v.version desc) s using (rule_id);
comment on view magscreen.v_could_not_assess is
    'Patients and rules that the data of the shown run do not decide. Not flagged is not clear.';

create view magscreen.v_reject with (security_invoker = true) as
    select r.run_id, r.source, r.file, r.line, r.column_name, r.reason, r.detail
    from magscreen.reject r;
comment on view magscreen.v_reject is
    'Rows that runs set aside, those of failed runs too; without the cells themselves.';

create view magscreen.v_unmapped_code with (security_invoker = true) as
    select u.run_id, u.kind, u.code_system, u.code, u.rows, u.patients
    from magscreen.unmapped_code u
    join magscreen.current_run shown using (run_id)
    where length(u.code) <= 60 and u.code !~ '[0-9]{6}' and u.patients >= 8;
comment on view magscreen.v_unmapped_code is
    'Codes of the shown run that no list has: short ones, without long numbers, of 8 patients or '
    'more.';
