#!/usr/bin/env bash
# demo.sh FOLDER: `./dev demo`, inside with-pg: three nights of a clinic that does not exist. FOLDER/data
# holds its files.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/three_nights.sh
. "$here/three_nights.sh"

title() { printf '\n== %s\n' "$*"; }

# What fits a screen: of the patients that could not be assessed the first rule only.
in_short() {
    awk '/could not be assessed/ { if (told++) { if (told == 2) print "  ..."; next } }
        /^magscreen run|rows  ok|evaluated|could not be assessed|flags:|since the run before|^[A-Z ]+ as run/'
}

title 'A database: three feeds as text columns, schema magscreen, and three roles'
nights_begin "$1"
echo 'overnight reads the feeds and publishes; pharmacist reads and reviews flags; quality_team sees rounded counts'

title 'First night: magscreen run pipelines/overnight-postgres.yaml --as-of 2025-12-31'
nights_run 2025-12-31 | in_short

title 'The morning after: the pharmacist reviews three flags'
nights_review 3 --rule A01

title 'Second night: results, stops and corrections have come in'
nights_feed 2
nights_run 2026-01-01 | in_short | tail -n 3

title 'Third night'
nights_feed 3
nights_run 2026-01-02 | in_short | tail -n 3

title 'Third morning: magscreen worklist --limit 4'
nights_worklist --limit 4

title 'The first of them: magscreen explain @1'
"$MAGSCREEN" explain @1 --db service=reviewer

title 'What the quality team sees: v_rule_funnel, rounded to 5; 1-7 patients are never told apart'
nights_funnel
