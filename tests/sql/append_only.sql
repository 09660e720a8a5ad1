-- Reviews and events stay as they were entered: who, when and why.
begin;
select t.start();
select plan(25);
select t.night('2025-12-31', '[{"p": "p1", "r": "B01", "e": "new"},
    {"p": "p2", "r": "B01", "e": "new"}]');
select is(t.try('t_reviewer', $$ select magscreen.ack('B01-p1', 'tolerated', 'seen on the ward')
    $$),
    'ok', 'a reviewer enters a review');
select results_eq(
    'select flag_id, kind, reason, note, until, by_role, run_id, severity_at, facts_at,
        rule_version_at
        from magscreen.review',
    $$values ('B01-p1', 'ack', 'tolerated', 'seen on the ward', date '2026-01-28', 't_reviewer',
        1::bigint, 'moderate', 'magnesium=0.6', '1.0.0') $$,
    'who, what was seen and until when are filled in');
select ok((select abs(extract(epoch from at - clock_timestamp())) < 60 from magscreen.review),
    'and when');

select is(t.try('t_reviewer', change), '42501', 'a reviewer is refused: ' || change)
from unnest(array[
    'update magscreen.review set note = null',
    'delete from magscreen.review',
    'truncate magscreen.review',
    'update magscreen.flag_event set event = ''new''',
    'update magscreen.flag set state = ''new''']) change;
select is(t.try('t_owner', change), 'MS424', 'the owner is refused: ' || change)
from unnest(array[
    'update magscreen.review set note = null',
    'delete from magscreen.review',
    'truncate magscreen.review',
    'delete from magscreen.review where false',
    'update magscreen.flag_event set event = ''new''',
    'delete from magscreen.flag_event',
    'update magscreen.rule_version set title = ''''',
    'delete from magscreen.run']) change;
select is(t.try('t_reviewer', $$ insert into magscreen.review (flag_id, kind, reason, by_role)
    values ('B01-p1', 'ack', 'tolerated', 'somebody_else') $$), '42501',
    'nobody signs for another');
select is(t.try('t_owner', $$ insert into magscreen.review (flag_id, kind, reason, by_role, at)
    values ('B01-p1', 'ack', 'tolerated', 'somebody_else', '2020-01-01') $$), 'ok',
    'not even the owner:');
select is((select by_role || ' ' || (at > '2025-01-01') from magscreen.review
    order by review_id desc
    limit 1), 't_owner true', 'name and time are the real ones');
select is((select count(*)::int from magscreen.review), 2, 'nothing was lost');

-- events and flags belong together
select is(t.try('t_owner', $$ insert into magscreen.flag_event (run_id, flag_id, event, severity)
    select 1, flag_id || '-gone', event, severity from magscreen.flag_event $$), 'MS701',
    'an event of a flag that is not there is refused');
select is(t.try('t_owner', $$ delete from magscreen.flag where flag_id = 'B01-p2' $$),
    'MS424', 'a flag that has events is not removed');
select is(t.try('t_owner', $$ update magscreen.flag set flag_id = 'B01-other' $$), 'MS424',
    'nor called otherwise');
select is(t.try('t_owner', $$ truncate magscreen.flag cascade $$), 'MS424', 'nor are all of them');
select is(t.try('t_owner', $$ update magscreen.flag set flag_id = flag_id;
    delete from magscreen.flag where false;
    insert into magscreen.flag (flag_id, patient_id, rule_id, rule_version, title, opened_run,
        last_run, opened_as_of, last_seen, severity, state, evidence, shown_severity, shown_facts)
    values ('B01-p9', 'p9', 'B01', '1.0.0', '', 1, 1, '2025-12-31', '2025-12-31', 'low', 'new',
        '{}', 'low', '');
    delete from magscreen.flag where flag_id = 'B01-p9' $$), 'ok', 'one without events may go');
select * from finish();
rollback;
