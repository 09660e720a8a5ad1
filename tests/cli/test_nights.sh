#!/bin/bash
# Nights after one another in files: --previous tells new flags from ongoing and resolved ones, the
# worklist begins with what is new or worse, explain shows what became of a flag.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1

"$magscreen" synth --patients 300 --out data >/dev/null || exit 1
rm -f data/manifest.csv
night() { # NIGHT OPTION...: held nights are released
    local out=$1 code=0
    shift
    "$magscreen" run --profile magscreen --data data --out "$out" "$@" >out 2>err </dev/null || code=$?
    [ ! -d "$out.held" ] || "$magscreen" publish "$out.held" --reason test >/dev/null || code=70
    case $code in 0 | 3 | 4) ;; *) complain "$out ended with $code" && head -3 err ;; esac
}
column() { # FILE NAME: one column of a table whose cells before it hold no comma
    gzip -dc "$1" | awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }'
}

# The first night knows of none before it.
night one --as-of 2025-12-30
expect_same "$(column one/flags.csv.gz state | sort -u)" new 'without --previous every flag is new'
[ ! -e one/episodes.csv.gz ] || complain 'a run without --previous kept a ledger'

# The second: its rows lose a magnesium and a drug, so that something is resolved.
gzip -dc data/prescriptions.csv.gz |
    awk -F, -v OFS=, 'NR > 1 && NR % 3 == 0 && $6 == "" { $6 = "2025-12-29" } { print }' |
    gzip >rx.gz && mv rx.gz data/prescriptions.csv.gz
night two --as-of 2025-12-31 --previous one
expect_line out '^  since the run before: .*[0-9]+ ongoing, .*[0-9]+ resolved'
cp two/run.json out
expect_line out '"after_run": "'
expect_same "$(gzip -dc two/episodes.csv.gz | head -1 | cut -d, -f1-8)" \
    flag_id,patient_id,rule_id,event,opened,last_seen,resolved,machine_reason 'columns of the contract come first'
expect_same "$(join <(column one/flags.csv.gz flag_id | sort) <(column two/flags.csv.gz flag_id | sort) | wc -l)" \
    "$(gzip -dc two/episodes.csv.gz | awk -F, '$5 == "2025-12-30" && $6 == "2025-12-31"' | wc -l)" 'a flag keeps its id while it is open'
expect_same "$(column two/episodes.csv.gz flag_id | sort)" \
    "$( (column one/flags.csv.gz flag_id; column two/flags.csv.gz flag_id) | sort -u)" 'every flag of both nights is an episode'
expect_same "$(gzip -dc two/episodes.csv.gz | awk -F, '$4 == "resolved" && ($7 != "2025-12-31" || $8 == "")' | wc -l)" 0 \
    'what is resolved says when and why'
expect_same "$(column two/episodes.csv.gz machine_reason | grep -cx drug_stopped | awk '{ print ($1 > 0) }')" 1 'stopped drugs are named'

# The result is the same without the ledger.
night alone --as-of 2025-12-31
expect_same "$(grep -m1 '"result_sha256"' two/run.json)" "$(grep -m1 '"result_sha256"' alone/run.json)" 'result_sha256'
expect_exit 0 "$magscreen" verify two

# The worklist: news first.
expect_exit 0 "$magscreen" worklist --from two --limit 0 --json
cp out worklist.json
expect_same "$(awk -F'"' '/"state"/ { first = ($4 == "new" || $4 == "worsened" || $4 == "reopened")
    if (first && seen) n++; if (!first) seen = 1 } END { print n + 0 }' worklist.json)" 0 'new and worsened flags come first'
expect_exit 0 "$magscreen" worklist --from two --limit 0 --state ongoing,improved --json
expect_same "$(awk -F'"' '/"state"/ { print $4 }' out | sort -u | grep -vx 'ongoing\|improved')" '' 'only the states asked for'
expect_exit 0 "$magscreen" worklist --from two --state ongoing --limit 1
expect_line out 'ongoing, open 1 day; '
# A flag of an earlier night that nothing hides any more is news, and says so.
out_of_hiding=$(awk -F'"' '/"state"/ { state = $4 } /"open_since"/ && state == "new" && $4 < "2025-12-31"' worklist.json | wc -l)
[ "$out_of_hiding" -gt 0 ] || complain 'no flag came out from behind another one'
expect_exit 0 "$magscreen" worklist --from two --state new --limit 0
expect_same "$(grep -c 'new here, hidden behind another flag until now, open 1 day; ' out)" "$out_of_hiding" 'why it is new'
expect_exit 2 "$magscreen" worklist --from two --state old
expect_line err 'cannot be "old"'

# explain tells the episode of what it explains.
flag=$(awk -F'"' '/"flag_id"/ { id = $4 } /"state": "ongoing"/ { print id; exit }' worklist.json)
expect_exit 0 "$magscreen" explain "$flag" --from two
expect_line out "^  $flag  open since 2025-12-30, ongoing, last flagged as of 2025-12-31"
expect_exit 0 "$magscreen" explain "$flag" --from two --json
expect_line out '"opened": "2025-12-30"'

# The same night again is not told twice; time runs forward; a folder that lost its table is none.
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out again --previous two
expect_line out '^NOTHING NEW: two holds this very result already \[MS-P410\]'
[ ! -e again ] || complain 'nothing new, and yet a folder'
expect_exit 4 "$magscreen" run --profile magscreen --data data --as-of 2025-12-29 --out back --previous two
expect_line err '\[MS-P414\]$'
mv two/episodes.csv.gz kept
expect_exit 2 "$magscreen" run --profile magscreen --data data --as-of 2026-01-01 --out three --previous two
expect_line err 'is no earlier published run: .*episodes\.csv\.gz.* \[MS-P412\]$'
mv kept two/episodes.csv.gz

# A patient who is gone from the roster is not resolved by that, and stays on the list.
gone=$(column two/flags.csv.gz patient_id | tr -d '"' | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
for table in patients labs prescriptions conditions; do
    gzip -dc "data/$table.csv.gz" | grep -v "^$gone," | gzip >t.gz && mv t.gz "data/$table.csv.gz"
done
night three --as-of 2026-01-01 --previous two
open_before=$(gzip -dc two/episodes.csv.gz | grep ",\"$gone\"," | awk -F, '$7 == ""' | wc -l)
expect_same "$(gzip -dc three/episodes.csv.gz | grep ",\"$gone\"," | awk -F, '$4 == "unconfirmed" && $7 == ""' | wc -l)" \
    "$open_before" 'all open episodes of who is gone are unconfirmed'
expect_exit 0 "$magscreen" worklist --from three --limit 0 --state unconfirmed
expect_line out "patient $gone"
expect_line out 'unconfirmed, open since 2025-12-3[01]; '
finish
