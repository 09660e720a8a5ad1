/* What rules about sources say of a run: counts by hand of files written by the test. */
#include "engine/run_fixture.h"

#include "engine/source_findings.h"

static const char PACK[] =
    "pack: test\nversion: 1.0.0\nrules:\n"
    "  - id: S1\n    title: units\n    scope: source\n    among: always\n"
    "    when: unit_share(any) > 2 %\n    severity: info\n"
    "  - id: S2\n    title: drugs\n    scope: source\n    among: always\n"
    "    when: unmapped_drugs > 0\n    severity: info\n"
    "  - id: S3\n    title: potassium\n    scope: source\n    among: always\n"
    "    when: unit_share(potassium) > 2 %\n    severity: low\n"
    "  - id: S4\n    title: drafted\n    status: draft\n    scope: source\n    among: always\n"
    "    when: unmapped_drugs > 0\n    severity: info\n"
    "  - id: P1\n    title: of patients\n    among: always\n    when: age >= 18 years\n"
    "    severity: info\n";

static run_fixture at;
static mag_run_report report;

/* Reads the folder as a run does and judges the rules of PACK. */
static void judge_folder(unsigned thread_count) {
    const mag_codebook *book;
    const mag_plan *plan;
    const mag_pack *pack;
    mag_cohort *cohort;
    mag_source *sources[8];
    mag_plan_options options = {
        .profile = "magscreen", .data_directory = at.data, .as_of = at.as_of};
    report = (mag_run_report){0};
    assert_int_equal(mag_codebook_load(at.arena, &book, &at.error), MAG_OK);
    assert_int_equal(mag_plan_short(at.arena, &options, &plan, &at.error), MAG_OK);
    if (mag_pack_load(at.arena, "test.yaml", mag_span_of(PACK), NULL, 0, 0, &pack, &at.error) !=
        MAG_OK)
        fail_msg("%s", at.error.text);
    assert_int_equal(fixture_sources(&at, plan, sources), MAG_OK);
    const mag_run_inputs inputs = {.plan = plan,
                                   .book = book,
                                   .pack = pack,
                                   .sources = sources,
                                   .source_count = plan->source_count,
                                   .thread_count = (int)thread_count,
                                   .account = &at.account};
    if (mag_run_load_cohort(&inputs, &cohort, &at.error) != MAG_OK)
        fail_msg("%s", at.error.text);
    assert_int_equal(mag_source_findings(at.arena, pack, cohort, &report, &at.error), MAG_OK);
    mag_cohort_free(cohort);
    for (size_t i = 0; i < plan->source_count; i++)
        sources[i]->ops->free(sources[i]);
}

static void write_files(unsigned good, unsigned without_unit, unsigned unmapped) {
    FILE *patients = fixture_open(&at, "patients.csv");
    FILE *labs = fixture_open(&at, "labs.csv");
    FILE *rx = fixture_open(&at, "prescriptions.csv");
    fputs("patient_id,sex,birth\nP1,F,1950-01-01\n", patients);
    fputs("patient_id,code,value,unit,collected_at\n", labs);
    fputs("P1,2823-3,4.0,mmol/L,2025-12-01T08:00\n", labs);
    fputs("patient_id,drug_name,start,stop\nP1,furosemide,2025-12-01,2025-12-20\n", rx);
    for (unsigned i = 0; i < good; i++)
        fprintf(labs, "P1,2601-3,0.8,mmol/L,2025-%02u-%02uT08:00\n", 1 + i / 28 % 12, 1 + i % 28);
    for (unsigned i = 0; i < without_unit; i++)
        fprintf(labs, "P1,2601-3,0.8,%s,2025-06-%02uT09:00\n",
                i % 3 == 0   ? ""
                : i % 3 == 1 ? "bushel"
                             : "kg",
                1 + i % 28);
    fputs("P1,2601-3,0.8,,2031-01-01T08:00\n", labs); /* in the future: not judged for its unit */
    for (unsigned i = 0; i < unmapped; i++)
        fprintf(rx, "P1,magnesirol %c,2025-12-01,2025-12-20\n", 'a' + (int)i);
    fclose(patients);
    fclose(labs);
    fclose(rx);
}

static void two_percent_of_an_analyte_is_the_edge(void **state) {
    (void)state;
    static const struct {
        unsigned good, without_unit;
        mag_outcome_kind expected;
    } rows[] = {{98, 2, MAG_CLEAR}, {97, 2, MAG_FLAGGED}, {100, 0, MAG_CLEAR}, {0, 3, MAG_FLAGGED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_begin(&at);
        write_files(rows[i].good, rows[i].without_unit, 0);
        judge_folder(1);
        assert_int_equal(report.finding_count, 3); /* S4 is a draft, P1 asks about patients */
        assert_string_equal(report.findings[0].rule_id, "S1");
        if (report.findings[0].outcome.kind != rows[i].expected)
            fail_msg("%u and %u: %s", rows[i].good, rows[i].without_unit,
                     mag_outcome_name(report.findings[0].outcome.kind));
        assert_int_equal(report.findings[2].outcome.kind, MAG_CLEAR); /* potassium has its units */
        fixture_end(&at);
    }
}

static void a_finding_names_source_subject_and_rows(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 3; threads++) {
        fixture_begin(&at);
        write_files(10, 5, 4);
        judge_folder(threads);
        const mag_source_finding *units = &report.findings[0], *drugs = &report.findings[1];
        assert_int_equal(units->fact_count, 1);
        assert_string_equal(units->facts[0].source, "labs");
        assert_string_equal(units->facts[0].subject, "magnesium");
        assert_int_equal(units->facts[0].count, 5);
        assert_int_equal(units->facts[0].of, 15);
        assert_int_equal(drugs->outcome.kind, MAG_FLAGGED);
        assert_int_equal(drugs->outcome.severity, MAG_SEVERITY_INFO);
        assert_int_equal(drugs->fact_count, 1);
        assert_int_equal(drugs->facts[0].count, 4);
        assert_int_equal(drugs->facts[0].of, 5);
        fixture_end(&at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_percent_of_an_analyte_is_the_edge),
        cmocka_unit_test(a_finding_names_source_subject_and_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
