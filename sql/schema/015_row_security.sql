-- Reviewers by site: policies that are there and switched off. The owner, and so every function of
-- a
-- run, is not limited by them.
create table magscreen.reviewer_site (
    role_name name not null,
    site text not null,
    primary key (role_name, site)
);
comment on table magscreen.reviewer_site is
    'Which sites the members of a role see, once limit_reviewers_to_sites(true) was called.';
comment on column magscreen.reviewer_site.role_name is
    'a login role, or one that logins are members of';
comment on column magscreen.reviewer_site.site is 'a site or ward, as the roster has it';

create function magscreen.my_sites() returns setof text
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select s.site from magscreen.reviewer_site s
    join pg_roles r on r.rolname = s.role_name and pg_has_role(session_user, r.oid, 'member')
    $$;
comment on function magscreen.my_sites() is
    'sites listed for roles that the session''s login is a member of';

create policy by_site on magscreen.flag for select to magscreen_reviewer
    using (site in (select magscreen.my_sites()));
create policy by_site on magscreen.cannot_tell for select to magscreen_reviewer
    using (site in (select magscreen.my_sites()));
create policy by_flag on magscreen.flag_event for select to magscreen_reviewer
    using (exists (select from magscreen.flag f where f.flag_id = flag_event.flag_id));
create policy by_flag on magscreen.review for select to magscreen_reviewer
    using (exists (select from magscreen.flag f where f.flag_id = review.flag_id));
create policy by_flag_new on magscreen.review for insert to magscreen_reviewer
    with check (exists (select from magscreen.flag f where f.flag_id = review.flag_id));

create function magscreen.limit_reviewers_to_sites(is_limited boolean) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    limited text;
begin
    foreach limited in array array['flag', 'flag_event', 'review', 'cannot_tell'] loop
        execute format('alter table magscreen.%I %s row level security', limited,
            case when is_limited then 'enable' else 'disable' end);
    end loop;
end
$$;
comment on function magscreen.limit_reviewers_to_sites(boolean) is
    'switches row-level security by site on or off (owner only)';
