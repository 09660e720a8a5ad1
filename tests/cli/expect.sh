# Shared by the script tests of the command line. MAGSCREEN is the program; a temporary folder $work
# is removed at the end. Each expectation prints one line when it fails; finish ends the test.
set -u

magscreen=${MAGSCREEN:-build/release/magscreen}
source_dir=${MAG_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failure_count=0
expectation_count=0

complain() {
    failure_count=$((failure_count + 1))
    printf 'FAILED: %s\n' "$*"
}

# expect_exit CODE COMMAND...: runs it; $work/out and $work/err hold what it said.
expect_exit() {
    local wanted=$1 code=0
    shift
    expectation_count=$((expectation_count + 1))
    "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    [ "$code" -eq "$wanted" ] || {
        complain "exit $code instead of $wanted: ${*/#$magscreen/magscreen}"
        head -5 "$work/err"
    }
}

# expect_line FILE REGEX: some line of $work/FILE matches.
expect_line() {
    expectation_count=$((expectation_count + 1))
    grep -qE -- "$2" "$work/$1" || {
        complain "no line matches: $2"
        head -5 "$work/$1"
    }
}

expect_no_line() {
    expectation_count=$((expectation_count + 1))
    ! grep -qE -- "$2" "$work/$1" || complain "a line matches: $2"
}

expect_same() {
    expectation_count=$((expectation_count + 1))
    [ "$1" = "$2" ] || complain "$3: \"$1\" is not \"$2\""
}

finish() {
    [ "$expectation_count" -gt 0 ] || complain "nothing was tested"
    printf '%d expectations, %d failed\n' "$expectation_count" "$failure_count"
    [ "$failure_count" -eq 0 ]
    exit
}
