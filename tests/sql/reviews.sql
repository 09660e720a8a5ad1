-- Nothing is hidden before someone has looked; a review ends on its day, or when the flag worsens.
begin;
select t.start();
select plan(58);

create function t.ack(flag_id text, reason text default 'will_monitor', until date default null)
    returns text language sql as $$
    select t.try('t_reviewer', format('select magscreen.ack(%L, %L, null, %L)', flag_id, reason,
    until)) $$;
-- One more night in which every open episode goes on.
create function t.quiet(as_of text, changed jsonb default '[]') returns bigint
    language sql as $$
    select t.night(as_of, (select coalesce(jsonb_agg(row), '[]') from (
        select coalesce(
            (select c from jsonb_array_elements(changed) c where c ->> 'p' = f.patient_id),
            jsonb_build_object('p', f.patient_id, 'r', f.rule_id, 'e', 'ongoing', 's', f.severity,
                'version', f.rule_version, 'hidden', coalesce(f.hidden_by, ''))) as row
        from magscreen.flag f where f.resolved_run is null
        union all
        select c from jsonb_array_elements(changed) c where c ->> 'e' in ('new', 'reopened')) rows))
    $$;

select t.night('2025-03-01', '[
    {"p": "c", "r": "B01", "e": "new", "s": "critical"}, {"p": "h", "r": "B01", "e": "new",
    "s": "high"},
    {"p": "m", "r": "B01", "e": "new", "s": "moderate"}, {"p": "l", "r": "B01", "e": "new",
    "s": "low"},
    {"p": "i", "r": "B01", "e": "new", "s": "info"},
    {"p": "x", "r": "B01", "e": "new", "s": "critical", "hidden": "A02"},
    {"p": "x", "r": "A02", "e": "new", "s": "critical"}]');
select is(t.ack('A02-x', 'tolerated', '2026-03-01'), 'ok',
    'what hides another is reviewed for a year');
select is(t.worklist(), 'B01-c B01-h B01-m B01-l',
    'news by severity; not info, not what another rule hides');
select is(t.ack('B01-c'), 'ok', 'critical reviewed');
select is(t.ack('B01-h'), 'ok', 'high reviewed');
select is(t.ack('B01-m'), 'ok', 'moderate reviewed');
select is(t.ack('B01-l'), 'ok', 'low reviewed');
select is(t.worklist(), '', 'what is reviewed is off the list');
select results_eq('select flag_id, until from magscreen.review
        where flag_id like ''B01%'' order by until', $$values
    ('B01-c', date '2025-03-02'), ('B01-h', '2025-03-08'), ('B01-m', '2025-03-29'),
    ('B01-l', '2025-05-30') $$, 'critical 1 day, high 7, moderate 28, low 90');

select t.quiet('2025-03-02');
select is(t.worklist(), 'B01-c', 'the critical one is back on the next list');
select t.quiet('2025-03-07');
select is(t.worklist(), 'B01-c', 'the night before the seventh day');
select t.quiet('2025-03-08');
select is(t.worklist(), 'B01-c B01-h', 'the high one is back after 7 days');
select is((select review_status || ' ' || days_open from magscreen.v_worklist
    where flag_id = 'B01-h'),
    'expired 7', 'and says that it was reviewed, and for how long it has been open');
select t.quiet('2025-03-28');
select is(t.worklist(), 'B01-c B01-h', 'the night before the 28th day');
select t.quiet('2025-03-29');
select is(t.worklist(), 'B01-c B01-h B01-m', 'the moderate one is back after 28 days');
select t.quiet('2025-05-29');
select is(t.worklist(), 'B01-c B01-h B01-m', 'the night before the 90th day');
select t.quiet('2025-05-30');
select is(t.worklist(), 'B01-c B01-h B01-m B01-l', 'the low one is back after 90 days');

-- other lengths
select is(t.ack('B01-c', 'tolerated', '2025-05-30'), 'MS427', 'until has to lie ahead');
select is(t.ack('B01-c', 'tolerated', '2026-05-31'), 'MS427', 'by at most 365 days');
select is(t.ack('B01-c', 'tolerated', '2026-05-30'), 'ok', '365 are allowed');
select is(t.ack('B01-c', 'other'), '23514', 'other needs a note');
select is(t.ack('B01-c', 'whim'), '23514', 'a reason is from the list');
select is(t.ack('B01-nobody'), 'MS425', 'a flag has to be there');
select is(t.worklist(), 'B01-h B01-m B01-l', 'until overrides the length by severity');

-- a flag that worsens is back at once, above the others
select is(t.ack('B01-m'), 'ok', 'the moderate one reviewed again');
select t.quiet('2025-05-31', '[{"p": "m", "r": "B01", "e": "worsened", "s": "high",
    "facts": "magnesium=0.5"}]');
select is(t.worklist(), 'B01-m B01-h B01-l', 'worsened: back at once, and first');
select is((select trend from magscreen.v_worklist where flag_id = 'B01-m'),
    'moderate 2025-03-01 > high 2025-05-31', 'the trend tells the way');
select is((select status from magscreen.v_review where flag_id = 'B01-m'
    order by review_id desc limit 1),
    'worsened', 'the review says what ended it');
select t.quiet('2025-06-01');
select is(t.worklist(), 'B01-h B01-m B01-l', 'unreviewed it stays, below news and in its place');
select t.quiet('2025-06-02', '[{"p": "h", "r": "B01", "e": "improved", "s": "low"}]');
select is(t.worklist(), 'B01-m B01-h B01-l', 'improved is no news; older first among equals');

-- taken back
select is(t.ack('B01-l'), 'ok', 'reviewed');
select is(t.worklist(), 'B01-m B01-h', 'off the list');
select is(t.try('t_other_reviewer', $$ select magscreen.unack('B01-l', 'wrong patient') $$), 'ok',
    'another reviewer takes it back');
select is(t.worklist(), 'B01-m B01-h B01-l', 'on the list again');
select is(t.try('t_reviewer', $$ select magscreen.unack('B01-l') $$), 'MS428', 'only once');

-- a new major version ends reviews, a minor one does not
select is(t.ack('B01-m'), 'ok', 'reviewed under 1.0.0');
select t.quiet('2025-06-03', '[{"p": "m", "r": "B01", "e": "ongoing", "s": "high",
    "version": "1.1.0"}]');
select is(t.worklist(), 'B01-h B01-l', 'version 1.1.0 leaves it reviewed');
select t.quiet('2025-06-04', '[{"p": "m", "r": "B01", "e": "ongoing", "s": "high",
    "version": "2.0.0"}]');
select is(t.worklist(), 'B01-m B01-h B01-l', 'version 2.0.0 does not');

-- resolved and reopened
select is(t.ack('B01-l', 'tolerated', '2025-12-01'), 'ok', 'reviewed for long');
select t.quiet('2025-06-05', '[{"p": "l", "r": "B01", "e": "resolved"}]');
select is(t.worklist(), 'B01-m B01-h', 'resolved: gone');
select is(t.ack('B01-l'), 'MS425', 'nothing to review any more');
select t.quiet('2025-06-10', '[{"p": "l", "r": "B01", "e": "reopened", "s": "low"}]');
select is(t.worklist(), 'B01-l B01-m B01-h', 'reopened is news, whatever the old review said');
select t.quiet('2025-06-11', '[{"p": "h", "r": "B01", "e": "unconfirmed"}]');
select is(t.worklist(), 'B01-m B01-h B01-l', 'what cannot be confirmed stays on the list');

-- what was read is what is reviewed
create function t.seen(flag_id text, seen bigint) returns text language sql as $$
    select t.try('t_reviewer', format('select magscreen.ack(%L, ''tolerated'', null, null, %s)',
        flag_id, seen)) $$;
create temp table seen as select magscreen.shown_run() as run_id;
select is(t.seen('B01-l', run_id + 1), 'MS426', 'a run that nobody was shown') from seen;
select t.quiet('2025-06-11');
select is(t.seen('B01-l', run_id), 'ok', 'the list of the run before, and the flag reads the same')
from seen;
select is((select r.run_id from magscreen.review r order by review_id desc limit 1),
    magscreen.shown_run(), 'entered under the run that is shown');
select is(t.try('t_reviewer', $$ select magscreen.unack('B01-l') $$), 'ok', 'taken back');
select t.quiet('2025-06-11', '[{"p": "l", "r": "B01", "e": "ongoing", "s": "low",
    "facts": "magnesium=0.61"}]');
select is(t.seen('B01-l', run_id), 'MS426', 'other facts since: nobody has seen them') from seen;
select is(t.seen('B01-l', magscreen.shown_run()), 'ok', 'once looked at again');
select is(t.seen('B01-m', run_id), 'ok', 'other flags read the same') from seen;
select is(t.worklist(), 'B01-h', 'both are off the list');
select is(t.try('t_reviewer', $$ select magscreen.unack('B01-l') $$), 'ok', 'taken back again');
select is(t.try('t_reviewer', $$ select magscreen.unack('B01-m') $$), 'ok', 'taken back again');

select t.quiet('2025-06-11', '[{"p": "l", "r": "B01", "e": "ongoing", "s": "low",
    "facts": "magnesium=0.61 mmol/L@2025-06-01; days_since(sample)=10 days@2025-06-01"}]');
update seen set run_id = magscreen.shown_run();
select t.quiet('2025-06-11', '[{"p": "l", "r": "B01", "e": "ongoing", "s": "low",
    "facts": "magnesium=0.61 mmol/L@2025-06-01; days_since(sample)=11 days@2025-06-01"}]');
select is(t.seen('B01-l', run_id), 'ok', 'a day more since the sample is no news') from seen;
select is(t.try('t_reviewer', $$ select magscreen.unack('B01-l') $$), 'ok', 'taken back once more');

-- a rule that says how long
select t.night('2025-06-12', (select jsonb_agg(jsonb_build_object('p', f.patient_id, 'r', f.rule_id,
        'e', case f.flag_id when 'B01-x' then 'unconfirmed' else 'resolved' end))
    from magscreen.flag f where f.resolved_run is null));
select is(t.worklist(), 'B01-x', 'what hid it has resolved, and it is open: it is on the list');
select t.night('2025-06-12', '[{"p": "x", "r": "B01", "e": "resolved"}]', '[]', 'later that day');
select is(t.try('t_job', $$ select magscreen.put_rule_versions(1, '[{"rule_id": "S01",
    "version": "1.0.0",
    "title": "Title of S01", "status": "active", "sha256": "x",
    "lines": [{"part": "snooze", "name": "", "text": "28 days"}]}]') $$), 'ok',
    'a rule with a length of its own');
select t.night('2025-06-13', '[{"p": "s", "r": "S01", "e": "new", "s": "critical"}]');
select is(t.ack('S01-s'), 'ok', 'reviewed');
select is((select until from magscreen.review order by review_id desc limit 1), date '2025-07-11',
    'for as long as the rule says');
select * from finish();
rollback;
