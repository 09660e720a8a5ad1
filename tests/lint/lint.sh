# Shared by the checks of the tree: each test_NAME.sh defines
#   plant ROOT    writes a small tree with one fault of every kind that the check knows
#   check ROOT    prints one line per fault: where, what, how to mend
# and calls `lint PLANTED_COUNT`. The check must find every planted fault first: one that finds
# nothing there would find nothing here either.
set -u

source_dir=${MAG_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
binary_dir=${MAG_BINARY_DIR:-$source_dir/build/release}
name=$(basename "$0" .sh)

lint() {
    local wanted=$1 found
    planted=$(mktemp -d)
    trap 'rm -rf "$planted"' EXIT
    plant "$planted"
    found=$(check "$planted" | wc -l)
    if [ "$found" -ne "$wanted" ]; then
        printf '%s: the check itself is broken: found %d of %d planted faults\n' \
            "$name" "$found" "$wanted"
        check "$planted"
        exit 1
    fi
    found=$(check "$source_dir")
    if [ -n "$found" ]; then
        printf '%s\n' "$found"
        exit 1
    fi
    printf '%s: no finding (and all %d planted faults found)\n' "$name" "$wanted"
}
