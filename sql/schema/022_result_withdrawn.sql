-- A reason that the first list lacked: the result that a flag rested on is gone, and nothing is
-- normal.
alter table magscreen.flag drop constraint flag_machine_reason_check,
    add constraint flag_machine_reason_check check (machine_reason in ('drug_stopped',
        'value_normalised', 'dose_changed', 'left', 'new_event', 'rule_retired',
        'result_withdrawn'));
comment on column magscreen.flag.machine_reason is
    'why it resolved: drug_stopped, value_normalised, dose_changed, left, new_event, rule_retired, '
    'result_withdrawn';
comment on column magscreen.v_flag.machine_reason is
    'why it resolved: drug_stopped, value_normalised, dose_changed, left, new_event, rule_retired, '
    'result_withdrawn';
