#include "support/pg_relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

enum { GREETING_NBYTES = 8192 };

static struct sockaddr_un address_in(const char *folder) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", folder);
    return address;
}

/* Changes the number in the message K of a greeting; true once the greeting has ended (message Z).
   Messages are one byte of kind and four of length, which counts itself. */
static bool change_greeting(unsigned char *at, size_t nbytes) {
    for (size_t i = 0; i + 5 <= nbytes;) {
        size_t length =
            (size_t)at[i + 1] << 24 | (size_t)at[i + 2] << 16 | (size_t)at[i + 3] << 8 | at[i + 4];
        if (at[i] == 'K' && i + 9 <= nbytes)
            at[i + 8]++;
        if (at[i] == 'Z')
            return true;
        i += 1 + length;
    }
    return false;
}

static bool pass_on(int from, int to, bool *is_greeting) {
    unsigned char buffer[GREETING_NBYTES];
    ssize_t got = read(from, buffer, sizeof buffer);
    if (got <= 0)
        return false;
    if (is_greeting && *is_greeting)
        *is_greeting = !change_greeting(buffer, (size_t)got);
    return write(to, buffer, (size_t)got) == got;
}

static void serve(int client) {
    struct sockaddr_un address = address_in(getenv("PGHOST"));
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    bool is_greeting = true, is_open = true;
    if (server < 0 || connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        _exit(1);
    while (is_open) {
        struct pollfd both[2] = {{.fd = client, .events = POLLIN},
                                 {.fd = server, .events = POLLIN}};
        if (poll(both, 2, -1) < 0)
            break;
        if (both[0].revents)
            is_open = pass_on(client, server, NULL);
        if (is_open && both[1].revents)
            is_open = pass_on(server, client, &is_greeting);
    }
    _exit(0);
}

static void take_connections(int listener) {
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            _exit(1);
        if (fork() == 0)
            serve(client);
        close(client);
    }
}

pid_t pg_relay_start(const char *folder) {
    struct sockaddr_un address = address_in(folder);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    pid_t relay = fork();
    assert_true(relay >= 0);
    if (relay == 0)
        take_connections(listener);
    close(listener);
    return relay;
}

void pg_relay_stop(pid_t relay) {
    kill(relay, SIGTERM);
    waitpid(relay, NULL, 0);
}
