-- The shape of the tables that a run fills before it publishes: magscreen.stage_episode_7 is made
-- like this one for run 7, unlogged, and is dropped when the run ends. This one stays empty.
create table magscreen.stage_episode (
    flag_id text not null,
    patient_id text not null,
    site text,
    rule_id text not null,
    rule_version text not null,
    title text,
    opened_as_of text not null,
    last_seen text not null,
    resolved_as_of text,
    severity text not null,
    could_be text,
    state text not null,
    hidden_by text,
    notes text,
    evidence jsonb,
    event_from timestamp,
    event_to timestamp,
    shown_severity text not null,
    shown_facts text not null,
    machine_reason text,
    event text not null
);
comment on table magscreen.stage_episode is
    'Shape of the tables that hold a run''s episodes until it publishes; itself always empty.';
comment on column magscreen.stage_episode.flag_id is 'id of the episode';
comment on column magscreen.stage_episode.patient_id is 'pseudonym of the patient';
comment on column magscreen.stage_episode.site is 'level of the patient in stratum site of summary';
comment on column magscreen.stage_episode.rule_id is 'the rule';
comment on column magscreen.stage_episode.rule_version is 'its version';
comment on column magscreen.stage_episode.title is 'what it finds; null if not flagged tonight';
comment on column magscreen.stage_episode.opened_as_of is 'as-of of the first night';
comment on column magscreen.stage_episode.last_seen is 'as-of of the last night it was flagged';
comment on column magscreen.stage_episode.resolved_as_of is 'null or empty while open';
comment on column magscreen.stage_episode.severity is 'on the last night it was flagged';
comment on column magscreen.stage_episode.could_be is 'null or empty if there is none';
comment on column magscreen.stage_episode.state is 'the event';
comment on column magscreen.stage_episode.hidden_by is 'null or empty if none';
comment on column magscreen.stage_episode.notes is 'null or empty if none';
comment on column magscreen.stage_episode.evidence is 'null if not flagged tonight';
comment on column magscreen.stage_episode.event_from is 'start of the clinical event';
comment on column magscreen.stage_episode.event_to is 'its end; null while it lasts';
comment on column magscreen.stage_episode.shown_severity is 'severity last shown as new or worse';
comment on column magscreen.stage_episode.shown_facts is 'facts last shown as new or worse';
comment on column magscreen.stage_episode.machine_reason is 'null or empty while open';
comment on column magscreen.stage_episode.event is 'what tonight made of the episode';

-- Owner's tables of one run. Dropped by name: what is not there is no fault.
create function magscreen.drop_run_tables(run_id bigint) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    part text;
begin
    foreach part in array array['stage_episode', 'cannot_tell', 'summary'] loop
        if to_regclass('magscreen.' || part || '_' || run_id) is not null then
            execute format('drop table magscreen.%I', part || '_' || run_id);
        end if;
    end loop;
end
$$;
comment on function magscreen.drop_run_tables(bigint) is
    'drops the tables that a run which is not published has filled';
