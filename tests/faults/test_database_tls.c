/* Row D-03 of the fault matrix: certificates of other hosts, unknown authorities and past dates, on
   a server that would take plain text too. The server of this program listens on a free port. */
#include "support/fault_database.h"
#include "support/fault_row.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static fault_cohort cohort;
static char folder[300]; /* of certificates that everybody may read */

static void run_command(const char *format, const char *argument) {
    char command[2000];
    snprintf(command, sizeof command, format, argument);
    if (system(command) != 0)
        fail_msg("%s", command);
}

static int free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t nbytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, nbytes), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &nbytes), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* good: for localhost; old: the same, out of date; other: an authority that signed nothing here. */
static void make_certificates(void) {
    snprintf(folder, sizeof folder, "%s/tls", getenv("MAGSCREEN_TEST_PG"));
    run_command("mkdir -p '%s'", folder);
    run_command(
        "cd '%s' && for name in good other; do"
        "  openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -addext"
        "  subjectAltName=DNS:localhost -out $name.crt -keyout $name.key 2>/dev/null; done &&"
        "  openssl req -new -nodes -subj /CN=localhost -out old.csr -keyout old.key 2>/dev/null"
        "  && openssl x509 -req -in old.csr -signkey old.key -days -1 -out old.crt 2>/dev/null"
        "  && chmod 600 *.key && chmod 644 *.crt"
        "  && chown -R \"$(stat -c %%u ../data)\" .",
        folder);
}

/* The server shows the certificate and listens on loopback, where it asks for no TLS. */
static void serve(const char *certificate) {
    char settings[1500], port[20];
    snprintf(port, sizeof port, "%d", free_port());
    snprintf(settings, sizeof settings,
             "cd '%s/data' && printf '%%s\\n' \"listen_addresses = '127.0.0.1'\" 'port = %s'"
             " 'ssl = on' \"ssl_cert_file = '%s/%s.crt'\" \"ssl_key_file = '%s/%s.key'\""
             " >>postgresql.conf && echo 'host all all 127.0.0.1/32 trust' >>pg_hba.conf",
             getenv("MAGSCREEN_TEST_PG"), port, folder, certificate, folder, certificate);
    assert_int_equal(system(settings), 0);
    pg_test_control("restart");
    setenv("PGPORT", port, 1);
}

static void expect(const char *keys, const char *authority, int exit_code, const char *message) {
    char connection[800];
    fault_run run = fault_load(&cohort, "t_d03", NULL);
    snprintf(connection, sizeof connection, "user=job sslmode=verify-full %s sslrootcert=%s/%s.crt",
             keys, folder, authority);
    const fault_pipeline safe = {.sources[FAULT_LABS].connection = connection};
    fault_screen_database(&run, &safe, NULL);
    fault_expect(&run, exit_code, message);
    if (exit_code == 0)
        fault_expect_golden(&run, true);
    else
        fault_expect_refused(&run);
    fault_run_done(&run);
}

static void t_D_03(void **state) {
    (void)state;
    make_certificates();
    serve("good");
    expect("host=localhost", "good", 0, NULL);
    expect("host=127.0.0.1", "good", 7, "MS-D303");
    expect("host=localhost", "other", 7, "MS-D303");
    expect("host=localhost", "nowhere", 7, "MS-D303");
    serve("old");
    expect("host=localhost", "old", 7, "MS-D303");
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_D_03)};
    int skipped = pg_test_begin();
    if (skipped)
        return skipped;
    fault_cohort_init(&cohort);
    int status = FAULT_ROWS_RUN(rows);
    fault_cohort_done(&cohort);
    return status;
}
