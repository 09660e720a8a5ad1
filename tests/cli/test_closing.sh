#!/usr/bin/env bash
# What a run says at its end: what was done with the rows follows from how the run ended, one row is
# "1 row", and a run that failed says where its record lies.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1
night=(run --profile magscreen --data data --as-of 2025-12-31 --out res)

expect_exit 0 "$magscreen" synth --patients 1 --out one
expect_line out '^wrote [0-9,]+ patients? \('
expect_no_line out '[^0-9]1 (patients|results|prescriptions|conditions)'

expect_exit 0 "$magscreen" synth --patients 700 --out data
rm data/manifest.csv # rows are changed below
patient=$(gzip -cd data/patients.csv.gz | sed -n '2s/,.*//p')
# of orders that stay open for more than a year there is exactly one
{ gzip -cd data/prescriptions.csv.gz | awk -F, '$4 != "order" || $6 != "" || $5 > "2025"'; echo "$patient,A02BC01,omeprazole,order,2024-01-01,,,,,,"; } | gzip >more
mv more data/prescriptions.csv.gz
cp -r data clean
expect_exit 0 "$magscreen" "${night[@]}" --threads 1
expect_line out 'evaluated [0-9]+ rules on 700 patients \([0-9]+ adults alive with an as-of\), 1 thread, '
expect_line out '^      1 prescription without a stop ended by the 365-day rule$'
rm -r res

# An amber gate alone publishes.
{ gzip -cd clean/labs.csv.gz; echo 'nobody,2823-3,4.1,mmol/L,2025-12-30T08:00,,one too many'; } |
    gzip >data/labs.csv.gz
expect_exit 3 "$magscreen" "${night[@]}"
expect_line err '^  1 row like this in source "labs" \(.*\); run published with a warning\.$'
expect_line out '^PUBLISHED WITH 1 WARNING in res '
expect_exit 0 "$magscreen" rejects --from res --reason csv.too_many_fields
expect_line out '^1 of 1 row shown$'
expect_exit 3 "$magscreen" "${night[@]}" --dry-run
expect_line err 'dry run, nothing written\.$'
expect_exit 3 "$magscreen" "${night[@]}" --dry-run --json
expect_line out '^ +"hint": "next: magscreen help MS-I131"$'
expect_line out '^ +"rules_not_covered": "H02S, H05",$' # the canaries are told, too
rm -r res

# The same amber gate in a run that a red one holds.
{ gzip -cd clean/prescriptions.csv.gz | sed -E '2,$s/^([^,]*,[^,]*,[^,]*,[^,]*,)[^,]*/\130-12-2025/'; } |
    gzip >data/prescriptions.csv.gz
expect_exit 4 "$magscreen" "${night[@]}"
expect_line err '^  1 row like this in source "labs" .* run held, nothing new is visible\.$'
expect_no_line err 'published'
expect_line out '^HELD in res\.held, '
expect_line out '^record: res\.held/run\.json$'
expect_line out '^if it is right: magscreen publish res\.held --reason TEXT$'
expect_same "$(tail -1 out)" 'next: magscreen rejects --from res.held' 'the next command is last'

# A file that is cut short fails the run.
cp clean/*.gz data
head -c 2000 clean/labs.csv.gz >data/labs.csv.gz
expect_exit 4 "$magscreen" "${night[@]}"
expect_line err '^magscreen: .*\[MS-I101\]$'
expect_line err '^record: res\.failed/run\.json$'
expect_same "$(tail -1 err)" 'next: magscreen rejects --from res.failed' 'the next command is last'
expect_same "$(test -f res.failed/run.json && echo there)" there 'the record'
expect_exit 0 "$magscreen" rejects --from res.failed
expect_line out 'file\.truncated +labs\.csv\.gz "labs", the whole file was refused$'
expect_exit 4 "$magscreen" "${night[@]}" --json
expect_same "$(wc -l <err)" 1 'lines of a message of --json'
expect_exit 4 "$magscreen" "${night[@]:0:7}" --out res/
expect_line err '^record: res\.failed/run\.json$'

# Drugs that look like ours and reached no class are named by the gate and by rejects.
cp clean/*.gz data
{
    gzip -cd clean/prescriptions.csv.gz
    for i in $(seq 8); do
        gzip -cd clean/patients.csv.gz | sed -n 2,6p | sed 's/,.*/,,magnesium unobtanium,order,2025-11-01,,,,,,/'
    done
    for i in $(seq 40); do echo "$patient,,magnesium for John Smith,order,2025-11-01,,,,,,"; done
} | gzip >data/prescriptions.csv.gz
rm -rf res res.held
"$magscreen" "${night[@]}" >out 2>err
expect_line err '\(unmapped\) \[MS-I248\]$'
expect_line err '^  drug "magnesium unobtanium": 40 rows$'
expect_no_line err 'Smith'
held=res
[ -d res.held ] && held=res.held
expect_exit 0 "$magscreen" rejects --from $held
expect_line out '^ +40  unmapped +drug "magnesium unobtanium"  MS-I248$'
expect_no_line out 'Smith'
finish
