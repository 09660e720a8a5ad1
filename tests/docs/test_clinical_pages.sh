#!/usr/bin/env bash
# The pages of docs/clinical are those that the pack, the code lists and the statements of the sources
# give; the program that makes them finds what does not fit together.
set -u
make_pages=$MAG_BINARY_DIR/tests/clinical_pages
committed=$MAG_SOURCE_DIR/docs/clinical
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
    printf 'FAILED: %s\n' "$*"
    failed=1
}

"$make_pages" "$committed/sources.yaml" "$work" || complain 'the pack and the sources do not fit'
for page in sources-to-rules.md contradictions.md to-confirm.md; do
    diff -u "$committed/$page" "$work/$page" >"$work/diff" || {
        complain "docs/clinical/$page is not what is generated; to mend: ./dev docs"
        head -20 "$work/diff"
    }
done
[ -s "$committed/intended-use.md" ] || complain 'the intended use is not told'

# Every claim and every contradiction has its row, every rule of the pack its part.
[ "$(grep -cE '^\| S[0-4]-[0-9]{2} \|' "$work/sources-to-rules.md")" -eq 92 ] || complain 'claims are missing'
[ "$(grep -cE '^\| X-[0-9]{2} \|' "$work/contradictions.md")" -eq 22 ] || complain 'contradictions are missing'
rules=$(sed -n 's/^  - id: //p' "$MAG_SOURCE_DIR/pipelines/packs/magnesium-safety.yaml")
for rule in $rules; do
    grep -q "^### $rule " "$work/sources-to-rules.md" || complain "rule $rule has no part"
    # A claim that is mapped to a rule of the pack must not say that the rule is not there.
    grep -E "\b$rule \(not in this pack\)" "$work/sources-to-rules.md" && complain "rule $rule is there"
done

# refuses MESSAGE SED: with one fault in the sources, exit 1 and the fault named.
refuses() {
    sed "$2" "$committed/sources.yaml" >"$work/faulty.yaml"
    "$make_pages" "$work/faulty.yaml" "$work" 2>"$work/err" && complain "not noticed: $1"
    grep -q "$1" "$work/err" || complain "no message: $1"
}
refuses 'rule A01 cites S0-12, which the sources do not have' '/id: S0-12,/d'
refuses 'rule C02 cites X-02, which the sources do not have' 's/id: X-02$/id: X-92/'
refuses 'S0-12 names rule A91, which is not in the catalogue' '/id: S0-12,/s/A01/A91/'
refuses 'rule B01 of the pack is not in the catalogue' '/^ *B01, B02/s/B01, //'
refuses 'S0-04 has neither rules nor a reason' '/id: S0-04,/s/, because: ".*"//'
refuses 'S0-12 stands there twice' 's/id: S0-13,/id: S0-12,/'
refuses 'X-03 is between S9-99, which the sources do not have' 's/\[S0-03, S1-03\]/[S9-99, S1-03]/'

exit "$failed"
