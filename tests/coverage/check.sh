#!/usr/bin/env bash
# Branch coverage of the readers and the rule language after the tests of build/coverage ran:
# prints the share, and fails at a branch that no test takes and uncovered.txt does not explain.
# Lines of uncovered.txt: FILE <tab> source text <tab> outcomes never taken <tab> reason.
set -euo pipefail
source_dir=$1 build=$2
here=$source_dir/tests/coverage
found=$build/coverage-missed.tsv

cd "$source_dir"
while read -r pattern; do
    for file in $pattern; do
        counts=$(find "$build" -path "*/$file.gcda")
        [ -n "$counts" ] || { echo "no test ran anything of $file" >&2; exit 1; }
        gcov -b -c -t "$counts" 2>/dev/null
    done
done < <(grep -v '^#' "$here/scope.txt") |
    awk -v root="$source_dir" -f "$here/branches.awk" | LC_ALL=C sort >"$found"

read -r _ taken all < <(grep '^total ' "$found")
explained=$(awk -F'\t' '!/^#/ && NF == 4 {n += $3} END {print n + 0}' "$here/uncovered.txt")
awk -F'\t' -v OFS='\t' '
    NR == FNR { if (!/^#/ && NF == 4) allowed[$1 OFS $2] = $3; next }
    NF == 3 { place = $1 OFS $2; seen[place] = 1
              if ($3 + 0 > allowed[place] + 0) { print "not explained: " $1 ": " $2 " (" $3 " outcomes, " allowed[place] + 0 " explained)"; bad++ } }
    END { for (place in allowed) if (!(place in seen)) print "taken by now, remove it: " place
          exit bad > 0 }' "$here/uncovered.txt" "$found" || failed=1
awk -v taken="$taken" -v all="$all" -v explained="$explained" 'BEGIN {
    printf "branches of readers and rules: %d of %d taken (%.1f %%), %d not taken (%d explained in tests/coverage/uncovered.txt)\n",
           taken, all, 100 * taken / all, all - taken, explained }'
[ -z "${failed:-}" ]
