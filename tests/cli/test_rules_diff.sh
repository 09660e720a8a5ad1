#!/usr/bin/env bash
# What `rules diff` says of two packs is what two runs, one with each, have written; on a cohort of
# nobody and on the demo of MIMIC-IV.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
shipped=$source_dir/pipelines/packs/magnesium-safety.yaml
demo=${MAGSCREEN_DATA:-$source_dir/../shared/data}/mimic-iv-demo
cd "$work" || exit 1

# change FILE RULE SED: the shipped pack with one rule changed (or, RULE -, what stands before them).
change() {
    awk -v wanted="$2" '/^  - id: / { rule = $3 } BEGIN { rule = "-" }
        { print (rule == wanted) "\t" $0 }' "$shipped" |
        sed -e "/^1/{$3}" -e 's/^[01]\t//' >"$1"
    cmp -s "$shipped" "$1" && complain "$1 is the shipped pack"
}
change wide.yaml - 's/molar: 0.70 mmol.L, mass: 1.7/molar: 0.75 mmol\/L, mass: 1.8/'
change mild.yaml A01 's/: critical$/: moderate/; s/expect: high/expect: low/'
change fewer.yaml C02 's/status: active/status: staging/'
change kidney.yaml - 's/name: renal_recent, value: 365 days/name: renal_recent, value: 30 days/'

# A run refuses a pack whose examples fail; it gets the same change as numbers of its own.
declare -A numbers=(
    [wide]='limits: [{ name: mg_low, molar: 0.75 mmol/L, mass: 1.8 mg/dL, note: wider }]'
    [kidney]='parameters: [{ name: renal_recent, value: 30 days, note: shorter }]'
)

# flags OUT: patient, rule, severity, is it hidden; then "patient,rule,cannot" of cannot_tell.
flags() {
    gzip -cd "$1/flags.csv.gz" | awk -F, 'NR > 1 { print $2 "," $3 "," $5 "," ($9 != "") }' | tr -d '"'
    gzip -cd "$1/cannot_tell.csv.gz" | awk -F, 'NR > 1 { print $1 "," $2 ",cannot" }' | tr -d '"'
}

# counts OLD NEW: per changed rule, the columns of the table, from what two runs wrote.
counts() {
    awk -F, '
        function rank(word) { return index("info low moderate high critical", word) }
        { key = $1 "," $2; rules[$2]; patients[key] = $2
          if ($3 == "cannot") cannot[FILENAME, key] = 1
          else { severity[FILENAME, key] = rank($3); hidden[FILENAME, key] = $4 } }
        END {
            a = ARGV[1]; b = ARGV[2]
            for (key in patients) {
                r = patients[key]; was = (a, key) in severity; is = (b, key) in severity
                n[r, 1] += was; n[r, 2] += is; n[r, 3] += is && !was; n[r, 4] += was && !is
                n[r, 5] += was && is && severity[b, key] > severity[a, key]
                n[r, 6] += was && is && severity[b, key] < severity[a, key]
                n[r, 7] += was && is && hidden[b, key] && !hidden[a, key]
                n[r, 8] += was && is && hidden[a, key] && !hidden[b, key]
                n[r, 9] += ((b, key) in cannot) && !((a, key) in cannot)
                n[r, 10] += ((a, key) in cannot) && !((b, key) in cannot)
            }
            for (r in rules) {
                line = r; changed = 0
                for (i = 1; i <= 10; i++) { line = line " " n[r, i] + 0; changed += i > 2 && n[r, i] > 0 }
                if (changed) print line
            }
        }' "$1" "$2" | sort
}

# shown: the rows of the table in $work/out, thousands without commas, remarks left out.
shown() {
    grep -E '^[A-Z][0-9]{2} ' "$work/out" | sed 's/  only in .*//; s/,//g' | tr -s ' ' | sed 's/ $//'
}

# pipeline FILE PACK: the sources of $sources.
pipeline() {
    sed "s|^pack: .*|pack: $work/$2|" "$sources" >"$1"
}

# agrees NAME: the comparison of the shipped pack with NAME.yaml agrees with two runs.
agrees() {
    local changed=${numbers[$1]:-} wanted=0
    pipeline old.pipeline.yaml shipped.yaml
    pipeline new.pipeline.yaml "$([ -n "$changed" ] && echo shipped.yaml || echo "$1.yaml")"
    printf '%s\n' "$changed" >>new.pipeline.yaml
    rm -rf old new
    expect_exit 0 "$magscreen" run old.pipeline.yaml --out old
    expect_exit 0 "$magscreen" run new.pipeline.yaml --out new
    flags old >old.flags
    flags new >new.flags
    cmp -s old.flags new.flags || wanted=1
    expect_exit "$wanted" "$magscreen" rules diff magnesium-safety "$1.yaml" --from old
    cp "$work/out" answer
    expect_same "$(shown)" "$(counts old.flags new.flags)" "counts of $1"
    expect_same "$(sed -n 's/.*, \([0-9,]*\) with another answer$/\1/p' answer | tr -d ,)" \
        "$(sort old.flags new.flags | uniq -u | cut -d, -f1 | sort -u | wc -l)" "patients of $1"
    expect_same "$(sed -n 's/^  patient \([^ ]*\) .*/\1/p' answer | uniq | tr '\n' ' ')" \
        "$(sort old.flags new.flags | uniq -u | cut -d, -f1 | LC_ALL=C sort -u | head -10 | tr '\n' ' ')" \
        "the first ten patients of $1"
    expect_same "$(grep -cE '^(SAME|DIFFERENT) FLAGS$' answer)" 1 'it says which'
}
cp "$shipped" shipped.yaml

# --- a cohort of nobody ---
expect_exit 0 "$magscreen" synth --patients 4000 --seed 3 --out data
cat >synth.pipeline.yaml <<YAML
name: synth
as_of: 2025-12-31
sources:
  - { name: roster, kind: patients, profile: magscreen, files: ["$work/data/patients*.csv.gz"] }
  - { name: lims, kind: labs, profile: magscreen, files: ["$work/data/labs*.csv.gz"] }
  - { name: rx, kind: prescriptions, profile: magscreen, files: ["$work/data/prescriptions*.csv.gz"] }
pack: x
YAML
sources=synth.pipeline.yaml
for pack in wide mild fewer kidney shipped; do
    agrees "$pack"
    [ "$pack" = shipped ] || expect_same "$(shown | wc -l | sed 's/^[1-9].*/some/')" some "rules of $pack"
done
expect_exit 1 "$magscreen" rules diff shipped.yaml fewer.yaml --from old
expect_line out '^C02 .*  only in the old pack$'
expect_exit 1 "$magscreen" rules diff fewer.yaml shipped.yaml --from old
expect_line out '^C02 .*  only in the new pack$'
expect_line out '^next: magscreen rules show C02 shipped.yaml$'

# The same for every number of threads, as text and as JSON.
for threads in 1 2 5; do
    expect_exit 1 "$magscreen" rules diff shipped.yaml wide.yaml --from old --json --threads "$threads"
    cp out "json-$threads"
done
expect_same "$(cat json-1 json-2 json-5 | md5sum)" "$(cat json-1 json-1 json-1 | md5sum)" 'threads'
expect_line json-1 '"is_same": false'
expect_exit 1 "$magscreen" rules diff shipped.yaml wide.yaml --from old
expect_same "$(sed -n 's/.*"gained": //p' json-1 | tr -d , | awk '{ n += $1 } END { print n }')" \
    "$(shown | awk '{ n += $4 } END { print n }')" 'flags gained, in JSON and as text'

# What is no comparison is refused; nothing is written anywhere.
before=$(ls -A | sort)
expect_exit 2 "$magscreen" rules diff shipped.yaml
expect_line err 'usage: magscreen rules diff OLD.yaml NEW.yaml'
expect_exit 2 "$magscreen" rules diff shipped.yaml wide.yaml
expect_line err 'no sources were named'
expect_exit 2 "$magscreen" rules diff shipped.yaml nowhere.yaml --from old
expect_exit 2 "$magscreen" rules diff shipped.yaml wide.yaml --from old --data data
expect_exit 2 "$magscreen" rules list --data data
expect_line err 'rules list looks at no patients'
sed 's/when: kf < 20/when: kg < 20/' shipped.yaml >broken.yaml
expect_exit 5 "$magscreen" rules diff shipped.yaml broken.yaml --from old
expect_line err 'broken.yaml:[0-9]+:[0-9]+:'
rm broken.yaml
expect_same "$(ls -A | sort)" "$before" 'nothing is written'

# --- the demo of MIMIC-IV, every patient as of the own last record ---
if [ ! -e "$demo/patients.csv.gz" ]; then
    printf 'SKIPPED: no mimic-iv-demo in ../shared/data or MAGSCREEN_DATA\n'
    [ "$failure_count" -eq 0 ] && exit 77
    finish
fi
sed "s|\.\./\.\./shared/data/mimic-iv-demo|$demo|" "$source_dir/pipelines/mimic-iv.yaml" >demo.pipeline.yaml
sources=demo.pipeline.yaml
agrees wide
expect_same "$(shown | awk '$4 > 0 { print "gained" }' | sort -u)" gained 'the wider limit finds more'
expect_exit 1 "$magscreen" rules diff shipped.yaml wide.yaml --profile mimic-iv --data "$demo" --as-of latest
expect_line out '^[0-9]+ patients screened as of latest, [0-9]+ with another answer$'
finish
