#!/bin/bash
# magscreen publish: a held run is verified and becomes visible; what is not held never does, and a
# stop at any point leaves either the held run or the published one.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1

"$magscreen" synth --patients 300 --out data >/dev/null || exit 1
night=(run --profile magscreen --data data --out res)

# The command that a gate names lists its rows, as it stands: of what is held, and of what is shown.
gzip -cd data/labs.csv.gz >labs.csv
spoil() { awk -F, -v each="$1" 'BEGIN { OFS = "," } NR % each == 2 { $3 = "\"1,5\"" } { print }' labs.csv; }
cp -r data spoilt && rm -f spoilt/manifest.csv
for each in 5 400; do
    spoil "$each" | gzip >spoilt/labs.csv.gz
    place=shown code=3
    [ "$each" -gt 5 ] || place=shown.held code=4
    expect_exit "$code" "$magscreen" run --profile magscreen --data spoilt --as-of 2025-12-31 --out shown
    see=$(sed -n 's/^  see the rows: magscreen //p' err | grep decimal_comma)
    expect_same "$see" "rejects --from $place --reason num.decimal_comma" 'the command of the gate'
    # shellcheck disable=SC2086  # words of a command
    expect_exit 0 "$magscreen" $see
    expect_line out 'num\.decimal_comma'
done
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-30 --out before

# Every magnesium result of the laboratory loses its code; the manifest would tell the old file's digest.
rm -f data/manifest.csv
recode() { gzip -cd data/labs.csv.gz | sed "s/,$1,/,$2,/" >labs.csv && gzip -c labs.csv >data/labs.csv.gz; }
recode 2601-3 MG-LOC
expect_exit 4 "$magscreen" "${night[@]}" --as-of 2025-12-31 --previous before
expect_line err '\[MS-I247\]$'
expect_line err 'lab test "magnesium": [0-9,]+ -> [0-9]+ rows'
expect_line out '^if it is right: magscreen publish res\.held --reason TEXT$'
held_sha=$(grep -m1 '"result_sha256"' res.held/run.json)

# Nothing but a held run, with a reason of one line, under its own name.
expect_exit 2 "$magscreen" publish res.held
expect_exit 2 "$magscreen" publish res.held --reason ' '
expect_exit 2 "$magscreen" publish res.held --reason $'two\nlines'
expect_exit 2 "$magscreen" publish before --reason right
expect_line err 'is not named DIR\.held'
expect_exit 2 "$magscreen" publish nowhere.held --reason right
cp -r before early.held
expect_exit 2 "$magscreen" publish early.held --reason right
expect_line err 'holds a run that is not held'
expect_exit 2 "$magscreen" publish .held --reason right

# A held run is no earlier run to compare with.
expect_exit 2 "$magscreen" "${night[@]}" --as-of 2025-12-31 --previous res.held
expect_line err '\[MS-P412\]$'

# A damaged table is no answer, a changed one is the answer no; both leave everything as it was.
cp -r res.held cut.held
head -c 100 res.held/flags.csv.gz >cut.held/flags.csv.gz
expect_exit 4 "$magscreen" publish cut.held --reason right
cp -r res.held changed.held
sed -i '2s/[0-9]/7/3' changed.held/summary.csv
expect_exit 1 "$magscreen" publish changed.held --reason right
expect_line err 'result_sha256 differs'
expect_same "$(ls -d cut* changed* | tr '\n' ' ')" 'changed.held cut.held ' 'nothing became visible'
cp -r res.held other.held
echo mine >other.held/notes.txt
expect_exit 2 "$magscreen" publish other.held --reason right
expect_line err 'notes\.txt'

# An older held run never takes the place of a newer one; a published one only with --force.
sleep 1
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out newer
cp -r res.held newer.held
expect_exit 2 "$magscreen" publish newer.held --reason right --force
expect_line err 'was written by a later run'
cp -r res.held over.held
cp -r before over
expect_exit 2 "$magscreen" publish over.held --reason right
expect_line err 'give --force'
expect_exit 0 "$magscreen" publish over.held --reason right --force
expect_same "$(grep -m1 '"result_sha256"' over/run.json)" "$held_sha" 'the held run took its place'
expect_same "$(ls -d over*)" over 'nothing is left behind'

# Released: same tables, same digest, private, and the record says who, when and why.
cp -r res.held again.held
expect_exit 0 "$magscreen" publish res.held --reason 'the code was renamed'
expect_line out '^  was red: class_or_test_falls of labs magnesium$'
expect_line out '^  reason: the code was renamed \('
expect_same "$(tail -1 out)" 'next: magscreen worklist --from res' 'the next command is last'
expect_same "$(ls -d res*)" res 'the held folder has become the published one'
expect_exit 0 "$magscreen" verify res
expect_same "$(grep -c '"state": "published"' res/run.json)" 1 'the state'
expect_same "$(grep -c '"reason": "the code was renamed"' res/run.json)" 1 'the reason is kept'
expect_same "$(find res -type f ! -perm 600 | wc -l) $(stat -c %a res)" '0 700' 'private'
expect_exit 0 "$magscreen" worklist --from res
expect_line out '^this run was held and released by .* at .*: the code was renamed$'
expect_exit 0 "$magscreen" worklist --from res --json
expect_line err '^this run was held and released by '

# Stopped between the rename and the removal of the held folder: the next call only removes it.
cp -r again.held res.held
expect_exit 0 "$magscreen" publish res.held --reason 'the code was renamed'
expect_line out '^NOTHING NEW: res holds this very run already$'
expect_same "$(ls -d res*)" res 'the held folder is gone'

# Killed anywhere: visible is nothing or the whole, and the next call ends it.
for delay in 0 0.001 0.002 0.004 0.006 0.008 0.01 0.015 0.02 0.03; do
    rm -rf kill kill.*
    cp -r again.held kill.held
    "$magscreen" publish kill.held --reason right >/dev/null 2>&1 &
    pid=$!
    sleep "$delay"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    [ ! -e kill ] || expect_exit 0 "$magscreen" verify kill
    [ ! -e kill.held ] || expect_exit 0 "$magscreen" publish kill.held --reason right
    expect_exit 0 "$magscreen" verify kill
    expect_same "$(ls -d kill*)" kill "killed after $delay s: nothing else is left"
done

# As JSON, and a later success leaves what lies beside it but says so.
expect_exit 0 "$magscreen" publish again.held --reason right --json
expect_line out '"end": "published"'
expect_line out '"subject": "magnesium"'
cp -r before next.failed
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2025-12-31 --out same --previous again
expect_line out '^NOTHING NEW: again holds this very result already \[MS-P410\]'
expect_same "$(ls -d same* 2>/dev/null)" '' 'a night that was published already is not published again'
expect_exit 0 "$magscreen" run --profile magscreen --data data --as-of 2026-01-01 --out next --previous again
expect_line out '^note: an earlier run that failed lies in next\.failed;'
expect_line out '^  compared with the run of .* as of 2025-12-31$'
finish
