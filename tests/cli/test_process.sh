#!/usr/bin/env bash
# The process around a verb: closed descriptors, closed pipes, full disks, core dumps.
. "$(dirname "$0")/expect.sh"

# P-18: started with descriptors 0 to 2 closed; what it opens does not become stdout.
(exec 0<&- 1>&- 2>&-; exec "$magscreen" synth --patients 20 --out "$work/cohort")
expect_same "$?" 0 'closed descriptors'
expect_same "$(gzip -cd "$work/cohort/patients.csv.gz" | head -1 | cut -c1-10)" patient_id \
    'nothing was written into the first file'

# P-04: a reader that goes away is no error and makes no noise.
"$magscreen" help --markdown 2>"$work/err" | head -1 >/dev/null
expect_same "${PIPESTATUS[0]}" 0 'stdout closed early'
expect_same "$(cat "$work/err")" '' 'a closed pipe says nothing'

# A full disk is told.
if [ -c /dev/full ]; then
    code=0
    "$magscreen" help --markdown >/dev/full 2>"$work/err" || code=$?
    expect_same "$code" 8 'standard output on a full disk'
    expect_line err 'MS-P403'
fi

# A small stack is no reason to touch more of it than there is.
code=0
(ulimit -s 512; exec "$magscreen" version >/dev/null 2>"$work/err") || code=$?
expect_same "$code" 0 'a stack of 512 KiB'

# A file that cannot be written is named as it would have been, not by the folder that is gone.
code=0
(ulimit -f 20; exec "$magscreen" synth --patients 2000 --out "$work/large" 2>"$work/err") || code=$?
expect_same "$code" 8 'a file over the limit'
expect_line err 'large/[a-z]*\.csv\.gz: .*MS-P403'
expect_same "$(grep -c 'partial' "$work/err")" 0 'no name of a folder on its way'

# S-13, S-14: control characters and line ends of a name are shown, not obeyed.
expect_exit 2 "$magscreen" "$(printf 'ru\033[31m\nforged: line')"
expect_same "$(LC_ALL=C grep -c "$(printf '\033')" "$work/err")" 0 'no escape reaches the terminal'
expect_line err '\\x1b\[31m\\x0aforged'

# S-08: no core is written even where the shell allows it: the limit is 0 once the program reads.
mkfifo "$work/fifo"
(cd "$work" && ulimit -c unlimited 2>/dev/null; exec "$magscreen" explain - --from nothing <fifo) \
    >/dev/null 2>&1 &
pid=$!
exec 3>"$work/fifo"
limit=unknown
for _ in $(seq 100); do
    limit=$(awk '/^Max core file size/ { print $5 }' "/proc/$pid/limits" 2>/dev/null)
    [ "$limit" = 0 ] && break
    sleep 0.1
done
expect_same "$limit" 0 'the limit on core files'
kill -SEGV "$pid"
wait "$pid" 2>/dev/null
exec 3>&-
expect_same "$(find "$work" -name 'core*' | wc -l)" 0 'no core dump'
finish
