# shellcheck shell=bash
# Sourced inside with-pg by the tests of the ledger, in a folder of their own: ten nights of a cohort
# that changes. Rows come late, are corrected and deleted; patients leave and die; drugs are stopped,
# begun again and given less; values become normal; a rule is retired and comes back; the pack gets a
# new major version; one morning nobody looked for six weeks.
# Needs source_dir and magscreen. MAGSCREEN_NIGHTS_PATIENTS: how many (1,500).
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
fail() { printf 'FAILED: %s\n' "$*" >&2 && exit 1; }

as_ofs=(- 2025-12-18 2025-12-19 2025-12-20 2025-12-21 2025-12-22 2025-12-23 2025-12-24 2025-12-25
    2025-12-26 2026-02-06)

# --- the cohort of a night -------------------------------------------------------------------------
make_base() {
    "$magscreen" synth --patients "${MAGSCREEN_NIGHTS_PATIENTS:-1500}" --seed 11 --out base >/dev/null
    local table
    for table in patients labs prescriptions conditions; do gzip -dc "base/$table.csv.gz" >"base/$table.csv"; done
}

# drawn(id, salt): 0 to 99, the same every night. Rows of synth hold no quotes before the last column.
awk_draw='
BEGIN { FS = OFS = ","; for (i = 33; i < 127; i++) ord[sprintf("%c", i)] = i }
function drawn(id, salt,    h, i, n) {
    h = salt * 7919 + 17; n = length(id)
    for (i = 1; i <= n; i++) h = (h * 31 + ord[substr(id, i, 1)]) % 1000003
    return h % 100
}'

# Gone without a word from night 4, some back from night 7; died on night 5; observed until night 6.
night_patients() { # NIGHT AS_OF
    awk -v night="$1" "$awk_draw"'
    NR == 1 { print $0, "observed_until"; next }
    { gone = drawn($1, 1)
      if (gone < 6 && night >= 4 && (gone < 3 || night < 7)) next
      if (night >= 5 && drawn($1, 2) < 4 && $4 == "") $4 = "2025-12-21"
      print $0, (night >= 6 && drawn($1, 3) < 4 ? "2025-12-22" : "") }' base/patients.csv
}

# Late: rows of the last days come two nights later. Corrected from night 5, deleted from night 6.
# Normal from night 6: a good magnesium, potassium and creatinine.
night_labs() {
    awk -v night="$1" -v as_of="$2" "$awk_draw"'
    FNR == 1 && NR == 1 { while ((getline line < "data/patients.csv") > 0) { split(line, p, ","); known[p[1]] = 1 } }
    NR == 1 { print; next }
    !($1 in known) { next }
    { row = $1 $2 $5
      if (drawn(row, 4) < 15 && $5 > "2025-12-10" && $5 < "2025-12-25" && night < 4) next
      if (night >= 6 && drawn(row, 5) < 4) next
      if (night >= 5 && drawn(row, 6) < 4 && $3 + 0 > 0) $3 = sprintf("%.2f", $3 * (drawn(row, 7) < 50 ? 0.8 : 1.25))
      if (night >= 3 && night < 5 && drawn(row, 8) < 5) $3 = ""
      print; last[$1] = 1 }
    END {
        for (id in last) {
            if (night >= 6 && drawn(id, 9) < 15) {
                print id, "2601-3", "0.85", "mmol/L", "2025-12-23T07:00", ""
                print id, "2823-3", "4.2", "mmol/L", "2025-12-23T07:00", ""
            }
            if (night >= 7 && drawn(id, 10) < 10)
                print id, "14682-9", "70", "umol/L", "2025-12-24T07:00", ""
            if (night >= 8 && drawn(id, 11) < 10)
                print id, "2601-3", "0.45", "mmol/L", "2025-12-25T07:00", ""
            if (night >= 10 && drawn(id, 12) < 30) {
                print id, "2601-3", "0.55", "mmol/L", "2026-02-02T07:00", ""
                print id, "14682-9", "210", "umol/L", "2026-02-02T07:00", ""
            }
        }
    }' base/labs.csv
}

# Stopped from night 5, some begun again from night 8; half the dose from night 6; deleted from night
# 7; a gap and a new order before the last night.
night_prescriptions() {
    awk -v night="$1" "$awk_draw"'
    FNR == 1 && NR == 1 { while ((getline line < "data/patients.csv") > 0) { split(line, p, ","); known[p[1]] = 1 } }
    NR == 1 { print; next }
    !($1 in known) { next }
    { row = $1 $2 $5
      if (night >= 7 && drawn(row, 20) < 4) next
      if (night >= 6 && drawn(row, 21) < 8 && $8 + 0 > 0) $8 = $8 / 2
      stop = drawn($1, 22)
      if (night >= 5 && stop < 12 && $6 == "" && $4 == "order") {
          $6 = "2025-12-20"; print
          if (night >= 8 && stop < 5) { $5 = "2025-12-25"; $6 = ""; print }
          if (night >= 10 && stop >= 5) { $5 = "2026-01-20"; $6 = ""; print }
          next
      }
      if (night >= 10 && stop >= 70 && $6 == "" && $4 == "order") {
          $6 = "2025-12-27"; print; $5 = "2026-01-25"; $6 = ""
      }
      print }' base/prescriptions.csv
}

# A03 is retired on nights 7 and 8; night 9 brings version 2 of every rule.
night_pack() {
    local version=1.0.$1 retired=-
    [ "$1" -lt 9 ] || version=2.0.$1
    case $1 in 7 | 8) retired=A03 ;; esac
    awk -v version="$version" -v retired="$retired" '
    /^pack:/ { print "pack: nights"; next }
    /^version:/ { print "version: " version; next }
    /^  - id: / { id = $3 }
    /^    status: active/ && id == retired { print "    status: retired"; next }
    { print }' "$source_dir/pipelines/packs/magnesium-safety.yaml"
}

write_night() { # NIGHT
    mkdir -p data
    night_patients "$1" >data/patients.csv
    night_labs "$1" "${as_ofs[$1]}" >data/labs.csv
    night_prescriptions "$1" >data/prescriptions.csv
    awk -F, 'NR == FNR { known[$1] = 1; next } FNR == 1 || $1 in known' data/patients.csv base/conditions.csv >data/conditions.csv
    night_pack "$1" >pack.yaml
    cat >nightly.yaml <<PIPELINE
name: nights
as_of: ${as_ofs[$1]}
site_zone: Europe/London
history: 1095 days
sources:
  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv] }
  - { name: lims, kind: labs, profile: magscreen, files: [data/labs.csv] }
  - { name: epma, kind: prescriptions, profile: magscreen, files: [data/prescriptions.csv] }
  - { name: problems, kind: conditions, profile: magscreen, files: [data/conditions.csv] }
pack: pack.yaml
sink: { directory: night$1 }
PIPELINE
}

# A night that a gate holds is looked at, and released: the ledger takes it all the same.
run_night() { # NIGHT [OPTION...]
    local code=0 night=$1
    shift
    "$magscreen" run nightly.yaml "$@" >"log$night" 2>&1 || code=$?
    [ "$code" != 4 ] || { "$magscreen" publish "night$night.held" --reason 'the nights test' >>"log$night" 2>&1 && code=0; }
    case $code in 0 | 3) ;; *) cat "log$night" && fail "night $night ended with $code" ;; esac
}

# database_begin DATABASE: with the schema; the job has the login overnight.
database_begin() {
    sql -c "do 'begin create role overnight login; exception when duplicate_object then null; end'"
    (. "$source_dir/tests/pg/schema.sh" && install_schema "$1" &&
        sql -d "$1" -c 'grant magscreen_job to overnight')
}

# The same night into schema magscreen, which keeps its own ledger.
publish_night() { # NIGHT DATABASE
    local code=0 held
    sed "s/^sink:.*/sink: { postgres: \"user=overnight dbname=$2\" }/" nightly.yaml >database.yaml
    "$magscreen" run database.yaml >"dblog$1" 2>&1 || code=$?
    held=$(sed -n 's/^HELD as run \([0-9]*\) .*/\1/p' "dblog$1")
    [ -z "$held" ] || { "$magscreen" publish "$held" --db "user=overnight dbname=$2" \
        --reason 'the nights test' >>"dblog$1" 2>&1 && code=0; }
    case $code in 0 | 3) ;; *) cat "dblog$1" && fail "night $1 into the database ended with $code" ;; esac
}

# --- what a night came to, as tables for sql/oracle/ledger.sql ---------------------------------------
tables_begin() {
    sql -f "$source_dir/sql/oracle/ledger.sql" >/dev/null
    sql <<'SQL'
create table flags_file (flag_id text, patient_id text, rule_id text, rule_version text, severity text,
    could_be text, state text, as_of text, hidden_by text, notes text, evidence jsonb, title text);
create table unknown_file (patient_id text, rule_id text, as_of text, reasons text, detail text);
create table patients_file (patient_id text, sex text, birth text, died_on date, site text,
    weight_kg text, height_cm text, measured_on text, observed_until date);
SQL
    awk -v OFS=, '/^  - id: / { id = $3 }
        /^    worsens:/ { while (match($0, /[a-z_]+ (drops|rises) by [0-9.]+/)) {
            split(substr($0, RSTART, RLENGTH), w, " "); print id, w[1], w[2], w[4]
            $0 = substr($0, RSTART + RLENGTH) } }' "$source_dir/pipelines/packs/magnesium-safety.yaml" |
        sql -c "copy worsens from stdin with (format csv)"
}

load() { # TABLE FILE: a CSV table with its header, plain or gzip
    { case $2 in *.gz) gzip -dc "$2" ;; *) cat "$2" ;; esac; } |
        sql -c "copy $1 from stdin with (format csv, header true)"
}

# Outcomes, roster and pack of the night that stands in folder night$1; flags_file keeps its flags.
load_outcomes() { # NIGHT
    sql -c 'truncate flags_file, unknown_file, patients_file'
    load flags_file "night$1/flags.csv.gz"
    load unknown_file "night$1/cannot_tell.csv.gz"
    load patients_file data/patients.csv
    awk -v night="$1" -v OFS=, '/^version:/ { version = $2 } /^  - id: / { tell(); id = $3; snooze = "" }
        /^    status: / { status = $2 } /^    snooze: / { snooze = $2 } END { tell() }
        function tell() { if (id != "") print night, id, version, status, snooze }' pack.yaml |
        sql -c "copy night_rule from stdin with (format csv)"
    sql -v night="$1" -v as_of="${as_ofs[$1]}" <<'SQL'
insert into night values (:night, :'as_of');
insert into night_flag select :night, patient_id, rule_id, rule_version, severity,
    hidden_by, (evidence->'event'->>'from')::timestamp, evidence->>'digest' from flags_file;
insert into night_unknown select :night, patient_id, rule_id from unknown_file;
insert into night_person select :night, patient_id, died_on, observed_until from patients_file;
SQL
}
