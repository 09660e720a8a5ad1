-- Rounded figures for quality teams. All of them come from cells that do not overlap: a patient is
-- in one cell of a rule's night (site x clear, cannot_tell, unreviewed, reviewed), and in one cell
-- of what has resolved (version x reason of the last review). Each cell is rounded by itself and
-- everything else is a sum of rounded cells, so that no difference of two figures says more than
-- the cells do. Cells are taken once a week: from night to night a single patient could be seen
-- to move a figure.

create table magscreen.setting (
    only_row boolean primary key default true check (only_row),
    quality_days int not null default 7 check (quality_days between 1 and 31)
);
comment on table magscreen.setting is 'What a site may choose for its schema: one row.';
comment on column magscreen.setting.only_row is 'always true: keeps the table at one row';
comment on column magscreen.setting.quality_days is
    'as-of days between two publications for the quality role';
insert into magscreen.setting default values;

create table magscreen.quality_publication (
    run_id bigint primary key references magscreen.run,
    as_of text not null,
    day date not null,
    at timestamptz not null default pg_catalog.now()
);
comment on table magscreen.quality_publication is 'Runs whose figures the quality role sees.';
comment on column magscreen.quality_publication.run_id is 'the run';
comment on column magscreen.quality_publication.as_of is 'its as-of';
comment on column magscreen.quality_publication.day is 'its as-of day; for latest the day it ran';
comment on column magscreen.quality_publication.at is 'when it was published';

create table magscreen.quality_cell (
    run_id bigint not null references magscreen.quality_publication,
    rule_id text not null,
    rule_version text not null,
    site text not null,
    cell text not null,
    patients bigint not null check (patients >= 0),
    primary key (run_id, rule_id, rule_version, site, cell)
);
comment on table magscreen.quality_cell is
    'Exact counts behind the rounded views, per publication; not for reading.';
comment on column magscreen.quality_cell.run_id is 'the publication';
comment on column magscreen.quality_cell.rule_id is 'the rule';
comment on column magscreen.quality_cell.rule_version is 'its version';
comment on column magscreen.quality_cell.site is 'site; (all) where nights are not split by site';
comment on column magscreen.quality_cell.cell is
    'clear, cannot_tell, unreviewed, reviewed, or resolved: with the reason of the last review';
comment on column magscreen.quality_cell.patients is 'different patients, exact';

create function magscreen.quality_night_cells(run_id bigint) returns void
    language sql
    set search_path = pg_catalog, pg_temp
    as $$
    with night as (
        select s.*, bool_or(s.stratum = 'site') over (partition by s.rule_id) as by_site
        from magscreen.summary s
        where s.run_id = quality_night_cells.run_id and coalesce(s.not_evaluated, '') = ''
    ), level as (
        select n.rule_id, n.rule_version, n.by_site, n.flagged, n.clear, n.cannot_tell,
            case when n.by_site then n.level else '(all)' end as site
        from night n where n.stratum = case when n.by_site then 'site' else 'all' end
    ), seen as (
        select f.rule_id, case when r.by_site then coalesce(f.site, 'unknown') else '(all)' end
            as site, count(*) as patients
        from magscreen.v_review v -- one running review a flag, and few of them
        join magscreen.flag f using (flag_id)
        join (select distinct l.rule_id, l.by_site from level l) r on r.rule_id = f.rule_id
        where v.status = 'running' and f.last_run = quality_night_cells.run_id
        group by 1, 2
    )
    insert into magscreen.quality_cell (run_id, rule_id, rule_version, site, cell, patients)
    select quality_night_cells.run_id, l.rule_id, l.rule_version, l.site, c.cell, c.patients
    from level l
    left join seen using (rule_id, site)
    cross join lateral (select least(l.flagged, coalesce(seen.patients, 0)) as reviewed) n
    cross join lateral (values ('clear', l.clear), ('cannot_tell', l.cannot_tell),
        ('reviewed', n.reviewed), ('unreviewed', l.flagged - n.reviewed)) c (cell, patients)
    $$;
comment on function magscreen.quality_night_cells(bigint) is
    'counts a run''s patients by rule, site and how far they came';

create function magscreen.quality_resolved_cells(run_id bigint) returns void
    language sql
    set search_path = pg_catalog, pg_temp
    as $$
    with closed as (
        select distinct on (f.patient_id, f.rule_id, f.rule_version)
            f.flag_id, f.rule_id, f.rule_version
        from magscreen.flag f where f.resolved_run is not null
        order by f.patient_id, f.rule_id, f.rule_version, f.resolved_run desc, f.flag_id
    ), disposition as (
        select c.rule_id, c.rule_version, coalesce(last.reason, 'none') as reason,
            count(*) as patients
        from closed c
        left join lateral (
            select v.reason from magscreen.v_review v
            where v.flag_id = c.flag_id and v.kind = 'ack' and v.status <> 'taken_back'
            order by v.review_id desc limit 1) last on true
        group by 1, 2, 3
    )
    insert into magscreen.quality_cell (run_id, rule_id, rule_version, site, cell, patients)
    select quality_resolved_cells.run_id, v.rule_id, v.rule_version, '(all)',
        'resolved ' || reason.reason, coalesce(d.patients, 0)
    from (select c.rule_id, c.rule_version from closed c
        union
        select n.rule_id, n.rule_version from magscreen.quality_cell n
        where n.run_id = quality_resolved_cells.run_id) v
    cross join unnest(array['none', 'will_monitor', 'tolerated', 'already_actioned',
        'specialist_advised', 'not_in_patient_interest', 'data_wrong', 'duplicate', 'other'])
        as reason (reason)
    left join disposition d on (d.rule_id, d.rule_version, d.reason)
        = (v.rule_id, v.rule_version, reason.reason)
    $$;
comment on function magscreen.quality_resolved_cells(bigint) is
    'counts patients with a resolved episode by version of the rule and what reviewers said last';

create function magscreen.publish_quality(run_id bigint) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    this_day constant date := magscreen.shown_day();
    last_day date;
begin
    select max(p.day) into last_day from magscreen.quality_publication p;
    if this_day < last_day + (select s.quality_days from magscreen.setting s) then
        return false;
    end if;
    insert into magscreen.quality_publication (run_id, as_of, day)
    select r.run_id, r.as_of, this_day
    from magscreen.run r where r.run_id = publish_quality.run_id;
    perform magscreen.quality_night_cells(run_id);
    perform magscreen.quality_resolved_cells(run_id);
    return true;
end
$$;
comment on function magscreen.publish_quality(bigint) is
    'part of publish_run: takes new figures for the quality role if the last ones are a week old';
