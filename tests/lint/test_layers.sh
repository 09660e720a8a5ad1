#!/usr/bin/env bash
# The law of the floors: includes point to the own floor or one earlier in the list; libraries are
# used where docs/ARCHITECTURE.md says; only cli prints and exits; only base/memory.c allocates.
. "$(dirname "$0")/lint.sh"

plant() {
    mkdir -p "$1/src/base" "$1/src/io" "$1/src/engine" "$1/src/rules"
    echo '#include "io/stream.h"' >"$1/src/base/up.c"
    echo '#include <zlib.h>' >"$1/src/rules/library.c"
    echo '#include <windows.h>' >"$1/src/rules/unknown.c"
    echo '#include <immintrin.h>' >"$1/src/io/vectors.c"
    echo '#include "../base/span.h"' >"$1/src/rules/relative.c"
    echo '#pragma omp parallel' >"$1/src/rules/parallel.c"
    echo 'void f(void) { printf("x"); }' >"$1/src/rules/prints.c"
    echo 'void f(void) { exit(1); }' >"$1/src/rules/exits.c"
    echo 'void *f(void) { return malloc(1); }' >"$1/src/io/allocates.c"
    echo 'void f(void) { mag_source_csv_new(); }' >"$1/src/engine/concrete.c"
}

check() {
    (cd "$1" && find src -name '*.[ch]' | sort | xargs awk '
        BEGIN {
            count = split("base io clinical cohort rules engine sinks cli", floors, " ")
            for (i = 1; i <= count; i++) rank[floors[i]] = i
            third["zlib.h"] = "io"; third["isa-l/igzip_lib.h"] = "io"; third["isa-l/crc.h"] = "io"; third["yaml.h"] = "io"; third["libpq-fe.h"] = "io"
            third["xxhash.h"] = "base"; third["malloc.h"] = "base"; third["openssl/evp.h"] = "base"; third["openssl/sha.h"] = "base"
            third["omp.h"] = "engine"; third["getopt.h"] = "cli"
            count = split("assert ctype errno fcntl float fnmatch inttypes limits locale math signal stdalign " \
                "stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings time " \
                "dirent glob langinfo libgen poll pthread pwd sched termios unistd wchar sys/ioctl sys/mman " \
                "sys/prctl sys/random sys/resource sys/stat sys/statvfs sys/syscall sys/time sys/types sys/wait sys/file " \
                "sys/uio linux/fs", standard, " ")
            for (i = 1; i <= count; i++) known[standard[i] ".h"] = 1
        }
        function fault(text) { print FILENAME ":" FNR ": " text }
        { split(FILENAME, path, "/"); floor = path[2] }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, part, "\""); split(part[2], target, "/")
            if (part[2] == "magscreen.h" && floor == "cli") next # the promised header
            if (!(target[1] in rank))
                fault("include \"" part[2] "\" names no floor; write \"FLOOR/file.h\"")
            else if (rank[target[1]] > rank[floor])
                fault(floor " may not include from " target[1] ", a later floor; move the code or pass a function")
        }
        /^[ \t]*#[ \t]*include[ \t]*</ {
            split($0, part, /[<>]/)
            if (part[2] ~ /^[a-z]*mmintrin.h$/) {
                if (FILENAME !~ /^src\/io\/csv_cutter_[a-z0-9]*\.c$/)
                    fault("<" part[2] "> belongs to a file of one instruction set, which is called only where it is there")
            } else if (part[2] in third) {
                if (third[part[2]] != floor)
                    fault("<" part[2] "> belongs to " third[part[2]] "; call that floor instead")
            } else if (!(part[2] in known))
                fault("<" part[2] "> is no C or POSIX header that the checks know; see tests/lint/test_layers.sh")
        }
        /^[ \t]*#[ \t]*pragma[ \t]+omp/ && floor != "engine" {
            fault("OpenMP is used in src/engine only")
        }
        /mag_(source|sink)_(csv|postgres|synth)/ && floor == "engine" {
            fault("the engine names no concrete source or sink; take it as an argument")
        }
        FNR == 1 { is_comment = 0 }
        {
            code = " " $0
            gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
            if (is_comment && !sub(/^.*\*\//, " ", code)) next
            is_comment = 0
            gsub(/\/\*[^*]*\*\//, " ", code)
            if (sub(/\/\*.*/, "", code)) is_comment = 1
        }
        code ~ /[^A-Za-z0-9_.>](printf|fprintf|vfprintf|puts|fputs|putchar|perror)[ ]*\(/ && floor != "cli" {
            fault("only cli prints; return a mag_status and fill *err")
        }
        code ~ /[^A-Za-z0-9_.>](exit|_exit|abort)[ ]*\(/ && floor != "cli" {
            fault("only cli exits; return a mag_status")
        }
        code ~ /[^A-Za-z0-9_.>](malloc|calloc|realloc|strdup|strndup)[ ]*\(/ {
            # sha256.c holds the handle of a library, which frees it by itself.
            if (FILENAME !~ /^src\/base\/(memory|sha256)\.c$/)
                fault("memory comes from mag_arena_alloc or mag_grow")
        }')
}

lint 10
