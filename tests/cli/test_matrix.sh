#!/usr/bin/env bash
# Determinism: one cohort with faults of real feeds, in every shape that sources may have (plain, gzip, several
# members, two and eight files, other orders of rows, stdin, PostgreSQL), screened in every way that is left to
# the machine (threads, sizes of blocks, memory limit, instruction sets and libraries). All come to one
# result_sha256, the same flags, rejects and accounting; ways of one shape also to the same files, byte for byte.
# `./dev matrix` runs it on more patients and prints every combination.
# MAGSCREEN_MATRIX_PATIENTS: how many (1,000); MAGSCREEN_MATRIX_TABLE=1: print the table.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${MAGSCREEN_TEST_PG:-}" ] || exec bash "$here/../with-pg" bash "${BASH_SOURCE[0]}" "$@"
. "$here/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
patients=${MAGSCREEN_MATRIX_PATIENTS:-1000}
umask 077
cd "$work" || exit 1

# --- the cohort, one line a record: a line break inside a value stands as \001 until a file is written
"$magscreen" synth --patients "$patients" --seed 3 --dirty 0.02 --out made >/dev/null || exit 1
mkdir rows
for kind in patients labs prescriptions conditions; do
    gzip -dc "made/$kind.csv.gz" | sed -n "1w rows/$kind.header
2,\$w rows/$kind.clean"
    cp "rows/$kind.clean" "rows/$kind.faulty"
done
# What no table of a database can hold: shapes of rows. Values of several lines and blank lines are none.
awk -v OFS= 'NR % 6000 == 700 { print "x1,2601-3,0.5" }
    NR % 6000 == 800 { print "x2,2601-3,0.5,mmol/L,2025-01-01,,,,,,,,,,,,,," }
    NR % 6000 == 900 { print "x3,2601-3,0.5,mmol/L,2025-01-01,caf\351" }
    NR % 1500 == 1000 { print "x4,2601-3,0.5,mmol/L,2025-01-01,\"a \"\"b\"\"\001\001x4,2601-3,0.5\001\"" }
    NR % 1500 == 1100 { print "x5,1234-5,\"\001\",,2025-01-01," }
    NR % 1500 == 1200 { print "" }
    { print }' rows/labs.clean >rows/labs.faulty

whole() { tr '\001' '\n'; }
shuffled() { # SEED <rows
    awk -v seed="$1" 'BEGIN { srand(seed) } { printf "%.9f\t%s\n", rand(), $0 }' | LC_ALL=C sort | cut -f 2-
}
in_members() { # each of 70,001 bytes, cut wherever that is
    split -b 70001 --filter 'gzip -1' - ''
}
one_file() { # KIND <rows
    cat "rows/$1.header" - | whole
}
# files FOLDER COUNT <rows of labs: so many files in turn, gzip and plain
lab_files() {
    local folder=$1 count=$2 i

    awk -v count="$count" -v folder="$folder" -v header="$(cat rows/labs.header)" '
        BEGIN { for (i = 0; i < count; i++) print header >(folder "/part" i) }
        { print >(folder "/part" int(NR / 97) % count) }'
    for ((i = 0; i < count; i++)); do
        if ((i % 3 == 2)); then
            whole <"$folder/part$i" >"$folder/labs-$i.csv"
        else
            whole <"$folder/part$i" | gzip >"$folder/labs-$i.csv.gz"
        fi
        rm "$folder/part$i"
    done
}
others() { # FOLDER [SEED]: the tables beside labs
    local kind
    for kind in patients prescriptions conditions; do
        if [ -n "${2:-}" ]; then shuffled "$2" <"rows/$kind.faulty"; else cat "rows/$kind.faulty"; fi |
            one_file $kind | gzip >"$1/$kind.csv.gz"
    done
}

make_shapes() {
    local labs=rows/labs.faulty shape
    mkdir plain gzip members two eight shuffled-1 shuffled-2 shuffled-3 stdin stdin-gzip clean
    one_file labs <$labs >plain/labs.csv && others plain
    one_file labs <$labs | gzip >gzip/labs.csv.gz && others gzip
    one_file labs <$labs | in_members >members/labs.csv.gz && others members
    lab_files two 2 <$labs && others two
    lab_files eight 8 <$labs && others eight
    shuffled 1 <$labs | one_file labs | gzip >shuffled-1/labs.csv.gz && others shuffled-1 1
    shuffled 2 <$labs | one_file labs >shuffled-2/labs.csv && others shuffled-2 2
    shuffled 3 <$labs | lab_files shuffled-3 3 && others shuffled-3 3
    for shape in stdin stdin-gzip; do others $shape && stdin_pipeline $shape >$shape.yaml; done
    others clean && one_file labs <rows/labs.clean | gzip >clean/labs.csv.gz
}

pipeline() { # LABS-FEED [FEED-OF-OTHERS]: a feed is a line of YAML with KIND for the table
    local kind feed
    printf 'name: matrix\nas_of: 2025-12-31\nsite_zone: Europe/London\npack: magnesium-safety\n'
    printf 'strata: [sex, age_band, renal_stage, site]\nsources:\n'
    for kind in patients labs prescriptions conditions; do
        [ $kind = labs ] && feed=$1 || feed=$2
        printf '  - { name: %s, kind: %s, profile: magscreen, %s }\n' $kind $kind "${feed//KIND/$kind}"
    done
}
stdin_pipeline() { pipeline 'files: ["-"]' "files: [\"$1/KIND.csv.gz\"]"; }

# --- what is compared
# of run.json: all but what tells of the machine and of this way
of_record() {
    awk '/^  "(run_id|threads|peak_memory_bytes|data|pipeline|profile|config_sha256)":/ || /"(memory_limit_bytes|data_until)":/ { next }
        /^  "(timings|memory)": \{/ { off = 1 }
        !off { print }
        /^  \}/ { off = 0 }' "$1"
}
# of that: what no shape changes: the sources without their files, and everything of patients and rules;
# the gate of broken rows judges each file
across_shapes() {
    awk '/^      "files": \[/ || /^  "gates": \[/ { off = 1 }
        !off && !/"(manifest|view|allow_row_security)":/ { print }
        /^      \]/ || /^  \]/ { off = 0 }'
}
without_places() { sed -E 's/""source"":""[^"]*""//g'; }
contents() { # FOLDER: what must be the same for every shape, a file each
    gzip -dc "$1/flags.csv.gz" | without_places >"$1/flags"
    gzip -dc "$1/cannot_tell.csv.gz" >"$1/cannot_tell"
    gzip -dc "$1/rejects.csv.gz" >"$1/rejects.csv"
    awk -F, 'NR > 1 { print $1, $4, $5, $6 }' "$1/rejects.csv" | LC_ALL=C sort | uniq -c >"$1/rejects"
    of_record "$1/run.json" >"$1/record"
    across_shapes <"$1/record" >"$1/accounting"
    gzip -dc "$1/flags.csv.gz" >"$1/flags.csv"
}
digest_of() { sed -n 's/^  "result_sha256": "\(.*\)",$/\1/p' "$1/run.json"; }

# compare FOLDER REFERENCE NAME...: the first line that differs, of the first file that does
compare() {
    local out=$1 reference=$2 name
    shift 2
    for name in "$@"; do
        cmp -s "$out/$name" "$reference/$name" && continue
        diff "$reference/$name" "$out/$name" >"$work/differs" || true
        printf '%s: %s' "$name" "$(head -4 "$work/differs" | cut -c 1-160 | tr '\n' ' ')"
        return 1
    done
}

# --- one combination
combination_count=0 same_count=0
declare -A first_of
first="" digest=""

screen() { # SHAPE OUT OPTION...
    local shape=$1 out=$2
    shift 2
    case $shape in
    stdin) "$magscreen" run stdin.yaml --out "$out" "$@" <plain/labs.csv ;;
    stdin-gzip) "$magscreen" run stdin-gzip.yaml --out "$out" "$@" <members/labs.csv.gz ;;
    tables*) "$magscreen" run "$shape.yaml" --out "$out" "$@" ;;
    *) "$magscreen" run --profile magscreen --data "$shape" --as-of 2025-12-31 --out "$out" "$@" ;;
    esac
}

# combination SHAPE THREADS [NAME=VALUE...] [OPTION...]
combination() {
    local shape=$1 threads=$2 settings=() options=() word code=0 out verdict=same
    shift 2
    for word in "$@"; do
        case $word in [A-Z]*=*) settings+=("$word") ;; *) options+=("$word") ;; esac
    done
    combination_count=$((combination_count + 1))
    expectation_count=$((expectation_count + 1))
    out=out/$combination_count
    (
        [ ${#settings[@]} -eq 0 ] || export "${settings[@]}"
        screen "$shape" "$out" --threads "$threads" "${options[@]}"
    ) >"$work/out.log" 2>"$work/err.log" || code=$?
    if [ $code -ne 3 ]; then # dirty: published, with warnings
        verdict="exit $code: $(grep -m 1 SUMMARY err.log || grep -m 2 '^magscreen' err.log)"
    else
        contents "$out"
        [ -n "$first" ] || { first=$out && digest=$(digest_of "$out"); }
        [ -n "${first_of[$shape]:-}" ] || first_of[$shape]=$out
        [ "$(digest_of "$out")" = "$digest" ] || verdict="digest $(digest_of "$out")"
        word=$(compare "$out" "$first" flags cannot_tell summary.csv lab_summary.csv) || verdict=$word
        if [ "$shape" != clean ] && [[ $shape != tables* ]]; then
            word=$(compare "$out" "$first" rejects accounting) || verdict=$word
        else
            word=$(compare "$out" "${first_of[clean]}" rejects accounting) || verdict=$word
        fi
        # Which row of a table comes first is its readers' affair.
        case $shape in
        tables-[2-9]* | tables-shuffled) ;;
        *) word=$(compare "$out" "${first_of[$shape]}" rejects.csv flags.csv record) || verdict=$word ;;
        esac
    fi
    [ "$verdict" = same ] && same_count=$((same_count + 1))
    [ "$verdict" = same ] || complain "$shape, $threads threads, $*: $verdict"
    [ -z "${MAGSCREEN_MATRIX_TABLE:-}" ] ||
        printf '%-12s %7s  %-44s %s\n' "$shape" "$threads" "$*" "${verdict:0:90}"
    [ "$out" = "$first" ] || [ "$out" = "${first_of[$shape]:-}" ] || rm -rf "$out"
}

mkdir out
make_shapes
for shape in plain gzip members two eight shuffled-1 shuffled-2 shuffled-3 stdin stdin-gzip clean; do
    for threads in 1 2 3 8 64; do combination $shape $threads; done
done
# what machines lack, or have switched off
for shape in plain members eight shuffled-1; do
    for without in avx512 avx512,avx2 avx512,avx2,sse2 isal plain orders ordinary \
        avx512,avx2,sse2,isal,memo,plain,orders,ordinary; do
        combination $shape 3 MAGSCREEN_WITHOUT=$without
    done
done
# Little memory: what lies on disk meanwhile changes nothing. The least that a run takes depends on the
# build; a fifth is added, for the other shapes.
least_for() { # THREADS
    local limit code
    for ((limit = 40; limit < 4000; limit += limit / 5)); do
        code=0
        screen plain out/least --threads "$1" --memory-limit ${limit}MiB >/dev/null 2>&1 || code=$?
        rm -rf out/least*
        [ $code = 8 ] || break
    done
    echo $((limit + limit / 5))
}
for threads in 1 2 3; do
    least=$(least_for $threads)
    for shape in plain members eight shuffled-1; do
        combination $shape $threads --memory-limit "${least}MiB"
    done
done
bash "$source_dir/tests/support/load_layout.sh" clean || complain "the tables cannot be loaded"
psql -Xqc 'create role job login; grant usage on schema source to job; grant select on all tables in schema source to job;' \
    -c 'create table source.shuffled as select * from source.labs order by md5(labs::text)' \
    -c 'grant select on source.shuffled to job' >/dev/null || complain "psql"
for readers in 1 4 8; do
    pipeline "postgres: 'user=job', readers: $readers" "postgres: 'user=job', readers: $readers" >tables-$readers.yaml
    for threads in 1 2 8; do combination tables-$readers $threads; done
done
pipeline "postgres: 'user=job', view: source.shuffled" "postgres: 'user=job'" >tables-shuffled.yaml
combination tables-shuffled 1
combination tables-shuffled 3

[ "$same_count" -gt 0 ] || complain "nothing came to a result"
printf '%d of %d combinations: one digest %s\n' "$same_count" "$combination_count" "$digest"
finish
