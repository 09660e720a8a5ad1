# Lines "NAME WALL PROCESSOR PEAK ROWS", one a round: prints the medians and appends them to the file csv.
function median(key, list,    i, j, swap, n) {
    n = count[key]
    for (i = 1; i <= n; i++) ordered[i] = list[key, i]
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++)
            if (ordered[j] < ordered[i]) { swap = ordered[i]; ordered[i] = ordered[j]; ordered[j] = swap }
    return ordered[int((n + 1) / 2)]
}
{
    if (!count[$1]++) names[++named] = $1
    wall[$1, count[$1]] = $2; processor[$1, count[$1]] = $3
    if ($4 > peak[$1]) peak[$1] = $4
    if ($5 > rows[$1]) rows[$1] = $5
}
END {
    printf "%-24s %10s %10s %10s %10s %12s %8s\n", "what", "median_s", "min_s", "max_s", "cpu_s", "rows", "MiB"
    for (i = 1; i <= named; i++) {
        name = names[i]
        if (name ~ /^warm/) continue
        middle = median(name, processor)
        line = median(name, wall)
        # median() leaves the walls in order
        least = ordered[1]; most = ordered[count[name]]
        printf "%-24s %10.3f %10.3f %10.3f %10.3f %12d %8.0f\n", name, line, least, most, middle, rows[name], \
            peak[name] / 1048576
        printf "%s,%s,%d,%d,%d,%.4f,%.4f,%.4f,%.4f,%d\n", machine, name, size, rows[name], count[name], line, \
            least, most, middle, peak[name] >>csv
    }
}
