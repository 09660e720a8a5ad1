-- Counts of 1 to 7 are redacted, the others rounded to 5; totals are sums of rounded parts; rates
-- follow from rounded figures; a status tells shown, suppressed and true zero apart.
begin;
select t.start();
select plan(21);
select results_eq('select n, magscreen.round_count(n), magscreen.count_status(n)
        from generate_series(0, 18) n',
    $$values (0, 0::bigint, 'true_zero'), (1, null, 'suppressed'), (2, null, 'suppressed'),
    (3, null, 'suppressed'), (4, null, 'suppressed'), (5, null, 'suppressed'), (6, null,
    'suppressed'),
    (7, null, 'suppressed'), (8, 10, 'shown'), (9, 10, 'shown'), (10, 10, 'shown'), (11, 10,
    'shown'),
    (12, 10, 'shown'), (13, 15, 'shown'), (14, 15, 'shown'), (15, 15, 'shown'), (16, 15, 'shown'),
    (17, 15, 'shown'), (18, 20, 'shown') $$, 'redacted, then to the nearest 5');
select is((select count(*)::int from generate_series(8, 100000) n
    where abs(magscreen.round_count(n) - n) > 2 or magscreen.round_count(n) % 5 <> 0), 0,
    'never further than 2 away');

-- flags of a night: so many patients of a site, numbered
create function t.flags(rule text, site text, how_many int, event text default 'new') returns jsonb
    language sql as $$
    select coalesce(jsonb_agg(jsonb_build_object('p', lower(site) || n, 'r', rule, 'e', event,
    'site', site)), '[]')
    from generate_series(1, how_many) n $$;

select t.night('2025-03-01', t.flags('B01', 'A', 23) || t.flags('B01', 'B', 6) || t.flags('C01',
    'B', 7),
    '[{"r": "B01", "site": "A", "flagged": 23, "clear": 101, "ct": 2},
      {"r": "B01", "site": "B", "flagged": 6, "clear": 44, "ct": 0},
      {"r": "B01", "site": "C", "flagged": 0, "clear": 0, "ct": 0},
      {"r": "C01", "site": "B", "flagged": 7, "clear": 3, "ct": 1}]');
select results_eq('select site, step, patients, status, suppressed_parts
        from magscreen.v_rule_funnel
        where rule_id = ''B01'' order by site collate "C", step_no',
    $$values
    ('(all)', 'eligible', 170::bigint, 'shown', 2::bigint), ('(all)', 'assessed', 170, 'shown', 1),
    ('(all)', 'flagged', 25, 'shown', 1), ('(all)', 'acknowledged', 0, 'true_zero', 0),
    ('(all)', 'resolved', 0, 'true_zero', 0),
    ('A', 'eligible', 125, 'shown', 1), ('A', 'assessed', 125, 'shown', 0), ('A', 'flagged', 25,
    'shown', 0),
    ('A', 'acknowledged', 0, 'true_zero', 0),
    ('B', 'eligible', 45, 'shown', 1), ('B', 'assessed', 45, 'shown', 1), ('B', 'flagged', null,
    'suppressed', 1),
    ('B', 'acknowledged', 0, 'true_zero', 0),
    ('C', 'eligible', 0, 'true_zero', 0), ('C', 'assessed', 0, 'true_zero', 0), ('C',
    'flagged', 0, 'true_zero', 0),
    ('C', 'acknowledged', 0, 'true_zero', 0) $$, 'every step of the funnel by site');
select results_eq('select site, step, status from magscreen.v_rule_funnel
        where rule_id = ''C01'' and step_no < 4 order by site collate "C", step',
    $$values ('(all)', 'assessed', 'suppressed'), ('(all)', 'eligible', 'suppressed'), ('(all)',
    'flagged', 'suppressed'),
    ('B', 'assessed', 'suppressed'), ('B', 'eligible', 'suppressed'), ('B', 'flagged',
    'suppressed') $$,
    'a sum of suppressed parts is suppressed, though 11 people are in it');
select results_eq('select site, assessed, flagged, status, rate, signal from magscreen.v_rule_trend
        where rule_id = ''B01'' order by site collate "C"',
    $$values ('(all)', 170::bigint, 25::bigint, 'shown', 0.1471, null), ('A', 125, 25,
    'shown', 0.2000, null),
    ('B', 45, null, 'suppressed', null, null), ('C', 0, 0, 'true_zero', null, null) $$,
    'rates follow from rounded figures, and there is none of a suppressed one');

-- weekly, not nightly
create function t.quality() returns text language sql as $$
    select t.ask('t_quality', 'select md5(string_agg(f::text, '''')) from
        (select * from magscreen.v_rule_funnel order by rule_id, site, step_no) f') $$;
create temp table first_week as select t.quality() as seen;
select t.night('2025-03-02', t.flags('B01', 'A', 23, 'ongoing') || t.flags('B01', 'B', 6, 'ongoing')
    || t.flags('C01', 'B', 7, 'ongoing') || '[{"p": "b8", "r": "C01", "e": "new", "site": "B"}]',
    '[{"r": "B01", "site": "A", "flagged": 23, "clear": 101, "ct": 2}, {"r": "C01", "site": "B",
    "flagged": 8,
    "clear": 3, "ct": 1}]');
select is(t.quality(), (select seen from first_week),
    'the eighth patient of the next night changes nothing');
select t.night('2025-03-07', t.flags('B01', 'A', 23, 'ongoing') || t.flags('B01', 'B', 6, 'ongoing')
    || t.flags('C01', 'B', 8, 'ongoing'), '[{"r": "C01", "site": "B", "flagged": 8, "clear": 3,
    "ct": 1}]');
select is(t.quality(), (select seen from first_week), 'nor does the sixth night');
select is(t.try('t_reviewer', $$ select magscreen.ack(flag_id, 'tolerated', null, '2025-04-30')
    from magscreen.v_worklist where rule_id = 'B01' and site = 'A' and position <= 9 $$), 'ok',
    'nine are reviewed');
select t.night('2025-03-08', t.flags('B01', 'A', 23, 'ongoing') || t.flags('B01', 'B', 6, 'ongoing')
    || t.flags('C01', 'B', 8, 'ongoing'), '[{"r": "B01", "site": "A", "flagged": 23, "clear": 101,
    "ct": 2},
    {"r": "C01", "site": "B", "flagged": 8, "clear": 3, "ct": 1}]');
select isnt(t.quality(), (select seen from first_week), 'the seventh does');
select results_eq($$ select step, patients, status from magscreen.v_rule_funnel
        where rule_id = 'B01' and site = 'A' and step_no in (3, 4) order by step_no $$,
    $$values ('flagged', 25::bigint, 'shown'), ('acknowledged', 10, 'shown') $$,
    'flagged is the sum of 9 reviewed and 14 others, each rounded');
select is((select count(*)::int from magscreen.v_rule_trend where rule_id = 'B01'
    and site = 'A'), 1,
    'a month has one line, its last week''s');

-- what reviewers said about what has resolved
select is(t.try('t_reviewer', $$ select magscreen.ack(flag_id, 'data_wrong', null, '2025-04-30')
    from (select flag_id from magscreen.v_flag where rule_id = 'C01' order by flag_id limit 8) f
    $$), 'ok', 'wrong data, eight times');
select t.night('2025-03-15', t.flags('B01', 'A', 23, 'resolved') || t.flags('B01', 'B', 6,
    'resolved')
    || t.flags('C01', 'B', 8, 'resolved'), '[{"r": "B01", "site": "A", "flagged": 0, "clear": 120,
    "ct": 2}]');
select results_eq($$ select rule_id, reason, patients, status, ppv from magscreen.v_rule_noise
        where reason in ('none', 'tolerated', 'data_wrong') order by 1, 2 $$,
    $$values ('B01', 'data_wrong', 0::bigint, 'true_zero', 1.00), ('B01', 'none', 20,
    'shown', 1.00),
    ('B01', 'tolerated', 10, 'shown', 1.00),
    ('C01', 'data_wrong', 10, 'shown', 0.00), ('C01', 'none', 0, 'true_zero', 0.00),
    ('C01', 'tolerated', 0, 'true_zero', 0.00) $$, 'reasons and PPV per rule version');
select is((select patients from magscreen.v_rule_funnel where rule_id = 'B01'
    and step = 'resolved'), 30::bigint,
    'the funnel''s resolved is the sum of those figures');
select is((select count(*)::int from magscreen.v_rule_noise where patients between 1 and 7), 0,
    'no small figure');

update magscreen.quality_cell set patients = 3 where rule_id = 'C01' and cell = 'resolved tolerated';
select is((select distinct concat_ws(' ', ppv, ppv_low, ppv_high) from magscreen.v_rule_noise
    where rule_id = 'C01'), '0.00 0.00 0.41', 'what is suppressed is told as a range of the PPV');

-- control limits
insert into magscreen.quality_publication (run_id, as_of, day)
    select run_id, as_of, day from (values (2, '2024-12-28', date '2024-12-28'), (3, '2025-01-28',
    date '2025-01-28')) v (run_id, as_of, day);
insert into magscreen.quality_cell select p.run_id, 'D01', '1.0.0', 'A', c.cell, c.n
    from (values (2), (3), (1), (5)) p (run_id)
    cross join lateral (values ('clear', 900), ('unreviewed',
    case p.run_id when 5 then 300 else 100 end),
        ('reviewed', 0), ('cannot_tell', 0)) c (cell, n);
update magscreen.quality_publication set day = '2025-02-28' where run_id = 1;
update magscreen.quality_publication set day = '2025-03-28' where run_id = 5;
select results_eq($$ select month, rate, centre, round(lower_limit, 3), round(upper_limit, 3),
    signal
        from magscreen.v_rule_trend where rule_id = 'D01' and site = 'A' order by month $$,
    $$values (date '2024-12-01', 0.1000, null::numeric, null::numeric, null::numeric, null),
    ('2025-01-01', 0.1000, null, null, null, null), ('2025-02-01', 0.1000, null, null, null, null),
    ('2025-03-01', 0.2500, 0.1000, 0.074, 0.126, 'above') $$,
    'control limits of the months before, from the fourth month on');

-- what everybody sees of a run is rounded, too
select results_eq($$ select topic, item, rows, status, verdict from magscreen.v_data_quality
    where run_id = 1
        order by topic, item $$,
    $$values ('gate', 'num.decimal_comma', null::bigint, null, 'amber'), ('rejected',
    'num.decimal_comma', 10, 'shown', null),
    ('rejected', 'unit.missing', null, 'suppressed', null), ('rows', 'accepted', 1000, 'shown',
    null),
    ('rows', 'duplicate', null, 'suppressed', null), ('rows', 'not_of_interest', 0, 'true_zero',
    null),
    ('rows', 'out_of_window', 0, 'true_zero', null), ('rows', 'read', 1010, 'shown', null),
    ('rows', 'rejected', 10, 'shown', null) $$, 'rows by bucket and reason');
select results_eq('select code, patients from magscreen.v_unmapped_code',
    $$values ('NEWMG', 9::bigint) $$,
    'codes of few patients or with long numbers are not shown to reviewers');
select is((select status from magscreen.v_unmapped_system), 'suppressed',
    'quality teams see rounded counts of codes');
select is((select string_agg(c.relname || '.' || a.attname, ' ' order by c.relname, a.attnum)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where has_table_privilege('magscreen_quality', c.oid, 'select')
    and c.relnamespace = 'magscreen'::regnamespace
        and format_type(a.atttypid, null) in ('bigint', 'integer') and c.relname like 'v\_rule%'),
    'v_rule_funnel.step_no v_rule_funnel.patients v_rule_funnel.suppressed_parts '
    'v_rule_noise.patients '
    || 'v_rule_trend.assessed v_rule_trend.flagged',
    'there is no other count in the rounded views');
select * from finish();
rollback;
