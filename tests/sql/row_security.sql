-- Reviewers by site: off until the owner switches it on; then it holds through every view.
begin;
select t.start();
select plan(24);
select t.night('2025-03-01', '[{"p": "a1", "r": "B01", "e": "new", "site": "A"}, {"p": "b1",
    "r": "B01", "e": "new", "site": "B"},
    {"p": "b2", "r": "C01", "e": "new", "site": "B"}]');
select is(t.try('t_reviewer', $$ select magscreen.ack('B01-a1', 'tolerated', 'note of A') $$),
    'ok', 'a review at site A');
select is(t.ask('t_reviewer', 'select count(*) from magscreen.v_flag'), '3',
    'off: a reviewer sees every site');
select is(t.try('t_reviewer', 'select magscreen.limit_reviewers_to_sites(true)'), '42501',
    'and has no hand on the switch');
select is(t.try('t_job', 'select magscreen.limit_reviewers_to_sites(false)'), '42501',
    'nor has the job');

select is(t.try('t_owner', $$ insert into magscreen.reviewer_site values ('t_reviewer', 'A'),
    ('t_other_reviewer', 'B'),
    ('a_role_that_has_gone', 'A'); select magscreen.limit_reviewers_to_sites(true) $$), 'ok', 'on');
select is(t.ask('t_reviewer', 'select string_agg(flag_id, '' '') from magscreen.v_flag'),
    'B01-a1', 'one sees A');
select is(t.ask('t_other_reviewer', 'select string_agg(flag_id,
    '' '' order by flag_id) from magscreen.v_flag'), 'B01-b1 C01-b2',
    'another sees B');
select is(t.ask('t_other_reviewer', 'select string_agg(flag_id,
    '' '') from magscreen.v_worklist'), 'B01-b1 C01-b2', 'on the worklist');
select is(t.ask('t_other_reviewer', 'select count(*) from magscreen.v_flag_event'), '2',
    'in the history');
select is(t.ask('t_other_reviewer', 'select count(*) from magscreen.v_review'), '0', 'of reviews');
select is(t.ask('t_reviewer', 'select count(*) from magscreen.v_review'), '1',
    'which the other sees');
select is(t.ask('t_reviewer', 'select string_agg(patient_id,
    '' '') from magscreen.v_could_not_assess'), 'c1', 'among those not assessed');
select is(t.ask('t_other_reviewer', 'select count(*) from ' || name), expected, 'in ' || name ||
    ' itself')
from (values ('magscreen.flag', '2'), ('magscreen.flag_event', '2'), ('magscreen.review', '0'),
    ('magscreen.cannot_tell', '1'))
    v (name, expected);
select is(t.try('t_other_reviewer', $$ select magscreen.ack('B01-a1', 'tolerated') $$), 'MS425',
    'no review of a flag elsewhere');
select is(t.try('t_other_reviewer', $$ select magscreen.ack('B01-b1', 'tolerated') $$), 'ok',
    'but of one here');

-- ways around it
create function t.leak2(value text) returns boolean language plpgsql cost 0.0000001 as $$
begin
    raise notice 'saw %', value;
    return value !~ 'a1';
end
$$;
grant execute on function t.leak2(text) to public;
select is(t.ask('t_other_reviewer',
    'select count(*) from magscreen.flag where not t.leak2(flag_id)'), '0',
    'a leaky function gets no row of another site');
select is(t.try('t_other_reviewer', 'set local row_security = off; select * from magscreen.flag'),
    '42501',
    'switching it off for a session is an error, not a way');
select is(t.try('t_other_reviewer', 'select * from magscreen.cannot_tell_1'), '42501',
    'nor is the partition itself');
select is(t.try('t_other_reviewer', 'select * from magscreen.reviewer_site'), '42501',
    'nor the list of sites');

-- the job is not limited: the next night is complete
select is(t.night('2025-03-02', '[{"p": "a1", "r": "B01", "e": "ongoing", "site": "A"},
    {"p": "b1", "r": "B01", "e": "ongoing",
    "site": "B"}, {"p": "b2", "r": "C01", "e": "ongoing", "site": "B"}]'), 2::bigint, 'runs go on');
select is(t.ask('t_job',
    'select count(*) from magscreen.v_ledger where set_config(''row_security'',
    ''off'', true) <> '''''), '3',
    'and read every episode, with row_security off, too');
select * from finish();
rollback;
