/* Connecting, the pinned session, and waiting. */
#include "io/pg_link.h"

#include "io/pg_link_parts.h"
#include "io/pg_text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CONNECT_MS = 30000,
    SILENCE_MS = 60000,
    FIRST_PAUSE_MS = 100,
    LONGEST_PAUSE_MS = 2000,
    SLICE_MS = 100 /* how often a wait looks at the stop flag */
};

/* --- waiting
 * ----------------------------------------------------------------------------------- */

int64_t mag_pg_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool mag_pg_link_is_stopped(const mag_pg_link *link) {
    return link->is_stopped && link->is_stopped(link->stop_context);
}

mag_status mag_pg_link_fail_stopped(mag_error *err) {
    return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401,
                    "stopped while talking to the database; nothing published");
}

mag_status mag_pg_link_fail_silent(const mag_pg_link *link, unsigned waited_ms, mag_error *err) {
    mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D334, "%s: %s gave no answer for %u s", link->what,
             link->facts.where, waited_ms / 1000);
    mag_hint(err,
             "look at the network, and on the server at pg_stat_activity and locks; run again");
    return MAG_E_DATABASE_AWAY;
}

/* Waits at most one slice: 1 if the socket has something, 0 if not. A fault of poll shows when
   libpq uses the socket. */
static int poll_slice(int fd, bool wants_write, int64_t left_ms) {
    struct pollfd at = {.fd = fd, .events = (short)(POLLIN | (wants_write ? POLLOUT : 0))};
    int timeout_ms = left_ms < SLICE_MS ? (int)left_ms : SLICE_MS;
    int ready = poll(&at, 1, timeout_ms < 0 ? 0 : timeout_ms);
    return ready < 0 ? errno != EINTR : ready;
}

mag_status mag_pg_link_wait(mag_pg_link *link, bool wants_write, int64_t until_ms, mag_error *err) {
    int64_t begun_ms = mag_pg_now_ms();
    for (;;) {
        int64_t now_ms = mag_pg_now_ms();
        if (mag_pg_link_is_stopped(link)) {
            mag_pg_cancel(link);
            return mag_pg_link_fail_stopped(err);
        }
        if (poll_slice(PQsocket(link->conn), wants_write, until_ms - now_ms) > 0)
            return MAG_OK;
        if (mag_pg_now_ms() >= until_ms) {
            mag_pg_cancel(link);
            return mag_pg_link_fail_silent(link, (unsigned)(mag_pg_now_ms() - begun_ms), err);
        }
    }
}

/* One slice over all links; those that have something are noted as heard. */
static bool poll_links(mag_pg_link *const *links, size_t count, struct pollfd *at) {
    for (size_t i = 0; i < count; i++)
        at[i] = (struct pollfd){.fd = links[i] ? PQsocket(links[i]->conn) : -1, .events = POLLIN};
    if (poll(at, (nfds_t)count, SLICE_MS) <= 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (links[i] && at[i].revents)
            links[i]->heard_at_ms = mag_pg_now_ms();
    return true;
}

static mag_status check_heard(mag_pg_link *const *links, size_t count, mag_error *err) {
    int64_t now_ms = mag_pg_now_ms();
    for (size_t i = 0; i < count; i++) {
        if (!links[i])
            continue;
        if (mag_pg_link_is_stopped(links[i]))
            return mag_pg_link_fail_stopped(err);
        if (now_ms - links[i]->heard_at_ms >= links[i]->silence_ms)
            return mag_pg_link_fail_silent(links[i], links[i]->silence_ms, err);
    }
    return MAG_OK;
}

enum { WAIT_LINK_COUNT = 64 };

mag_status mag_pg_wait(mag_pg_link *const *links, size_t count, mag_error *err) {
    struct pollfd at[WAIT_LINK_COUNT];
    if (count > WAIT_LINK_COUNT)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "more links than can be waited for");
    while (!poll_links(links, count, at))
        MAG_TRY(check_heard(links, count, err));
    return MAG_OK;
}

/* --- connecting
 * -------------------------------------------------------------------------------- */

/* A server that is told to go, or ends an idle session, says so before it closes the connection. */
static void hear_notice(void *context, const PGresult *notice) {
    mag_pg_link *link = context;
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    if (state && strlen(state) == 5 &&
        (strncmp(state, "57P", 3) == 0 || strcmp(state, "25P03") == 0))
        memcpy(link->notice_state, state, sizeof link->notice_state);
}

/* What this program adds to a connection string. PGOPTIONS is kept from running settings. */
static PGconn *start(const char *conninfo) {
    const char *keys[16] = {"dbname",          "client_encoding",     "fallback_application_name",
                            "keepalives_idle", "keepalives_interval", "keepalives_count",
                            "tcp_user_timeout"};
    const char *values[16] = {conninfo, "UTF8", "magscreen", "30", "10", "3", "60000"};
    if (getenv("PGOPTIONS")) {
        keys[7] = "options";
        values[7] = "-c search_path=pg_catalog";
    }
    return PQconnectStartParams(keys, values, 1);
}

static const char *option_of(const PQconninfoOption *options, const char *key) {
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, key) == 0)
            return options->val && options->val[0] ? options->val : NULL;
    return NULL;
}

static void name_place(mag_pg_link *link, const char *host, const char *port) {
    bool is_socket = !host || host[0] == '/' || host[0] == '@';
    snprintf(link->facts.where, sizeof link->facts.where, "%s%.200s port %.20s",
             is_socket ? "the server on socket " : "", host ? host : "(default)",
             port ? port : "5432");
}

/* Where libpq looks a service up: PGSERVICEFILE, or the file of the user. It does not keep the name
   of the service. */
static const char *service_file_of(mag_pg_link *link, const char *conninfo) {
    char name[256];
    bool has_service =
        mag_pg_text_value(conninfo, "service", name, sizeof name) || getenv("PGSERVICE") != NULL;
    const char *named = getenv("PGSERVICEFILE"), *home = getenv("HOME");
    if (!has_service)
        return NULL;
    if (named && named[0])
        return named;
    return home ? mag_arena_format(link->arena, "%s/.pg_service.conf", home) : NULL;
}

/* Looks at what the connection comes to before anything is sent: libpq has resolved the name by
   now, and sends the first byte when it is polled. */
static mag_status check_route(mag_pg_link *link, const mag_pg_wish *wish, unsigned *connect_ms,
                              mag_error *err) {
    PQconninfoOption *options = PQconninfo(link->conn);
    if (!options)
        return mag_fail_memory(err, sizeof *options);
    mag_pg_route route = {.host = option_of(options, "host"),
                          .hostaddr = option_of(options, "hostaddr"),
                          .sslmode = option_of(options, "sslmode"),
                          .passfile = option_of(options, "passfile"),
                          .service_file = service_file_of(link, wish->conninfo),
                          .is_insecure_allowed = wish->is_insecure_allowed};
    name_place(link, route.host ? route.host : PQhost(link->conn), option_of(options, "port"));
    const char *timeout = option_of(options, "connect_timeout");
    if (!wish->connect_ms && timeout && atoi(timeout) > 0)
        *connect_ms = (unsigned)atoi(timeout) * 1000u;
    mag_status status = mag_pg_route_check(&route, err);
    PQconninfoFree(options);
    return status;
}

/* Drives one attempt to its end: MAG_OK with *is_up, or a stop. A deadline ends it as not up. */
static mag_status drive(mag_pg_link *link, int64_t until_ms, bool *is_up, mag_error *err) {
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (PQstatus(link->conn) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
           next != PGRES_POLLING_FAILED && mag_pg_now_ms() < until_ms) {
        struct pollfd at = {.fd = PQsocket(link->conn),
                            .events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (mag_pg_link_is_stopped(link))
            return mag_pg_link_fail_stopped(err);
        if (poll(&at, 1, SLICE_MS) > 0)
            next = PQconnectPoll(link->conn);
    }
    *is_up = next == PGRES_POLLING_OK && PQstatus(link->conn) == CONNECTION_OK;
    return MAG_OK;
}

static mag_status attempt(mag_pg_link *link, const mag_pg_wish *wish, int64_t begun_ms,
                          unsigned *connect_ms, bool *is_up, mag_error *err) {
    PQfinish(link->conn);
    link->conn = start(wish->conninfo);
    if (!link->conn)
        return mag_fail_memory(err, sizeof *link);
    PQsetErrorVerbosity(link->conn, PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(link->conn, hear_notice, link);
    MAG_TRY(check_route(link, wish, connect_ms, err));
    return drive(link, begun_ms + *connect_ms, is_up, err);
}

static mag_status pause_ms(const mag_pg_link *link, int64_t length_ms, mag_error *err) {
    int64_t until_ms = mag_pg_now_ms() + length_ms;
    for (int64_t left_ms = length_ms; left_ms > 0; left_ms = until_ms - mag_pg_now_ms()) {
        if (mag_pg_link_is_stopped(link))
            return mag_pg_link_fail_stopped(err);
        poll(NULL, 0, left_ms < SLICE_MS ? (int)left_ms : SLICE_MS);
    }
    return MAG_OK;
}

static mag_status connect_within(mag_pg_link *link, const mag_pg_wish *wish, mag_error *err) {
    unsigned connect_ms = wish->connect_ms ? wish->connect_ms : CONNECT_MS;
    int64_t begun_ms = mag_pg_now_ms(), rest_ms = FIRST_PAUSE_MS;
    for (;;) {
        bool is_up = false;
        MAG_TRY(attempt(link, wish, begun_ms, &connect_ms, &is_up, err));
        if (is_up)
            return MAG_OK;
        const char *text = PQerrorMessage(link->conn);
        int64_t left_ms = begun_ms + connect_ms - mag_pg_now_ms();
        if (wish->is_optional || !mag_pg_may_pass(text) || left_ms <= rest_ms)
            return mag_pg_fail_connect(err, text, link->facts.where,
                                       (unsigned)((mag_pg_now_ms() - begun_ms + 999) / 1000));
        MAG_TRY(pause_ms(link, rest_ms, err));
        rest_ms = rest_ms * 2 < LONGEST_PAUSE_MS ? rest_ms * 2 : LONGEST_PAUSE_MS;
    }
}

/* --- the session
 * ------------------------------------------------------------------------------- */

/* search_path comes first, so that nothing planted in another schema can answer what follows;
   pg_temp is named, or temporary tables would come before it. */
static const char pinned_settings[] =
    "set search_path = pg_catalog, pg_temp;"
    "set row_security = off;"
    "set client_encoding = 'UTF8';"
    "set datestyle = 'ISO, YMD';"
    "set intervalstyle = 'postgres';"
    "set timezone = 'UTC';"
    "set extra_float_digits = 1;"
    "set bytea_output = 'hex';"
    "set xmloption = 'content';"
    "set lc_monetary = 'C';"
    "set standard_conforming_strings = on;"
    "set default_transaction_isolation = 'read committed';"
    "set default_transaction_deferrable = off;"
    "set statement_timeout = 0;"
    "set lock_timeout = '30s';"
    "set idle_in_transaction_session_timeout = 0;"
    "set jit = off;"
    /* those that younger servers have */
    "select pg_catalog.set_config(s.name, v.value, false)"
    " from (values ('idle_session_timeout', '0'), ('client_connection_check_interval', '200ms'))"
    " as v (name, value) join pg_catalog.pg_settings s on s.name = v.name";

static const char facts_question[] =
    "select pg_catalog.pg_backend_pid(), pg_catalog.pg_is_in_recovery(),"
    " pg_catalog.current_setting('transaction_read_only') = 'on',"
    " (select pg_catalog.pg_encoding_to_char(d.encoding) from pg_catalog.pg_database d"
    "  where d.datname = pg_catalog.current_database()),"
    " (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user),"
    " current_user, pg_catalog.current_database()";

static void keep_text(char *out, size_t room, const char *text) {
    snprintf(out, room, "%.*s", (int)room - 1, text);
}

static mag_status learn_facts(mag_pg_link *link, mag_error *err) {
    mag_pg_rows *rows;
    mag_pg_facts *facts = &link->facts;
    const mag_pg_question question = {.sql = facts_question, .what = facts->where};
    MAG_TRY(mag_pg_ask(link, &question, &rows, err));
    facts->backend_pid = (int)mag_pg_integer(rows, 0, 0);
    facts->is_standby = mag_pg_bool(rows, 0, 1);
    facts->is_read_only = facts->is_standby || mag_pg_bool(rows, 0, 2);
    keep_text(facts->encoding, sizeof facts->encoding, mag_pg_text(rows, 0, 3));
    facts->is_superuser = mag_pg_bool(rows, 0, 4);
    keep_text(facts->role, sizeof facts->role, mag_pg_text(rows, 0, 5));
    keep_text(facts->database, sizeof facts->database, mag_pg_text(rows, 0, 6));
    facts->server_version = PQserverVersion(link->conn);
    mag_pg_rows_free(rows);
    return MAG_OK;
}

/* The greeting names the session that was opened. */
static mag_status check_pooler(const mag_pg_link *link, mag_error *err) {
    if (PQbackendPID(link->conn) == link->facts.backend_pid)
        return MAG_OK;
    mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D332,
             "%s: another session answers than the one that was opened", link->facts.where);
    mag_hint(err, "a pooler stands between; connect to the server itself");
    return MAG_E_DATABASE_REFUSED;
}

/* A server that has looked at no byte would end a stream at the first that is not UTF-8: it hands
   them out as they are, and whoever reads looks. */
static mag_status take_bytes_as_they_are(mag_pg_link *link, mag_error *err) {
    if (strcmp(link->facts.encoding, "SQL_ASCII") != 0)
        return MAG_OK;
    return mag_pg_do(link, "set client_encoding = 'SQL_ASCII'", link->facts.where, err);
}

static mag_status begin_session(mag_pg_link *link, const mag_pg_wish *wish, mag_error *err) {
    PQsetnonblocking(link->conn, 1);
    MAG_TRY(mag_pg_do(link, pinned_settings, link->facts.where, err));
    if (wish->is_policy_allowed)
        MAG_TRY(mag_pg_do(link, "set row_security = on", link->facts.where, err));
    MAG_TRY(learn_facts(link, err));
    MAG_TRY(take_bytes_as_they_are(link, err));
    return check_pooler(link, err);
}

mag_status mag_pg_open(mag_pg_link **out, const mag_pg_wish *wish, mag_error *err) {
    *out = NULL;
    MAG_TRY(mag_pg_text_check(wish->conninfo, err));
    MAG_TRY(mag_pg_text_check_host(wish->conninfo, wish->is_insecure_allowed, err));
    mag_arena *arena = mag_arena_new(wish->account);
    mag_pg_link *link = arena ? mag_arena_alloc(arena, sizeof *link) : NULL;
    if (!link) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof(mag_pg_link));
    }
    *link = (mag_pg_link){.arena = arena,
                          .silence_ms = wish->silence_ms ? wish->silence_ms : SILENCE_MS,
                          .is_stopped = wish->is_stopped,
                          .stop_context = wish->stop_context};
    mag_status status = connect_within(link, wish, err);
    if (status == MAG_OK)
        status = begin_session(link, wish, err);
    if (status == MAG_OK)
        *out = link;
    else
        mag_pg_close(link);
    return status;
}

void mag_pg_close(mag_pg_link *link) {
    if (!link)
        return;
    PQfinish(link->conn);
    mag_arena_free(link->arena);
}

const mag_pg_facts *mag_pg_facts_of(const mag_pg_link *link) {
    return &link->facts;
}

bool mag_pg_is_alive(const mag_pg_link *link) {
    return PQstatus(link->conn) == CONNECTION_OK;
}

mag_account *mag_pg_account(const mag_pg_link *link) {
    return mag_arena_account(link->arena);
}
