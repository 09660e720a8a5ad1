# Reads the --json answers of several runs (one file each) and prints the medians of their timings.
function number(line) { sub(/^[^:]*: */, "", line); sub(/,.*/, "", line); return line + 0 }
/"rows_read"/ { rows = number($0) }
/"seconds_ingest"/ { ingest[++n] = number($0) }
/"seconds_screen"/ { screen[n] = number($0) }
/"seconds_publish"/ { publish[n] = number($0) }
/"seconds_total"/ { total[n] = number($0) }
function median(values, count,    i, j, swap) {
    for (i = 1; i <= count; i++)
        for (j = i + 1; j <= count; j++)
            if (values[j] < values[i]) { swap = values[i]; values[i] = values[j]; values[j] = swap }
    return values[int((count + 1) / 2)]
}
END {
    if (n == 0) { print "no timings found" > "/dev/stderr"; exit 1 }
    middle = median(ingest, n)
    printf "%-8s %12.3f %12.3f %12.3f %12.3f %14.0f\n", threads, middle, median(screen, n), \
        median(publish, n), median(total, n), (middle > 0 ? rows / middle : 0)
}
