#include "support/pg_proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIR_COUNT = 16, ROOM = 1 << 20 };

/* One connection of the program and its session, -1 where there is none. */
typedef struct pair {
    int client, server;
    bool is_greeted;     /* the first message, which has no kind, has been passed on */
    bool is_held;        /* the program is not listened to */
    bool is_answer_held; /* the server is not listened to */
    bool is_cut_on_answer;
    unsigned char *in; /* what the program has sent and was not passed on */
    size_t nbytes;
    unsigned char hello[1024]; /* the first message, for another session */
    size_t hello_nbytes;
} pair;

typedef struct proxy {
    pg_proxy_plan plan;
    const char *server_path;
    int listener, control;
    bool is_done, is_deaf;
    pair pairs[PAIR_COUNT];
} proxy;

/* --- sockets
 * ----------------------------------------------------------------------------------- */

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t nbytes = strlen(path);
    if (nbytes < sizeof address.sun_path)
        memcpy(address.sun_path, path, nbytes);
    return address;
}

static int connect_to(const char *path) {
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool put(int fd, const unsigned char *at, size_t nbytes) {
    while (nbytes > 0) {
        ssize_t done = send(fd, at, nbytes, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        nbytes -= (size_t)done;
    }
    return true;
}

static void close_pair(pair *p) {
    if (p->client >= 0)
        close(p->client);
    if (p->server >= 0)
        close(p->server);
    free(p->in);
    *p = (pair){.client = -1, .server = -1};
}

static void let_in(proxy *all) {
    int client = accept(all->listener, NULL, NULL);
    for (size_t i = 0; client >= 0 && !all->is_deaf && i < PAIR_COUNT; i++) {
        pair *p = &all->pairs[i];
        if (p->client >= 0)
            continue;
        *p = (pair){.client = client, .server = connect_to(all->server_path), .in = malloc(ROOM)};
        if (p->server < 0 || !p->in)
            close_pair(p);
        return;
    }
    if (client >= 0)
        close(client);
}

/* --- the message that is waited for
 * ------------------------------------------------------------ */

static bool holds(const unsigned char *at, size_t nbytes, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= nbytes; i++)
        if (memcmp(at + i, text, length) == 0)
            return true;
    return false;
}

static bool is_the_one(proxy *all, const pair *p, size_t nbytes) {
    const pg_proxy_plan *plan = &all->plan;
    if (all->is_done || !p->is_greeted || (plan->kind && p->in[0] != (unsigned char)plan->kind) ||
        (plan->text && !holds(p->in, nbytes, plan->text)) ||
        (plan->is_whole && nbytes != 1 + 4 + strlen(plan->text) + 1))
        return false;
    return all->plan.skipped == 0 || all->plan.skipped-- == 0;
}

/* The same greeting opens another session, whose welcome nobody hears. */
static bool change_session(proxy *all, pair *p) {
    unsigned char welcome[8192];
    size_t nbytes = 0;
    int other = connect_to(all->server_path);
    if (other < 0 || !put(other, p->hello, p->hello_nbytes))
        return false;
    static const unsigned char ready[] = {'Z', 0, 0, 0, 5, 'I'};
    while (nbytes < sizeof ready ||
           memcmp(welcome + nbytes - sizeof ready, ready, sizeof ready) != 0) {
        ssize_t got = recv(other, welcome + nbytes, sizeof welcome - nbytes, 0);
        if (got <= 0)
            return false;
        nbytes += (size_t)got;
    }
    /* the session before stays open, as in a pool; this process ends it */
    p->server = other;
    return true;
}

/* True if the message is passed on. */
static bool act(proxy *all, pair *p) {
    all->is_done = true;
    all->is_deaf = all->plan.is_deaf_after;
    bool is_passed = true;
    switch (all->plan.act) {
    case PG_PROXY_HOLD_BACK:
        p->is_held = true;
        is_passed = false;
        break;
    case PG_PROXY_HOLD_ANSWER:
        p->is_answer_held = true;
        break;
    case PG_PROXY_CUT:
        close_pair(p);
        is_passed = false;
        break;
    case PG_PROXY_CUT_ANSWER:
        p->is_cut_on_answer = true;
        break;
    case PG_PROXY_OTHER_SESSION:
        is_passed = change_session(all, p);
        break;
    }
    (void)!write(all->control, "!", 1);
    return is_passed;
}

/* --- passing on
 * --------------------------------------------------------------------------------- */

/* Bytes of the first message in `in`, 0 if it is not whole yet. The first of a connection has no
   kind before its length. */
static size_t first_message(const pair *p) {
    uint32_t length;
    size_t head = p->is_greeted ? 1 : 0;
    if (p->nbytes < head + 4)
        return 0;
    memcpy(&length, p->in + head, 4);
    size_t nbytes = head + ntohl(length);
    return nbytes <= p->nbytes ? nbytes : 0;
}

static void pass_messages(proxy *all, pair *p) {
    for (size_t nbytes; p->client >= 0 && !p->is_held && (nbytes = first_message(p)) > 0;) {
        if (is_the_one(all, p, nbytes) && !act(all, p))
            return;
        if (!p->is_greeted && nbytes <= sizeof p->hello) {
            memcpy(p->hello, p->in, nbytes);
            p->hello_nbytes = nbytes;
        }
        /* a request for encryption or a cancel comes before, or instead of, the greeting */
        p->is_greeted |= nbytes > 16;
        if (!put(p->server, p->in, nbytes)) {
            close_pair(p);
            return;
        }
        memmove(p->in, p->in + nbytes, p->nbytes - nbytes);
        p->nbytes -= nbytes;
    }
}

static void hear_client(proxy *all, pair *p) {
    ssize_t got = p->nbytes < ROOM ? recv(p->client, p->in + p->nbytes, ROOM - p->nbytes, 0) : -1;
    if (got <= 0) {
        close_pair(p);
        return;
    }
    p->nbytes += (size_t)got;
    pass_messages(all, p);
}

static void hear_server(pair *p) {
    unsigned char buffer[65536];
    ssize_t got = recv(p->server, buffer, sizeof buffer, 0);
    if (got <= 0 || p->is_cut_on_answer || !put(p->client, buffer, (size_t)got))
        close_pair(p);
}

static void release(proxy *all) {
    char byte;
    if (read(all->control, &byte, 1) != 1)
        _exit(0);
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        pair *p = &all->pairs[i];
        p->is_answer_held = false;
        if (p->client >= 0 && p->is_held) {
            p->is_held = false;
            pass_messages(all, p);
        }
    }
}

/* Ends when the test's end of `control` is closed. */
static void serve(proxy *all) {
    for (;;) {
        struct pollfd at[2 + 2 * PAIR_COUNT];
        at[0] = (struct pollfd){.fd = all->listener, .events = POLLIN};
        at[1] = (struct pollfd){.fd = all->control, .events = POLLIN};
        for (size_t i = 0; i < PAIR_COUNT; i++) {
            const pair *p = &all->pairs[i];
            at[2 + 2 * i] =
                (struct pollfd){.fd = p->client, .events = (short)(p->is_held ? 0 : POLLIN)};
            at[3 + 2 * i] =
                (struct pollfd){.fd = p->server, .events = (short)(p->is_answer_held ? 0 : POLLIN)};
        }
        if (poll(at, sizeof at / sizeof at[0], -1) < 0)
            continue;
        if (at[1].revents)
            release(all);
        for (size_t i = 0; i < PAIR_COUNT; i++) {
            pair *p = &all->pairs[i];
            if (p->client >= 0 && (at[2 + 2 * i].revents & POLLIN))
                hear_client(all, p);
            else if (p->client >= 0 && at[2 + 2 * i].revents)
                close_pair(p);
            if (p->client >= 0 && at[3 + 2 * i].revents && !p->is_answer_held &&
                at[3 + 2 * i].fd == p->server)
                hear_server(p);
        }
        if (at[0].revents)
            let_in(all);
    }
}

/* --- the test's side
 * --------------------------------------------------------------------------- */

pg_proxy pg_proxy_start(const char *folder, const pg_proxy_plan *plan) {
    static char server_path[200];
    char path[200];
    int ends[2];
    snprintf(server_path, sizeof server_path, "%.150s/s/.s.PGSQL.5432",
             getenv("MAGSCREEN_TEST_PG"));
    snprintf(path, sizeof path, "%.150s/.s.PGSQL.5432", folder);
    struct sockaddr_un address = address_of(path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(path);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        proxy all = {
            .plan = *plan, .server_path = server_path, .listener = listener, .control = ends[1]};
        close(ends[0]);
        for (size_t i = 0; i < PAIR_COUNT; i++)
            all.pairs[i] = (pair){.client = -1, .server = -1};
        serve(&all);
    }
    close(ends[1]);
    close(listener);
    return (pg_proxy){.pid = pid, .control = ends[0]};
}

int pg_proxy_wait_or_end(const pg_proxy *link, pid_t child) {
    struct pollfd at = {.fd = link->control, .events = POLLIN};
    for (int i = 0; i < 6000; i++) {
        char byte;
        siginfo_t ended = {0};
        bool has_ended = child > 0 &&
                         waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                         ended.si_pid == child;
        if (poll(&at, 1, has_ended ? 0 : 10) > 0)
            return read(link->control, &byte, 1) == 1;
        if (has_ended)
            return 0;
    }
    return 0;
}

void pg_proxy_wait(const pg_proxy *link) {
    if (!pg_proxy_wait_or_end(link, 0))
        fail_msg("the proxy never saw the message that it was to wait for");
}

void pg_proxy_release(const pg_proxy *link) {
    assert_int_equal(write(link->control, "!", 1), 1);
}

void pg_proxy_stop(pg_proxy *link) {
    if (link->pid <= 0)
        return;
    close(link->control);
    kill(link->pid, SIGKILL);
    waitpid(link->pid, NULL, 0);
    *link = (pg_proxy){0};
}
