-- Helpers of tests/sql, loaded once beside the schema: roles that log in, nights made of rows.
create role t_job login in role magscreen_job;
create role t_reviewer login in role magscreen_reviewer;
create role t_other_reviewer login in role magscreen_reviewer;
create role t_quality login in role magscreen_quality;
create role t_stranger login;

create schema t;
grant usage on schema t to public;

-- Runs a statement as a login role; returns "ok" or the SQLSTATE. What it did is kept if it is ok.
create function t.try(login text, statement text) returns text
    language plpgsql as $$
begin
    execute format('set local session authorization %I', login);
    execute statement;
    set local session authorization default;
    return 'ok';
exception when others then -- the role is back as it was, too
    return sqlstate;
end
$$;

-- First column of the first row, as text, as a login role sees it.
create function t.ask(login text, query text) returns text
    language plpgsql as $$
declare
    answer text;
begin
    execute format('set local session authorization %I', login);
    execute query into answer;
    set local session authorization default;
    return answer;
end
$$;

-- A run up to "staged", by the job's own rights. rows: [{p patient, r rule, e event, s severity,
-- site, facts, id, hidden, version}]; counts: [{r, site, flagged, clear, ct}] for the summary.
create function t.stage(as_of text, rows jsonb, counts jsonb default '[]', result text default null)
    returns bigint
    language plpgsql as $$
declare
    run bigint;
begin
    set local session authorization t_job;
    perform magscreen.run_lock();
    run := magscreen.run_begin(as_of, 'magnesium-safety', '1.1.0', 'pack', 'book', 'config',
    '0.1.0',
        'testhost', 4711);
    perform magscreen.run_state(run, 'reading');
    perform magscreen.put_rule_versions(run, (
        select coalesce(jsonb_agg(distinct jsonb_build_object('rule_id', r ->> 'r',
            'version', coalesce(r ->> 'version', '1.0.0'), 'title', 'Title of ' || (r ->> 'r'),
            'status', 'active', 'action', 'Action of ' || (r ->> 'r'), 'sha256', 'x')), '[]')
        from jsonb_array_elements(rows || counts) r));
    execute format($sql$
        insert into magscreen.stage_episode_%s (flag_id, patient_id, site, rule_id, rule_version,
            title, opened_as_of, last_seen, resolved_as_of, severity, could_be, state, hidden_by,
            notes, evidence, shown_severity, shown_facts, machine_reason, event)
        select coalesce(r ->> 'id', (r ->> 'r') || '-' || (r ->> 'p')), r ->> 'p',
            coalesce(r ->> 'site', 'A'), r ->> 'r', coalesce(r ->> 'version', '1.0.0'),
            'Title of ' || (r ->> 'r'), $2, $2,
            case when r ->> 'e' = 'resolved' then $2 else '' end,
            coalesce(r ->> 's', 'moderate'), '', r ->> 'e', coalesce(r ->> 'hidden', ''), '',
            case when r ->> 'e' not in ('resolved', 'unconfirmed') then jsonb_build_object(
                'digest', coalesce(r ->> 'facts', 'magnesium=0.6'),
                'facts', jsonb_build_array(
                    jsonb_build_object('fact', 'latest(magnesium)', 'value', '0.6', 'unit',
                    'mmol/L',
                        'limit', '0.70 mmol/L', 'at', $2),
                    jsonb_build_object('fact', 'active(PPI)', 'class', 'PPI',
                        'drug', 'Omeprazole 20 mg', 'start', '2025-06-02', 'dose', '20 mg/day')))
                end,
            coalesce(r ->> 's', 'moderate'), coalesce(r ->> 'facts', 'magnesium=0.6'),
            case when r ->> 'e' = 'resolved' then 'value_normalised' else '' end, r ->> 'e'
        from jsonb_array_elements($1) r $sql$, run) using rows, as_of;
    execute format($sql$
        insert into magscreen.summary_%1$s (run_id, as_of, rule_id, rule_version, stratum, level,
            eligible, flagged, clear, cannot_tell, hidden)
        select %1$s, $2, r ->> 'r', coalesce(r ->> 'version', '1.0.0'), 'site',
            coalesce(r ->> 'site', 'A'),
            (r ->> 'flagged')::int + (r ->> 'clear')::int + (r ->> 'ct')::int,
            (r ->> 'flagged')::int, (r ->> 'clear')::int, (r ->> 'ct')::int, 0
        from jsonb_array_elements($1) r $sql$, run) using counts, as_of;
    execute format($sql$
        insert into magscreen.cannot_tell_%1$s (run_id, patient_id, site, rule_id, as_of, reasons,
            detail)
        values (%1$s, 'c1', 'A', 'Z01', $1, 'missing', 'latest(magnesium): missing'),
            (%1$s, 'c2', 'B', 'Z01', $1, 'stale', 'latest(magnesium): stale') $sql$, run)
            using as_of;
    perform magscreen.run_record(run, jsonb_build_object(
        'result_sha256', coalesce(result, md5(as_of || rows::text || counts::text)), 'exit_code', 0,
        'sources', '[{"name": "lims", "kind": "labs", "rows": {"read": 1015, "accepted": 1000,
            "rejected": 11, "out_of_window": 0, "duplicate": 4, "not_of_interest": 0},
            "rejected_by_reason": {"num.decimal_comma": 8, "unit.missing": 3},
            "files": []}]'::jsonb,
        'gates', '[{"source": "lims", "gate": "num.decimal_comma", "verdict": "amber",
            "kind": "soft", "rows": 8, "of": 1015, "share": 0.0079, "note": ""}]'::jsonb,
        'unmapped_codes', '[{"table": "labs", "code_system": "LOINC", "code": "NEWMG",
            "rows": 40, "patients": 9}, {"table": "labs", "code_system": "LOINC",
            "code": "RARE", "rows": 40, "patients": 7}, {"table": "labs",
            "code_system": "LOINC", "code": "id9876543210", "rows": 99, "patients": 50}]'::jsonb));
    perform magscreen.run_state(run, 'staged');
    set local session authorization default;
    return run;
end
$$;

-- The same, published.
create function t.night(as_of text, rows jsonb, counts jsonb default '[]', result text default null)
    returns bigint
    language plpgsql as $$
declare
    run bigint := t.stage(as_of, rows, counts, result);
begin
    set local session authorization t_job;
    perform magscreen.publish_run(run);
    set local session authorization default;
    return run;
end
$$;

-- Flag ids of the worklist in its order.
create function t.worklist() returns text
    language sql as $$
    select coalesce(string_agg(flag_id, ' ' order by position), '') from magscreen.v_worklist
    $$;

-- Each file begins with it: runs are numbered from 1, whatever another file's transaction used up.
create function t.start() returns void
    language sql as $$ alter table magscreen.run alter run_id restart $$;
