#!/usr/bin/env bash
# check_truth.sh TRUTH OUT: compares what a run has published (OUT/flags.csv.gz, OUT/cannot_tell.csv.gz)
# with the outcomes of the planted patients (truth.csv of `magscreen synth`). A patient of the truth has
# the flags and "cannot tell" that it names and no others; flags that stand behind another one count.
# Prints the first 20 faults and "truth: missed M, extra E of N planted outcomes"; exit 1 if any.
# One pass over each file: a million patients are a matter of seconds.
set -euo pipefail
truth=${1:?check_truth.sh TRUTH OUT} out=${2:?check_truth.sh TRUTH OUT}

# patient,rule,outcome,severity of what a run says; the columns before the fifth hold no comma
said() {
    gzip -dc "$out/flags.csv.gz" | LC_ALL=C awk -F, 'NR > 1 { gsub(/"/, "", $2); print $2 "," $3 ",flagged," $5 }'
    gzip -dc "$out/cannot_tell.csv.gz" | LC_ALL=C awk -F, 'NR > 1 { gsub(/"/, "", $1); print $1 "," $2 ",cannot_tell," }'
}

said | LC_ALL=C awk -F, -v truth="$truth" '
    BEGIN {
        while ((getline line < truth) > 0) {
            if (split(line, cell, ",") != 4 || cell[1] == "patient_id") continue
            planted[cell[1]] = 1
            key = cell[1] "," cell[2]
            if (cell[3] == "flagged" || cell[3] == "cannot_tell") { wanted[key] = cell[3] "," cell[4]; left++ }
            count++
        }
        close(truth)
        if (count == 0) { print truth ": no outcomes"; exit 2 }
    }
    function fault(text) { if (faults++ < 20) print text }
    !($1 in planted) { next }
    {
        key = $1 "," $2
        found = $3 "," $4
        if (key in wanted && wanted[key] == found && !(key in seen)) { seen[key] = 1; left--; next }
        extra++
        fault("extra: " key "," found (key in wanted ? " where the truth is " wanted[key] : ""))
    }
    END {
        if (count == 0) exit 2
        if (left > 0)
            for (key in wanted)
                if (!(key in seen)) fault("missed: " key "," wanted[key])
        printf "truth: missed %d, extra %d of %d planted outcomes\n", left, extra, count
        exit left > 0 || extra > 0
    }'
