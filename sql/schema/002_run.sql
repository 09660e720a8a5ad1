-- Runs, what each of them read, and how its gates stood.

-- "2025-12-31" is the last minute of that day; "latest" is no moment. Immutable, so that a
-- generated column can hold it; a cast from text would depend on the session.
create function magscreen.as_of_time(as_of text) returns timestamp
    language sql immutable strict parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select case
        when as_of ~ '^\d{4}-\d\d-\d\d$' then make_timestamp(
            substr(as_of, 1, 4)::int, substr(as_of, 6, 2)::int, substr(as_of, 9, 2)::int, 23, 59, 0)
        when as_of ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d$' then make_timestamp(
            substr(as_of, 1, 4)::int, substr(as_of, 6, 2)::int, substr(as_of, 9, 2)::int,
            substr(as_of, 12, 2)::int, substr(as_of, 15, 2)::int, 0)
    end
    $$;
comment on function magscreen.as_of_time(text) is
    'the moment of an as-of: a day is its last minute; null for "latest"';

create table magscreen.run (
    run_id bigint generated always as identity primary key,
    run_key text,
    as_of text not null,
    as_of_at timestamp generated always as (magscreen.as_of_time(as_of)) stored,
    state text not null default 'registered' check (state in ('registered', 'reading', 'evaluating',
        'staged', 'published', 'held', 'refused', 'failed', 'abandoned')),
    pack_name text not null,
    pack_version text not null,
    pack_sha256 text not null,
    codebook_sha256 text not null,
    config_sha256 text not null,
    program_version text not null,
    result_sha256 text,
    exit_code int,
    message_id text,
    message text,
    release_reason text,
    record jsonb,
    host text not null,
    pid int not null,
    backend_pid int not null,
    started_at timestamptz not null default pg_catalog.now(),
    heartbeat timestamptz not null default pg_catalog.now(),
    published_at timestamptz,
    ended_at timestamptz,
    xid xid8,
    based_on bigint references magscreen.run,
    constraint run_as_of check (as_of = 'latest' or magscreen.as_of_time(as_of) is not null),
    constraint run_published check ((state = 'published')
        = (published_at is not null and xid is not null and run_key is not null))
);
comment on table magscreen.run is 'One row per run, kept for runs that failed too.';
comment on column magscreen.run.run_id is 'number of the run, never used twice';
comment on column magscreen.run.run_key is
    'as-of, pack, configuration and result in one: equal keys, equal content';
comment on column magscreen.run.as_of is
    'T of the run: a day, a minute, or latest (each patient''s own)';
comment on column magscreen.run.as_of_at is
    'T as a moment, civil time of the site; null for latest';
comment on column magscreen.run.state is
    'registered, reading, evaluating, staged, then published, held, refused, failed or abandoned';
comment on column magscreen.run.pack_name is 'name of the rule pack';
comment on column magscreen.run.pack_version is 'version of the rule pack';
comment on column magscreen.run.pack_sha256 is 'SHA-256 of the rule pack, in hex';
comment on column magscreen.run.codebook_sha256 is 'SHA-256 of the code lists, in hex';
comment on column magscreen.run.config_sha256 is
    'SHA-256 of the pipeline with its profiles, in hex';
comment on column magscreen.run.program_version is 'version of magscreen';
comment on column magscreen.run.result_sha256 is
    'digest of the result: equal results, equal digests';
comment on column magscreen.run.exit_code is 'exit code of the program';
comment on column magscreen.run.message_id is 'id of the message that explains a run that failed';
comment on column magscreen.run.message is 'that message; without patient values';
comment on column magscreen.run.release_reason is 'why a held run was published all the same';
comment on column magscreen.run.record is 'the whole run record, as run.json has it';
comment on column magscreen.run.host is 'machine that the program ran on';
comment on column magscreen.run.pid is 'process id of the program';
comment on column magscreen.run.backend_pid is 'process id of the server''s end of its connection';
comment on column magscreen.run.started_at is 'when the run registered';
comment on column magscreen.run.heartbeat is 'last sign of life';
comment on column magscreen.run.published_at is 'when the run became visible';
comment on column magscreen.run.ended_at is 'when the run ended, in whatever way';
comment on column magscreen.run.xid is
    'transaction that published: pg_xact_status tells what became of a lost COMMIT';
comment on column magscreen.run.based_on is
    'run that was shown when this one began: its episodes continue from there';
create index run_state on magscreen.run (state, run_id);

create table magscreen.current_run (
    only_row boolean primary key default true check (only_row),
    run_id bigint not null references magscreen.run
);
comment on table magscreen.current_run is 'Which run all views show: at most one row.';
comment on column magscreen.current_run.only_row is 'always true: keeps the table at one row';
comment on column magscreen.current_run.run_id is 'the published run that is shown';

create table magscreen.run_source (
    run_id bigint not null references magscreen.run,
    source text not null,
    kind text not null,
    rows_read bigint not null check (rows_read >= 0),
    accepted bigint not null check (accepted >= 0),
    rejected bigint not null check (rejected >= 0),
    out_of_window bigint not null check (out_of_window >= 0),
    duplicate bigint not null check (duplicate >= 0),
    not_of_interest bigint not null check (not_of_interest >= 0),
    rejected_by_reason jsonb not null default '{}',
    bytes bigint,
    sha256 text,
    newest_at timestamp,
    primary key (run_id, source),
    constraint run_source_conserves_rows check
        (rows_read = accepted + rejected + out_of_window + duplicate + not_of_interest)
);
comment on table magscreen.run_source is
    'What a run read from each source: every row lands in exactly one bucket.';
comment on column magscreen.run_source.run_id is 'the run';
comment on column magscreen.run_source.source is 'name of the source in the pipeline';
comment on column magscreen.run_source.kind is
    'patients, labs, prescriptions, conditions or stays';
comment on column magscreen.run_source.rows_read is 'rows that the source delivered';
comment on column magscreen.run_source.accepted is 'rows that were used';
comment on column magscreen.run_source.rejected is 'rows set aside with a reason';
comment on column magscreen.run_source.out_of_window is
    'rows outside the history that is looked at';
comment on column magscreen.run_source.duplicate is 'rows that repeat another one';
comment on column magscreen.run_source.not_of_interest is 'rows with a code that no rule can use';
comment on column magscreen.run_source.rejected_by_reason is
    'rejected rows per reason, as an object';
comment on column magscreen.run_source.bytes is 'bytes delivered';
comment on column magscreen.run_source.sha256 is
    'SHA-256 of what was delivered, where there is one';
comment on column magscreen.run_source.newest_at is 'newest sample or start of a prescription';

create table magscreen.gate (
    run_id bigint not null references magscreen.run,
    position int not null,
    source text not null,
    gate text not null,
    subject text,
    verdict text not null check (verdict in ('green', 'amber', 'red')),
    kind text not null check (kind in ('hard', 'soft')),
    measured jsonb not null,
    note text,
    primary key (run_id, position)
);
comment on table magscreen.gate is 'Gates of a run: shares and changes judged against limits.';
comment on column magscreen.gate.run_id is 'the run';
comment on column magscreen.gate.position is 'place in the run record';
comment on column magscreen.gate.source is 'source or, for the firing rate, empty';
comment on column magscreen.gate.gate is 'name of the gate, or reason of rejection';
comment on column magscreen.gate.subject is 'test, class or rule that is meant, where there is one';
comment on column magscreen.gate.verdict is 'green, amber (a warning) or red';
comment on column magscreen.gate.kind is 'hard: red refuses the run; soft: red holds it';
comment on column magscreen.gate.measured is 'what was measured, and the limits';
comment on column magscreen.gate.note is 'why the site set limits of its own';
