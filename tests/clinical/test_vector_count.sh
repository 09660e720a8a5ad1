#!/usr/bin/env bash
# How many vectors of the specification the tests have run, by table: a table that loses rows fails here,
# and so does one whose test does not pass. The numbers are those of the specification.
set -u
binary_dir=${MAG_BINARY_DIR:-$(cd "$(dirname "$0")/../.." && pwd)/build/release}

# table, rows, program, word behind the number that the program prints
tables='units|18|test_conversion|UM
elemental magnesium, salts|33|test_salt|salts
elemental magnesium, products|53|test_dose|products
Cockcroft-Gault, umol/L|16|test_kidney|CG
Cockcroft-Gault, mg/dL|13|test_kidney|CGm
weights|13|test_kidney|WT
eGFR, mg/dL|16|test_kidney|E21
eGFR, umol/L|13|test_kidney|EU
body surface, de-indexed|13|test_kidney|BSA
KDIGO categories|12|test_kidney|KD
AKI|20|test_acute_kidney_injury|AKI
FEMg|12|test_femg|FE
adjusted calcium|12|test_calcium|AC'

# count PROGRAM WORD: the number that a passing program prints before the word.
count() {
    local said
    said=$("$binary_dir/tests/$1" 2>&1) || return 1
    printf '%s\n' "$said" | grep -oE "\b[0-9]+ $2\b" | head -n 1 | cut -d' ' -f1
}

total=0 failed=0 line=
while IFS='|' read -r name wanted program word; do
    found=$(count "$program" "$word") || found=0
    if [ "${found:-0}" -ne "$wanted" ]; then
        printf '%s: %s vectors ran in %s, the specification has %s\n' "$name" "${found:-0}" \
            "$program" "$wanted"
        failed=1
    fi
    total=$((total + ${found:-0}))
    line="$line$name ${found:-0}; "
done <<<"$tables"
printf 'vectors: %stotal %d\n' "$line" "$total"
exit "$failed"
