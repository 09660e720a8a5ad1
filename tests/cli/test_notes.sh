#!/usr/bin/env bash
# What a run notices and does not mind is one line per file in the closing lines, and leaves exit code 0.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1
night=(run --profile magscreen --data data --as-of 2025-12-31 --dry-run)
expect_exit 0 "$magscreen" synth --patients 700 --out data
rm data/manifest.csv # rows are changed below
# The sex of one planted patient is not known.
expect_exit 0 "$magscreen" "${night[@]}"
expect_same "$(grep '^  note: ' "$work/out")" '  note: patients: demographic value unknown or implausible, 1 patient [MS-I266]' 'notes of a clean feed'

head -c 512 /dev/zero >>data/labs.csv.gz
{
    gzip -cd data/patients.csv.gz | sed '5s/$/\r/'
    printf '\n'
    gzip -cd data/patients.csv.gz | head -1
} | gzip >patients && mv patients data/patients.csv.gz
gzip -cd data/conditions.csv.gz | sed '1s/$/,ward,bed/; 2,$s/$/,,/' | gzip >conditions && mv conditions data/conditions.csv.gz
expect_exit 0 "$magscreen" "${night[@]}"
expect_line out '^  note: labs\.csv\.gz: zero padding after the end \[MS-I105\]$'
expect_line out '^  note: patients\.csv\.gz: line ends \[MS-I121\]$'
expect_line out '^  note: patients\.csv\.gz: blank lines or repeated header, 2 lines \[MS-I133\]$'
expect_line out '^  note: conditions\.csv\.gz: columns not used, 2 columns \[MS-I135\]$'
expect_same "$(grep -c '^  note: ' "$work/out")" 5 'notes'

gzip -cd data/labs.csv.gz 2>/dev/null | sed -E '2s/(T[0-9:]+)/\1Z/' | gzip >labs && mv labs data/labs.csv.gz
expect_exit 0 "$magscreen" "${night[@]}"
expect_line out '^  note: labs\.csv\.gz: times with an offset, 1 time \[MS-I263\]$'

# What nothing says is not promised.
for id in R599 S600 S699; do
    expect_exit 2 "$magscreen" help "MS-$id"
done
finish
