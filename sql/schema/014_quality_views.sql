-- What the quality role reads: rounded cells and sums of rounded cells, nothing else. The views run
-- as their owner over tables that the role cannot reach, behind a security barrier.

-- Steps of the funnel, and of which cells each is the sum.
create view magscreen.quality_step with (security_barrier = true) as
    select s.step_no, s.step, c.cell
    from (values
        (1, 'eligible', array['clear', 'cannot_tell', 'unreviewed', 'reviewed']),
        (2, 'assessed', array['clear', 'unreviewed', 'reviewed']),
        (3, 'flagged', array['unreviewed', 'reviewed']),
        (4, 'acknowledged', array['reviewed']),
        (5, 'resolved', array['resolved none', 'resolved will_monitor', 'resolved tolerated',
            'resolved already_actioned', 'resolved specialist_advised',
            'resolved not_in_patient_interest', 'resolved data_wrong', 'resolved duplicate',
            'resolved other'])) s (step_no, step, cells)
    cross join unnest(s.cells) c (cell);
comment on view magscreen.quality_step is 'Steps of the funnel and the cells that each adds up.';
comment on column magscreen.quality_step.step_no is '1 to 5';
comment on column magscreen.quality_step.step is
    'eligible, assessed, flagged, acknowledged, resolved';
comment on column magscreen.quality_step.cell is 'cell of quality_cell';

create view magscreen.quality_funnel with (security_barrier = true) as
    select p.day, p.as_of, c.run_id, c.rule_id, c.rule_version,
        case when grouping(c.site) = 1 then '(all)' else c.site end as site, s.step_no, s.step,
        case when sum(magscreen.round_count(c.patients)) > 0
                or count(*) filter (where magscreen.round_count(c.patients) is null) = 0
            then coalesce(sum(magscreen.round_count(c.patients)), 0)::bigint end as patients,
        magscreen.total_status(coalesce(sum(magscreen.round_count(c.patients)), 0)::bigint,
            count(*) filter (where magscreen.round_count(c.patients) is null)) as status,
        count(*) filter (where magscreen.round_count(c.patients) is null) as suppressed_parts
    from magscreen.quality_cell c
    join magscreen.quality_publication p using (run_id)
    join magscreen.quality_step s using (cell)
    group by grouping sets (
        (p.day, p.as_of, c.run_id, c.rule_id, c.rule_version, s.step_no, s.step, c.site),
        (p.day, p.as_of, c.run_id, c.rule_id, c.rule_version, s.step_no, s.step))
    having grouping(c.site) = 1 or c.site <> '(all)';
comment on view magscreen.quality_funnel is
    'Rounded funnel of every publication; v_rule_funnel and v_rule_trend are made of it.';
comment on column magscreen.quality_funnel.day is 'as-of day of the publication';

create view magscreen.v_rule_funnel with (security_barrier = true) as
    select f.as_of, f.rule_id, f.rule_version, v.title, f.site, f.step_no, f.step, f.patients,
        f.status, f.suppressed_parts
    from magscreen.quality_funnel f
    join (select p.run_id from magscreen.quality_publication p order by p.run_id desc limit 1) last
        using (run_id)
    left join magscreen.rule_version v on (v.rule_id, v.version) = (f.rule_id, f.rule_version);
comment on view magscreen.v_rule_funnel is
    'Latest weekly figures: eligible, assessed, flagged, acknowledged, and patients with a '
    'resolved '
    'episode so far; per rule and site. Totals are sums of rounded parts.';
comment on column magscreen.v_rule_funnel.as_of is 'as-of of the figures: they change once a week';
comment on column magscreen.v_rule_funnel.site is 'site, or (all): the sum of the rounded sites';
comment on column magscreen.v_rule_funnel.step_no is '1 to 5: order by it';
comment on column magscreen.v_rule_funnel.step is
    'eligible, assessed (not cannot-tell), flagged, acknowledged (under a running review), '
    'resolved';
comment on column magscreen.v_rule_funnel.patients is
    'patients, rounded to 5 part by part; null if suppressed (1 to 7)';
comment on column magscreen.v_rule_funnel.status is 'shown, suppressed or true_zero';
comment on column magscreen.v_rule_funnel.suppressed_parts is
    'parts of the sum that are suppressed and count as nothing in it';

create view magscreen.v_rule_trend with (security_barrier = true) as
    with monthly as (
        select distinct on (f.rule_id, f.rule_version, f.site, date_trunc('month', f.day), f.step)
            date_trunc('month', f.day)::date as month, f.as_of, f.rule_id, f.rule_version, f.site,
            f.step, f.patients, f.status
        from magscreen.quality_funnel f where f.step in ('assessed', 'flagged')
        order by f.rule_id, f.rule_version, f.site, date_trunc('month', f.day), f.step, f.day desc,
            f.run_id desc
    ), counted as (
        select a.month, a.as_of, a.rule_id, a.rule_version, a.site, a.patients as assessed,
            g.patients as flagged, g.status,
            case when a.patients > 0 and g.patients is not null
                then least(1, g.patients::numeric / a.patients) end as rate
        from monthly a join monthly g using (rule_id, rule_version, site, month)
        where a.step = 'assessed' and g.step = 'flagged'
    ), centred as (
        select c.*, sum(c.flagged) filter (where c.rate is not null) over earlier
                / nullif(sum(c.assessed) filter (where c.rate is not null) over earlier, 0)
                as centre,
            count(c.rate) over earlier as earlier_months
        from counted c
        window earlier as (partition by c.rule_id, c.rule_version, c.site order by c.month
            rows between 12 preceding and 1 preceding)
    ), limited as (
        select c.*, case when c.earlier_months >= 3 and c.assessed > 0 and c.centre <= 1
            then 3 * sqrt(c.centre * (1 - c.centre) / c.assessed) end as width
        from centred c
    )
    select l.month, l.as_of, l.rule_id, l.rule_version, v.title, l.site, l.assessed, l.flagged,
        l.status, round(l.rate, 4) as rate,
        case when l.width is not null then round(l.centre, 4) end as centre,
        case when l.width is not null then round(greatest(0, l.centre - l.width), 4) end
            as lower_limit,
        case when l.width is not null then round(least(1, l.centre + l.width), 4)
        end as upper_limit,
        case when l.width is null or l.rate is null then null
            when l.rate > l.centre + l.width then 'above'
            when l.rate < l.centre - l.width then 'below' else 'within' end as signal
    from limited l
    left join magscreen.rule_version v on (v.rule_id, v.version) = (l.rule_id, l.rule_version);
comment on view magscreen.v_rule_trend is
    'Flagged of assessed per month (its last weekly figures), rule version and site, with control '
    'limits of up to 12 months before. All from rounded figures.';
comment on column magscreen.v_rule_trend.month is 'first day of the month';
comment on column magscreen.v_rule_trend.as_of is 'as-of of the figures';
comment on column magscreen.v_rule_trend.site is 'site, or (all): the sum of the rounded sites';
comment on column magscreen.v_rule_trend.assessed is 'patients that the rule could decide, rounded';
comment on column magscreen.v_rule_trend.flagged is 'of them flagged, rounded; null if suppressed';
comment on column magscreen.v_rule_trend.status is 'of flagged: shown, suppressed or true_zero';
comment on column magscreen.v_rule_trend.rate is 'rounded flagged by rounded assessed';
comment on column magscreen.v_rule_trend.centre is
    'rate of up to 12 months before, together; null with fewer than 3';
comment on column magscreen.v_rule_trend.lower_limit is '3 standard errors below the centre';
comment on column magscreen.v_rule_trend.upper_limit is '3 standard errors above the centre';
comment on column magscreen.v_rule_trend.signal is 'within, above or below the limits';

create view magscreen.v_rule_noise with (security_barrier = true) as
    with cell as (
        select c.rule_id, c.rule_version, p.as_of, substr(c.cell, 10) as reason,
            magscreen.round_count(c.patients) as patients,
            magscreen.count_status(c.patients) as status
        from magscreen.quality_cell c
        join magscreen.quality_publication p using (run_id)
        where c.cell like 'resolved %'
            and c.run_id = (select max(l.run_id) from magscreen.quality_publication l)
    ), kind as (
        select c.*, case when c.reason in ('data_wrong', 'duplicate') then 'wrong'
            when c.reason not in ('none', 'other') then 'right' end as kind
        from cell c
    ), judged as (
        select k.rule_id, k.rule_version,
            coalesce(sum(k.patients) filter (where k.kind = 'right'), 0) as right_ones,
            coalesce(sum(k.patients) filter (where k.kind = 'wrong'), 0) as wrong_ones,
            7 * count(*) filter (where k.kind = 'right' and k.status = 'suppressed') as more_right,
            7 * count(*) filter (where k.kind = 'wrong' and k.status = 'suppressed') as more_wrong
        from kind k group by 1, 2
    )
    select c.as_of, c.rule_id, c.rule_version, v.title, c.reason, c.patients, c.status,
        round(j.right_ones / nullif(j.right_ones + j.wrong_ones, 0), 2) as ppv,
        round(j.right_ones / nullif(j.right_ones + j.wrong_ones + j.more_wrong, 0), 2) as ppv_low,
        round((j.right_ones + j.more_right)
            / nullif(j.right_ones + j.more_right + j.wrong_ones, 0), 2) as ppv_high
    from cell c
    join judged j using (rule_id, rule_version)
    left join magscreen.rule_version v on (v.rule_id, v.version) = (c.rule_id, c.rule_version);
comment on view magscreen.v_rule_noise is
    'What reviewers said last about episodes that have resolved: patients per rule version and '
    'reason.';
comment on column magscreen.v_rule_noise.as_of is 'as-of of the figures: they change once a week';
comment on column magscreen.v_rule_noise.reason is
    'reason of the last review; none: nobody reviewed it';
comment on column magscreen.v_rule_noise.patients is
    'patients, rounded to 5; null if suppressed (1 to 7)';
comment on column magscreen.v_rule_noise.status is 'shown, suppressed or true_zero';
comment on column magscreen.v_rule_noise.ppv is
    'share of reviewed flags that were right (not data_wrong or duplicate; other is left out), '
    'from '
    'rounded figures';

comment on column magscreen.v_rule_noise.ppv_low is
    'the same with every suppressed wrong part counted as 7';
comment on column magscreen.v_rule_noise.ppv_high is
    'the same with every suppressed right part counted as 7';

create view magscreen.v_unmapped_system with (security_barrier = true) as
    select p.as_of, c.kind, c.code_system, magscreen.round_count(c.codes) as codes,
        magscreen.count_status(c.codes) as status
    from (
        select u.run_id, u.kind, u.code_system, count(*) as codes
        from magscreen.unmapped_code u group by 1, 2, 3) c
    join magscreen.quality_publication p using (run_id)
    where p.run_id = (select max(l.run_id) from magscreen.quality_publication l);
comment on view magscreen.v_unmapped_system is
    'How many different codes no list has, per table and code system, rounded; changes once a '
    'week.';
comment on column magscreen.v_unmapped_system.codes is
    'different codes, rounded to 5; null if 1 to 7';
comment on column magscreen.v_unmapped_system.status is 'shown, suppressed or true_zero';
