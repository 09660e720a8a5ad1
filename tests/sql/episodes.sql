-- Episodes over the nights, and what publishing refuses.
begin;
select t.start();
select plan(43);

-- at most one open episode of a patient and rule, whoever writes
select t.night('2025-03-01', '[{"p": "p1", "r": "B01", "e": "new"}, {"p": "p2", "r": "B01",
    "e": "new"}]');
select is(t.try('t_owner', $$ insert into magscreen.flag (flag_id, patient_id, rule_id,
    rule_version, title,
    opened_run, last_run, opened_as_of, last_seen, severity, state, evidence, shown_severity,
    shown_facts)
    values ('B01-other', 'p1', 'B01', '1.0.0', '', 1, 1, '2025-03-01', '2025-03-01', 'low', 'new',
    '{}',
    'low', '') $$), '23505', 'a second open episode is impossible');

-- a new event: the old episode resolves, another opens, in one night
select t.night('2025-03-02', '[
    {"p": "p1", "r": "B01", "e": "resolved"}, {"p": "p1", "r": "B01", "e": "new", "id": "B01-p1b"},
    {"p": "p2", "r": "B01", "e": "unconfirmed"}]');
select results_eq('select flag_id, state, opened_run, last_run, resolved_run, last_seen,
        resolved_as_of
        from magscreen.flag order by flag_id collate "C"',
    $$values ('B01-p1', 'resolved', 1::bigint, 1::bigint, 2::bigint, '2025-03-01', '2025-03-02'),
        ('B01-p1b', 'new', 2, 2, null, '2025-03-02', null),
        ('B01-p2', 'unconfirmed', 1, 1, null, '2025-03-01', null) $$,
    'resolved, new and unconfirmed episodes after a night');
select results_eq('select run_id, flag_id, event, severity, machine_reason, facts
        from magscreen.flag_event
        order by run_id, flag_id collate "C"',
    $$values (1::bigint, 'B01-p1', 'new', 'moderate', null, 'magnesium=0.6'),
        (1, 'B01-p2', 'new', 'moderate', null, 'magnesium=0.6'),
        (2, 'B01-p1', 'resolved', 'moderate', 'value_normalised', null),
        (2, 'B01-p1b', 'new', 'moderate', null, 'magnesium=0.6'),
        (2, 'B01-p2', 'unconfirmed', 'moderate', null, null) $$, 'and every event is kept');

-- what the next run reads
select results_eq('select flag_id, state, resolved_as_of, machine_reason from magscreen.v_ledger',
    $$values ('B01-p1b', 'new', '', ''), ('B01-p2', 'unconfirmed', '', '') $$,
    'the ledger has the latest episode of each patient and rule');
select is(t.try('t_reviewer', $$ select magscreen.ack('B01-p1b', 'tolerated') $$), 'ok',
    'reviewed');
select t.night('2025-03-03', '[
    {"p": "p1", "r": "B01", "e": "ongoing", "id": "B01-p1b", "s": "high",
    "facts": "magnesium=0.55"},
    {"p": "p2", "r": "B01", "e": "resolved"}]');
select is((select shown_facts || ' ' || shown_severity from magscreen.v_ledger
    where patient_id = 'p1'),
    'magnesium=0.6 moderate', 'worse is measured against what the reviewer saw');
select is(t.try('t_reviewer', $$ select magscreen.ack('B01-p1b', 'tolerated') $$), 'ok',
    'reviewed again');
select is((select shown_facts || ' ' || shown_severity from magscreen.v_ledger
    where patient_id = 'p1'),
    'magnesium=0.55 high', 'which is now more');
select t.night('2025-03-04', '[
    {"p": "p1", "r": "B01", "e": "worsened", "id": "B01-p1b", "s": "critical",
    "facts": "magnesium=0.40"},
    {"p": "p2", "r": "B01", "e": "reopened"}]');
select is((select shown_facts || ' ' || shown_severity from magscreen.v_ledger
    where patient_id = 'p1'),
    'magnesium=0.40 critical', 'and after it was shown as worsened, against that');
select is((select resolved_run is null and machine_reason is null and opened_run = 1
    and last_run = 4
    from magscreen.flag where flag_id = 'B01-p2'), true,
    'a reopened episode is open and still the same');
select t.night('2025-03-05', '[
    {"p": "p1", "r": "B01", "e": "resolved", "id": "B01-p1b"}, {"p": "p2", "r": "B01",
    "e": "resolved"},
    {"p": "P3", "r": "B01", "e": "new"}, {"p": "p10", "r": "B01", "e": "new"},
    {"p": "p1", "r": "a01", "e": "new"}]');
select results_eq($$ select patient_id || ' ' || rule_id from magscreen.v_ledger $$,
    array['P3 B01', 'p1 B01', 'p1 a01', 'p10 B01', 'p2 B01'], 'sorted bytewise');

-- what contradicts the ledger is refused, and nothing of it stays
create function t.refused(rows text, as_of text default '2025-03-06') returns text
    language plpgsql as $$
declare
    run bigint;
begin
    run := t.stage(as_of, (rows || ', {"p": "P3", "r": "B01", "e": "ongoing"}, {"p": "p10",
    "r": "B01",
        "e": "ongoing"}]')::jsonb);
    return t.try('t_job', format('select magscreen.publish_run(%s)', run));
end
$$;
select is(t.refused('[{"p": "p9", "r": "B01", "e": "new"}'), 'MS701',
    'an open episode without an event');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}, {"p": "p9", "r": "B01",
    "e": "ongoing"}'),
    'MS701', 'an unknown episode that goes on');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "new"}'), 'MS701', 'a known one that is new');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "reopened"}'), 'MS701', 'an open one reopened');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}, {"p": "p2", "r": "B01",
    "e": "ongoing"}'),
    'MS701', 'a resolved one that goes on');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}, {"p": "p2", "r": "B01",
    "e": "resolved"}'),
    'MS701', 'a resolved one resolved again');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}, {"p": "p1", "r": "a01",
    "e": "ongoing"}'),
    'MS701', 'an episode twice');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}, {"p": "p9", "r": "B01", "e": "new"},
    {"p": "p9", "r": "B01", "e": "new"}'), 'MS701', 'a new one twice');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "resolved"}, {"p": "p1", "r": "a01",
    "e": "resolved"}'), 'MS701', 'a resolved one twice');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "resolved"}, {"p": "p1", "r": "a01",
    "e": "ongoing"}'), 'MS701', 'one that resolved and goes on');
select is(t.refused('[{"p": "P3", "r": "B01", "e": "ongoing"}'), 'MS701',
    'one twice does not stand in for an open one without an event');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}, {"p": "p1", "r": "a01", "e": "new",
    "id": "a01-p1b"}'), 'MS701', 'two open ones of a patient and rule');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing", "s": "awful"}'), 'MS701',
    'a severity that is none');
select is(t.refused('[{"p": "p5", "r": "a01", "e": "ongoing", "id": "a01-p1"}'), 'MS701',
    'another patient');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "vanished"}'), 'MS701', 'an event that is none');
create function t.refused_evidence(evidence text) returns text
    language plpgsql as $$
declare
    run bigint;
    told text;
begin
    run := t.stage('2025-03-06', '[{"p": "p1", "r": "a01", "e": "ongoing"}, {"p": "P3", "r": "B01",
        "e": "ongoing"}, {"p": "p10", "r": "B01", "e": "ongoing"}]');
    execute format('update magscreen.stage_episode_%s set evidence = $1', run) using evidence;
    perform magscreen.publish_run(run);
    return 'published';
exception when others then
    get stacked diagnostics told = pg_exception_context;
    return concat_ws(' ', sqlstate, sqlerrm, substring(told from 'p1 secret'));
end
$$;
select is(t.refused_evidence(evidence), 'MS701 staged evidence is not JSON',
    'evidence that is no JSON, and its words are not told: ' || evidence)
from unnest(array['p1 secret', '{"digest": "p1 secret\u0000"}']) evidence;
select is((select count(*)::int from magscreen.flag_event where run_id > 5), 0,
    'nothing of them stayed');
select is(magscreen.shown_run(), 5::bigint, 'and the run that is shown is the one before');

-- times and keys
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}', '2025-03-04'), 'MS420',
    'an older as-of');
select is(t.refused('[{"p": "p1", "r": "a01", "e": "ongoing"}', '2025-03-05'), 'ok',
    'the same as-of with another result');
select is((select run_id from magscreen.run where as_of = '2025-03-06'
    order by run_id desc limit 1), 20::bigint,
    'runs are numbered on');
create temp table same as select t.stage('2025-03-05', '[{"p": "P3", "r": "B01",
    "e": "ongoing"}]', '[]',
    (select result_sha256 from magscreen.run where run_id = magscreen.shown_run())) as run;
select is(t.try('t_job', format('select magscreen.publish_run(%s)', run)), 'MS410',
    'the same result is not published twice') from same;
select is(t.ask('t_job', $$ select magscreen.published_as(run_key) is not null
    from (select magscreen.run_key('2025-03-05', 'pack', 'config', result_sha256) as run_key
        from magscreen.v_run where is_current) k $$), 'true', 'and can be seen beforehand');
select is(magscreen.published_as('another'), null, 'another key is not published');

-- conservation is a CHECK
select is(t.try('t_owner', $$ insert into magscreen.run_source (run_id, source, kind, rows_read,
    accepted,
    rejected, out_of_window, duplicate, not_of_interest) values (1, 'x',
    'labs', 100, 90, 5, 1, 2, 3) $$),
    '23514', 'a row too many is refused');
select is(t.try('t_owner', $$ insert into magscreen.run_source (run_id, source, kind, rows_read,
    accepted,
    rejected, out_of_window, duplicate, not_of_interest) values (1, 'x',
    'labs', 101, 90, 5, 1, 2, 3) $$),
    'ok', 'a sum that is right is taken');
create temp table lossy as select t.stage('2025-03-06', '[{"p": "p1", "r": "a01",
    "e": "ongoing"}]') as run;
select is(t.try('t_job', format('select magscreen.run_record(%s, %L)', run,
    '{"result_sha256": "x", "sources":
    [{"name": "lims", "kind": "labs", "rows": {"read": 10, "accepted": 8, "rejected": 1,
    "out_of_window": 0,
    "duplicate": 0, "not_of_interest": 0}, "files": []}], "gates": [], "unmapped_codes": []}')),
    '23514',
    'a record that loses a row is refused') from lossy;
select is(t.try('t_owner',
    format('insert into magscreen.summary_%s (run_id, as_of, rule_id, rule_version, stratum,
    level, eligible, flagged, clear, cannot_tell, hidden) values (%1$s, ''x'', ''x'', ''1'',
    ''all'', ''all'', 10, 2, 3, 4, 0)',
    run)), '23514', 'patients are conserved, too') from lossy;
select is(t.try('t_owner',
    format('insert into magscreen.summary_%s (run_id, as_of, rule_id, rule_version, stratum,
    level, eligible, flagged, clear, cannot_tell, hidden) values (1, ''x'', ''x'', ''1'', ''all'',
    ''all'', 9, 2, 3, 4, 0)',
    run)), '23514', 'a run''s table takes that run only') from lossy;

-- rules under one version do not change
select is(t.try('t_job', $$ select magscreen.put_rule_versions(1, '[{"rule_id": "B01",
    "version": "1.0.0",
    "title": "Another", "status": "active", "sha256": "y"}]') $$), 'MS507', 'content changed,
    version not');
select is((select title from magscreen.rule_version where rule_id = 'B01' and version = '1.0.0'),
    'Title of B01', 'the old text stays');
select * from finish();
rollback;
