# Prints the last measurements of results.csv as the table of docs/performance.md.
BEGIN { FS = "," }
NR > 1 { wall[$12] = $16; cpu[$12] = $19; rows[$12] = $14; when[$12] = $2; commit[$12] = $1; rounds[$12] = $15 }
function seconds(what) { return what in wall ? sprintf("%.3f s", wall[what]) : "-" }
function times(a, b) { return (a in wall) && (b in wall) && wall[b] > 0 ? wall[a] / wall[b] : 0 }
function ratio(a, b, limit, is_least,    r) { # "1.31 x", and whether the limit is kept
    r = times(a, b)
    if (r == 0) return "-"
    return sprintf("%.2f x (%s)", r, (is_least ? r >= limit : r <= limit) ? "met" : "missed")
}
function line(work, target, what, result, floor, peer) {
    printf "| %s | %s | %s | %s: %s | %s | %s |\n", work, target, seconds("before." what), seconds(what), result, \
        floor, peer
}
function rate(bytes, what) { return what in wall ? sprintf("%.0f MB/s", bytes / wall[what] / 1e6) : "-" }
END {
    isal = "inflate " seconds("floor.inflate.isal")
    duck = "DuckDB " seconds("peer.duckdb")
    print "| work | target | before | after | floor | peer |"
    print "|---|---|---|---|---|---|"
    line("gzip files, 2 threads: reading and sorting into partitions", "<= 1.25 x inflate", "full.gzip.2/read", \
        ratio("full.gzip.2/read", "floor.inflate.isal", 1.25), isal, "")
    line("the same, whole run, ten rules", "<= 1.5 x inflate, DuckDB >= 5 x as long", "ten.gzip.2", \
        ratio("ten.gzip.2", "floor.inflate.isal", 1.5) ", " ratio("peer.duckdb", "ten.gzip.2", 5, 1), isal, duck)
    line("the same, whole run, full pack", "<= 2.0 x inflate, DuckDB >= 4 x as long", "full.gzip.2", \
        ratio("full.gzip.2", "floor.inflate.isal", 2) ", " ratio("peer.duckdb", "full.gzip.2", 4, 1), isal, duck)
    bytes = wall["bytes.plain"]
    line("plain files, 2 threads: reading and sorting", ">= 1200 MB/s", "full.plain.2/read", \
        rate(bytes, "full.plain.2/read") " (before " rate(bytes, "before.full.plain.2/read") ")", "", "")
    line("2 threads beside one, plain files, whole run", ">= 1.8 x as fast", "full.plain.2", \
        ratio("full.plain.1", "full.plain.2", 1.8, 1), "", "")
    line("PostgreSQL, 4 connections: reading and sorting", "<= 1.25 x bare COPY, SQL >= 3 x as long", \
        "full.postgres.4/read", ratio("full.postgres.4/read", "floor.copy.4", 1.25) ", " \
        ratio("peer.postgres", "full.postgres.4/read", 3, 1), "COPY " seconds("floor.copy.4"), \
        "SQL " seconds("peer.postgres"))
    line("PostgreSQL, 1 connection: reading and sorting", "<= 1.25 x bare COPY", "full.postgres.1/read", \
        ratio("full.postgres.1/read", "floor.copy.1", 1.25), "COPY " seconds("floor.copy.1"), "")
    for (count = 100000; ("scale." count) in wall; count *= 10) {
        what = "scale." count
        per_row = wall[what] / rows[what] * 1e6
        if (count == 100000) first = per_row
        printf "| whole run, %d rows | time a row within 10 %% | | %.3f us a row (%+.0f %%) | | |\n", rows[what], \
            per_row, (per_row / first - 1) * 100
    }
    printf "\nFiles: %d rows, %s, commit %s, %d rounds; ", rows["full.gzip.2"], when["full.gzip.2"], \
        commit["full.gzip.2"], rounds["full.gzip.2"]
    printf "tables: %d rows, %s, commit %s.\n", rows["full.postgres.4"], when["full.postgres.4"], \
        commit["full.postgres.4"]
}
