#!/usr/bin/env bash
# The program that changes packs finds what the examples of a weak pack let pass, and nothing in one
# whose examples hold every change; a list of equivalents must be true.
set -u
mutate=$MAG_BINARY_DIR/tests/mutate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect WHAT WANTED GOT
expect() {
    [ "$2" = "$3" ] && return
    printf 'FAILED: %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    failed=1
}

# judge FILE [OPTION...]: exit code into $code, survivors without their place into $found.
judge() {
    local file=$1
    shift
    "$mutate" --pack "$file" "$@" >"$work/out"
    code=$?
    found=$(sed -n 's/^.*: not noticed: //p' "$work/out")
}

# pack EXAMPLE...: two conditions, a class list, a tier and an exception; every example a line of
# `expect; given; given`.
pack() {
    cat <<'YAML'
pack: planted
version: 1.0.0
parameters: [{ name: recent, value: 30 days }]
limits: [{ name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }]
rules:
  - id: P01
    title: Low magnesium on two kinds of drug
    among: active(LOOP, THIAZ)
    except: has(dialysis within 365 days)
    when: >-
      latest(magnesium within recent) < mg_low
      and age >= 65
    severity:
      - tier: high
        when: age >= 80
      - tier: low
    action: Look.
    evidence: ["outside: planted"]
    examples:
YAML
    local line number=0
    for line in "$@"; do
        printf '      - name: number %d\n        expect: %s\n        given:\n' "$((number += 1))" "${line%%;*}"
        tr ';' '\n' <<<"${line#*;}" | sed 's/^ */          - /'
    done
}

low='magnesium 0.69 mmol/L 30 days ago'
strong=(
    "low; female 65 y; $low; LOOP since 60 days ago"
    "low; female 79 y; $low; THIAZ since 60 days ago"
    "high; female 80 y; $low; LOOP since 60 days ago"
    "low; female 70 y; magnesium 1.6 mg/dL 3 days ago; LOOP since 60 days ago"
    "clear; female 64 y; $low; LOOP since 60 days ago"
    "clear; female 70 y; magnesium 0.70 mmol/L 3 days ago; LOOP since 60 days ago"
    "clear; female 70 y; magnesium 1.7 mg/dL 3 days ago; LOOP since 60 days ago"
    "cannot_tell missing; female 70 y; magnesium 0.69 mmol/L 31 days ago; LOOP since 60 days ago"
    "not_applicable; female 70 y; $low; LOOP since 60 days ago; dialysis 365 days ago"
    "low; female 70 y; $low; LOOP since 60 days ago; dialysis 366 days ago"
)

pack "${strong[@]}" >"$work/strong.yaml"
judge "$work/strong.yaml"
expect 'examples that hold every change' '0 ' "$code $found"
expect 'it judges something' 1 "$(grep -cE '^[3-9][0-9] of ' "$work/out")"

# weak N WANTED: without example N, these changes pass.
weak() {
    local rest=("${strong[@]}")
    unset "rest[$1]"
    pack "${rest[@]}" >"$work/weak.yaml"
    judge "$work/weak.yaml"
    expect "without example $(($1 + 1))" "1 $2" "$code $found"
}
weak 0 'P01 | when | latest(magnesium within recent) < mg_low and age [>= -> >] 65
P01 | when | latest(magnesium within recent) < mg_low and age >= [65 -> 66]'
weak 1 'P01 | among | active(LOOP[, THIAZ -> ])
P01 | severity 1 when | age >= [80 -> 79]'
weak 2 'P01 | severity 1 | [high -> moderate]
P01 | severity 1 | [high -> critical]
P01 | severity 1 when | age [>= -> >] 80
P01 | severity 1 when | age >= [80 -> 81]
P01 | severity 1 | [dropped]'
weak 4 'P01 | when | latest(magnesium within recent) < mg_low and age >= [65 -> 64]
P01 | when | latest(magnesium within recent) < mg_low[ and age >= 65 -> ]'
weak 6 '- | limits mg_low mass | [1.7 -> 1.8] mg/dL'
weak 7 '- | parameters recent value | [30 -> 31] days'
weak 8 'P01 | except | has(dialysis within [365 -> 364] days)
P01 | except | [dropped]'
weak 9 'P01 | except | has(dialysis within [365 -> 366] days)'

# An entry for what survives is taken, one for what is noticed or does not exist is needless.
cat >"$work/list.txt" <<'TEXT'
# why each is there
P01 | except | has(dialysis within [365 -> 366] days) | planted
P01 | when | nothing of this kind | planted
TEXT
judge "$work/weak.yaml" --equivalents "$work/list.txt"
expect 'a true entry and one that matches nothing' '1 ' "$code $found"
expect 'the needless entry is named with its line' 1 \
    "$(grep -c 'list.txt:3: not needed: P01 | when | nothing of this kind$' "$work/out")"
sed -i 3d "$work/list.txt"
judge "$work/weak.yaml" --equivalents "$work/list.txt"
expect 'a true entry alone' '0 ' "$code $found"
judge "$work/strong.yaml" --equivalents "$work/list.txt"
expect 'an entry that an example has overtaken' '1 1' "$code $(grep -c 'not needed' "$work/out")"

# A share is the same one whatever the number of processes, and a rule can be asked for alone.
judge "$work/strong.yaml" --every 3 --jobs 1 --list
cp "$work/out" "$work/one"
judge "$work/strong.yaml" --every 3 --jobs 3 --list
expect 'one process and three' '' "$(diff "$work/one" "$work/out")"
judge "$work/strong.yaml" P01 --list
expect 'only the rule that was asked for' 0 "$(grep -cE ': (noticed|refused): - ' "$work/out")"

# What cannot be judged is no success.
judge "$work/strong.yaml" P99 2>/dev/null
expect 'a rule that does not exist' 2 "$code"
sed 's/    when: >-/    whenever: x\n    when: >-/' "$work/strong.yaml" >"$work/key.yaml"
judge "$work/key.yaml" 2>/dev/null
expect 'a key that nothing is known of' 2 "$code"
sed '0,/expect: low/s//expect: high/' "$work/strong.yaml" >"$work/wrong.yaml"
judge "$work/wrong.yaml" 2>/dev/null
expect 'an example that fails already' 2 "$code"

exit "$failed"
