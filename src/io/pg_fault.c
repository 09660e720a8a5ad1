#include "io/pg_fault.h"

#include <string.h>

/* --- refusals of a session
 * ---------------------------------------------------------------------- */

/* A row holds for every SQLSTATE that begins so; the first that fits counts. */
typedef struct state_meaning {
    const char *prefix;
    mag_message_id message;
    mag_status status;
    const char *text; /* what follows the subject */
    const char *hint;
} state_meaning;

static const state_meaning meanings[] = {
    /* raised by the functions of schema magscreen (docs/postgresql.md) */
    {"MS406", MAG_MSG_P406, MAG_E_LOCKED, "this session does not hold the lock",
     "another run may have begun: magscreen status"},
    {"MS410", MAG_MSG_P410, MAG_E_INPUT, "the same result is published already",
     "nothing is to be done"},
    {"MS420", MAG_MSG_P414, MAG_E_INPUT, "the run's as-of is older than that of the current run",
     "give the as-of of the current run, or a later one"},
    {"MS421", MAG_MSG_P413, MAG_E_USAGE, "the run is not in a state for this", "magscreen status"},
    {"MS422", MAG_MSG_P413, MAG_E_USAGE, "another run has been published since",
     "run again on the episodes of that one"},
    {"MS423", MAG_MSG_P413, MAG_E_USAGE, "a held run is published with a reason",
     "give --reason TEXT"},
    {"MS425", MAG_MSG_P415, MAG_E_USAGE, "there is no such flag, or it has resolved",
     "magscreen worklist shows the flags that are open"},
    {"MS426", MAG_MSG_P415, MAG_E_USAGE, "the flag is not as that run has shown it",
     "look at it again: magscreen explain FLAG; then ack with the --run that the worklist names"},
    {"MS427", MAG_MSG_P415, MAG_E_USAGE, "--until lies too near or too far",
     "give a day behind the as-of that is shown, at most 365 days on"},
    {"MS428", MAG_MSG_P415, MAG_E_USAGE, "the flag has no running review to take back",
     "a review that has ended needs no unack: the flag is on the worklist again"},
    {"MS507", MAG_MSG_R507, MAG_E_RULES, "a rule says something else under the same version",
     "raise the version of the pack"},
    {"MS", MAG_MSG_X701, MAG_E_INTERNAL, "the rows of the run contradict one another",
     "please report this"},
    {"28", MAG_MSG_D302, MAG_E_DATABASE_REFUSED, "the login was refused",
     "check the role, its password file and pg_hba.conf"},
    {"3D000", MAG_MSG_D305, MAG_E_DATABASE_REFUSED, "there is no database of that name",
     "correct dbname in the connection or the service file"},
    {"3F000", MAG_MSG_D305, MAG_E_DATABASE_REFUSED, "a schema is missing",
     "correct the name, or have it made"},
    {"42P01", MAG_MSG_D305, MAG_E_DATABASE_REFUSED, "a table or view is missing",
     "correct the name, or have it made"},
    {"42883", MAG_MSG_D305, MAG_E_DATABASE_REFUSED, "a function is missing",
     "have the schema installed or upgraded: magscreen schema upgrade"},
    {"42703", MAG_MSG_D306, MAG_E_DATABASE_REFUSED, "a column is missing",
     "map the column in the profile, or mend the view"},
    {"42804", MAG_MSG_D306, MAG_E_DATABASE_REFUSED, "a column has another type",
     "mend the view, or have the schema upgraded"},
    {"42501", MAG_MSG_D307, MAG_E_DATABASE_REFUSED, "the role lacks a right",
     "magscreen check prints the exact GRANT"},
    {"57014", MAG_MSG_D311, MAG_E_DATABASE_AWAY,
     "the server cancelled the statement (a timeout, or an administrator)",
     "raise statement_timeout for the role, or ask who cancelled it, and run again"},
    {"57P02", MAG_MSG_D312, MAG_E_DATABASE_AWAY, "the server crashed",
     "run again when it has recovered"},
    {"57P03", MAG_MSG_D320, MAG_E_DATABASE_AWAY, "the server is starting or stopping",
     "run again later"},
    {"57P04", MAG_MSG_D305, MAG_E_DATABASE_REFUSED, "the database was dropped",
     "correct dbname in the connection or the service file"},
    {"57P05", MAG_MSG_D318, MAG_E_DATABASE_AWAY, "the server ended the session for being idle",
     "have idle_session_timeout lifted for the role, and run again"},
    {"25P03", MAG_MSG_D318, MAG_E_DATABASE_AWAY,
     "the server ended the session for being idle in a transaction",
     "have idle_in_transaction_session_timeout lifted for the role, and run again"},
    {"25006", MAG_MSG_D321, MAG_E_DATABASE_REFUSED, "transactions are read-only there",
     "name the primary as the target"},
    {"53300", MAG_MSG_D319, MAG_E_DATABASE_AWAY, "the server has no session free",
     "raise the connection limit of the role or the server, or run again later"},
    {"53", MAG_MSG_D314, MAG_E_RESOURCE, "the server is out of disk or memory",
     "make room on the server and run again"},
    {"55P03", MAG_MSG_D315, MAG_E_DATABASE_AWAY, "a lock of another session was in the way",
     "look at pg_locks for who holds it, and run again"},
    {"40P01", MAG_MSG_D317, MAG_E_DATABASE_AWAY, "a deadlock with another session",
     "run again when the other job is done"},
    {"40", MAG_MSG_D316, MAG_E_DATABASE_AWAY, "the transaction was given up for another one",
     "run again, or read from the primary"},
    {"22021", MAG_MSG_D323, MAG_E_DATABASE_REFUSED, "a text does not fit the encoding",
     "use a database with encoding UTF8"},
    {"22P05", MAG_MSG_D323, MAG_E_DATABASE_REFUSED, "a text does not fit the encoding",
     "use a database with encoding UTF8"},
    {"08", MAG_MSG_D310, MAG_E_DATABASE_AWAY, "a connection behind the server broke",
     "run again when it is back"},
    {"HV", MAG_MSG_D310, MAG_E_DATABASE_AWAY, "a foreign table could not be read",
     "look at the remote server of the foreign table, and run again"},
    {"58", MAG_MSG_D312, MAG_E_DATABASE_AWAY, "the server has trouble with its disk",
     "look into the server's log"},
    {"", MAG_MSG_D309, MAG_E_DATABASE_REFUSED, "the server refused a statement",
     "look into the server's log; what it said is not shown, for it may quote values"},
};

static const state_meaning *meaning_of(const char *sqlstate) {
    const state_meaning *meaning = meanings;
    while (strncmp(sqlstate, meaning->prefix, strlen(meaning->prefix)) != 0)
        meaning++;
    return meaning;
}

static mag_status fail_as(mag_error *err, const state_meaning *meaning, const char *sqlstate,
                          const char *what) {
    mag_fail(err, meaning->status, meaning->message, "%s: %s (SQLSTATE %s)", what, meaning->text,
             sqlstate);
    mag_hint(err, "%s", meaning->hint);
    return meaning->status;
}

/* Broken without a word, or ended by an administrator's order: what it means depends on what was
   being done. */
static mag_status fail_broken(mag_error *err, mag_pg_doing doing, const char *what, bool is_ended) {
    const char *how = is_ended ? "an administrator ended the session" : "the connection broke";
    if (doing == MAG_PG_WRITING)
        mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D312, "%s: %s while writing; nothing is visible",
                 what, how);
    else
        mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D310, "%s: %s; nothing of it is kept", what,
                 how);
    mag_hint(err, "look whether the server is up, and run again");
    return MAG_E_DATABASE_AWAY;
}

/* A policy that would hide rows has the SQLSTATE of a missing right. */
static mag_status fail_policy(mag_error *err, const char *what) {
    mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D308,
             "%s: a row-level security policy would hide rows; nothing was read", what);
    mag_hint(err, "use a role with BYPASSRLS, or say  allow_row_security: \"why\"  for the source");
    return MAG_E_DATABASE_REFUSED;
}

mag_status mag_pg_fail(mag_error *err, const mag_pg_report *report, const char *what) {
    const char *state = report->sqlstate ? report->sqlstate : "";
    const char *last = report->last_state ? report->last_state : "";
    if (state[0] == '\0')
        state = last;
    if (state[0] == '\0' || strcmp(state, "57P01") == 0)
        return fail_broken(err, report->doing, what, state[0] != '\0');
    if (strcmp(state, "42501") == 0 && report->function_name &&
        strcmp(report->function_name, "check_enable_rls") == 0)
        return fail_policy(err, what);
    return fail_as(err, meaning_of(state), state, what);
}

/* --- connections that were not made
 * ------------------------------------------------------------- */

/* "...:  28P01" */
static bool ends_in_state(const char *line, size_t nbytes) {
    return nbytes >= 8 && strncmp(line + nbytes - 8, ":  ", 3) == 0 &&
           strspn(line + nbytes - 5, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= 5;
}

/* The last line that has one: libpq may add where it took a password from. */
void mag_pg_connect_state(const char *text, char out[6]) {
    out[0] = '\0';
    while (*text) {
        size_t nbytes = strcspn(text, "\n");
        if (ends_in_state(text, nbytes)) {
            memcpy(out, text + nbytes - 5, 5);
            out[5] = '\0';
        }
        text += nbytes + (text[nbytes] == '\n');
    }
}

/* libpq says no more than words about TLS and its own files; they are not translated here, because
   the program never sets a locale. */
static bool has_any(const char *text, const char *const *words) {
    for (; *words; words++)
        if (strstr(text, *words))
            return true;
    return false;
}

static bool is_tls_fault(const char *text) {
    static const char *const words[] = {"certificate", "SSL", "root.crt", NULL};
    return has_any(text, words);
}

static bool is_login_fault(const char *text) {
    static const char *const words[] = {"no password supplied", "authentication", "GSSAPI", NULL};
    return has_any(text, words);
}

static bool is_service_fault(const char *text) {
    static const char *const words[] = {"service file",    "definition of service", "invalid port",
                                        "invalid sslmode", "invalid integer value", NULL};
    return has_any(text, words);
}

bool mag_pg_may_pass(const char *text) {
    char state[6];
    mag_pg_connect_state(text, state);
    if (state[0])
        return strcmp(state, "57P03") == 0 || strcmp(state, "57P01") == 0 ||
               strcmp(state, "53300") == 0;
    return !is_tls_fault(text) && !is_login_fault(text) && !is_service_fault(text);
}

/* The last line of libpq's text without its end: of several hosts the one tried last. */
static mag_span last_line(const char *text) {
    size_t end = strlen(text);
    while (end > 0 && text[end - 1] == '\n')
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    return (mag_span){text + begin, end - begin < 300 ? end - begin : 300};
}

static mag_status fail_tls(mag_error *err, const char *text, const char *where) {
    mag_span line = last_line(text);
    mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D303, "%s: no protected connection: %.*s", where,
             (int)line.nbytes, line.at);
    mag_hint(err, "name the host as its certificate does, and its authority by sslrootcert=FILE");
    return MAG_E_DATABASE_REFUSED;
}

mag_status mag_pg_fail_connect(mag_error *err, const char *text, const char *where,
                               unsigned tried_seconds) {
    char state[6];
    mag_pg_connect_state(text, state);
    if (strcmp(state, "57P01") == 0)
        memcpy(state, "57P03", 6);
    if (state[0])
        return fail_as(err, meaning_of(state), state, where);
    if (is_service_fault(text)) {
        mag_span line = last_line(text);
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "connection: %.*s", (int)line.nbytes,
                        line.at);
    }
    if (is_tls_fault(text))
        return fail_tls(err, text, where);
    if (is_login_fault(text))
        return fail_as(err, meaning_of("28P01"), "28P01", where);
    mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D301, "cannot reach %s, tried %u s", where,
             tried_seconds);
    mag_hint(err, "look whether the server runs and listens there, and run again");
    return MAG_E_DATABASE_AWAY;
}
