# Lines "READERS BEGIN END RUN FILES": a bare COPY from BEGIN to END, and how many seconds a run read from
# the database and from gzip files. Prints medians as rows a second, and the median ratio.
function median(key,    i, j, swap, n) {
    n = count[key]
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++)
            if (value[key, j] < value[key, i]) {
                swap = value[key, i]; value[key, i] = value[key, j]; value[key, j] = swap
            }
    return value[key, int((n + 1) / 2)]
}
function add(key, number) { value[key, ++count[key]] = number }
{
    add($1 " bare", $3 - $2); add($1 " run", $4); add($1 " ratio", $4 / ($3 - $2)); add($1 " files", $5)
    readers[$1] = 1
}
END {
    printf "%-12s %16s %16s %14s %18s\n", "connections", "bare_copy_rows/s", "magscreen_rows/s", \
        "times_as_long", "from_gzip_rows/s"
    for (r = 1; r <= 8; r++)
        if (r in readers)
            printf "%-12d %16.0f %16.0f %14.2f %18.0f\n", r, rows / median(r " bare"), \
                rows / median(r " run"), median(r " ratio"), rows / median(r " files")
}
