-- Runs as of "latest" have no day: they stop no weekly figures, and reviews on their lists count from
-- the dated night before them.
begin;
select t.start();
select plan(15);
create function t.count(n int) returns jsonb
    language sql as $$
    select jsonb_build_array(jsonb_build_object('r', 'B01', 'site', 'A', 'flagged', n, 'clear', 100,
        'ct', 0))
    $$;
create function t.figures() returns text
    language sql as $$
    select t.ask('t_quality', 'select as_of || '' '' || patients from magscreen.v_rule_funnel
        where step = ''flagged'' and site = ''A''')
    $$;

select is(t.night('latest', '[{"p": "p1", "r": "B01", "e": "new"}]', t.count(20)), 1::bigint,
    'where there are no dated runs');
select is(t.figures(), 'latest 20', 'one as of latest gives the figures');
select is(magscreen.shown_day(), current_date, 'by the day of the clock');
select t.night('latest', '[{"p": "p1", "r": "B01", "e": "ongoing"}]', t.count(30)) is not null;
select is(t.figures(), 'latest 20', 'once a week');

select t.night('2025-03-01', '[{"p": "p1", "r": "B01", "e": "ongoing"}]', t.count(40)) is not null;
select is(t.figures(), '2025-03-01 40', 'a first dated run does not wait for the clock');
select t.night('2025-03-07', '[{"p": "p1", "r": "B01", "e": "ongoing"}]', t.count(50)) is not null;
select is(t.figures(), '2025-03-01 40', 'others wait for a week of as-of days');
select t.night('latest', '[{"p": "p1", "r": "B01", "e": "ongoing"}]', t.count(60)) is not null;
select is(t.figures(), '2025-03-01 40', 'one as of latest between them changes no figure');
select is(magscreen.shown_day(), date '2025-03-07', 'its list counts from the dated night');
select is(t.try('t_reviewer', $$ select magscreen.ack('B01-p1', 'tolerated') $$), 'ok',
    'a review on it');
select is((select until from magscreen.review), date '2025-04-04', 'lasts 28 days from there');
select is(t.try('t_reviewer', format($$ select magscreen.ack('B01-p1', 'tolerated', null, %L) $$,
    current_date)), 'MS427', 'a day of the clock is too far away');
select is(t.worklist(), '', 'the flag is off the list');
select t.night('2025-03-08', '[{"p": "p1", "r": "B01", "e": "ongoing"}]', t.count(70)) is not null;
select is(t.figures(), '2025-03-08 70', 'the week ends as it would have');
select t.night('2025-04-04', '[{"p": "p1", "r": "B01", "e": "ongoing"}]', t.count(80)) is not null;
select is(t.worklist(), 'B01-p1', 'and so does the review');
select is((select string_agg(as_of || ' ' || (day = current_date), ', ' order by run_id)
    from magscreen.quality_publication),
    'latest true, 2025-03-01 false, 2025-03-08 false, 2025-04-04 false', 'four publications');
select * from finish();
rollback;
