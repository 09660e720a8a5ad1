#!/usr/bin/env bash
# load_layout.sh DIR: makes the tables of sql/sources/own_layout.sql in the database that PG* names and
# loads the CSV files (plain or gzip) of a data folder into them, column by column as their headers say.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:?load_layout.sh DIR}

run_psql() { PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 "$@"; }

contents() {
    case $1 in
    *.gz) gzip -dc "$1" ;;
    *) cat "$1" ;;
    esac
}

load() {
    local table=$1 file=$2 columns
    # a header cell is a name: nothing in it is run
    columns=$(contents "$file" | sed -n '1{s/\r$//;s/"/""/g;s/,/","/g;s/^/"/;s/$/"/;p;q}' || true)
    contents "$file" | run_psql -c "copy source.$table ($columns) from stdin (format csv, header)"
}

run_psql -f "$here/../../sql/sources/own_layout.sql"
for table in patients labs prescriptions conditions stays; do
    for file in "$folder/$table"*.csv "$folder/$table"*.csv.gz; do
        [ ! -e "$file" ] || load "$table" "$file"
    done
done
run_psql -c 'analyze'
