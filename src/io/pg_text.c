#include "io/pg_text.h"

#include "base/span.h"

#include <libpq-fe.h>
#include <stdio.h>

#include <string.h>
#include <sys/stat.h>

/* --- keys
 * -------------------------------------------------------------------------------------- */

/* `options` and `passfile` would let a pipeline of somebody else's change settings of the session
   or read files of its choice. */
static const char *const allowed_keys[] = {"service",
                                           "host",
                                           "port",
                                           "dbname",
                                           "user",
                                           "sslmode",
                                           "sslrootcert",
                                           "application_name",
                                           "connect_timeout",
                                           NULL};

static bool is_allowed(const char *key) {
    for (const char *const *allowed = allowed_keys; *allowed; allowed++)
        if (strcmp(*allowed, key) == 0)
            return true;
    return false;
}

static mag_status fail_password(mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_S603, "a password stands in the connection string");
    mag_hint(err, "take it out and change it; use a password file or a service file (mode 0600)");
    return MAG_E_USAGE;
}

static mag_status check_key(const char *key, mag_error *err) {
    if (is_allowed(key))
        return MAG_OK;
    if (strcmp(key, "password") == 0 || strcmp(key, "sslpassword") == 0)
        return fail_password(err);
    mag_fail(err, MAG_E_USAGE, MAG_MSG_S601, "connection string: the key \"%.40s\" is not allowed",
             key);
    mag_hint(err, "allowed are service, host, port, dbname, user, sslmode, sslrootcert, "
                  "application_name and connect_timeout");
    return MAG_E_USAGE;
}

/* libpq's own text could quote what was written, a password too. */
static mag_status fail_syntax(mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_S601, "the connection string cannot be understood");
    mag_hint(err, "write  service=NAME  or  host=HOST dbname=NAME user=ROLE");
    return MAG_E_USAGE;
}

mag_status mag_pg_text_check(const char *conninfo, mag_error *err) {
    char *text = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &text);
    PQfreemem(text);
    if (!options)
        return fail_syntax(err);
    mag_status status = MAG_OK;
    for (const PQconninfoOption *option = options; option->keyword; option++)
        if (option->val && status == MAG_OK)
            status = check_key(option->keyword, err);
    PQconninfoFree(options);
    return status;
}

bool mag_pg_text_value(const char *conninfo, const char *key, char *out, size_t nbytes) {
    bool found = false;
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    for (const PQconninfoOption *option = options; option && option->keyword; option++)
        if (option->val && strcmp(option->keyword, key) == 0)
            found = (size_t)snprintf(out, nbytes, "%s", option->val) < nbytes;
    PQconninfoFree(options);
    return found;
}

/* --- the way to the server
 * ---------------------------------------------------------------------- */

/* "127.example.org" is a name of somebody's, no loopback address. */
static bool is_loopback(mag_span host) {
    for (size_t i = 0; i < host.nbytes; i++)
        if (host.at[i] != '.' && (host.at[i] < '0' || host.at[i] > '9'))
            return false;
    return mag_span_starts_with(host, mag_span_of("127."));
}

static bool is_local_host(mag_span host) {
    return host.nbytes == 0 || host.at[0] == '/' || host.at[0] == '@' ||
           mag_span_is(host, "localhost") || mag_span_is(host, "::1") || is_loopback(host);
}

/* A list: hosts are tried one after the other. */
static bool are_local_hosts(const char *hosts) {
    mag_span rest = mag_span_of(hosts ? hosts : "");
    for (;;) {
        const char *comma = rest.nbytes ? memchr(rest.at, ',', rest.nbytes) : NULL;
        size_t nbytes = comma ? (size_t)(comma - rest.at) : rest.nbytes;
        if (!is_local_host((mag_span){rest.at, nbytes}))
            return false;
        if (!comma)
            return true;
        rest = (mag_span){comma + 1, rest.nbytes - nbytes - 1};
    }
}

bool mag_pg_route_is_local(const mag_pg_route *route) {
    return are_local_hosts(route->host) && are_local_hosts(route->hostaddr);
}

static mag_status check_protection(const mag_pg_route *route, mag_error *err) {
    if (route->is_insecure_allowed || mag_pg_route_is_local(route) ||
        (route->sslmode && strcmp(route->sslmode, "verify-full") == 0))
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_D304,
             "server %.200s is reached with sslmode=%.20s; nothing was sent",
             route->host ? route->host : route->hostaddr,
             route->sslmode ? route->sslmode : "prefer");
    mag_hint(err, "set sslmode=verify-full and sslrootcert=FILE; --allow-insecure-db goes without");
    return MAG_E_USAGE;
}

static mag_status fail_lax(const char *what, const char *path, unsigned mode, mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_S604, "%s %.300s can be read by others (mode %04o)", what,
             path, mode & 0777);
    mag_hint(err, "chmod 600 it, and change the password: it may have been read");
    return MAG_E_USAGE;
}

/* The unsigned mode bits that let others in; 0 if the file is not there. */
static unsigned lax_mode(const char *path) {
    struct stat facts;
    if (!path || stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return 0;
    return facts.st_mode;
}

/* A line of a service file that sets a password. */
static bool is_password_line(const char *line) {
    line += strspn(line, " \t");
    return strncmp(line, "password", 8) == 0 || strncmp(line, "sslpassword", 11) == 0;
}

static bool has_password(const char *path) {
    char line[1024];
    bool found = false;
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    while (!found && fgets(line, sizeof line, file))
        found = is_password_line(line);
    fclose(file);
    return found;
}

/* A default, from the environment; `text` has it first. */
static const char *value_of(const char *text, const char *key, const PQconninfoOption *defaults,
                            char *out, size_t nbytes) {
    if (mag_pg_text_value(text, key, out, nbytes))
        return out;
    for (; defaults && defaults->keyword; defaults++)
        if (strcmp(defaults->keyword, key) == 0)
            return defaults->val;
    return NULL;
}

mag_status mag_pg_text_check_host(const char *conninfo, bool is_insecure_allowed, mag_error *err) {
    char host[256], mode[64], service[256];
    PQconninfoOption *defaults = PQconndefaults();
    mag_pg_route route = {.host = value_of(conninfo, "host", defaults, host, sizeof host),
                          .sslmode = value_of(conninfo, "sslmode", defaults, mode, sizeof mode),
                          .is_insecure_allowed = is_insecure_allowed};
    bool has_service = value_of(conninfo, "service", defaults, service, sizeof service) != NULL;
    mag_status status = has_service ? MAG_OK : check_protection(&route, err);
    PQconninfoFree(defaults);
    return status;
}

mag_status mag_pg_route_check(const mag_pg_route *route, mag_error *err) {
    MAG_TRY(check_protection(route, err));
    unsigned mode = lax_mode(route->passfile);
    if (mode)
        return fail_lax("password file", route->passfile, mode, err);
    mode = lax_mode(route->service_file);
    if (mode && has_password(route->service_file))
        return fail_lax("service file", route->service_file, mode, err);
    return MAG_OK;
}
