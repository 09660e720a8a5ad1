-- What a run found besides flags. cannot_tell and summary have a table per run: it is filled on
-- its own (magscreen.cannot_tell_7) and becomes a partition when run 7 is published.
create table magscreen.cannot_tell (
    run_id bigint not null,
    patient_id text not null,
    site text,
    rule_id text not null,
    as_of text not null,
    reasons text not null,
    detail text not null
) partition by list (run_id);
comment on table magscreen.cannot_tell is
    'Patients and rules that the data do not decide, for the run that is shown.';
comment on column magscreen.cannot_tell.run_id is 'the run';
comment on column magscreen.cannot_tell.patient_id is 'pseudonym of the patient';
comment on column magscreen.cannot_tell.site is 'site or ward of the patient';
comment on column magscreen.cannot_tell.rule_id is 'the rule';
comment on column magscreen.cannot_tell.as_of is 'T for this patient';
comment on column magscreen.cannot_tell.reasons is
    'missing, stale, censored, unit, rejected, conflict, unobservable and others, comma-separated';
comment on column magscreen.cannot_tell.detail is 'what was missing, in words';

create table magscreen.summary (
    run_id bigint not null,
    as_of text not null,
    rule_id text not null,
    rule_version text not null,
    stratum text not null,
    level text not null,
    eligible bigint not null check (eligible >= 0),
    flagged bigint not null check (flagged >= 0),
    clear bigint not null check (clear >= 0),
    cannot_tell bigint not null check (cannot_tell >= 0),
    hidden bigint not null check (hidden >= 0),
    not_evaluated text,
    rate double precision,
    ci_low double precision,
    ci_high double precision,
    constraint summary_conserves_patients check (eligible = flagged + clear + cannot_tell),
    constraint summary_hidden check (hidden <= flagged)
) partition by list (run_id);
comment on table magscreen.summary is
    'Patients per run, rule and stratum: exact counts, not for publication.';
comment on column magscreen.summary.run_id is 'the run';
comment on column magscreen.summary.as_of is 'T, or latest';
comment on column magscreen.summary.rule_id is 'the rule';
comment on column magscreen.summary.rule_version is 'its version';
comment on column magscreen.summary.stratum is 'all, sex, age_band, renal_stage or site';
comment on column magscreen.summary.level is 'level of the stratum, such as 65-74';
comment on column magscreen.summary.eligible is 'patients that the rule is about';
comment on column magscreen.summary.flagged is 'of them flagged, hidden ones included';
comment on column magscreen.summary.clear is 'of them known not to be flagged';
comment on column magscreen.summary.cannot_tell is 'of them not decided by the data';
comment on column magscreen.summary.hidden is 'of the flagged: shown by another rule';
comment on column magscreen.summary.not_evaluated is
    'no_source if the run could not evaluate the rule';
comment on column magscreen.summary.rate is 'flagged of flagged and clear';
comment on column magscreen.summary.ci_low is 'lower end of its 95 % interval (Wilson)';
comment on column magscreen.summary.ci_high is 'upper end of its 95 % interval (Wilson)';

create table magscreen.lab_summary (
    run_id bigint not null references magscreen.run,
    analyte text not null,
    unit text not null,
    results bigint not null,
    patients bigint not null,
    missing_patients bigint not null,
    censored bigint not null,
    implausible bigint not null,
    text bigint not null,
    min text,
    p1 text,
    p5 text,
    p25 text,
    p50 text,
    p75 text,
    p95 text,
    p99 text,
    max text,
    mean text,
    sd text,
    below_range bigint not null,
    above_range bigint not null,
    primary key (run_id, analyte, unit)
);
comment on table magscreen.lab_summary is
    'Results per run, analyte and unit as reported: exact figures, not for publication.';
comment on column magscreen.lab_summary.run_id is 'the run';
comment on column magscreen.lab_summary.analyte is 'what was measured';
comment on column magscreen.lab_summary.unit is 'unit as reported';
comment on column magscreen.lab_summary.results is 'accepted results';
comment on column magscreen.lab_summary.patients is 'patients with an accepted result';
comment on column magscreen.lab_summary.missing_patients is 'patients of the roster without one';
comment on column magscreen.lab_summary.censored is 'results such as <0.60';
comment on column magscreen.lab_summary.implausible is 'results set aside as implausible';
comment on column magscreen.lab_summary.text is 'results set aside as text';
comment on column magscreen.lab_summary.min is 'smallest value, as printed';
comment on column magscreen.lab_summary.p1 is '1st percentile (nearest rank), as printed';
comment on column magscreen.lab_summary.p5 is '5th percentile, as printed';
comment on column magscreen.lab_summary.p25 is '25th percentile, as printed';
comment on column magscreen.lab_summary.p50 is 'median, as printed';
comment on column magscreen.lab_summary.p75 is '75th percentile, as printed';
comment on column magscreen.lab_summary.p95 is '95th percentile, as printed';
comment on column magscreen.lab_summary.p99 is '99th percentile, as printed';
comment on column magscreen.lab_summary.max is 'largest value, as printed';
comment on column magscreen.lab_summary.mean is 'mean';
comment on column magscreen.lab_summary.sd is 'standard deviation of the sample';
comment on column magscreen.lab_summary.below_range is 'results below their own reference range';
comment on column magscreen.lab_summary.above_range is 'results above their own reference range';

create table magscreen.reject (
    run_id bigint not null references magscreen.run,
    source text not null,
    file text not null,
    line bigint,
    column_name text,
    reason text not null,
    detail text,
    raw_field bytea check (length(raw_field) <= 200)
);
comment on table magscreen.reject is 'Rows that a run set aside: one row per reason.';
comment on column magscreen.reject.run_id is 'the run';
comment on column magscreen.reject.source is 'name of the source';
comment on column magscreen.reject.file is 'file, or view of a database';
comment on column magscreen.reject.line is 'line of the file, or place of the row in its stream';
comment on column magscreen.reject.column_name is 'column that is at fault, where one is';
comment on column magscreen.reject.reason is 'name of the reason, such as num.decimal_comma';
comment on column magscreen.reject.detail is 'more about it; never a patient''s value';
comment on column magscreen.reject.raw_field is
    'the cell as it was, if the source allows it: may hold patient data';
create index reject_run on magscreen.reject (run_id, source, reason);

create table magscreen.unmapped_code (
    run_id bigint not null references magscreen.run,
    kind text not null,
    code_system text not null,
    code text not null,
    rows bigint not null check (rows >= 0),
    patients bigint check (patients >= 0),
    primary key (run_id, kind, code_system, code)
);
comment on table magscreen.unmapped_code is 'Codes that no list of magscreen has, as delivered.';
comment on column magscreen.unmapped_code.run_id is 'the run';
comment on column magscreen.unmapped_code.kind is 'table that the code came in';
comment on column magscreen.unmapped_code.code_system is 'system that the source declares';
comment on column magscreen.unmapped_code.code is 'the code or text, as delivered';
comment on column magscreen.unmapped_code.rows is 'rows with it';
comment on column magscreen.unmapped_code.patients is
    'different patients with it; null where they were not counted';
