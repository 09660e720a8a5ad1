-- Rules as they were when they fired, episodes of flags, what happened to them, what people said.
-- Numbers of runs in flag and flag_event have no foreign key: runs are never deleted, and four
-- look-ups a row would be most of the time that publishing takes.
create table magscreen.rule_version (
    rule_id text not null,
    version text not null,
    title text not null,
    rule_group text not null,
    status text not null check (status in ('active', 'staging', 'retired', 'draft')),
    among_text text,
    except_text text,
    when_text text,
    lines jsonb not null default '[]',
    snooze_days int check (snooze_days between 1 and 365),
    action text not null,
    rationale text,
    evidence text[] not null default '{}',
    to_confirm text[] not null default '{}',
    sha256 text not null,
    first_run bigint references magscreen.run,
    primary key (rule_id, version)
);
comment on table magscreen.rule_version is
    'What each version of a rule says, as written in its pack.';
comment on column magscreen.rule_version.rule_id is 'id of the rule, such as B01';
comment on column magscreen.rule_version.version is 'version of the rule, else of its pack';
comment on column magscreen.rule_version.title is 'what the rule finds, in one line';
comment on column magscreen.rule_version.rule_group is 'letter of the rule''s family';
comment on column magscreen.rule_version.status is
    'active, staging (counted only), retired or draft';
comment on column magscreen.rule_version.among_text is 'whom the rule is about, as written';
comment on column magscreen.rule_version.except_text is 'whom it leaves out, as written';
comment on column magscreen.rule_version.when_text is 'when it flags, as written';
comment on column magscreen.rule_version.lines is
    'severity, limits, definitions and what else the rule says: [{part, name, text}]';
comment on column magscreen.rule_version.snooze_days is
    'how long a review of it lasts unless said otherwise; null: by severity';
comment on column magscreen.rule_version.action is 'what a reviewer may do about a flag';
comment on column magscreen.rule_version.rationale is 'why the rule exists';
comment on column magscreen.rule_version.evidence is 'references that the rule rests on';
comment on column magscreen.rule_version.to_confirm is
    'what a site has to confirm before relying on it';
comment on column magscreen.rule_version.sha256 is 'SHA-256 of what the rule says, in hex';
comment on column magscreen.rule_version.first_run is 'first run that brought this version';

create table magscreen.flag (
    flag_id text primary key,
    patient_id text not null,
    site text,
    rule_id text not null,
    rule_version text not null,
    title text not null,
    opened_run bigint not null,
    last_run bigint not null,
    resolved_run bigint,
    opened_as_of text not null,
    last_seen text not null,
    resolved_as_of text,
    severity text not null check (severity in ('critical', 'high', 'moderate', 'low', 'info')),
    could_be text check (could_be in ('critical', 'high', 'moderate', 'low', 'info')),
    state text not null check (state in ('new', 'ongoing', 'worsened', 'improved', 'resolved',
        'reopened', 'unconfirmed')),
    hidden_by text,
    notes text,
    evidence jsonb not null,
    event_from timestamp,
    event_to timestamp,
    shown_severity text not null check (shown_severity in ('critical', 'high', 'moderate', 'low',
        'info')),
    shown_facts text not null,
    machine_reason text check (machine_reason in ('drug_stopped', 'value_normalised',
        'dose_changed', 'left', 'new_event', 'rule_retired')),
    constraint flag_resolved check ((state = 'resolved') = (resolved_run is not null)
        and (state = 'resolved') = (resolved_as_of is not null)
        and (state = 'resolved') = (machine_reason is not null))
) with (fillfactor = 70);
comment on table magscreen.flag is
    'Episodes: one patient and rule from the first night to the resolution.';
comment on column magscreen.flag.flag_id is
    'id of the episode, the same all its life and the same in files';
comment on column magscreen.flag.patient_id is 'pseudonym of the patient, as the roster has it';
comment on column magscreen.flag.site is
    'site or ward of the patient on the last night it was flagged';
comment on column magscreen.flag.rule_id is 'the rule';
comment on column magscreen.flag.rule_version is
    'version of the rule on the last night it was flagged';
comment on column magscreen.flag.title is 'what the rule finds, in one line';
comment on column magscreen.flag.opened_run is 'run that opened the episode';
comment on column magscreen.flag.last_run is 'last run that flagged it';
comment on column magscreen.flag.resolved_run is 'run that resolved it; null while open';
comment on column magscreen.flag.opened_as_of is 'as-of of the first night';
comment on column magscreen.flag.last_seen is 'as-of of the last night it was flagged';
comment on column magscreen.flag.resolved_as_of is 'as-of of its resolution; null while open';
comment on column magscreen.flag.severity is
    'critical, high, moderate, low or info, on the last night it was flagged';
comment on column magscreen.flag.could_be is
    'worse severity that could not be ruled out; null if there is none';
comment on column magscreen.flag.state is
    'last event: new, ongoing, worsened, improved, resolved, reopened or unconfirmed';
comment on column magscreen.flag.hidden_by is
    'rule that says more about the same problem; null if none';
comment on column magscreen.flag.notes is 'remarks on the data behind it';
comment on column magscreen.flag.evidence is
    'facts with values, limits, dates, drugs and where each was read';
comment on column magscreen.flag.event_from is
    'start of the clinical event: the exposure, or the spell of abnormal results';
comment on column magscreen.flag.event_to is 'its end; null while it lasts';
comment on column magscreen.flag.shown_severity is
    'severity last shown as new, worsened or reopened; worse and improved compare with it';
comment on column magscreen.flag.shown_facts is 'facts last shown as new, worsened or reopened';
comment on column magscreen.flag.machine_reason is
    'why it resolved: drug_stopped, value_normalised, dose_changed, left, new_event, rule_retired';
create unique index flag_one_open on magscreen.flag (patient_id, rule_id)
    where resolved_run is null;
create index flag_patient on magscreen.flag (patient_id, rule_id, opened_run);
create index flag_rule on magscreen.flag (rule_id, rule_version);

create table magscreen.flag_event (
    run_id bigint not null,
    flag_id text not null references magscreen.flag,
    event text not null check (event in ('new', 'ongoing', 'worsened', 'improved', 'resolved',
        'reopened', 'unconfirmed')),
    severity text not null check (severity in ('critical', 'high', 'moderate', 'low', 'info')),
    machine_reason text,
    facts text,
    at timestamptz not null default pg_catalog.now(),
    primary key (flag_id, run_id)
);
comment on table magscreen.flag_event is
    'What each run found about an episode; append-only.';
comment on column magscreen.flag_event.run_id is 'the run';
comment on column magscreen.flag_event.flag_id is 'the episode';
comment on column magscreen.flag_event.event is
    'new, ongoing, worsened, improved, resolved, reopened or unconfirmed';
comment on column magscreen.flag_event.severity is 'severity then';
comment on column magscreen.flag_event.machine_reason is 'why it resolved; null otherwise';
comment on column magscreen.flag_event.facts is
    'facts of a new, worsened, improved or reopened flag; null otherwise';
comment on column magscreen.flag_event.at is 'when the run was published';
create index flag_event_run on magscreen.flag_event (run_id, event);

create table magscreen.review (
    review_id bigint generated always as identity primary key,
    flag_id text not null references magscreen.flag,
    kind text not null check (kind in ('ack', 'unack')),
    reason text check (reason in ('will_monitor', 'tolerated', 'already_actioned',
        'specialist_advised', 'not_in_patient_interest', 'data_wrong', 'duplicate', 'other')),
    note text check (length(note) <= 2000),
    until date,
    run_id bigint not null references magscreen.run,
    by_role text not null,
    at timestamptz not null,
    severity_at text not null,
    facts_at text not null,
    rule_version_at text not null,
    constraint review_kind check ((kind = 'ack') = (reason is not null)
        and (kind = 'ack') = (until is not null)),
    constraint review_other_has_note check (reason is distinct from 'other'
        or coalesce(btrim(note), '') <> '')
);
comment on table magscreen.review is
    'Decisions of reviewers about an episode; append-only: who, when and why are kept.';
comment on column magscreen.review.review_id is 'number of the review';
comment on column magscreen.review.flag_id is 'the episode';
comment on column magscreen.review.kind is 'ack: it has been looked at; unack: show it again';
comment on column magscreen.review.reason is 'one of eight reasons; null for unack';
comment on column magscreen.review.note is 'words of the reviewer; never an identifier';
comment on column magscreen.review.until is
    'the flag is shown again by the first run with an as-of of this day or later';
comment on column magscreen.review.run_id is 'run that the reviewer saw';
comment on column magscreen.review.by_role is 'login role of the reviewer';
comment on column magscreen.review.at is 'when it was entered';
comment on column magscreen.review.severity_at is 'severity that the reviewer saw';
comment on column magscreen.review.facts_at is 'facts that the reviewer saw';
comment on column magscreen.review.rule_version_at is 'version of the rule that the reviewer saw';
create index review_flag on magscreen.review (flag_id, review_id);
