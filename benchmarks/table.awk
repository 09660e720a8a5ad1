# Prints the last measurements of results.csv as the table of docs/performance.md.
BEGIN { FS = "," }
NR > 1 {
    isal = $8; wall[$12] = $16; cpu[$12] = $19; peak[$12] = $20; rows[$12] = $14; rounds[$12] = $15
    when[$12] = $2; commit[$12] = $1
}
function seconds(what) { return what in wall ? sprintf("%.3f s", wall[what]) : "-" }
function times(a, b) { return (a in wall) && (b in wall) && wall[b] > 0 ? wall[a] / wall[b] : 0 }
function ratio(a, b, limit, is_least,    r) { # "1.31 x", and whether the limit is kept
    r = times(a, b)
    if (r == 0) return "-"
    return sprintf("%.2f x (%s)", r, (is_least ? r >= limit : r <= limit) ? "met" : "missed")
}
function line(work, target, what, result, floor, peer) {
    printf "| %s | %s | %s | %s | %s | %s |\n", work, target, seconds("before." what), \
        what in wall ? seconds(what) ": " result : "-", floor, peer
}
function met(is_met) { return is_met ? "met" : "missed" }
# Rows a second of the wall, or of the processor; in thousands or millions.
function per_second(what, spent,    r) {
    if (!(what in spent) || spent[what] <= 0) return "-"
    r = rows[what] / spent[what]
    return r >= 1e6 ? sprintf("%.2f M/s", r / 1e6) : sprintf("%.0f k/s", r / 1e3)
}
function judged(what, spent, limit) {
    if (!(what in spent) || spent[what] <= 0) return "-"
    return per_second(what, spent) " (" met(rows[what] / spent[what] >= limit) ")"
}
function rate(bytes, what, limit) {
    if (!(what in wall)) return "-"
    return sprintf("%.0f MB/s%s", bytes / wall[what] / 1e6, limit ? " (" met(bytes / wall[what] >= limit) ")" : "")
}
function published(what) {
    if (!(what in wall)) return "-"
    return sprintf("%.1f s for each 1,000,000 of %d (%s)", wall[what] / rows[what] * 1e6, rows[what], \
        met(wall[what] / rows[what] * 1e6 <= 20))
}
function limited(    share, speed) {
    if (!("limit.half" in wall)) return "-"
    share = peak["limit.half"] / wall["bytes.limit"]
    speed = wall["limit.none"] / wall["limit.half"]
    return sprintf("%.0f of %.0f MiB resident, %.1f %% (%s); %.0f %% of the speed (%s)", peak["limit.half"] / 1048576, \
        wall["bytes.limit"] / 1048576, share * 100, met(share <= 1 && share >= 0.95), speed * 100, met(speed >= 0.6))
}
END {
    inflate = "inflate " seconds("floor.inflate.isal")
    duck = "DuckDB " seconds("peer.duckdb")
    print "| work | target | before | after | floor | peer |"
    print "|---|---|---|---|---|---|"
    line("gzip files, 2 threads: reading and sorting into partitions", "<= 1.25 x inflate", "full.gzip.2/read", \
        ratio("full.gzip.2/read", "floor.inflate.isal", 1.25), inflate, "")
    line("the same, whole run, ten rules", "<= 1.5 x inflate, DuckDB >= 5 x as long", "ten.gzip.2", \
        ratio("ten.gzip.2", "floor.inflate.isal", 1.5) ", " ratio("peer.duckdb", "ten.gzip.2", 5, 1), inflate, duck)
    line("the same, whole run, full pack", "<= 2.0 x inflate, DuckDB >= 4 x as long", "full.gzip.2", \
        ratio("full.gzip.2", "floor.inflate.isal", 2) ", " ratio("peer.duckdb", "full.gzip.2", 4, 1), inflate, duck)
    bytes = wall["bytes.plain"]
    line("plain files, 2 threads: reading and sorting", ">= 1200 MB/s", "full.plain.2/read", \
        rate(bytes, "full.plain.2/read", 1.2e9) ", before " rate(bytes, "before.full.plain.2/read"), "", "")
    line("2 threads beside one, plain files, whole run", ">= 1.8 x as fast", "full.plain.2", \
        ratio("full.plain.1", "full.plain.2", 1.8, 1), "", "")
    line("PostgreSQL, 4 connections: reading and sorting", "<= 1.25 x bare COPY, SQL >= 3 x as long", \
        "full.postgres.4/read", ratio("full.postgres.4/read", "floor.copy.4", 1.25) ", " \
        ratio("peer.postgres", "full.postgres.4/read", 3, 1), "COPY " seconds("floor.copy.4"), \
        "SQL " seconds("peer.postgres"))
    line("PostgreSQL, 1 connection: reading and sorting", "<= 1.25 x bare COPY", "full.postgres.1/read", \
        ratio("full.postgres.1/read", "floor.copy.1", 1.25), "COPY " seconds("floor.copy.1"), "")
    line("flags into PostgreSQL, staged, all new", ">= 300,000 flags/s", "write.stage.new", \
        judged("write.stage.new", wall, 300000), "", "")
    line("the same, published in one transaction", "<= 20 s at 1,000,000 flags", "write.publish.new", \
        published("write.publish.new"), "", "")
    line("the second night, all ongoing, published", "<= 20 s at 1,000,000 flags", "write.publish.ongoing", \
        published("write.publish.ongoing"), "", "")
    line("judging alone, compiled, one core", ">= 40 M outcomes/s", "evaluate.compiled", \
        judged("evaluate.compiled", cpu, 40e6), "", "plain evaluator " per_second("evaluate.plain", cpu))
    line("synth, gzip, one core", ">= 3 M lab rows/s with ISA-L (zlib: 1.5 M)", "synth.gzip", \
        judged("synth.gzip", cpu, isal == "none" ? 1.5e6 : 3e6), "", "")
    line("synth, plain, one core", ">= 3 M lab rows/s", "synth.plain", judged("synth.plain", cpu, 3e6), "", "")
    line("`--memory-limit` at half of what was resident", "within 5 % of the limit, >= 60 % of the speed", \
        "limit.half", limited(), "without a limit " seconds("limit.none"), "")
    print "| memory of a kept record | <= 24 bytes a result, 40 a prescription | | 24 and 36 bytes, held by the " \
        "compiler (src/cohort/record.h) | | |"
    for (count = 100000; ("scale." count) in wall; count *= 10) {
        what = "scale." count
        per_row = wall[what] / rows[what] * 1e6
        if (count == 100000) first = per_row
        change = (per_row / first - 1) * 100
        printf "| whole run, %d rows | time a row within 10 %% | | %.3f us a row%s | | |\n", rows[what], per_row, \
            count == 100000 ? "" : sprintf(" (%+.0f %%, %s)", change, met(change <= 10 && change >= -10))
    }
    printf "\nFiles: %d rows, %s, commit %s, %d rounds; ", rows["full.gzip.2"], when["full.gzip.2"], \
        commit["full.gzip.2"], rounds["full.gzip.2"]
    printf "tables: %d rows, %s, commit %s.\n", rows["full.postgres.4"], when["full.postgres.4"], \
        commit["full.postgres.4"]
}
