#!/usr/bin/env bash
# check --deep reads every row, writes nothing, and names with counts what no list knows.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1
deep=(check --deep --profile magscreen --data data --as-of 2025-12-31)
expect_exit 0 "$magscreen" synth --patients 700 --out data
rm data/manifest.csv # rows are changed below
expect_exit 0 "$magscreen" "${deep[@]}"
expect_line out '^  ok   rows: [0-9]+ rows of 700 patients read$'
expect_line out '^  ok   drug texts, units and codes: none of ours is unknown$'
expect_line out '^not checked: free space'
expect_exit 0 "$magscreen" check --profile magscreen --data data --as-of 2025-12-31
expect_no_line out '^  ok   rows:'
expect_line out '^not checked: the rows, the gates'
expect_same "$(ls "$work")" "$(printf 'data\nerr\nout')" 'nothing was written'

# One fault of each kind. The name that may hold somebody's number is counted and not shown.
id=$(gzip -cd data/patients.csv.gz | sed -n 2p | cut -d, -f1)
ids=$(gzip -cd data/patients.csv.gz | sed -n 2,6p | cut -d, -f1)
{
    gzip -cd data/labs.csv.gz
    printf '%s,%s,4.1,mmol/L,2025-12-01T08:00,\n' "$id" 2823-4 "$id" 2823-4 "$id" -56064 \
        "$id" 1746-07-01 "$id" SODIUM
    printf "$id,2823-3,4.1,mmolz,2025-12-01T08:0%d,\\n" 1 2 3 4 5
    printf "$id,2823-3,4.1,John Smith,2025-12-01T08:0%d,\\n" 1 2 3 4 5 6
} | gzip >labs && mv labs data/labs.csv.gz
{
    gzip -cd data/prescriptions.csv.gz
    printf '%s,%s,%s,order,2025-11-01,,,,,,oral\n' "$id" '' 'Magnesium unobtainate 5 mg' \
        "$id" N02BE1 'Paracetamol' "$id" '' 'Calpol' "$id" '' 'Magnesium John Smith'
    for each in $ids; do
        printf '%s,%s,%s,order,2025-11-01,,,,,,oral\n' "$each" '' 'Magnesium unobtainate 5 mg' \
            "$each" '' 'Gaviscon Advance' "$each" A02AD01 '' "$each" '' 'Magnesium of 9434765919'
    done
} | gzip >rx && mv rx data/prescriptions.csv.gz
expect_exit 1 "$magscreen" "${deep[@]}"
expect_line out '^  BAD  drug that looks like ours, in no class: Magnesium unobtainate 5 mg, 6 rows$'
expect_line out '^  BAD  drug that looks like ours, in no class: Gaviscon Advance, 5 rows$'
expect_line out '^  BAD  drug that looks like ours, in no class: A02AD01, 5 rows$'
expect_line out '^  BAD  drug that looks like ours, in no class: 6 more rows, not shown'
expect_line out '^  BAD  unit that no table knows: mmolz, 5 rows$'
expect_line out '^  BAD  code that is none: LOINC 2823-4 has a wrong check digit, 2 rows$'
expect_line out '^  BAD  code that is none: LOINC: a date instead of a code, 2 rows$'
expect_line out '^  BAD  code that is none: LOINC: not a code of that system, 1 row$'
expect_line out '^  BAD  code that is none: ATC: not a code of that system, 1 row$'
expect_no_line out '9434765919|Calpol|Paracetamol|Smith'
expect_no_line out 'none of ours is unknown'

expect_exit 1 "$magscreen" "${deep[@]}" --json
expect_line out '"what": *"code that is none"'
finish
