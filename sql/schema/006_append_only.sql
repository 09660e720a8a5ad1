-- Events and reviews are added, never changed: who, when and why are kept.
create function magscreen.refuse_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
        using errcode = 'MS424', hint = 'enter a new row that says what changed';
end
$$;
comment on function magscreen.refuse_change() is 'trigger: refuses update, delete and truncate';

create trigger append_only before update or delete or truncate on magscreen.flag_event
    for each statement execute function magscreen.refuse_change();
create trigger append_only before update or delete or truncate on magscreen.review
    for each statement execute function magscreen.refuse_change();
create trigger append_only before update or delete or truncate on magscreen.rule_version
    for each statement execute function magscreen.refuse_change();
create trigger append_only before delete or truncate on magscreen.run
    for each statement execute function magscreen.refuse_change();
