#!/usr/bin/env bash
# check: whatever would stop a run is a finding, and the exit code is 1; 2 is for the command line.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1
packs=$source_dir/pipelines/packs
expect_exit 0 "$magscreen" synth --patients 30 --out data

# put_pipeline PACK LINE...: pipeline.yaml with that pack and further lines
put_pipeline() {
    cat >pipeline.yaml <<YAML
name: night
as_of: 2025-12-31
sources:
  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }
  - { name: lims, kind: labs, profile: magscreen, files: [data/labs.csv.gz] }
  - { name: epma, kind: prescriptions, profile: magscreen, files: [data/prescriptions.csv.gz] }
pack: $1
YAML
    shift
    printf '%s\n' "$@" >>pipeline.yaml
}

# finds ID REGEX: one thing is bad, told on stdout only, in words and in JSON; a run is stopped, too
finds() {
    expect_exit 1 "$magscreen" check pipeline.yaml
    expect_line out "^  BAD  .*$2.*\[$1\]$"
    expect_line out '^[0-9]+ ok, 1 bad$'
    expect_same "$(cat err)" '' "stderr of check for $1"
    expect_exit 1 "$magscreen" check pipeline.yaml --json
    expect_line out "\"id\": \"$1\""
    expect_same "$(grep -c '"is_good": false' out)" 1 "bad findings in JSON for $1"
    expect_line out '^\]'
    "$magscreen" run pipeline.yaml --dry-run >/dev/null 2>"$work/err"
    expect_same "$?" "$3" "exit code of a run for $1"
    expect_line err "\[$1\]$"
}

put_pipeline magnesium-safety
expect_exit 0 "$magscreen" check pipeline.yaml
expect_line out '^[0-9]+ ok, 0 bad$'
expect_line out '^  ok   night: reads$'

put_pipeline magnesium-safety 'sauces: 1'
finds MS-U202 'pipeline.yaml:8:1: unknown key "sauces"' 2
expect_exit 1 "$magscreen" check pipeline.yaml
expect_line out '^       did you mean "sources"\?$'

put_pipeline pack.yaml
finds MS-I112 'pack.yaml' 2
sed 's/when: kf_stale$/when: kf_stall/' "$packs/magnesium-safety.yaml" >pack.yaml
finds MS-R503 'pack.yaml:' 5
expect_exit 1 "$magscreen" check pipeline.yaml
expect_line out '^ +\^' # the place in its line
sed 's/mg_uln, molar: 1.05 mmol/mg_uln, molar: 1.95 mmol/' "$packs/magnesium-safety.yaml" >pack.yaml
expect_exit 1 "$magscreen" check pipeline.yaml
expect_line out '^  BAD  magnesium-safety: 46 rules, [0-9]+ of [0-9]+ examples pass$'
chmod o+w pack.yaml
finds MS-S605 'pack.yaml' 2
rm pack.yaml

# A pack of the site's own: what is not checked is one line, not one for each canary.
sed 's/^pack: magnesium-safety$/pack: our-own/' "$packs/magnesium-safety.yaml" >pack.yaml
put_pipeline pack.yaml
expect_exit 0 "$magscreen" check pipeline.yaml
expect_same "$(grep -c 'our-own: 46 rules' out)" 1 'the pack of its own'
expect_same "$(grep -c 'outcomes are of pack magnesium-safety' out)" 1 'lines for all canaries'
expect_line out 'canaries, not checked: [0-9]+ canaries of profile magscreen: outcomes are of pack'
rm pack.yaml

put_pipeline magnesium-safety
rm data/labs.csv.gz
finds MS-I112 'data/labs.csv.gz' 2
printf 'sample\n' >data/labs.csv.gz
expect_exit 1 "$magscreen" check pipeline.yaml
expect_line out '^  BAD  .*data/labs.csv.gz: .*\[MS-I108\]$'
expect_exit 0 "$magscreen" synth --patients 30 --out fresh
cp fresh/labs.csv.gz data/
expect_exit 1 "$magscreen" check pipeline.yaml --as-of nonsense

# With --deep: what a run would refuse while it reads.
gzip -cd data/patients.csv.gz | sed '1s/site/surname/' | gzip >people && mv people data/patients.csv.gz
expect_exit 1 "$magscreen" check --deep pipeline.yaml
expect_line out '^  BAD  rows: .*\[MS-S611\]$'
expect_exit 10 "$magscreen" run pipeline.yaml --dry-run

# A wrong command line looks at nothing.
expect_exit 2 "$magscreen" check
expect_exit 2 "$magscreen" check --profile magscreen
expect_exit 2 "$magscreen" check pipeline.yaml --profile magscreen
expect_line err 'names its own sources'
expect_no_line out '.'
expect_exit 2 "$magscreen" check --no-such-option
finish
