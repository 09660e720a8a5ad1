#!/usr/bin/env bash
# A night and its morning on a small cohort of nobody: synth, run, worklist, explain, rejects, verify.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1

expect_exit 0 "$magscreen" synth --patients 700 --out data
expect_exit 2 "$magscreen" synth --patients 700 --out data
expect_line err 'MS-P405'
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out screened
expect_line out '^  labs .* rows  ok '
expect_line out '^  could not be assessed: '
expect_line out '^  flags: [0-9]+ critical, '
expect_line out '^PUBLISHED in screened   \(exit 0\)$'
expect_same "$(tail -1 "$work/out")" 'next: magscreen worklist --from screened' 'the next command is last'
expect_same "$(stat -c %a screened screened/flags.csv.gz | tr '\n' ' ')" '700 600 ' 'modes of folder and file'
expect_exit 2 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out screened
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --dry-run
expect_line out '^DRY RUN, nothing was written'
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out screened --force --json
expect_line out '"end": "(published|nothing_new)"'

# The worklist: most severe first, none that is hidden, @N counts without the filter. A flag that hides a
# worse one is sorted as that one: what is shown and in which order is told here by awk.
expect_exit 0 "$magscreen" worklist --from screened --limit 0
cp out all
gzip -cd screened/flags.csv.gz | awk -F, '
    BEGIN { split("info low moderate high critical", names, " "); for (i in names) level[names[i]] = i }
    NR > 1 { own[$2, $3] = level[$5]; if ($9 == "") { id[$2, $3] = $1; if (rank[$2, $3] < level[$5]) rank[$2, $3] = level[$5] }
             else if (rank[$2, $9] < level[$5]) rank[$2, $9] = level[$5] }
    END { for (key in id) if (rank[key] > 1) print rank[key], own[key], id[key] }' >ranked
expect_same "$(sed -n 's/^@[0-9]* *[a-z]* *\([^ ]*\) .*/\1/p' all | sort)" \
    "$(cut -d' ' -f3 ranked | sort)" 'rows of the worklist'
expect_same "$(sed -n 's/^@[0-9]* *[a-z]* *\([^ ]*\) .*/\1/p' all | while read -r id; do grep -- " $id\$" ranked; done | cut -d' ' -f1,2)" \
    "$(sort -k1,1nr -k2,2nr ranked | cut -d' ' -f1,2)" 'order of severities'
# What unknown facts leave possible is told beside the flag.
expect_same "$(awk '/^@/ { id = $3 } match($0, /; could be [a-z]+/) { print id, substr($0, RSTART + 11, RLENGTH - 11) }' all | sort)" \
    "$(gzip -cd screened/flags.csv.gz | awk -F, 'NR > 1 && $6 != "" && $9 == "" && $5 != "info" { print $1, $6 }' | sort)" \
    'severities that are possible'
expect_exit 0 "$magscreen" worklist --from screened --severity moderate --limit 1
expect_same "$(grep -E '^@' out)" "$(grep -E '^@[0-9]+ +moderate' all | head -1)" 'the same number with a filter'
expect_line out '^1 of [0-9,]+ flags shown \(filtered\)$'
expect_exit 0 "$magscreen" worklist --from screened --limit 3 --json
expect_same "$(grep -c '"flag_id"' out)" 3 'rows as JSON'
expect_exit 2 "$magscreen" worklist --from nowhere
expect_exit 2 "$magscreen" worklist --from nowhere --rule A01

# A value that no flag can have is a slip: no empty list, exit 2 and the nearest that there is.
expect_exit 2 "$magscreen" worklist --from screened --rule Z9
expect_line err 'the run of screened has no rule "Z9" \[MS-U204\]'
expect_exit 2 "$magscreen" worklist --from screened --rule A011
expect_line err 'did you mean --rule A01 \?'
expect_exit 2 "$magscreen" worklist --from screened --severity modrate
expect_line err 'did you mean moderate\? It is critical, high, moderate or low'
expect_exit 0 "$magscreen" worklist --from screened --rule A01 --limit 0
cp out a01
expect_exit 0 "$magscreen" worklist --from screened --rule a01 --limit 0
expect_same "$(cat out)" "$(cat a01)" 'a rule id in small letters'
expect_exit 2 "$magscreen" rejects --from screened --reason unit.missin
expect_line err 'did you mean --reason unit.missing \?'
expect_exit 2 "$magscreen" rejects --from screened --reason foo --json
expect_no_line out .
expect_exit 0 "$magscreen" rejects --from screened --reason num.exponent
expect_line out '^0 of 0 rows shown$'

# explain: by row, by flag and by id give the same page; every rule has an outcome.
rule_count=$("$magscreen" rules list --json | grep -c '"status": "active"')
flag=$(sed -n 's/^@1 *[a-z]* \([^ ]*\) .*/\1/p' all)
patient=$(sed -n 's/^@1 .*  patient \([^ ]*\)  as of.*/\1/p' all)
expect_exit 0 "$magscreen" explain @1 --from screened
cp out page
outcome_count=$(grep -cE '^(FLAGGED|CLEAR|CANNOT TELL|NOT EVALUATED) ' page)
named_count=$(sed -n '/^NOT APPLICABLE/,$p' page | grep '^      ' | wc -w)
expect_same "$((outcome_count + named_count))" "$rule_count" 'an outcome for every rule'
expect_line page "^patient $patient \\(.*data as of 2025-12-31 23:59"
expect_line page '^FLAGGED [A-H][0-9]+ v[0-9.]+ critical: '
expect_line page '\[labs.csv.gz:[0-9]+\]'
expect_exit 0 "$magscreen" explain "$flag" --from screened
expect_same "$(cat out)" "$(cat page)" 'explain by flag id'
printf '%s\n' "$patient" >id
code=0
"$magscreen" explain - --profile magscreen --data data --as-of 2025-12-31 <id >out 2>err || code=$?
expect_same "$code" 0 'explain by id on standard input'
expect_same "$(cat out)" "$(cat page)" 'explain by id'
printf 'nobody-at-all\n' >id
code=0
"$magscreen" explain - --from screened <id >out 2>err || code=$?
expect_same "$code" 1 'a patient who is not there'
expect_line err 'MS-U204'
expect_no_line err 'nobody-at-all'
expect_exit 1 "$magscreen" explain @99999 --from screened
expect_exit 0 "$magscreen" explain @1 --from screened --rule A03
expect_same "$(grep -cE '^(FLAGGED|CLEAR|CANNOT TELL|NOT APPLICABLE) ' out)" 1 'one rule'
expect_exit 2 "$magscreen" explain @1 --from screened --rule Z99
expect_exit 0 "$magscreen" explain @1 --from screened --json
expect_same "$(grep -c '"outcome"' out)" "$rule_count" 'an outcome for every rule, as JSON'

# rejects and verify
expect_exit 0 "$magscreen" rejects --from screened
expect_line out 'unit\.missing'
expect_exit 0 "$magscreen" rejects --from screened --reason unit.missing --limit 1
expect_line out '^labs.csv.gz:[0-9]+  unit\.missing'
expect_exit 0 "$magscreen" verify screened
expect_line out '^SAME RESULT$'
expect_exit 0 "$magscreen" verify screened --again
expect_line out '^SAME RESULT$'
expect_exit 0 "$magscreen" verify screened --again --dump
cp out dump
expect_exit 0 "$magscreen" verify screened --dump
expect_same "$(cmp out dump)" '' 'the tables and the sources give the same lines'
expect_same "$(sha256sum <out | cut -d' ' -f1)" \
    "$(sed -n 's/.*"result_sha256": "\([0-9a-f]*\)".*/\1/p' screened/run.json | head -1)" 'the dump is what was hashed'
expect_exit 0 "$magscreen" check --profile magscreen --data data
expect_line out '^not checked: '
rm -r data
expect_exit 0 "$magscreen" synth --patients 701 --seed 2 --out data
expect_exit 0 "$magscreen" verify screened
expect_exit 1 "$magscreen" verify screened --again
expect_line out '^DIFFERENT RESULT'

# Files of another night under the same names: the flag is told as it was recorded.
expect_exit 1 "$magscreen" explain @1 --from screened
expect_line err 'source files are not those that the run read.*MS-U205'
expect_line err "recorded: $flag critical: .*, limit "
expect_no_line err "$patient"

# No patient id in any message: 4 rows of an id without a roster row.
gzip -cd data/labs.csv.gz | sed '2s/^[^,]*/secret-patient/' | gzip >labs && mv labs data/labs.csv.gz
expect_exit 4 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out second
expect_line err 'labs\.csv\.gz: its SHA-256 is not the one in manifest\.csv; .*MS-I111'
rm -r data/manifest.csv second.failed
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out second
expect_line out 'link\.no_patient'
expect_no_line out 'secret-patient'
expect_no_line err 'secret-patient'

# rules
expect_exit 0 "$magscreen" rules test
expect_line out ' 0 failed$'
expect_exit 0 "$magscreen" rules list
expect_line out '^  A01  active '
printf 'pack: x\nversion: 1\nrules: [' >broken.yaml
expect_exit 1 "$magscreen" rules lint broken.yaml
expect_line err 'broken.yaml:'
finish
