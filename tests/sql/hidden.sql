-- A flag that another rule hides has an episode of its own, and is new on the night it comes out.
begin;
select t.start();
select plan(13);

select t.night('2025-03-01', '[
    {"p": "p1", "r": "B01", "e": "new"},
    {"p": "p1", "r": "C01", "e": "new", "hidden": "B01", "facts": "magnesium=0.6"}]');
select is(t.worklist(), 'B01-p1', 'a hidden flag is not on the list');
select is((select string_agg(hidden_by, ' ' order by rule_id) from magscreen.v_ledger), ' B01',
    'the next run reads which ones were hidden');

-- the rule that hid it resolves
select t.night('2025-03-02', '[
    {"p": "p1", "r": "B01", "e": "resolved"},
    {"p": "p1", "r": "C01", "e": "new", "facts": "magnesium=0.5"}]');
select is(t.worklist(), 'C01-p1', 'what it hid is on the list');
select is((select is_news from magscreen.v_worklist where flag_id = 'C01-p1'), true, 'as news');
select is((select opened_as_of || ' ' || opened_run from magscreen.flag where flag_id = 'C01-p1'),
    '2025-03-01 1', 'it is the same episode');
select is((select count(*)::int from magscreen.flag where patient_id = 'p1'), 2, 'and no other');
select is((select shown_facts from magscreen.v_ledger where rule_id = 'C01'), 'magnesium=0.5',
    'worse is measured against what is shown now');
select is((select string_agg(event, ' ' order by run_id) from magscreen.flag_event
    where flag_id = 'C01-p1'), 'new new', 'both nights are kept');

-- a review of it ends when it hides and comes out again
select is(t.try('t_reviewer', $$ select magscreen.ack('C01-p1', 'will_monitor', null,
    '2025-06-01') $$), 'ok', 'reviewed');
select is(t.worklist(), '', 'and off the list');
select t.night('2025-03-03', '[
    {"p": "p1", "r": "B01", "e": "reopened"},
    {"p": "p1", "r": "C01", "e": "ongoing", "hidden": "B01"}]');
select t.night('2025-03-04', '[
    {"p": "p1", "r": "B01", "e": "resolved"},
    {"p": "p1", "r": "C01", "e": "new"}]');
select is(t.worklist(), 'C01-p1', 'new again, and back on the list');
select is((select status from magscreen.v_review where flag_id = 'C01-p1'), 'new',
    'the review tells what ended it');

-- only what was hidden can come out
create temp table again as select t.stage('2025-03-05',
    '[{"p": "p1", "r": "C01", "e": "new"}]') as run;
select is(t.try('t_job', format('select magscreen.publish_run(%s)', run)), 'MS701',
    'a visible flag that is new once more is refused') from again;
select * from finish();
rollback;
