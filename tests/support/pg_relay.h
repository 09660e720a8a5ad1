/* A man in the middle for tests: takes connections on a unix socket of its own and passes them on
   to the throwaway server, as a pooler would: what it says of the session is not what answers. */
#ifndef TESTS_SUPPORT_PG_RELAY_H
#define TESTS_SUPPORT_PG_RELAY_H

#include <sys/types.h>

/* Starts it in a process of its own, listening in the folder (host=FOLDER for libpq). The number of
   the session that the server names in its greeting is changed by one. */
pid_t pg_relay_start(const char *folder);
void pg_relay_stop(pid_t relay);

#endif
