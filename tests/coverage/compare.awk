# Compares the list of reasons (first file) with what branches.awk found (second file). Prints a line
# for each difference, sorted, then what was taken; fails if there is a difference. Outcomes "<=N" are at
# most N: where requests for memory fail is sampled, and moves with every change of the source.
BEGIN {
    FS = "\t"
    sort = "LC_ALL=C sort"
}
function tell(what, file, text) {
    printf "%s: %s: %s\n", what, file, text | sort
    faults++
}
FNR == NR && /^(#|$)/ { next }
FNR == NR && (NF != 4 || $3 !~ /^(<=)?[1-9][0-9]*$/ || $4 !~ /[a-z]/) {
    tell("no line of FILE, SOURCE, OUTCOMES, REASON", FILENAME, "line " FNR)
    next
}
FNR == NR {
    place = $1 FS $2
    if (place in reasons)
        tell("explained twice", $1, $2)
    is_most[place] = sub(/^<=/, "", $3)
    reasons[place] = $3
    next
}
{
    place = $1 FS $2
    found[place] = 1
    group = $1 ~ /^src\/rules\// ? "rules" : "readers"
    all[group] += $4
    missed[group] += $3
    explained = reasons[place] + 0
    if ($3 > explained)
        tell("not explained, " $3 " of " $4 " outcomes, " explained " explained", $1, $2)
    if ($3 < explained && !is_most[place])
        tell("taken by now, " explained " explained, " $3 + 0 " of " $4 " not taken", $1, $2)
}
END {
    for (place in reasons)
        if (!(place in found)) {
            split(place, part, FS)
            tell("not in the source", part[1], part[2])
        }
    close(sort)
    split("readers rules", groups, " ")
    for (i = 1; i <= 2; i++) {
        group = groups[i]
        if (all[group] > 0)
            printf "branches of %s: %d of %d taken (%.1f %%), %d not taken\n", group,
                   all[group] - missed[group], all[group],
                   100 * (all[group] - missed[group]) / all[group], missed[group]
    }
    if (faults > 0)
        printf "%d differences to tests/coverage/uncovered.txt\n", faults
    exit faults > 0
}
