#!/usr/bin/env bash
# Every row of rows.txt marked "tested" was run by a program of this folder and passed; tells how
# many, and which rows wait for what. Runs after those programs (a ctest fixture).
set -euo pipefail
rows=$MAG_SOURCE_DIR/tests/faults/rows.txt
notes=$MAG_BINARY_DIR/faults
page=$MAG_SOURCE_DIR/../shared/design/faults.md
summary=$notes/summary.txt
failed=0

tested=$(awk '$2 == "tested" {print $1}' "$rows")
later=$(awk '$2 == "later"' "$rows")
begun=$(cat "$notes"/*.rows | awk '$2 == "begun" {print $1, $3}' | sort)
passed=$(cat "$notes"/*.rows | awk '$2 == "passed" {print $1, $3}' | sort)

skipped=$(cat "$notes"/*.rows | awk '$2 == "skipped" {print $1, $3}' | sort -u)
in_part=$(cat "$notes"/*.rows | awk '$2 == "part" {print $1, $3}' | sort -u)

# A row passed if each of its functions did, or said aloud that it cannot be tried here: those are
# counted apart.
passed_rows=0 skipped_rows=0
for row in $tested; do
    ran=$(grep -c "^$row " <<<"$begun" || true)
    good=$(printf '%s\n' "$passed" "$skipped" | sort -u | grep -c "^$row " || true)
    tried=$(comm -23 <(echo "$passed") <(echo "$skipped") | grep -c "^$row " || true)
    if [ "$ran" -gt 0 ] && [ "$ran" -eq "$good" ] && [ "$tried" -eq 0 ]; then
        skipped_rows=$((skipped_rows + 1))
    elif [ "$ran" -gt 0 ] && [ "$ran" -eq "$good" ]; then
        passed_rows=$((passed_rows + 1))
    elif [ "$ran" -eq 0 ]; then
        echo "row $row has no test function t_${row//-/_} in tests/faults"
        failed=$((failed + 1))
    else
        echo "row $row: $good of $ran functions passed"
        failed=$((failed + 1))
    fi
done
while read -r row name; do
    [ -n "$row" ] || continue
    if ! grep -qx "$row" <<<"$tested"; then
        echo "$name tests row $row, which rows.txt does not mark as tested"
        failed=$((failed + 1))
    fi
done <<<"$begun"
if [ -e "$page" ]; then
    listed=$(grep -oE '^\| [IDPRS]-[0-9][0-9] \|' "$page" | tr -d '| ' | sort)
    if ! diff <(awk '!/^#/ {print $1}' "$rows" | sort) <(echo "$listed"); then
        echo "rows.txt and the page differ"
        failed=$((failed + 1))
    fi
else
    echo "SKIPPED: the page of faults is not here; rows.txt is not compared with it"
fi

{
    echo "faults: $(grep -vc '^#' "$rows") rows, $(wc -w <<<"$tested") in scope:" \
        "$passed_rows passed, $skipped_rows skipped, $failed failed ($(wc -l <<<"$passed") test functions)"
    [ -z "$skipped" ] || sed 's/^/  SKIPPED: /' <<<"$skipped"
    [ -z "$in_part" ] || sed 's/^/  SKIPPED in part: /' <<<"$in_part"
    echo "faults: $(wc -l <<<"$later") not in scope:"
    sed -E 's/^([A-Z]-[0-9]+) later (.*)/  \1 \2/' <<<"$later"
} | tee "$summary"
[ "$failed" -eq 0 ]
