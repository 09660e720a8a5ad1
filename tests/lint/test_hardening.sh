#!/usr/bin/env bash
# What the loader and the compiler can do against a fault that is exploited is switched on in the
# program, whatever CMakeLists.txt says: looked up in the file itself.
. "$(dirname "$0")/lint.sh"

if grep -qs '^MAG_SANITIZE:BOOL=ON' "$binary_dir/CMakeCache.txt"; then
    echo "SKIPPED: a program with sanitizers is not the one that is shipped"
    exit 77
fi

plant() {
    mkdir -p "$1/build"
    echo 'int main(void) { return 0; }' >"$1/main.c"
    gcc -O2 -no-pie -fno-stack-protector -fcf-protection=none -U_FORTIFY_SOURCE \
        -Wl,-z,norelro -Wl,-z,lazy -Wl,-z,execstack -Wl,-rpath,/nowhere "$1/main.c" \
        -o "$1/build/magscreen" 2>/dev/null
}

check() {
    local build=$1/build program dynamic segments imports kind=Release
    if [ "$1" = "$source_dir" ]; then
        build=$binary_dir
        kind=$(sed -n 's/^CMAKE_BUILD_TYPE:[A-Z]*=//p' "$build/CMakeCache.txt")
    fi
    program=$build/magscreen
    [ -e "$program" ] || { echo "$program: is not built; ./dev build"; return; }
    dynamic=$(readelf -dW "$program")
    segments=$(readelf -lW "$program")
    imports=$(nm -D --undefined-only "$program")
    say() { echo "magscreen: $1"; }
    grep -q 'FLAGS_1.*PIE' <<<"$dynamic" || say "is loaded at a fixed address; link with -pie"
    grep -q GNU_RELRO <<<"$segments" || say "its tables stay writable; link with -z relro"
    grep -q BIND_NOW <<<"$dynamic" || say "binds lazily, relro is partial; link with -z now"
    grep GNU_STACK <<<"$segments" | grep -q 'RW ' || say "its stack is executable; -z noexecstack"
    ! grep LOAD <<<"$segments" | grep -q RWE || say "a segment is writable and executable"
    ! grep -qE 'RPATH|RUNPATH' <<<"$dynamic" || say "looks for libraries in a folder of its own"
    ! grep -q TEXTREL <<<"$dynamic" || say "its code is changed on loading; compile with -fPIE"
    grep -q __stack_chk_fail <<<"$imports" || say "has no stack canaries; -fstack-protector-strong"
    # Only optimised code is fortified.
    if [ "$kind" = Release ]; then
        grep -qE '_chk(@|$)' <<<"$(grep -v __stack_chk_fail <<<"$imports")" ||
            say "calls unchecked memcpy, printf ...; -D_FORTIFY_SOURCE=2"
    fi
    # Where the processor knows of it, a call may land on marked places only.
    if [ "$(uname -m)" = x86_64 ]; then
        [ "$(objdump -d --no-show-raw-insn "$program" | grep -c endbr64)" -gt 100 ] ||
            say "has no marked landing places; -fcf-protection=full"
    fi
}

if [ "$(uname -m)" = x86_64 ]; then lint 8; else lint 7; fi
