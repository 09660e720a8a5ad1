#!/usr/bin/env bash
# What docs/rules.md shows is true: its pack loads and passes its own examples, every ```rule block
# is a rule that comes out as the block says, and no operand is without such a block.
. "$(dirname "$0")/expect.sh"
page=$source_dir/docs/rules.md

# --- the pack, put together from its YAML blocks
awk '/^```yaml$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$page" >"$work/ours.yaml"
expect_same "$(grep -c '^pack: ours$' "$work/ours.yaml")" 1 'the page shows one pack'
expect_exit 0 "$magscreen" rules test "$work/ours.yaml"
sed 's/expect: moderate/expect: high/' "$work/ours.yaml" >"$work/wrong.yaml"
expect_exit 1 "$magscreen" rules test "$work/wrong.yaml"
# Lint goes on to say what a rule for real use needs besides.
expect_exit 1 "$magscreen" rules lint "$work/ours.yaml"

# --- the ```rule blocks: the head of the pack, then one rule for each block
# A block has lines `KEY: EXPRESSION`, `let NAME: EXPRESSION`, and outcomes, `true: LINE; LINE`,
# `false: ...`, `unknown REASON: ...`, `nobody: ...` (not applicable).
write_blocks() {
    awk '/^rules:$/ {exit} {print}' "$work/ours.yaml"
    echo rules:
    awk -v quote="'" '
        function quoted(text) { gsub(quote, quote quote, text); return quote text quote }
        function after(text) { sub(/^[^:]*: */, "", text); return text }
        function example(expect, lines,   parts, n, i) {
            printed = printed "      - name: example " ++examples "\n        expect: " expect "\n        given:\n"
            n = split(lines, parts, /; */)
            for (i = 1; i <= n; i++) printed = printed "          - " quoted(parts[i]) "\n"
        }
        /^```rule$/ { inside = 1; keys = ""; lets = ""; printed = ""; has_among = has_severity = 0; next }
        /^```$/ && inside {
            inside = 0
            printf "  - id: D%03d\n    title: %s\n", ++count, "block " count
            if (lets != "") printf "    let:\n%s", lets
            if (!has_among) print "    among: always"
            printf "%s", keys
            if (!has_severity) print "    severity: low"
            printf "    examples:\n%s", printed
            next
        }
        !inside || /^ *$/ { next }
        /^let / { name = $2; sub(/:$/, "", name)
                  lets = lets "      - name: " name "\n        as: " quoted(after($0)) "\n"; next }
        /^true: / { example("low", after($0)); next }
        /^false: / { example("clear", after($0)); next }
        /^nobody: / { example("not_applicable", after($0)); next }
        /^unknown / { reason = $0; sub(/:.*/, "", reason); sub(/^unknown /, "", reason)
                      example("cannot_tell " reason, after($0)); next }
        { key = $0; sub(/:.*/, "", key); if (key == "among") has_among = 1
          if (key == "severity") has_severity = 1
          keys = keys "    " key ": " (key == "worse" || key == "population" || key == "scope" || key == "requires" ? after($0) : quoted(after($0))) "\n" }
    ' "$page"
}
write_blocks >"$work/blocks.yaml"
expect_exit 0 "$magscreen" rules test "$work/blocks.yaml"
[ ! -s "$work/out" ] || grep -A2 ^D "$work/out"

# Each block shows what is true and what is not.
blocks=$(grep -c '^```rule$' "$page")
expect_same "$(grep -c '^  - id: D' "$work/blocks.yaml")" "$blocks" 'a rule for every block'
for word in low clear; do
    shown=$(awk -v word="expect: $word" '/^  - id: D/ {seen = 0} index($0, word) && !seen {seen = 1; n++}
                                       END {print n}' "$work/blocks.yaml")
    expect_same "$shown" "$blocks" "every block has an example that is $word"
done
# A block that says the contrary fails.
sed '0,/expect: clear/s//expect: low/' "$work/blocks.yaml" >"$work/contrary.yaml"
expect_exit 1 "$magscreen" rules test "$work/contrary.yaml"

# --- nothing of the language is left out
expressions=$(sed -n "s/^    \(when\|among\|except\): //p; s/^        as: //p" "$work/blocks.yaml")
names=$(sed -n 's/^MAG_OPERAND([A-Z_]*, "\([a-z_]*\)".*/\1/p' "$source_dir/src/rules/operand.def")
expect_same "$([ "$(echo "$names" | wc -l)" -ge 60 ] && echo many)" many 'the table of operands was read'
for name in $names known any_of always; do
    expect_same "$(grep -cE "(^|[^a-z_])$name([^a-z_]|$)" <<<"$expressions" | sed 's/^[1-9].*/shown/')" shown \
        "an example of $name"
done
for word in 'within [0-9]+ days before' 'from [0-9]+ to [0-9]+ days ago' 'days after' 'since' 'around .* within' \
    'between .* and' ' at ' 'for [0-9]+ days' 'gap [0-9]' 'apart' ', by' 'up by' 'down by' 'same specimen' ' is .* or ' \
    'with creatinine' 'before .* within'; do
    expect_same "$(grep -cE -- "$word" <<<"$expressions" | sed 's/^[1-9].*/shown/')" shown "an example of \"$word\""
done

finish
