# Lines "EVENT FLAGS STAGED PUBLISHED" (seconds), and "server FLAGS BEFORE AFTER" (its processor time):
# prints medians.
function median(key,    i, j, swap, n) {
    n = count[key]
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++)
            if (value[key, j] < value[key, i]) {
                swap = value[key, i]; value[key, i] = value[key, j]; value[key, j] = swap
            }
    return value[key, int((n + 1) / 2)]
}
$1 == "server" { value[$2 " cpu", ++count[$2 " cpu"]] = $4 - $3; sizes[$2] = 1; next }
{
    if (!(($2, $1) in seen)) { seen[$2, $1] = 1; order[++lines] = $2 " " $1 }
    value[$2 " " $1 " s", ++count[$2 " " $1 " s"]] = $3
    value[$2 " " $1 " p", ++count[$2 " " $1 " p"]] = $4
}
END {
    printf "%-10s %-10s %16s %12s\n", "flags", "night", "staged_flags/s", "publish_s"
    for (i = 1; i <= lines; i++) {
        split(order[i], part, " ")
        printf "%-10d %-10s %16.0f %12.3f\n", part[1], "all " part[2], part[1] / median(order[i] " s"), \
            median(order[i] " p")
    }
    for (flags in sizes)
        printf "%-10d %-10s %16s %12.3f\n", flags, "both", "server cpu s:", median(flags " cpu")
}
