-- Answers of the planted patients of a synthetic cohort, beside the tables of own_layout.sql: what
-- truth.csv is beside its files. `magscreen synth --db` makes and fills it; no run reads it.
create table if not exists source.truth (
    patient_id text,
    rule_id text,
    outcome text,
    severity text
);
comment on table source.truth is
    'What rules come to for planted patients; a rule that is not listed does not apply to them.';
comment on column source.truth.patient_id is 'As in patients.';
comment on column source.truth.rule_id is 'Rule of the shipped pack.';
comment on column source.truth.outcome is 'flagged, clear, cannot_tell or not_applicable.';
comment on column source.truth.severity is 'Of a flag; else empty.';
