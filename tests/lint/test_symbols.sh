#!/usr/bin/env bash
# The floors' libraries define no global name but mag_*; the program exports none of them.
. "$(dirname "$0")/lint.sh"

plant() {
    mkdir -p "$1/build"
    echo 'int stray(void); int stray(void) { return 1; }' >"$1/stray.c"
    gcc -c "$1/stray.c" -o "$1/stray.o"
    ar rc "$1/build/libmag_base.a" "$1/stray.o"
    echo 'int mag_shown(void); int mag_shown(void) { return 1; } int main(void) { return 0; }' >"$1/main.c"
    gcc -rdynamic "$1/main.c" -o "$1/build/magscreen"
}

# The tree's own libraries lie in the build folder; a planted tree brings its own.
check() {
    local build=$1/build library program
    [ "$1" = "$source_dir" ] && build=$binary_dir
    for library in "$build"/libmag_*.a; do
        nm -g --defined-only "$library" 2>/dev/null | awk -v library="$(basename "$library")" '
            NF == 3 && $3 !~ /^(mag_|__odr_asan|\.gomp)/ {
                print library ": global name " $3 "; make it static or call it mag_*"
            }'
    done
    program=$build/magscreen
    [ -e "$program" ] || { echo "$program: is not built; ./dev build"; return; }
    nm -D --defined-only "$program" | awk '$3 ~ /^mag_/ {
        print "magscreen: exports " $3 "; build with -fvisibility=hidden"
    }'
}

lint 2
