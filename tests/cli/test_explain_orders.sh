#!/usr/bin/env bash
# A prescription without a stop is taken to end after 365 days; explain says that nobody recorded that stop.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1
mkdir data
printf 'patient_id,sex,birth\nopen,F,1950-01-01\nshut,F,1950-01-01\nboth,F,1950-01-01\nlate,F,1950-01-01\n' \
    >data/patients.csv
{
    echo 'patient_id,code,value,unit,collected_at'
    for patient in open shut both late; do echo "$patient,19123-9,0.80,mmol/L,2025-12-30T08:00"; done
} >data/labs.csv
cat >data/prescriptions.csv <<'CSV'
patient_id,drug_code,drug_name,kind,start,stop
open,A02BC01,omeprazole,order,2024-01-01,
shut,A02BC01,omeprazole,order,2024-01-01,2024-12-30
both,A02BC01,omeprazole,order,2024-01-01,
both,A02BC01,omeprazole,order,2024-06-01,2024-12-30
late,A02BC01,omeprazole,order,2025-06-01,
CSV

# line_of PATIENT REGEX: the line of proton pump inhibitors in the patient's timeline
line_of() {
    expectation_count=$((expectation_count + 1))
    printf '%s\n' "$1" | "$magscreen" explain - --profile magscreen --data data --as-of 2025-12-31 >"$work/out" ||
        complain "explain $1"
    expect_line out "$2"
}
line_of open '2024-01-01 to 2024-12-30 \(365 days, no stop on record, taken to end after 365 days \(open_order\)\)'
line_of shut '2024-01-01 to 2024-12-(29|30) \([0-9]+ days, ended\)'
line_of late 'since 2025-06-01 \([0-9]+ days, active\)'
expect_no_line out 'taken to end'
line_of both '2024-01-01 to 2024-12-30 \(365 days, ended\)'

# The rows behind a flag show the stop of the source: its last day, or its clock.
cat >>data/patients.csv <<'CSV'
apart,F,1950-01-01
CSV
cat >data/prescriptions.csv <<'CSV'
patient_id,drug_name,kind,start,stop,route
apart,ciprofloxacin 500 mg tablet,order,2025-12-20,2025-12-26,PO
apart,magnesium hydroxide mixture,order,2025-12-21T09:30,2025-12-24T10:15,PO
CSV
line_of apart 'ciprofloxacin 500 mg tablet from 2025-12-20 to 2025-12-26 '
expect_line out 'magnesium hydroxide mixture from 2025-12-21 09:30 to 2025-12-24 10:15, dose unknown'
"$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out run >/dev/null 2>&1
find run* -name 'flags.csv.gz' -exec gzip -dc {} + >flags
expect_line flags '""start"":""2025-12-20"",""stop"":""2025-12-26""'
finish
