#!/usr/bin/env bash
# Each header compiles alone, and its guard is its path.
. "$(dirname "$0")/lint.sh"

plant() {
    mkdir -p "$1/src/base"
    printf '#ifndef MAG_BASE_ALONE_H\n#define MAG_BASE_ALONE_H\nsize_t f(void);\n#endif\n' \
        >"$1/src/base/alone.h"
    printf '#ifndef WRONG_H\n#define WRONG_H\nint f(void);\n#endif\n' >"$1/src/base/guard.h"
}

check() {
    local file guard
    (
        cd "$1" || exit
        for file in $(find src include -name '*.h' 2>/dev/null | sort); do
            guard=${file#src/}
            guard=MAG_$(printf '%s' "${guard#include/}" | tr 'a-z/.-' 'A-Z___')
            grep -q "^#ifndef $guard\$" "$file" && grep -q "^#define $guard\$" "$file" ||
                echo "$file: the include guard is to be $guard"
            ${CC:-gcc} -std=c17 -fsyntax-only -Wall -Wextra -Wconversion -Wshadow \
                -Wstrict-prototypes -Wvla -Werror -D_POSIX_C_SOURCE=200809L -Isrc -Iinclude \
                $(pkg-config --cflags libpq) \
                -x c "$file" 2>/dev/null ||
                echo "$file: does not compile alone; include what it uses (gcc -std=c17 -fsyntax-only -Isrc $file)"
        done
    )
}

lint 2
