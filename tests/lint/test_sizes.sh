#!/usr/bin/env bash
# Hard limits of size: files, lines and functions.
. "$(dirname "$0")/lint.sh"

plant() {
    mkdir -p "$1/src/base" "$1/src/io"
    awk 'BEGIN { for (i = 0; i < 801; i++) print "/* */" }' >"$1/src/base/long.c"
    awk 'BEGIN { for (i = 0; i < 201; i++) print "/* */" }' >"$1/src/base/long.h"
    awk 'BEGIN { for (i = 0; i < 101; i++) printf "x"; print "" }' >"$1/src/base/wide.c"
    awk 'BEGIN { print "int f(void) {"; for (i = 0; i < 80; i++) print ";"; print "return 0;\n}" }' \
        >"$1/src/base/function.c"
    echo '/* the same name twice */' >"$1/src/io/function.c"
}

check() {
    (
        cd "$1" || exit
        files=$(find src include tests benchmarks -name '*.[ch]' 2>/dev/null | sort)
        for file in $files; do
            limit=800
            case "$file" in *.h) limit=200 ;; esac
            count=$(wc -l <"$file")
            [ "$count" -le "$limit" ] ||
                echo "$file: $count lines, at most $limit; split it by subject"
            LC_ALL=C.UTF-8 grep -nE '^.{101,}' "$file" |
                sed "s|^\([0-9]*\):.*|$file:\1: over 100 columns; clang-format -i $file|"
        done
        # shellcheck disable=SC2086  # no blanks in names
        ctags -f - --languages=C --kinds-C=f --fields=+ne $files | awk -F'\t' '{
            first = last = 0
            for (i = 4; i <= NF; i++) {
                if ($i ~ /^line:/) first = substr($i, 6)
                if ($i ~ /^end:/) last = substr($i, 5)
            }
            if (last - first + 1 > 80)
                print $2 ":" first ": " $1 " has " last - first + 1 " lines, at most 80; name its parts"
        }'
        find src include -name '*.[ch]' 2>/dev/null | sed 's|.*/||' | sort | uniq -d |
            sed 's|.*|src: two files are named &; file names are unique in the tree|'
    )
}

lint 5
