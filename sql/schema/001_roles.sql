-- The schema and its three roles. None of them can log in: a site grants them to its own roles.
-- Roles belong to the whole server, so they may be there already.
create schema magscreen;
comment on schema magscreen is
    'magscreen: nightly screening support for a trained reviewer. Not a real-time alert and not a '
    'diagnosis; over-the-counter products, symptoms and much chemotherapy are invisible to it: a '
    'quiet table is not reassurance.';
revoke all on schema magscreen from public;

do $$
declare
    role_name text;
begin
    foreach role_name in array
        array['magscreen_job', 'magscreen_reviewer', 'magscreen_quality']
    loop
        begin
            if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
                execute format('create role %I nologin', role_name);
            end if;
        exception when duplicate_object or unique_violation then
            null; -- another database of this server was just as quick
        end;
    end loop;
end
$$;

create table magscreen.migration (
    number int primary key,
    name text not null,
    sha256 text not null,
    at timestamptz not null default pg_catalog.now()
);
comment on table magscreen.migration is
    'Migrations that made this schema what it is, one row each.';
comment on column magscreen.migration.number is 'number of the file in sql/schema';
comment on column magscreen.migration.name is 'file name, without the folder';
comment on column magscreen.migration.sha256 is 'SHA-256 of the file that was run, in hex';
comment on column magscreen.migration.at is 'when it was run';
