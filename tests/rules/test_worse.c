/* When a value has become worse since it was shown. */
#include "pack_text.h"

#include "rules/worse.h"

static pack_text in;

typedef struct worse_row {
    const char *shown, *tonight;
    bool is_worse;
} worse_row;

static void expect_worse(const char *clause, const worse_row *rows, size_t count) {
    char text[4096];
    (void)snprintf(text, sizeof text,
                   PACK_TOP "- id: X1\n  title: T\n  worse: low\n"
                            "  let:\n  - name: sample\n    as: latest(magnesium within 90 days)\n"
                            "  - name: amount\n    as: dose(MGSYS)\n"
                            "  among: active(MGSYS)\n  severity: high\n"
                            "  when: kf < 20 mL/min and sample < mg_low and amount > 5 mmol/day\n"
                            "  worsens: %s\n",
                   clause);
    pack_begin(&in);
    if (pack_load(&in, text) != MAG_OK)
        fail_msg("%s", in.err.text);
    for (size_t i = 0; i < count; i++)
        if (mag_facts_are_worse(in.pack, 0, rows[i].shown, rows[i].tonight) != rows[i].is_worse)
            fail_msg("%s: \"%s\" -> \"%s\"", clause, rows[i].shown, rows[i].tonight);
    pack_end(&in);
}

static void a_number_is_worse_by_the_amount_of_its_clause(void **state) {
    static const worse_row drops[] = {
        {"kf=17.3416 mL/min@2025-08-01", "kf=12.3416 mL/min@2025-09-01", true},
        {"kf=17.3416 mL/min@2025-08-01", "kf=12.3417 mL/min@2025-09-01", false},
        {"kf=17.3416 mL/min@2025-08-01", "kf=29 mL/min@2025-09-01", false},
        {"a=1; kf=17 mL/min@2025-08-01; MGSUPP 2025-06-02..", "MGSUPP ..; kf=1 mL/min", true},
        {"kf=17 mL/min@2025-08-01; kf=90 mL/min", "kf=17 mL/min", false},
        {"", "kf=1 mL/min", false},
        {"kf=17 mL/min", "", false},
        {"kf=17 mL/min", "akf=1 mL/min; kfx=1 mL/min", false},
        {"kf=17 mL/min", "kf", false},
        {"kf=17 mL/min", "kf=", false},
        {"kf=17 mL/min", "kf=<5 mL/min", false},
        {"kf=>=90 mL/min", "kf=20 mL/min", false},
        {"kf=17-19 mL/min", "kf=5 mL/min", false},
        {"kf=17 mL/min", "kf=5 mL/s", false},
    };
    static const worse_row rises[] = {
        {"kf=12 mL/min", "kf=17 mL/min", true},
        {"kf=12 mL/min", "kf=16.9999 mL/min", false},
        {"kf=17 mL/min", "kf=12 mL/min", false},
    };
    (void)state;
    expect_worse("severity rises or kf drops by 5 mL/min", drops, sizeof drops / sizeof drops[0]);
    expect_worse("kf rises by 5 mL/min", rises, sizeof rises / sizeof rises[0]);
}

static void doses_are_compared_as_they_are_shown(void **state) {
    static const worse_row rows[] = {
        {"amount=10 mmol/day", "amount=14 mmol/day", true},
        {"amount=10 mmol/day", "amount=13.9 mmol/day", false},
        {"amount=10 mmol/day", "amount=13-20 mmol/day", false},
    };
    (void)state;
    expect_worse("amount rises by 4 mmol/day", rows, sizeof rows / sizeof rows[0]);
}

/* molar_only is no pair: a step for results has both sides. mg_low: 0.70 mmol/L, 1.7 mg/dL. */
static void results_are_compared_in_the_unit_of_tonight(void **state) {
#define NAME "latest(magnesium within 90 days)="
    static const worse_row rows[] = {
        {NAME "1.50 mmol/L@2025-08-01", NAME "0.80 mmol/L@2025-09-01", true},
        {NAME "1.50 mmol/L@2025-08-01", NAME "0.81 mmol/L@2025-09-01", false},
        {NAME "3.2 mg/dL@2025-08-01", NAME "1.5 mg/dL@2025-09-01", true},
        {NAME "3.2 mg/dL@2025-08-01", NAME "1.6 mg/dL@2025-09-01", false},
        {NAME "1.50 mmol/L@2025-08-01", NAME "1.5 mg/dL@2025-09-01", true},
        {NAME "1.50 mmol/L@2025-08-01", NAME "0.10 mL/min@2025-09-01", false},
        {NAME "1.50 mmol/L@2025-08-01", NAME "<0.30 mmol/L@2025-09-01", false},
        {NAME "1.50 bananas@2025-08-01", NAME "0.10 mmol/L@2025-09-01", false},
        {NAME "1.50 mmol/L@2025-08-01", NAME "0.10 bananas@2025-09-01", false},
    };
    (void)state;
    expect_worse("sample drops by mg_low", rows, sizeof rows / sizeof rows[0]);
}

static void severity_is_not_looked_at(void **state) {
    static const worse_row row = {"kf=17 mL/min", "kf=1 mL/min", false};
    (void)state;
    expect_worse("severity rises", &row, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_worse_by_the_amount_of_its_clause),
        cmocka_unit_test(doses_are_compared_as_they_are_shown),
        cmocka_unit_test(results_are_compared_in_the_unit_of_tonight),
        cmocka_unit_test(severity_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
