#include "io/pg_text.h"

#include "test_support.h"

#include <sys/stat.h>

typedef struct written {
    const char *conninfo;
    mag_status status;
    mag_message_id message;
} written;

static void only_keys_of_the_list_may_stand_in_a_connection(void **state) {
    (void)state;
    static const written cases[] = {
        {"", MAG_OK, MAG_MSG_NONE},
        {"service=clinic", MAG_OK, MAG_MSG_NONE},
        {"host=db port=5432 dbname=x user=job sslmode=verify-full sslrootcert=/ca.pem "
         "application_name=night connect_timeout=5",
         MAG_OK, MAG_MSG_NONE},
        {"postgresql://job@db/x?sslmode=verify-full", MAG_OK, MAG_MSG_NONE},
        {"host='a b'", MAG_OK, MAG_MSG_NONE},
        {"options='-c row_security=on'", MAG_E_USAGE, MAG_MSG_S601},
        {"passfile=/tmp/x", MAG_E_USAGE, MAG_MSG_S601},
        {"hostaddr=10.0.0.1", MAG_E_USAGE, MAG_MSG_S601},
        {"sslkey=/tmp/x", MAG_E_USAGE, MAG_MSG_S601},
        {"replication=database", MAG_E_USAGE, MAG_MSG_S601},
        {"postgresql://db/x?options=-c%20x", MAG_E_USAGE, MAG_MSG_S601},
        {"password=verysecret", MAG_E_USAGE, MAG_MSG_S603},
        {"host=db password=verysecret", MAG_E_USAGE, MAG_MSG_S603},
        {"sslpassword=verysecret", MAG_E_USAGE, MAG_MSG_S603},
        {"postgresql://job:verysecret@db/x", MAG_E_USAGE, MAG_MSG_S603},
        {"verysecret", MAG_E_USAGE, MAG_MSG_S601},
        {"host=db verysecret", MAG_E_USAGE, MAG_MSG_S601},
        {"colour=verysecret", MAG_E_USAGE, MAG_MSG_S601},
        {"host='verysecret", MAG_E_USAGE, MAG_MSG_S601},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_error err = {0};
        assert_int_equal(mag_pg_text_check(cases[i].conninfo, &err), cases[i].status);
        assert_int_equal(err.message, cases[i].message);
        assert_null(strstr(err.text, "verysecret"));
        assert_null(strstr(err.hint, "verysecret"));
    }
}

typedef struct way {
    const char *host, *hostaddr, *sslmode;
    bool is_local, is_fine;
} way;

static void another_host_needs_a_certificate_that_is_looked_at(void **state) {
    (void)state;
    static const way ways[] = {
        {NULL, NULL, NULL, true, true},
        {"/var/run/postgresql", NULL, NULL, true, true},
        {"@abstract", NULL, NULL, true, true},
        {"localhost", NULL, "prefer", true, true},
        {"127.0.0.1", NULL, "disable", true, true},
        {"::1", NULL, NULL, true, true},
        {"/run,localhost", NULL, NULL, true, true},
        {"db.example", NULL, NULL, false, false},
        {"db.example", NULL, "prefer", false, false},
        {"db.example", NULL, "require", false, false},
        {"db.example", NULL, "verify-ca", false, false},
        {"db.example", NULL, "verify-full", false, true},
        {"localhost,db.example", NULL, "require", false, false},
        {"db.example,/run", NULL, "require", false, false},
        {"localhost", "10.0.0.1", "require", false, false},
        {"127.0.0.1.db.example", NULL, "require", false, false},
        {"localhost.example", NULL, "require", false, false},
        {"127.example", NULL, "require", false, false},
        {NULL, "10.0.0.1", "require", false, false},
        {"/tmp/mspg.127.x/s", NULL, NULL, true, true},
        {"127.0.0.1,/tmp/a127.b", NULL, NULL, true, true},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        mag_error err = {0};
        mag_pg_route route = {
            .host = ways[i].host, .hostaddr = ways[i].hostaddr, .sslmode = ways[i].sslmode};
        assert_int_equal(mag_pg_route_is_local(&route), ways[i].is_local);
        assert_int_equal(mag_pg_route_check(&route, &err), ways[i].is_fine ? MAG_OK : MAG_E_USAGE);
        assert_int_equal(err.message, ways[i].is_fine ? MAG_MSG_NONE : MAG_MSG_D304);
        route.is_insecure_allowed = true;
        assert_int_equal(mag_pg_route_check(&route, NULL), MAG_OK);
    }
}

typedef struct kept {
    const char *content;
    mode_t mode;
    bool is_service, is_fine;
} kept;

static void files_with_passwords_that_others_can_read_are_refused(void **state) {
    (void)state;
    static const kept cases[] = {
        {"db:5432:*:job:verysecret\n", 0600, false, true},
        {"db:5432:*:job:verysecret\n", 0640, false, false},
        {"db:5432:*:job:verysecret\n", 0604, false, false},
        {"[clinic]\nhost=db\npassword=verysecret\n", 0600, true, true},
        {"[clinic]\nhost=db\npassword=verysecret\n", 0644, true, false},
        {"[clinic]\n  password=verysecret\n", 0644, true, false},
        {"[clinic]\nhost=db\n# password by file\n", 0644, true, true},
    };
    char path[] = "/tmp/mag_pg_text_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_error err = {0};
        size_t nbytes = strlen(cases[i].content);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, cases[i].content, nbytes, 0), nbytes);
        assert_int_equal(fchmod(fd, cases[i].mode), 0);
        const mag_pg_route route = {.passfile = cases[i].is_service ? NULL : path,
                                    .service_file = cases[i].is_service ? path : NULL};
        assert_int_equal(mag_pg_route_check(&route, &err), cases[i].is_fine ? MAG_OK : MAG_E_USAGE);
        assert_int_equal(err.message, cases[i].is_fine ? MAG_MSG_NONE : MAG_MSG_S604);
        assert_null(strstr(err.text, "verysecret"));
    }
    close(fd);
    unlink(path);
    const mag_pg_route gone = {.passfile = path, .service_file = path};
    assert_int_equal(mag_pg_route_check(&gone, NULL), MAG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_keys_of_the_list_may_stand_in_a_connection),
        cmocka_unit_test(another_host_needs_a_certificate_that_is_looked_at),
        cmocka_unit_test(files_with_passwords_that_others_can_read_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
