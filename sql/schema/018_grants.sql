-- Who may what. Nobody but the owner has more than is listed here, and PUBLIC has nothing.
revoke all on all tables in schema magscreen from public;
revoke all on all functions in schema magscreen from public;
grant usage on schema magscreen to magscreen_job, magscreen_reviewer, magscreen_quality;

-- everybody
grant select on magscreen.v_run, magscreen.v_data_quality
    to magscreen_job, magscreen_reviewer, magscreen_quality;
grant execute on function magscreen.api_version(), magscreen.round_count(bigint),
    magscreen.count_status(bigint), magscreen.total_status(bigint, bigint),
    magscreen.lock_holder_pid()
    to magscreen_job, magscreen_reviewer, magscreen_quality;

-- the nightly job
grant select on magscreen.v_ledger, magscreen.v_reject, magscreen.migration
    to magscreen_job;
grant insert on magscreen.lab_summary, magscreen.reject to magscreen_job;
grant execute on function magscreen.run_lock(), magscreen.run_unlock(), magscreen.lock_holder(),
    magscreen.blockers(int), magscreen.clean_up(),
    magscreen.run_begin(text, text, text, text, text, text, text, text, int),
    magscreen.run_state(bigint, text), magscreen.run_record(bigint, jsonb),
    magscreen.put_rule_versions(bigint, jsonb), magscreen.hold_run(bigint),
    magscreen.run_end(bigint, text, int, text, text), magscreen.run_outcome(bigint, xid8),
    magscreen.run_key(text, text, text, text), magscreen.published_as(text),
    magscreen.publish_run(bigint, text), magscreen.catalogue(), magscreen.fingerprint(),
    magscreen.schema_changes()
    to magscreen_job;

-- reviewers
grant select on magscreen.flag, magscreen.flag_event, magscreen.review, magscreen.cannot_tell,
    magscreen.rule_version, magscreen.current_run, magscreen.unmapped_code, magscreen.v_worklist,
    magscreen.v_flag, magscreen.v_flag_event, magscreen.v_review, magscreen.v_could_not_assess,
    magscreen.v_reject, magscreen.v_unmapped_code
    to magscreen_reviewer;
grant select (run_id, as_of, as_of_at) on magscreen.run to magscreen_reviewer;
-- not the cell itself
grant select (run_id, source, file, line, column_name, reason, detail) on magscreen.reject
    to magscreen_job, magscreen_reviewer;
grant insert (flag_id, kind, reason, note, until) on magscreen.review to magscreen_reviewer;
grant execute on function magscreen.ack(text, text, text, date), magscreen.unack(text, text),
    magscreen.shown_run(), magscreen.shown_day(), magscreen.snooze_days(text),
    magscreen.as_of_time(text), magscreen.fact_values(jsonb), magscreen.fact_drugs(jsonb),
    magscreen.my_sites(), magscreen.lock_holder()
    to magscreen_reviewer;

-- quality teams
grant select on magscreen.v_rule_funnel, magscreen.v_rule_trend, magscreen.v_rule_noise,
    magscreen.v_unmapped_system
    to magscreen_quality;
