#!/usr/bin/env bash
# --force once removed whatever --out named, the patients' files included. It replaces nothing but what
# the same verb has written, and a run never writes over, around or among what it reads.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1

run="run --profile magscreen --as-of 2025-12-31"

# refuses_out OUT REGEX ARGUMENT...: exit 2, MS-P405, and every file of data and keep is still there
refuses_out() {
    local out=$1 message=$2
    shift 2
    expect_exit 2 "$magscreen" "$@" --out "$out"
    expect_line err 'MS-P405'
    expect_line err "$message"
    expect_same "$(find data keep -type f -exec sha256sum {} + | sort)" "$before" "files after --out $out"
}

mkdir -p keep/people/deep
expect_exit 0 "$magscreen" synth --patients 700 --out data
echo precious >keep/people/deep/thesis
ln -s data linked
ln -s ../data/labs.csv.gz keep/labs-linked.csv.gz
before=$(find data keep -type f -exec sha256sum {} + | sort)

# shellcheck disable=SC2086
{
    refuses_out data 'is the folder of source' $run --data data --force
    refuses_out data/ 'is the folder of source' $run --data linked --force
    refuses_out .//data 'is the folder of source' $run --data data
    refuses_out "$work" 'holds the folder of source' $run --data data --force
    refuses_out data/out 'lies inside the folder of source' $run --data data
    refuses_out keep 'holds files that magscreen did not write, such as "labs-linked.csv.gz"' \
        $run --data data --force
    refuses_out keep/people 'such as "deep"' $run --data data --force
    refuses_out keep 'holds files that magscreen did not write' synth --patients 5 --force
    rm data/truth.csv
    before=$(find data keep -type f -exec sha256sum {} + | sort)
    refuses_out data 'there is no truth.csv' synth --patients 5 --force
}

# A pipeline file and its pack: results may lie beside them, not over or around them.
mkdir -p night/packs
cp "$source_dir/pipelines/packs/magnesium-safety.yaml" night/packs
cat >night/night.yaml <<'YAML'
name: night
as_of: 2025-12-31
sources:
  - { name: roster, kind: patients, profile: magscreen, files: ["../data/patients.csv.gz"] }
  - { name: lims, kind: labs, profile: magscreen, files: ["../data/labs*.csv.gz"] }
  - { name: epma, kind: prescriptions, profile: magscreen, files: ["../data/prescriptions.csv.gz"] }
pack: packs/magnesium-safety.yaml
YAML
refuses_out night 'is the folder of the pipeline file' run night/night.yaml --force
refuses_out night/packs 'is the folder of the pack' run night/night.yaml --force
refuses_out keep 'such as "labs-linked.csv.gz"' run night/night.yaml --force
expect_exit 0 "$magscreen" run night/night.yaml --out night/out
expect_exit 1 "$magscreen" check night/night.yaml --out night
expect_line out 'is the folder of the pipeline file'

# What the verb has written itself is replaced; a file that somebody added is not.
expect_exit 0 "$magscreen" run night/night.yaml --out night/out --force --threads 1
echo note >night/out/notes.txt
expect_exit 2 "$magscreen" run night/night.yaml --out night/out --force
expect_line err 'did not write, such as "notes.txt"'
expect_same "$(cat night/out/notes.txt)" note 'the note'
expect_exit 0 "$magscreen" synth --patients 5 --files 12 --out cohort
expect_exit 0 "$magscreen" synth --patients 5 --out cohort --force
expect_same "$(ls cohort | wc -l)" 6 'files of the new cohort'
finish
