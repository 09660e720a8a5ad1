#!/usr/bin/env bash
# Every file of tests/sql, run by pg_prove in a database with the schema, which a role owns that is
# no superuser. Names of files (without .sql) as arguments: only those.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ "${MAGSCREEN_TEST_PG:-}" = '' ]; then
    command -v pg_prove >/dev/null || {
        echo "SKIPPED: there is no pg_prove (Debian: libtap-parser-sourcehandler-pgtap-perl)"
        [ "${CI:-}" = true ] && exit 1
        exit 77
    }
    exec "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
fi

. "$here/schema.sh"
if [ "$(sql -c "select count(*) from pg_database where datname = 't_tap'")" = 0 ]; then
    sql -c 'create role t_owner login createrole'
    PGUSER=t_owner PGDATABASE=postgres
    sql -U magscreen_admin -c 'alter role t_owner createdb'
    install_schema t_tap
    PGUSER=magscreen_admin
    sql -c 'alter role t_owner nocreaterole nocreatedb'
    sql -d t_tap -c 'set client_min_messages = warning; create extension pgtap'
    sql -d t_tap -f "$here/helpers.sql"
fi
files=("${@/#/$here/../sql/}")
[ $# -gt 0 ] && files=("${files[@]/%/.sql}") || files=("$here"/../sql/*.sql)
pg_prove ${MAG_TAP:--Q} -f -d t_tap -U magscreen_admin "${files[@]}"
