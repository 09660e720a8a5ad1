# Sourced by tests that run inside with-pg: a database with the schema as psql installs it.
MAG_SOURCE_DIR=${MAG_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}

# sql [PSQL OPTION...]: psql that stops at the first fault.
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# install_schema DATABASE: makes it, and runs every migration in a transaction of its own.
install_schema() {
    local file name
    sql -d postgres -c "create database $1"
    for file in "$MAG_SOURCE_DIR"/sql/schema/*.sql; do
        sql -d "$1" -1 -f "$file" || return 1
        name=$(basename "$file")
        sql -d "$1" -c "insert into magscreen.migration (number, name, sha256)
            values (${name%%_*}, '$name', '$(sha256sum "$file" | cut -d' ' -f1)')"
    done
    sql -d "$1" -c 'select magscreen.seal()' >/dev/null
}
