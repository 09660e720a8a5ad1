/* `check --deep --json` prints one JSON document that tells what no list knows. */
#include "support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void put(const char *folder, const char *name, const char *text) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file_write(path, text, strlen(text));
}

static bool has_finding(const json_t *findings, const char *what) {
    size_t i;
    const json_t *one;
    json_array_foreach(findings, i,
                       one) if (strcmp(json_string_value(json_object_get(one, "what")), what) ==
                                0) return json_is_false(json_object_get(one, "is_good"));
    return false;
}

static void a_code_with_a_wrong_check_digit_is_told_as_json(void **state) {
    (void)state;
    const char *folder = program_folder_new();
    put(folder, "patients.csv", "patient_id,sex,birth\np1,F,1950-01-01\n");
    put(folder, "labs.csv",
        "patient_id,code,value,unit,collected_at\n"
        "p1,2823-3,4.1,mmol/L,2025-12-01\np1,2823-4,4.1,mmol/L,2025-12-02\n");
    put(folder, "prescriptions.csv",
        "patient_id,drug_code,drug_name,start,stop\np1,C03CA01,Furosemide,2025-11-01,\n");
    const char *arguments[] = {"check", "--deep",  "--profile",  "magscreen", "--data",
                               folder,  "--as-of", "2025-12-31", "--json",    NULL};
    program_result result = program_run(arguments, NULL, NULL);
    json_error_t fault;
    json_t *answer = json_loadb(result.out.at, result.out.nbytes, 0, &fault);
    if (!answer)
        fail_msg("line %d: %s", fault.line, fault.text);
    assert_int_equal(result.exit_code, 1);
    assert_true(json_is_array(answer));
    assert_true(has_finding(answer, "code that is none"));
    assert_false(has_finding(answer, "unit that no table knows"));
    json_decref(answer);
    program_result_done(&result);
    program_folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_with_a_wrong_check_digit_is_told_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
