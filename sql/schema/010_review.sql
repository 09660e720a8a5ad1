-- Reviews. They count in as-of days, the calendar of the runs: a review of 7 days that was given on
-- the list of 1 March keeps the flag off the lists of 2 to 7 March, whenever those runs took place.

create function magscreen.shown_run() returns bigint
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$ select c.run_id from magscreen.current_run c $$;
comment on function magscreen.shown_run() is 'the run that is shown; null before the first';

create function magscreen.shown_day() returns date
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(r.as_of_at::date, current_date)
    from magscreen.current_run c join magscreen.run r using (run_id)
    $$;
comment on function magscreen.shown_day() is
    'as-of day of the run that is shown; today where each patient has a day of his own (latest)';

create function magscreen.snooze_days(severity text) returns int
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select case severity
        when 'critical' then 1 when 'high' then 7 when 'moderate' then 28 else 90 end
    $$;
comment on function magscreen.snooze_days(text) is
    'how long a review lasts: critical 1 day, high 7, moderate 28, low 90';

-- Whoever enters a review says which flag, why and until when; the rest is filled in here, so that
-- nobody can sign for another or give a date of his own.
create function magscreen.complete_review() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    reviewed magscreen.flag;
    today date := magscreen.shown_day();
begin
    select * into reviewed from magscreen.flag f where f.flag_id = new.flag_id;
    if reviewed.flag_id is null then
        raise exception 'there is no such flag' using errcode = 'MS425';
    end if;
    if new.kind = 'ack' and reviewed.resolved_run is not null then
        raise exception 'flag % is resolved: there is nothing to review', new.flag_id
            using errcode = 'MS425';
    end if;
    if new.kind = 'unack' and not exists (select from magscreen.v_review r
            where r.flag_id = new.flag_id and r.status = 'running') then
        raise exception 'flag % has no review to take back', new.flag_id using errcode = 'MS425';
    end if;
    new.run_id := magscreen.shown_run();
    new.by_role := session_user;
    new.at := clock_timestamp();
    new.severity_at := reviewed.severity;
    new.facts_at := coalesce(reviewed.evidence ->> 'digest', reviewed.shown_facts);
    new.rule_version_at := reviewed.rule_version;
    if new.kind = 'ack' then
        new.until := coalesce(new.until, today + coalesce(
            (select v.snooze_days from magscreen.rule_version v
                where (v.rule_id, v.version) = (reviewed.rule_id, reviewed.rule_version)),
            magscreen.snooze_days(reviewed.severity)));
        if new.until <= today or new.until > today + 365 then
            raise exception 'until lies between % and %', today + 1, today + 365
                using errcode = 'MS425';
        end if;
    end if;
    return new;
end
$$;
comment on function magscreen.complete_review() is
    'trigger: who, when, what was seen and, unless it is given, how long a review lasts';

create trigger complete before insert on magscreen.review
    for each row execute function magscreen.complete_review();

create view magscreen.v_review with (security_invoker = true) as
    select r.review_id, r.flag_id, f.patient_id, f.rule_id, r.kind, r.reason, r.note, r.until,
        r.by_role, r.at, r.run_id, r.severity_at, r.facts_at,
        case
            when r.kind = 'unack' then 'done'
            when later.kind = 'unack' then 'taken_back'
            when later.kind = 'ack' then 'replaced'
            when f.resolved_run is not null then 'resolved'
            when worse.event is not null then worse.event
            when split_part(r.rule_version_at, '.', 1) <> split_part(f.rule_version, '.', 1)
                then 'rule_changed'
            when r.until <= magscreen.shown_day() then 'expired'
            else 'running'
        end as status
    from magscreen.review r
    join magscreen.flag f using (flag_id)
    left join lateral (
        select l.kind from magscreen.review l
        where l.flag_id = r.flag_id and l.review_id > r.review_id
        order by l.review_id limit 1) later on true
    left join lateral (
        select e.event from magscreen.flag_event e
        where e.flag_id = r.flag_id and e.run_id > r.run_id
            and e.event in ('new', 'worsened', 'reopened')
        order by e.run_id limit 1) worse on true;
comment on view magscreen.v_review is
    'Reviews, and whether each still keeps its flag off the worklist.';
comment on column magscreen.v_review.status is
    'running, or what ended it: expired, worsened, reopened, new (another flag had hidden it), '
    'resolved, rule_changed, replaced, taken_back; done for an unack';

create function magscreen.ack(
    flag_id text, reason text, note text default null, until date default null,
    out review_id bigint, out shown_again_from date)
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$
    insert into magscreen.review (flag_id, kind, reason, note, until)
    values (ack.flag_id, 'ack', ack.reason, nullif(btrim(ack.note), ''), ack.until)
    returning review_id, until
    $$;
comment on function magscreen.ack(text, text, text, date) is
    'enters a review: the flag leaves the worklist until that as-of day, or until it worsens';

create function magscreen.unack(flag_id text, note text default null) returns bigint
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$
    insert into magscreen.review (flag_id, kind, note)
    values (unack.flag_id, 'unack', nullif(btrim(unack.note), ''))
    returning review_id
    $$;
comment on function magscreen.unack(text, text) is
    'takes the running review of a flag back: it is on the worklist again';
