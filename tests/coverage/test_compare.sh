#!/usr/bin/env bash
# The list of branches not taken: each line names a line of the source, and every mistake of a list
# is told when it is compared with what a run found. `./dev coverage` compares the real ones.
set -euo pipefail
here=$MAG_SOURCE_DIR/tests/coverage
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# lines TEXT...: each with tabs for its bars.
lines() { printf '%s\n' "$@" | tr '|' '\t'; }

# expect NAME CODE EXPECTED: what comparing work/list with work/found says.
expect() {
    local code=0
    awk -f "$here/compare.awk" "$work/list" "$work/found" >"$work/said" || code=$?
    sed "s,$work/,," "$work/said" >"$work/plain"
    printf '%s\n' "$3" | diff - "$work/plain" && [ "$code" -eq "$2" ] && return
    echo "FAILED: $1 (code $code)"
    failed=1
}

lines '# a list' 'src/io/a.c|if (x)|1|a reason' >"$work/list"
lines 'src/io/a.c|if (x)|1|2' 'src/rules/c.c|if (z)|0|4' >"$work/found"
expect 'a list that is right' 0 'branches of readers: 1 of 2 taken (50.0 %), 1 not taken
branches of rules: 4 of 4 taken (100.0 %), 0 not taken'

lines 'src/io/a.c|if (x)|<=2|a reason' 'src/io/a.c|if (y)|<=1|a reason' >"$work/list"
lines 'src/io/a.c|if (x)|1|4' 'src/io/a.c|if (y)|2|4' >"$work/found"
expect 'a list with what may be taken' 1 'not explained, 2 of 4 outcomes, 1 explained: src/io/a.c: if (y)
branches of readers: 5 of 8 taken (62.5 %), 3 not taken
1 differences to tests/coverage/uncovered.txt'

lines 'src/io/a.c|if (x)|1|a reason' 'src/io/a.c|if (y)|2|a reason' 'src/io/b.c|gone|1|a reason' \
    'src/io/a.c|if (x)|1|a reason' 'no columns' 'src/io/a.c|if (v)|0|a reason' \
    'src/io/a.c|if (w)|1|' >"$work/list"
lines 'src/io/a.c|if (x)|1|2' 'src/io/a.c|if (y)|1|2' 'src/io/a.c|if (t)|2|4' >"$work/found"
expect 'a list with every mistake' 1 'explained twice: src/io/a.c: if (x)
no line of FILE, SOURCE, OUTCOMES, REASON: list: line 5
no line of FILE, SOURCE, OUTCOMES, REASON: list: line 6
no line of FILE, SOURCE, OUTCOMES, REASON: list: line 7
not explained, 2 of 4 outcomes, 0 explained: src/io/a.c: if (t)
not in the source: src/io/b.c: gone
taken by now, 2 explained, 1 of 2 not taken: src/io/a.c: if (y)
branches of readers: 4 of 8 taken (50.0 %), 4 not taken
7 differences to tests/coverage/uncovered.txt'

cat >"$work/gcov" <<'TEXT'
        -:    0:Source:/there/src/io/a.c
        3:   10:    if (x)
branch  0 taken 2 (fallthrough)
branch  1 taken 0
    #####:   11:	if (y)
branch  0 never executed
branch  1 never executed
        3:   12:    if (x)
branch  0 taken 1
branch  1 taken 2
        -:    0:Source:/there/src/io/a.h
        3:    1:    if (in_a_header)
branch  0 taken 0
TEXT
awk -v root=/there -f "$here/branches.awk" "$work/gcov" | sort >"$work/said"
lines 'src/io/a.c|if (x)|1|4' 'src/io/a.c|if (y)|2|2' | diff - "$work/said" || failed=1

# Found without a run already: a line that the source does not have any more.
cd "$MAG_SOURCE_DIR"
awk -F'\t' '
    /^#/ { next }
    { while (!($1 in is_read) && (getline line <$1) > 0) {
          gsub(/\t/, " ", line)
          gsub(/^ +| +$/, "", line)
          has[$1, line] = 1
      }
      is_read[$1] = 1
      if (!(($1, $2) in has)) { print "not in the source: " $1 ": " $2; gone = 1 } }
    END { exit gone }' "$here/uncovered.txt" || failed=1
exit "$failed"
