# Reads what `gcov -b -c -t` prints of files under src/; prints FILE <tab> source text <tab> outcomes
# never taken <tab> outcomes, one line per source text that branches. Lines of one file with the same
# text are one place. root: the folder that is cut off of paths.
/^ *[-#=0-9*]+: *0:Source:/ {
    sub(/^[^:]*: *0:Source:/, "")
    file = $0
    sub("^" root "/", "", file)
    is_source = file ~ /^src\/.*\.c$/
    next
}
!is_source { next } # lines of headers are counted where a test of their own is
/^branch +[0-9]+ / {
    place = file "\t" text
    all[place]++
    if (!($3 == "taken" && $4 + 0 > 0)) # "branch  0 taken 12", "branch  1 never executed"
        missed[place]++
    next
}
/^ *[-#=0-9*]+: *[0-9]+:/ {
    text = $0
    sub(/^ *[-#=0-9*]+: *[0-9]+:/, "", text)
    gsub(/\t/, " ", text)
    gsub(/^ +| +$/, "", text)
}
END {
    for (place in all)
        printf "%s\t%d\t%d\n", place, missed[place], all[place]
}
