#!/usr/bin/env bash
# rules lint --release: a pack gets its line in PACK.lock once, and never a second content.
set -euo pipefail
. "${MAG_SOURCE_DIR:?}/tests/cli/expect.sh"
cd "$work"
cp "$MAG_SOURCE_DIR/pipelines/packs/magnesium-safety.yaml" pack.yaml
printf 'older 0.9 0123' >PACK.lock
digest=$(sha256sum pack.yaml | cut -d' ' -f1)

expect_exit 0 "$magscreen" rules lint --release pack.yaml
expect_line out '^magnesium-safety 1\.1\.0 is released: its line is in PACK\.lock$'
expect_same "$(cat PACK.lock)" "older 0.9 0123
magnesium-safety 1.1.0 $digest" 'the line stands below the older one'

expect_exit 0 "$magscreen" rules lint --release pack.yaml
expect_line out '^magnesium-safety 1\.1\.0 is already in PACK\.lock$'
expect_same "$(grep -c . PACK.lock)" 2 'lines'

# Another content under the version is refused, whoever looks at it.
sed -i 's/title: Magnesium with/title: Some magnesium with/' pack.yaml
for action in 'lint --release' lint test list; do
    # shellcheck disable=SC2086  # two words
    "$magscreen" rules $action pack.yaml >out.txt 2>err.txt && code=0 || code=$?
    expect_same "$((code == 1 || code == 5))" 1 "rules $action says no"
    expect_same "$(grep -c 'MS-R507' err.txt)" 1 "rules $action says why"
done
expect_same "$(grep -c . PACK.lock)" 2 'nothing was added'

# Under a new version it is a pack of its own; an example that fails keeps it out of the lock.
sed -i 's/^version: .*/version: 1.2.0/' pack.yaml
expect_exit 0 "$magscreen" rules lint pack.yaml
sed '0,/expect: critical/s//expect: low/' pack.yaml >broken.yaml
expect_exit 1 "$magscreen" rules lint --release broken.yaml
expect_line err 'is not released: 0 findings, 1 of [0-9]* examples fail'
expect_same "$(grep -c . PACK.lock)" 2 'a broken pack gets no line'
expect_exit 0 "$magscreen" rules lint --release pack.yaml
expect_same "$(grep -c '^magnesium-safety 1.2.0 ' PACK.lock)" 1 'the new version has its line'

# A lock that is there and cannot be read is not taken for none.
expect_exit 0 "$magscreen" rules test pack.yaml
mv PACK.lock kept
for target in PACK.lock nowhere; do # a loop, and a name that leads nowhere
    ln -sf "$target" PACK.lock
    expect_exit 2 "$magscreen" rules test pack.yaml
    expect_line err 'PACK.lock: cannot be read.*\[MS-I112\]$'
    rm PACK.lock
done
mkdir PACK.lock
expect_exit 2 "$magscreen" rules test pack.yaml
expect_line err 'PACK.lock.*\[MS-I112\]$'
rmdir PACK.lock
if [ "$(id -u)" -ne 0 ]; then
    cp kept PACK.lock && chmod 000 PACK.lock
    expect_exit 2 "$magscreen" rules test pack.yaml
    rm PACK.lock
fi
expect_exit 0 "$magscreen" rules test pack.yaml # without a lock
mv kept PACK.lock

expect_exit 2 "$magscreen" rules lint --release
expect_exit 2 "$magscreen" rules test --release pack.yaml
finish
