# Reads what `gcov -b -c -t` prints; prints FILE <tab> source text <tab> outcomes never taken, one
# line per source text that has any, and a last line "total TAKEN ALL". `root` is cut off of paths.
/^ *[-#=0-9*]+: *0:Source:/ {
    sub(/^[^:]*: *0:Source:/, "")
    file = $0
    sub("^" root "/", "", file)
    next
}
/^branch +[0-9]+ / {
    all++
    # "branch  0 taken 12" or "branch  1 never executed"
    if ($3 == "taken" && $4 + 0 > 0)
        taken++
    else if (in_scope(file))
        missed[file "\t" text]++
    if (!in_scope(file)) { # lines of headers that were compiled in
        all--
        if ($3 == "taken" && $4 + 0 > 0)
            taken--
    }
    next
}
/^ *[-#=0-9*]+: *[0-9]+:/ {
    text = $0
    sub(/^ *[-#=0-9*]+: *[0-9]+:/, "", text)
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    gsub(/\t/, " ", text)
}
function in_scope(path) {
    return path ~ /^src\//
}
END {
    for (place in missed)
        print place "\t" missed[place]
    printf "total %d %d\n", taken, all
}
