#!/usr/bin/env bash
# The rule that docs/rules.md shows, put together from its YAML blocks, loads and does what its example says.
. "$(dirname "$0")/expect.sh"

awk '/^```yaml$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$source_dir/docs/rules.md" >"$work/ours.yaml"
expect_same "$(grep -c '^pack: ours$' "$work/ours.yaml")" 1 'the page shows one pack'
expect_exit 0 "$magscreen" rules test "$work/ours.yaml"
sed 's/expect: moderate/expect: high/' "$work/ours.yaml" >"$work/wrong.yaml"
expect_exit 1 "$magscreen" rules test "$work/wrong.yaml"
# Lint goes on to say what a rule for real use needs besides.
expect_exit 1 "$magscreen" rules lint "$work/ours.yaml"

finish
