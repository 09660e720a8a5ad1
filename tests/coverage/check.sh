#!/usr/bin/env bash
# Branch coverage of the readers and the rule language after the tests of build/coverage ran: prints
# the share, and fails unless uncovered.txt explains exactly the outcomes that no test takes: at one
# without a reason, at a reason for what is taken by now, or for a line that is gone.
# Lines of uncovered.txt: FILE <tab> source text <tab> outcomes never taken, or <=MOST <tab> reason.
set -euo pipefail
source_dir=$1 build=$2
here=$source_dir/tests/coverage
found=$build/coverage-branches.tsv

cd "$source_dir"
counts=()
while read -r pattern; do
    for file in $pattern; do
        mapfile -t of_file < <(find "$build" -path "*/$file.gcda")
        [ "${#of_file[@]}" -eq 1 ] || { echo "no test ran anything of $file"; exit 1; }
        counts+=("${of_file[0]}")
    done
done < <(grep -v '^#' "$here/scope.txt")
gcov -b -c -t "${counts[@]}" 2>/dev/null |
    awk -v root="$source_dir" -f "$here/branches.awk" | LC_ALL=C sort >"$found"
awk -f "$here/compare.awk" "$here/uncovered.txt" "$found"
