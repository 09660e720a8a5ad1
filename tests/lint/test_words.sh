#!/usr/bin/env bash
# Nothing unfinished, no path of one machine, no pointer to a tracker in what is shipped.
. "$(dirname "$0")/lint.sh"

plant() {
    mkdir -p "$1/src/base" "$1/docs"
    echo '/* TO''DO: later */' >"$1/src/base/later.c"
    echo '/* this is a st''ub */' >"$1/src/base/empty.c"
    echo 'const char *where = "/ho''me/somebody/data";' >"$1/src/base/machine.c"
    echo 'see iss''ue 12' >"$1/docs/page.md"
}

# hits PATTERN ADVICE: every line of the tree that matches.
hits() {
    grep -rnIE --exclude-dir=lint --exclude-dir=node_modules "$1" src include tests benchmarks pipelines sql docs dev \
        CMakeLists.txt README.md CHANGELOG.md 2>/dev/null | cut -c1-120 | sed "s|\$| <- $2|"
}

check() {
    (
        cd "$1" || exit
        hits '\b(TO''DO|FIX''ME|XX''X)\b' 'finish it or leave it out'
        hits '\b(not implemen''ted|placehol''der|stub''bed|a st''ub)\b' 'finish it or leave it out'
        hits '(^|[^A-Za-z0-9_.])/(ho''me|wo''rk|ro''ot|Us''ers)/' 'use a relative path or an option'
        hits '\b[Ii]ss''ue #?[0-9]+' 'say what and why in words' |
            grep -vE 'issue [0-9]+ (day|hour|minute|mmol|mg)' # of a drug
    )
}

lint 4
