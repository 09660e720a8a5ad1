# plot.awk -v kind=rows|threads results.csv: an SVG of the last measurements: seconds of a whole run against rows
# (both axes logarithmic) or against threads. Grey lines and text are readable on white and on black.
BEGIN {
    FS = ","
    width = 640; height = 400; left = 70; right = 30; top = 40; bottom = 60
    prefix = kind == "rows" ? "scale." : "threads."
}
NR > 1 && index($12, prefix) == 1 && $12 !~ /read$/ { put("", $12, $14, $16) }
NR > 1 && index($12, "before." prefix) == 1 && $12 !~ /read$/ { put("before.", substr($12, 8), $14, $16) }
# Keeps the last of each; x is the rows, or what stands behind the prefix.
function put(series, what, rows, seconds,    n) {
    n = substr(what, length(prefix) + 1)
    if (!((series, n) in y)) order[series, ++points[series]] = n
    y[series, n] = seconds
    x[series, n] = kind == "rows" ? rows : n
}
function scaled(v) { return kind == "rows" ? log(v) / log(10) : v }
function at_x(v) { return left + (scaled(v) - x_low) / (x_high - x_low) * (width - left - right) }
function at_y(v) { return height - bottom - (v - y_low) / (y_high - y_low) * (height - top - bottom) }
function y_of(seconds) { return at_y(kind == "rows" ? log(seconds) / log(10) : seconds) }
function short(v) { return v >= 1e6 ? sprintf("%.3g M", v / 1e6) : v >= 1e3 ? sprintf("%.3g k", v / 1e3) : v }
function text(px, py, anchor, words) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", px, py, anchor, words
}
function draw(series, color, name, row,    i, n, path) {
    for (i = 1; i <= points[series]; i++) {
        n = order[series, i]
        path = path sprintf("%s%.1f,%.1f", i == 1 ? "" : " ", at_x(x[series, n]), y_of(y[series, n]))
    }
    if (path == "") return
    printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"/>\n", path, color
    for (i = 1; i <= points[series]; i++) {
        n = order[series, i]
        printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", at_x(x[series, n]), y_of(y[series, n]), color
        text(at_x(x[series, n]), y_of(y[series, n]) + (series == "" ? 20 : -10), "middle", \
            sprintf("%.3g s", y[series, n]))
    }
    legend = width - right - 60 - row * 80 # above the grid, beside the title
    printf "<rect x=\"%d\" y=\"18\" width=\"14\" height=\"4\" fill=\"%s\"/>\n", legend, color
    text(legend + 20, 24, "start", name)
}
END {
    if (points[""] == 0) { print "no measurements of " prefix "*: ./dev bench " (kind == "rows" ? "scale" : "threads") \
        >"/dev/stderr"; exit 1 }
    most = 0; least = 1e9; far = 0; near = 1e18
    for (key in y) {
        if (y[key] > most) most = y[key]
        if (y[key] < least) least = y[key]
        if (x[key] > far) far = x[key]
        if (x[key] < near) near = x[key]
    }
    if (kind == "rows") {
        x_low = int(scaled(near)); x_high = int(scaled(far)) + 1
        y_low = int(log(least) / log(10) + 100) - 100; y_high = int(log(most) / log(10) + 100) - 99
    } else { x_low = near - 0.5; x_high = far + 0.5; y_low = 0; y_high = most * 1.2 }
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" " \
        "font-family=\"sans-serif\" font-size=\"12\" fill=\"#808080\">\n", width, height, width, height
    printf "<title>Seconds of a whole run against %s</title>\n", kind
    text(left, 24, "start", kind == "rows" ? "Whole run, full pack, gzip files, 2 threads" : \
        "Whole run, full pack, plain files, " x_rows() " rows")
    if (kind == "rows") {
        for (v = x_low; v <= x_high; v++) grid_x(10 ^ v, short(10 ^ v))
        for (v = y_low; v <= y_high; v++) {
            grid_y(v, sprintf("%g", 10 ^ v))
            if (v < y_high) { grid_y(v + log(2) / log(10), 2 * 10 ^ v); grid_y(v + log(5) / log(10), 5 * 10 ^ v) }
        }
    } else {
        for (v = near; v <= far; v++) grid_x(v, v)
        step = 10 ^ (int(log(y_high / 4) / log(10) + 100) - 100)
        if (y_high / step > 8) step *= 2
        if (y_high / step > 8) step *= 2.5
        for (v = 0; v <= y_high; v += step) grid_y(v, sprintf("%g", v))
    }
    text((left + width - right) / 2, height - 16, "middle", kind == "rows" ? "rows of all tables" : "threads")
    printf "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">seconds</text>\n", \
        (top + height - bottom) / 2
    draw("before.", "#c07020", "before", 1)
    draw("", "#2080c0", "now", 0)
    print "</svg>"
}
function x_rows() { return short(last_rows) }
NR > 1 && index($12, prefix) == 1 { last_rows = $14 }
function grid_x(v, words) {
    printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#808080\" stroke-opacity=\"0.35\"/>\n", \
        at_x(v), top, at_x(v), height - bottom
    text(at_x(v), height - bottom + 18, "middle", words)
}
function grid_y(v, words) {
    printf "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#808080\" stroke-opacity=\"0.35\"/>\n", \
        left, at_y(v), width - right, at_y(v)
    text(left - 8, at_y(v) + 4, "end", words)
}
