#!/usr/bin/env bash
# Help: short alone, two examples first for each verb, every message explained, docs as generated.
. "$(dirname "$0")/expect.sh"

expect_exit 0 "$magscreen"
expect_same "$([ "$(wc -l <"$work/out")" -le 24 ] && echo short)" short 'magscreen alone, one screen of 24 lines'
expect_line out 'not reassurance'
cp "$work/out" "$work/overview"

for verb in $(sed -n 's/^MAG_VERB(\([a-z]*\),.*/\1/p' "$source_dir/src/cli/verb.def"); do
    expect_line overview "^  $verb "
    expect_exit 0 "$magscreen" "$verb" --help
    expect_same "$(head -2 "$work/out" | grep -c "^  magscreen $verb")" 2 "$verb --help starts with two examples"
    expect_line out "^usage: magscreen $verb"
    cp "$work/out" "$work/help"
    expect_exit 0 "$magscreen" help "$verb"
    expect_same "$(cat "$work/out")" "$(cat "$work/help")" "help $verb is $verb --help"
    # An example uses only options that the verb lists.
    for option in $(head -2 "$work/help" | grep -oE -- '--[a-z-]+'); do
        expect_line help "^  $option( |\$)"
    done
done

for id in I101 MS-I240 ms-u201; do
    expect_exit 0 "$magscreen" help "$id"
    expect_line out '^MS-[A-Z][0-9]+: .'
done

expect_exit 0 "$magscreen" help --markdown
expect_same "$(diff "$source_dir/docs/cli.md" "$work/out" | head -5)" '' \
    'docs/cli.md is what the program says (magscreen help --markdown > docs/cli.md)'

# Exit codes in the reference are those of the statuses.
for code in $(sed -n 's/^MAG_STATUS([A-Z_]*, \([0-9]*\),.*/\1/p' "$source_dir/src/base/status.def"); do
    case "$code" in
    6 | 7 | 9) ;; # of PostgreSQL and of the lock, which no verb meets
    *) expect_line out "^\\| $code \\|" ;;
    esac
done

expect_exit 0 "$magscreen" version
expect_line out '^magscreen [0-9]+\.[0-9]+\.[0-9]+$'
expect_exit 0 "$magscreen" --version
expect_exit 0 "$magscreen" version --json
expect_line out '"codebook_sha256": "[0-9a-f]{64}"'
finish
