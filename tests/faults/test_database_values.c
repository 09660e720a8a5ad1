/* Rows of the fault matrix about what a database says: null, numbers and dates that are none, its
   encoding, settings of roles, things planted under our names, texts that look like SQL. */
#include "support/fault_database.h"
#include "support/fault_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fault_cohort cohort;

static fault_run screen(const char *database, const char *sql, const fault_pipeline *pipeline) {
    fault_run run = fault_load(&cohort, database, NULL);
    if (sql)
        pg_test_sql(sql);
    fault_screen_database(&run, pipeline, NULL);
    return run;
}

/* --- encodings
 * --------------------------------------------------------------------------------- */

static void t_D_24_another(void **state) {
    (void)state;
    fault_run run = fault_load(&cohort, "t_d24", "encoding 'LATIN1' locale 'C'");
    fault_screen_database(&run, NULL, NULL);
    fault_expect(&run, 7, "MS-D323");
    fault_expect_refused(&run);
    fault_run_done(&run);
}

static void t_D_24_none(void **state) {
    (void)state;
    fault_run run = fault_load(&cohort, "t_d24", "encoding 'SQL_ASCII' locale 'C'");
    pg_test_sql("insert into source.labs (patient_id, code, value, unit, collected_at) values"
                " ('q0001', '718-7', E'13\\xe9', 'g/L', '2025-05-05T08:00'),"
                " ('q0001', '718-7', '130', E'g/\\xff\\xfe', '2025-05-05T08:00');"
                "insert into source.labs (patient_id, code, value, unit, collected_at)"
                " select 'q0002', '718-7', '130', 'g/L', '2025-05-05T08:00'"
                " from generate_series(1, 2500)");
    fault_screen_database(&run, NULL, NULL);
    fault_expect(&run, 3, "MS-D323");
    fault_expect(&run, 3, "MS-I126");
    fault_expect_rejects(&run, "csv.bad_utf8", 2);
    fault_expect_golden(&run, false);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "rejected"), 2);
    fault_run_done(&run);
}

/* --- null, numbers, dates
 * ---------------------------------------------------------------------- */

static void t_D_25(void **state) {
    (void)state;
    fault_run run = screen("t_d25",
                           "insert into source.labs (patient_id, code, value, unit, collected_at)"
                           " values ('q0001', '2601-3', '0.7', 'mmol/L', null),"
                           " ('q0001', '2601-3', null, 'mmol/L', '2025-05-05'),"
                           " (null, '2601-3', '0.7', 'mmol/L', '2025-05-05');"
                           "insert into source.prescriptions (patient_id, drug_name, start) values"
                           " ('q0001', 'Furosemide 40 mg tablets', null)",
                           NULL);
    fault_expect(&run, 3, "MS-I270");
    fault_expect_rejects(&run, "null.required", 3);
    fault_expect_rejects(&run, "id.blank", 1);
    fault_expect_golden(&run, false);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "rejected"), 3);
    assert_int_equal(fault_count(&run, "labs", "read"), FAULT_PATIENTS * FAULT_LABS_EACH + 3);
    fault_run_done(&run);
}

/* SQL null is an empty cell: the same answer where it is allowed. */
static void t_D_25_optional(void **state) {
    (void)state;
    fault_run run = screen("t_d25",
                           "update source.labs set comment = null;"
                           "update source.prescriptions set stop = '', dose = coalesce(dose, ''),"
                           " dose_unit = coalesce(dose_unit, '')",
                           NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

static const char not_finite[] =
    "insert into source.labs (patient_id, code, value, unit, collected_at)"
    " select 'q0001', '2601-3', v, 'mmol/L', '2025-05-05T08:00'"
    " from (values ('NaN'), ('Infinity'), ('-Infinity')) as odd (v);"
    "insert into source.labs (patient_id, code, value, unit, collected_at)"
    " select 'q0002', '718-7', '130', 'g/L', '2025-05-05T08:00' from generate_series(1, 2500);"
    "create view source.odd as select patient_id, code, value::%s as value, unit, collected_at"
    " from source.labs";

static void t_D_26_numeric(void **state) {
    (void)state;
    char sql[900];
    const fault_pipeline odd = {.sources[FAULT_LABS].view = "source.odd"};
    snprintf(sql, sizeof sql, not_finite, "numeric");
    fault_run run = screen("t_d26", sql, &odd);
    fault_expect(&run, 3, "MS-I242");
    fault_expect_rejects(&run, "num.not_finite", 3);
    fault_expect_golden(&run, false);
    fault_expect_conserved(&run);
    fault_run_done(&run);
}

/* Nothing is filtered by the server: every row is read, and the same ones are set aside. */
static void t_D_26_float(void **state) {
    (void)state;
    static const char *const types[] = {"float8", "float4"};
    const fault_pipeline odd = {.sources[FAULT_LABS].view = "source.odd"};
    for (size_t i = 0; i < 2; i++) {
        char sql[900];
        snprintf(sql, sizeof sql, not_finite, types[i]);
        fault_run run = screen("t_d26", sql, &odd);
        fault_expect(&run, 3, "MS-I242");
        fault_expect_rejects(&run, "num.not_finite", 3);
        fault_expect_conserved(&run);
        assert_int_equal(fault_count(&run, "labs", "read"),
                         FAULT_PATIENTS * FAULT_LABS_EACH + 2503);
        assert_int_equal(fault_count(&run, "labs", "accepted"), FAULT_PATIENTS * FAULT_LABS_EACH);
        fault_run_done(&run);
    }
}

static void t_D_27(void **state) {
    (void)state;
    const fault_pipeline odd = {.sources[FAULT_LABS].view = "source.odd",
                                .sources[FAULT_RX].view = "source.odd_rx"};
    fault_run run =
        screen("t_d27",
               "insert into source.labs (patient_id, code, value, unit, collected_at)"
               " select 'q0001', '2601-3', '0.2', 'mmol/L', t"
               " from (values ('infinity'), ('-infinity')) as odd (t);"
               "insert into source.labs (patient_id, code, value, unit, collected_at)"
               " select 'q0002', '718-7', '130', 'g/L', '2025-05-05T08:00'"
               " from generate_series(1, 1000);"
               "create view source.odd as select patient_id, code, value, unit,"
               " collected_at::timestamp as collected_at from source.labs;"
               /* an end that never comes is an open one */
               "create view source.odd_rx as select patient_id, drug_code, drug_name, kind,"
               " start::date as start, 'infinity'::date as stop, dose::numeric as dose, dose_unit,"
               " doses_per_day::integer as doses_per_day, route from source.prescriptions",
               &odd);
    fault_expect(&run, 3, "MS-I271");
    fault_expect_rejects(&run, "date.not_finite", 2);
    fault_expect_golden(&run, false);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "prescriptions", "rejected"), 0);
    fault_run_done(&run);
}

/* Types instead of texts: the answer is the same, also where a time has a zone. */
static void t_D_28_types(void **state) {
    (void)state;
    static const char typed[] =
        "create view source.odd_people as select patient_id::char(5) as patient_id, sex::char(1)"
        " as sex, birth::date as birth, died_on::date as died_on, site, weight_kg::integer as"
        " weight_kg, height_cm::smallint as height_cm, measured_on::date as measured_on"
        " from source.patients;"
        "create view source.odd as select patient_id::varchar as patient_id, code,"
        " value::numeric as value, unit, (collected_at::timestamp at time zone 'Asia/Tokyo')"
        " as collected_at from source.labs;"
        "create view source.odd_rx as select patient_id, drug_code, drug_name, kind,"
        " start::date as start, stop::date as stop, dose::float8 as dose, dose_unit,"
        " doses_per_day::bigint as doses_per_day, route from source.prescriptions";
    const fault_pipeline odd = {.head = "site_zone: Asia/Tokyo\n",
                                .sources = {{.view = "source.odd_people"},
                                            {.view = "source.odd", .more = "readers: 2"},
                                            {.view = "source.odd_rx"}}};
    fault_run run = screen("t_d28", typed, &odd);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_expect_conserved(&run);
    fault_run_done(&run);
}

static void t_D_28(void **state) {
    (void)state;
    fault_run run = fault_load(&cohort, "t_d28", NULL);
    pg_test_sql(
        "alter role job set datestyle = 'SQL, DMY'; alter role job set timezone = 'Asia/Tokyo';"
        "alter role job set search_path = public; alter role job set extra_float_digits = -15;"
        "alter role job set statement_timeout = '1ms'; alter role job set lock_timeout = '1ms';"
        "alter role job set intervalstyle = 'iso_8601'; alter role job set row_security = on;"
        "alter role job set client_encoding = 'LATIN1';"
        "alter role job set standard_conforming_strings = off;"
        "alter role job set default_transaction_isolation = 'read committed';"
        "create view source.odd as select patient_id, code, value::float8::numeric(9,2) as"
        " value, unit, collected_at::timestamptz as collected_at from source.labs");
    const fault_pipeline odd = {.head = "site_zone: UTC\n",
                                .sources[FAULT_LABS].view = "source.labs"};
    fault_screen_database(&run, &odd, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

/* --- things planted
 * ---------------------------------------------------------------------------- */

/* Everything that the program calls has a namesake in a schema that the role's path names first,
   and each of them leaves a trace. */
static void t_D_29(void **state) {
    (void)state;
    static const char planted[] =
        "create table public.trace (at text); grant all on public.trace to public;"
        "grant all on schema public to public;"
        "create function public.hashtextextended(text, bigint) returns bigint language sql"
        " as $$ select 0::bigint $$;"
        "create function public.pg_export_snapshot() returns text language sql as"
        " $$ select 'nowhere'::text $$;"
        "create function public.pg_backend_pid() returns integer language sql as $$ select 1 $$;"
        "create function public.row_security_active(oid) returns boolean language sql as"
        " $$ select false $$;"
        "create function public.current_setting(text) returns text language sql as"
        " $$ select 'planted'::text $$;"
        "create function public.has_table_privilege(oid, text) returns boolean language sql as"
        " $$ select false $$;"
        "create function public.same(text, text) returns boolean language sql as"
        " $$ select false $$;"
        "create operator public.= (leftarg = text, rightarg = text, function = public.same);"
        "create table public.pg_class (oid oid, relname text, relkind text, relnamespace oid);"
        "create table public.labs (patient_id text, code text, value text, unit text,"
        " collected_at text);"
        "create type public.tid as enum ('planted');"
        "create domain public.text as integer;"
        "alter role job set search_path = public, source, pg_catalog";
    const fault_pipeline odd = {
        .sources[FAULT_LABS] = {.view = "source.odd", .more = "readers: 3"}};
    fault_run run = fault_load(&cohort, "t_d29", NULL);
    pg_test_sql("create view source.odd as select * from source.labs");
    pg_test_sql(planted);
    fault_screen_database(&run, &odd, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_expect_conserved(&run);
    fault_run_done(&run);
}

/* Texts that would end a literal, a COPY or a line come through as they are: the answer from the
   database is that from files, and the ids are those that were written. */
static void t_S_02(void **state) {
    (void)state;
    static const char *const odd[] = {"it''s", "\"\"q\"\"", "back\\slash", "\\.",
                                      "\\N",   "$$; drop",  "NULL"};
    fault_cohort strange;
    fault_cohort_init(&strange);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char line[300];
        snprintf(line, sizeof line, "\"z%s\",F,1950-01-01,,\"S%s\",60,160,2025-06-01\n", odd[i],
                 odd[i]);
        fault_append(&strange, FAULT_PATIENTS_TABLE, line);
        snprintf(line, sizeof line, "\"z%s\",2601-3,0.3,mmol/L,2025-12-20T08:00,\"%s\"\n", odd[i],
                 odd[i]);
        fault_append(&strange, FAULT_LABS, line);
        snprintf(line, sizeof line, "\"z%s\",C03CA01,\"Furosemide %s\",order,2025-11-01,,,,,oral\n",
                 odd[i], odd[i]);
        fault_append(&strange, FAULT_RX, line);
    }
    fault_run files = fault_screen(&strange, NULL);
    fault_expect(&files, 0, NULL);
    fault_run run = fault_load(&strange, "t_s02", NULL);
    fault_screen_database(&run, NULL, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    assert_non_null(strstr(run.dump.at, "zback\\slash"));
    assert_string_equal(run.dump.at, files.dump.at);
    fault_run_done(&files);
    fault_run_done(&run);
    fault_cohort_done(&strange);
}

int main(void) {
    static const fault_row rows[] = {
        FAULT_ROW(t_D_24_another),  FAULT_ROW(t_D_24_none),    FAULT_ROW(t_D_25),
        FAULT_ROW(t_D_25_optional), FAULT_ROW(t_D_26_numeric), FAULT_ROW(t_D_26_float),
        FAULT_ROW(t_D_27),          FAULT_ROW(t_D_28_types),   FAULT_ROW(t_D_28),
        FAULT_ROW(t_D_29),          FAULT_ROW(t_S_02)};
    int skipped = pg_test_begin();
    if (skipped)
        return skipped;
    fault_cohort_init(&cohort);
    int status = FAULT_ROWS_RUN(rows);
    fault_cohort_done(&cohort);
    return status;
}
