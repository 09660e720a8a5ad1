#!/usr/bin/env bash
# Every query of docs/sql.md runs with the rights of its role, and answers, on months of nights.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
. "$here/schema.sh"
install_schema t_page || exit 1
export PGDATABASE=t_page
sql -f "$here/helpers.sql" -f "$here/fill.sql" >/dev/null || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# One file per query: NN.role.sql, its heading in the first line.
awk -v work="$work" '
    /^## .*\(magscreen_/ { role = $0; sub(/.*\(magscreen_/, "", role); sub(/\).*/, "", role) }
    /^### / { heading = substr($0, 5) }
    /^```sql/ { inside = 1; count++; file = sprintf("%s/%02d.%s.sql", work, count, role)
                print "-- " heading >file; next }
    /^```/ { inside = 0 }
    inside { print >file }' "$MAG_SOURCE_DIR/docs/sql.md"

failed=0 total=0
declare -A of=([reviewer]=0 [quality]=0)
for file in "$work"/*.sql; do
    role=$(basename "$file" .sql)
    role=${role#*.}
    total=$((total + 1))
    of[$role]=$((of[$role] + 1))
    rows=$(sql -U "t_$role" -f "$file" 2>"$work/fault" | wc -l)
    [ -z "${MAG_SHOW:-}" ] || psql -X -U "t_$role" -f "$file" -P pager=off
    if [ -s "$work/fault" ] || [ "$rows" -eq 0 ]; then
        echo "FAILED: $role: $(head -1 "$file")"
        echo "  $rows rows"
        sed 's/^/  /' "$work/fault"
        failed=1
    fi
done
echo "$total queries: ${of[reviewer]} of reviewers, ${of[quality]} of quality teams"
[ "${of[reviewer]}" -ge 10 ] && [ "${of[quality]}" -ge 5 ] || { echo "FAILED: too few were found"; failed=1; }

# The two parts keep to their roles: what reviewers ask is refused to quality teams.
refused=0
for file in "$work"/*.reviewer.sql; do
    if ! sql -U t_quality -f "$file" >/dev/null 2>"$work/fault" &&
        grep -q 'permission denied' "$work/fault"; then
        refused=$((refused + 1))
    fi
done
[ "$refused" -eq "${of[reviewer]}" ] ||
    { echo "FAILED: the quality role got an answer to $((of[reviewer] - refused)) questions"; failed=1; }
exit "$failed"
