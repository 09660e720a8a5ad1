#!/usr/bin/env bash
# Messages are a list: sorted, each used, each explained (what it means and what next), in docs/cli.md,
# and met by a test; ids that the page of faults promises for rows in scope exist.
. "$(dirname "$0")/lint.sh"

plant() {
    mkdir -p "$1/src/base" "$1/src/io" "$1/docs" "$1/tests/lint" "$1/tests/io" "$1/tests/faults"
    cat >"$1/src/base/message.def" <<'END'
MAG_MESSAGE(I102, "second", "It happens. Do that.")
MAG_MESSAGE(I101, "first", "It happens. Do that.")
MAG_MESSAGE(I103, "unused", "It happens. Do that.")
MAG_MESSAGE(I104, "short", "It happens.")
MAG_MESSAGE(I105, "undocumented", "It happens. Do that.")
MAG_MESSAGE(I106, "untested", "It happens. Do that.")
END
    echo 'f(MAG_MSG_I101, MAG_MSG_I102, MAG_MSG_I104, MAG_MSG_I105, MAG_MSG_I106, MAG_MSG_I199);' \
        >"$1/src/io/all.c"
    echo 'MS-I101 MS-I102 MS-I103 MS-I104 MS-I106' >"$1/docs/cli.md"
    echo 'MS-I101 MS-I102 MS-I103 MS-I104 MS-I105' >"$1/tests/io/test_all.c"
    echo 'I-01 tested' >"$1/tests/faults/rows.txt"
    echo '# none' >"$1/tests/lint/messages.txt"
    printf '%s\n' '| I-01 | a fault | 4 | I101 said, I198 too | – | – |' >"$1/faults.md"
}

# ids of message.def that stand in none of the files
missing_from() {
    comm -23 <(sort <<<"$1") <(grep -rhoE '\b(MS-|MAG_MSG_)?[DIPRSUX][0-9]{3}\b' "${@:2}" |
        sed -E 's/^(MS-|MAG_MSG_)//' | sort -u)
}

check() {
    local page=$1/faults.md ids listed id
    [ "$1" = "$source_dir" ] && page=$source_dir/../shared/design/faults.md
    (
        cd "$1" || exit
        ids=$(sed -n 's/^MAG_MESSAGE(\([A-Z][0-9]*\),.*/\1/p' src/base/message.def)
        listed=$(sed -n 's/^\([A-Z][0-9]*\) .*/\1/p' tests/lint/messages.txt)
        LC_ALL=C sort -c <<<"$ids" 2>&1 | sed 's/.*disorder: /message.def: out of order: /'
        # Reasons and gates name their messages in lists without MAG_MSG_.
        for id in $(missing_from "$ids" $(find src -name '*.[ch]' -o -name '*.def' ! -name message.def)); do
            echo "message.def: $id is used nowhere in src; take it out"
        done
        for id in $(grep -rhoE 'MAG_MSG_[A-Z][0-9]{3}' src | sort -u | sed 's/MAG_MSG_//'); do
            grep -qx "$id" <<<"$ids" || echo "src uses $id, which message.def does not have"
        done
        grep -vE '^MAG_MESSAGE\([A-Z][0-9]{3}, "[^"]+", "[^"]*[.?:] [^"]*\."\)$' src/base/message.def |
            sed -n 's/^MAG_MESSAGE(\([A-Z][0-9]*\),.*/message.def: \1: say in sentences what it means and what next/p'
        for id in $(missing_from "$ids" docs/cli.md); do
            echo "docs/cli.md lacks $id; ./dev docs"
        done
        for id in $(missing_from "$ids" $(find tests -name '*.[ch]' -o -name '*.sh' -path '*/test_*')); do
            # A reason's own name in a test stands for its message.
            reason=$(sed -n "s/^MAG_REASON(\([A-Z_0-9]*\), \"\([a-z._0-9]*\)\".*\b$id\b.*/MAG_REASON_\1\n\2/p" \
                src/cohort/reason.def 2>/dev/null)
            grep -qx "$id" <<<"$listed" ||
                { [ -n "$reason" ] && grep -rqF "$reason" tests --include='*.c'; } ||
                echo "no test meets $id; write one, or say in tests/lint/messages.txt why not"
        done
        [ -e "$page" ] || exit 0
        awk -F'|' 'FILENAME ~ /rows.txt$/ { if ($1 ~ / tested$/) rows[substr($1, 1, 4)] = 1; next }
            { row = $2; gsub(/ /, "", row) } row in rows' tests/faults/rows.txt "$page" |
            grep -oE '\b[DIPRSUX][0-9]{3}\b' | sort -u |
            comm -23 - <(printf '%s\n%s\n' "$ids" "$listed" | sort -u) |
            sed 's/.*/the page of faults names &, which message.def does not have/'
    )
}

[ -e "$source_dir/../shared/design/faults.md" ] ||
    echo "SKIPPED in part: the page of faults is not here; its ids are not compared"
lint 7
