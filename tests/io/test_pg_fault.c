#include "io/pg_fault.h"

#include "test_support.h"

typedef struct refusal {
    const char *sqlstate, *function_name, *last_state;
    mag_pg_doing doing;
    mag_status status;
    mag_message_id message;
} refusal;

static void each_state_of_the_server_has_its_message(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"28P01", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_REFUSED, MAG_MSG_D302},
        {"28000", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_REFUSED, MAG_MSG_D302},
        {"3D000", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_REFUSED, MAG_MSG_D305},
        {"42P01", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_REFUSED, MAG_MSG_D305},
        {"3F000", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_REFUSED, MAG_MSG_D305},
        {"42703", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_REFUSED, MAG_MSG_D306},
        {"42501", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_REFUSED, MAG_MSG_D307},
        {"42501", "aclcheck_error", NULL, MAG_PG_READING, MAG_E_DATABASE_REFUSED, MAG_MSG_D307},
        {"42501", "check_enable_rls", NULL, MAG_PG_READING, MAG_E_DATABASE_REFUSED, MAG_MSG_D308},
        {"57014", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D311},
        {"57P01", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D310},
        {"57P01", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_AWAY, MAG_MSG_D310},
        {"57P01", NULL, NULL, MAG_PG_WRITING, MAG_E_DATABASE_AWAY, MAG_MSG_D312},
        {NULL, NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D310},
        {"", NULL, NULL, MAG_PG_WRITING, MAG_E_DATABASE_AWAY, MAG_MSG_D312},
        {NULL, NULL, "57P02", MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D312},
        {NULL, NULL, "57P01", MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D310},
        {"57P03", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_AWAY, MAG_MSG_D320},
        {"53100", NULL, NULL, MAG_PG_WRITING, MAG_E_RESOURCE, MAG_MSG_D314},
        {"53200", NULL, NULL, MAG_PG_WRITING, MAG_E_RESOURCE, MAG_MSG_D314},
        {"53300", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_AWAY, MAG_MSG_D319},
        {"55P03", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_AWAY, MAG_MSG_D315},
        {"40001", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D316},
        {"40P01", NULL, NULL, MAG_PG_WRITING, MAG_E_DATABASE_AWAY, MAG_MSG_D317},
        {"25P03", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_AWAY, MAG_MSG_D318},
        {"57P05", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_AWAY, MAG_MSG_D318},
        {"25006", NULL, NULL, MAG_PG_WRITING, MAG_E_DATABASE_REFUSED, MAG_MSG_D321},
        {"22021", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_REFUSED, MAG_MSG_D323},
        {"08006", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D310},
        {"HV00N", NULL, NULL, MAG_PG_READING, MAG_E_DATABASE_AWAY, MAG_MSG_D310},
        {"58030", NULL, NULL, MAG_PG_WRITING, MAG_E_DATABASE_AWAY, MAG_MSG_D312},
        {"22P02", NULL, NULL, MAG_PG_WRITING, MAG_E_DATABASE_REFUSED, MAG_MSG_D309},
        {"XX000", NULL, NULL, MAG_PG_ASKING, MAG_E_DATABASE_REFUSED, MAG_MSG_D309},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal *r = &refusals[i];
        mag_error err = {0};
        const mag_pg_report report = {r->sqlstate, r->function_name, r->last_state, r->doing};
        assert_int_equal(mag_pg_fail(&err, &report, "view source.labs"), r->status);
        assert_int_equal(err.message, r->message);
        assert_non_null(strstr(err.text, "view source.labs: "));
        assert_true(err.hint[0] != '\0');
        assert_int_equal(mag_pg_fail(NULL, &report, "view source.labs"), r->status);
    }
}

typedef struct attempt {
    const char *text;
    bool may_pass;
    mag_status status;
    mag_message_id message;
} attempt;

/* Texts of libpq 15 with the verbosity SQLSTATE, as they were met. */
static void a_connection_that_fails_is_tried_again_only_where_that_can_help(void **state) {
    (void)state;
    static const attempt attempts[] = {
        {"connection to server at \"127.0.0.1\", port 5999 failed: Connection refused\n"
         "\tIs the server running on that host and accepting TCP/IP connections?\n",
         true, MAG_E_DATABASE_AWAY, MAG_MSG_D301},
        {"connection to server on socket \"/s/.s.PGSQL.5432\" failed: No such file or directory\n",
         true, MAG_E_DATABASE_AWAY, MAG_MSG_D301},
        {"could not translate host name \"nowhere\" to address: Name or service not known\n", true,
         MAG_E_DATABASE_AWAY, MAG_MSG_D301},
        {"", true, MAG_E_DATABASE_AWAY, MAG_MSG_D301},
        {"connection to server on socket \"/s/.s\" failed: FATAL:  57P03\n", true,
         MAG_E_DATABASE_AWAY, MAG_MSG_D320},
        {"connection to server on socket \"/s/.s\" failed: FATAL:  57P01\n", true,
         MAG_E_DATABASE_AWAY, MAG_MSG_D320},
        {"connection to server on socket \"/s/.s\" failed: FATAL:  53300\n", true,
         MAG_E_DATABASE_AWAY, MAG_MSG_D319},
        {"connection to server on socket \"/s/.s\" failed: FATAL:  28P01\n", false,
         MAG_E_DATABASE_REFUSED, MAG_MSG_D302},
        {"connection to server on socket \"/s/.s\" failed: FATAL:  28000\n", false,
         MAG_E_DATABASE_REFUSED, MAG_MSG_D302},
        {"connection to server on socket \"/s/.s\" failed: FATAL:  3D000\n", false,
         MAG_E_DATABASE_REFUSED, MAG_MSG_D305},
        {"connection to server at \"db\" failed: fe_sendauth: no password supplied\n", false,
         MAG_E_DATABASE_REFUSED, MAG_MSG_D302},
        {"connection to server at \"b\", port 5432 failed: server certificate for \"a\" does not "
         "match host name \"b\"\n",
         false, MAG_E_DATABASE_REFUSED, MAG_MSG_D303},
        {"connection to server at \"b\" failed: SSL error: certificate verify failed\n", false,
         MAG_E_DATABASE_REFUSED, MAG_MSG_D303},
        {"connection to server at \"b\" failed: server does not support SSL, but SSL was "
         "required\n",
         false, MAG_E_DATABASE_REFUSED, MAG_MSG_D303},
        {"definition of service \"clinic\" not found\n", false, MAG_E_USAGE, MAG_MSG_U202},
        {"invalid sslmode value: \"often\"\n", false, MAG_E_USAGE, MAG_MSG_U202},
    };
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        mag_error err = {0};
        assert_int_equal(mag_pg_may_pass(attempts[i].text), attempts[i].may_pass);
        assert_int_equal(mag_pg_fail_connect(&err, attempts[i].text, "db port 5432", 30),
                         attempts[i].status);
        assert_int_equal(err.message, attempts[i].message);
        assert_null(strchr(err.text, '\n'));
    }
}

static void the_state_is_read_from_the_end_of_the_text(void **state) {
    (void)state;
    static const char *const texts[][2] = {
        {"FATAL:  28P01\n", "28P01"},
        {"failed: FATAL:  57P03", "57P03"},
        {"FATAL:  28p01\n", ""},
        {"FATAL: 28P01\n", ""},
        {"28P01", ""},
        {"", ""},
        {"FATAL:  28P011\n", ""},
        {"FATAL:  28P01\npassword retrieved from file \"/p\"\n", "28P01"},
        {"FATAL:  57P03\nFATAL:  28000\n", "28000"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char found[6];
        mag_pg_connect_state(texts[i][0], found);
        assert_string_equal(found, texts[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_of_the_server_has_its_message),
        cmocka_unit_test(a_connection_that_fails_is_tried_again_only_where_that_can_help),
        cmocka_unit_test(the_state_is_read_from_the_end_of_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
