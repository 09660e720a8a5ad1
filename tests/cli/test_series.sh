#!/usr/bin/env bash
# run --as-of-series: what it refuses, what it writes and tells, and that each time of it is a run at
# that time, on a made cohort.
. "$(dirname "$0")/expect.sh"
case "$magscreen" in /*) ;; *) magscreen=$PWD/$magscreen ;; esac
cd "$work" || exit 1
expect_exit 0 "$magscreen" synth --patients 400 --seed 11 --out data

screen() {
    "$magscreen" run --profile magscreen --data data "$@"
}

# refuses REGEX OPTION...: exit 2, told on stderr, nothing written
refuses() {
    local message=$1
    shift
    expect_exit 2 screen --out refused "$@"
    expect_line err "$message"
    expect_line err '^  |^magscreen: .*\[MS-U201\]'
    expect_no_line out '.'
    compgen -G 'refused*' >/dev/null && complain "something was written: $*"
}
refuses 'cannot be given together' --as-of 2025-12-31 --as-of-series 2025-01-31..2025-12-31/month
refuses 'cannot be given together' --as-of latest --as-of-series 2025-01-31..2025-12-31/month
refuses 'begins after it ends' --as-of-series 2025-12-31..2025-01-31/month
refuses '"latest" is not a date' --as-of-series 2025-12-31..latest/month
refuses 'is not a series' --as-of-series 2025-01-31..2025-12-31
refuses 'is not a series' --as-of-series 2025-01-31..2025-12-31/quarter
refuses 'more than 1100 times' --as-of-series 2015-01-31..2025-12-31/day
refuses 'lies more than a day after the data can reach' --as-of-series 2150-01-31..2199-01-31/month
sed 's/^profile: .*/profile: shifted\nshifted_dates: true/' \
    "$source_dir/pipelines/profiles/magscreen.yaml" >shifted.yaml
expect_exit 2 "$magscreen" run --profile ./shifted.yaml --data data --out refused \
    --as-of-series 2025-10-31..2025-12-31/month
expect_line err 'dates of this layout are shifted'

# a year of months, in two threads; then three of its times alone
expect_exit 0 screen --as-of-series 2025-01-31..2025-12-31/month --threads 2 --out series
expect_line out '^magscreen run  as-of 2025-12-31 '
expect_line out '^  series 2025-01-31\.\.2025-12-31/month: 12 times, all in summary\.csv'
expect_line out '^    2025-02-28  [0-9]+ adults, '
expect_line out '^PUBLISHED in series '
expect_exit 0 screen --as-of-series 2025-01-31..2025-12-31/month --threads 1 --out again
cmp -s series/summary.csv again/summary.csv || complain 'one thread and two differ'
for day in 2025-01-31 2025-02-28 2025-12-31; do
    expect_exit 0 screen --as-of "$day" --out "at-$day"
    cmp -s <(tail -n +2 "at-$day/summary.csv") <(grep "^$day," series/summary.csv) ||
        complain "the series says something else of $day"
done
[ "$(tail -n +2 series/summary.csv | cut -d, -f1 | uniq | wc -l)" -eq 12 ] ||
    complain 'the times are not twelve blocks'
for file in flags.csv.gz cannot_tell.csv.gz rejects.csv.gz lab_summary.csv; do
    cmp -s <(gzip -cdf "at-2025-12-31/$file") <(gzip -cdf "series/$file") ||
        complain "$file is not that of the last time"
done
digest() { sed -n 's/^  "result_sha256": "\(.*\)",/\1/p' "$1/run.json"; }
[ -n "$(digest series)" ] && [ "$(digest series)" = "$(digest at-2025-12-31)" ] ||
    complain 'result_sha256 is not that of the last time'

# reading it back
expect_exit 0 "$magscreen" verify series
expect_line out ' of the series$'
expect_line out '^SAME RESULT'
expect_exit 0 "$magscreen" verify series --again
expect_line out '^SAME RESULT'
expect_exit 0 "$magscreen" verify series --dump
[ "$(sha256sum <"$work/out" | cut -d' ' -f1)" = "$(digest series)" ] ||
    complain 'the dump is not what result_sha256 is made of'
expect_exit 0 "$magscreen" worklist --from series
expect_line out 'as of 2025-12-31'
expect_exit 0 "$magscreen" explain @1 --from series
expect_line out 'data as of 2025-12-31'
sed -i '2s/,all,all,[0-9]*/,all,all,7777/' again/summary.csv
expect_exit 1 "$magscreen" verify again
expect_line out '^DIFFERENT RESULT'
expect_exit 1 "$magscreen" verify again --dump
expect_line err 'summary_sha256 of its series'

# the same result again; another series into the same folder; nothing written at all
expect_exit 0 screen --as-of-series 2025-01-31..2025-12-31/month --out series --force
expect_line out '^NOTHING NEW'
expect_exit 0 screen --as-of-series 2025-10-31..2025-12-31/month --out series --force
expect_line out '^PUBLISHED in series'
expect_exit 0 screen --as-of 2025-12-31 --out series --force
expect_line out '^PUBLISHED in series'
expect_no_line out '  series '
expect_exit 0 screen --as-of-series 2025-12-01..2025-12-31/week --dry-run --json
expect_line out '"series": "2025-12-01\.\.2025-12-31/week"'
expect_line out '"as_of": "2025-12-29"'
expect_exit 0 screen --as-of-series 2025-12-01..2025-12-20/day --dry-run
expect_line out '^    \.\.\. 14 more times$'

# before the data begin a run is held, and so is a series that begins there
expect_exit 4 screen --as-of-series 1990-12-31..2025-12-31/month --out held
expect_line err 'so as of [0-9-]+; no later time of the series is worse'
expect_line out '^HELD in held\.held'
[ -e held ] && complain 'a held series is visible'
finish
