-- Retention. What happened to patients' flags, and who decided what, is never removed here.
create function magscreen.purge(before date, out runs bigint, out rows_removed bigint)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    old record;
    removed bigint;
    part text;
begin
    runs := 0;
    rows_removed := 0;
    for old in
        select r.run_id from magscreen.run r
        where r.started_at < before and r.run_id is distinct from magscreen.shown_run()
            and r.state in ('published', 'refused', 'failed', 'abandoned')
    loop
        perform magscreen.drop_run_tables(old.run_id);
        foreach part in array array['lab_summary', 'reject', 'unmapped_code'] loop
            execute format('delete from magscreen.%I where run_id = $1', part) using old.run_id;
            get diagnostics removed = row_count;
            rows_removed := rows_removed + removed;
        end loop;
        runs := runs + 1;
    end loop;
end
$$;
comment on function magscreen.purge(date) is
    'removes summaries, laboratory summaries, rejects and unmapped codes of runs that began before '
    'that day (owner only); runs, episodes, events and reviews are kept';
