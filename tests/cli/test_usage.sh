#!/usr/bin/env bash
# What the command line refuses, with which exit code, message and advice.
. "$(dirname "$0")/expect.sh"

# refuses REGEX-OF-STDERR ARGUMENT...: exit 2, message MS-U201, nothing on stdout
refuses() {
    local message=$1
    shift
    expect_exit 2 "$magscreen" "$@"
    expect_line err '^magscreen: .*\[MS-[A-Z][0-9]+\]$'
    expect_line err "$message"
    expect_no_line out '.'
}

refuses 'did you mean  magscreen run' rum
refuses 'next: magscreen help' zzzzzzzz
refuses 'did you mean --threads' run --thread 2
refuses 'run has no option --password' run --password=secret
refuses '--threads cannot be "0"' run --threads 0
refuses '--threads cannot be "-1"' run --threads -1
refuses '--threads cannot be "1e3"' run --threads 1e3
refuses '--threads cannot be "2000"' run --threads 2000
refuses '--memory-limit cannot be "lots"' run --memory-limit lots
refuses '--allow-empty cannot be "everything"' run --allow-empty everything
refuses '--out needs a value: DIR' run --out
refuses '--force takes no value' run --force=yes
refuses 'written in full' run -f
refuses 'run takes at most 1 operand' run a.yaml b.yaml
refuses 'no sources were named' run
refuses 'no sources were named' run --profile magscreen
refuses 'names its own sources' run a.yaml --profile magscreen
refuses 'explain needs an operand' explain
refuses '--from or --db is missing' explain @1
refuses '--from or --db is missing' explain A01-0123456789ab
refuses 'worklist needs --from' worklist
refuses 'worklist takes at most 0' worklist out
refuses '--severity cannot be "bad"' worklist --from out --severity bad
refuses 'rejects needs --from' rejects
refuses 'did you mean  magscreen rules list' rules lst
refuses 'usage: magscreen rules show ID' rules show
refuses 'usage: magscreen rules lint' rules lint a.yaml b.yaml
refuses 'has no rule "Z99"' rules show Z99
refuses 'synth needs --patients' synth --out "$work/cohort"
refuses '--patients cannot be "0"' synth --patients 0 --out "$work/cohort"
refuses 'there is no message' help MS-Z999
refuses 'there is no verb' help nonsense

# Options and operands stand in any order, = and blank are the same, -- ends the options.
expect_exit 0 "$magscreen" rules --json list
expect_exit 0 "$magscreen" rules list --json
expect_exit 2 "$magscreen" rules -- --json
expect_line err 'rules cannot "--json"'

# A patient id is no argument where nobody sits at a terminal, and is not repeated.
refuses 'at a terminal only' explain P-secret-0001 --from "$work"
expect_no_line err 'secret'
refuses 'at most' worklist P-secret-0001
expect_no_line err 'secret'

# A message of --json is one JSON object.
expect_exit 2 "$magscreen" run --json
expect_line err '^\{"id":"MS-U201","exit":2,"source":"","line":0,"column":0,"reason":"usage","count":1,"text":.*\}$'

# P-09: a place that cannot be written is found before anything is read.
expect_exit 2 "$magscreen" run --profile magscreen --data "$work" --as-of 2025-12-31 \
    --out "$work/no/such/place"
expect_no_line out '.'

finish
