-- Reviews and events stay as they were entered: who, when and why.
begin;
select t.start();
select plan(20);
select t.night('2025-12-31', '[{"p": "p1", "r": "B01", "e": "new"}]');
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
select * from finish();
rollback;
