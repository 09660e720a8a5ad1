/* Connection strings of PostgreSQL as people and pipelines write them: which keys they may hold,
   and whether what they come to protects what is sent. Never a password, in or out. */
#ifndef MAG_IO_PG_TEXT_H
#define MAG_IO_PG_TEXT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* "service=clinic", "host=db dbname=x", a postgresql:// address, or "" for libpq's defaults. Only
   keys of the allow-list: MAG_E_USAGE MS-S601 else, MS-S603 for a password. The text is only looked
   at; what the environment and service files add is libpq's. */
mag_status mag_pg_text_check(const char *conninfo, mag_error *err) MAG_MUST_CHECK;

/* Looks at what the text and the environment say before any name is looked up; what a service file
   adds shows only when libpq has read it. MS-D304. */
mag_status mag_pg_text_check_host(const char *conninfo, bool is_insecure_allowed,
                                  mag_error *err) MAG_MUST_CHECK;

/* What a connection comes to, after service file, environment and defaults. NULL: not set. */
typedef struct mag_pg_route {
    const char *host, *hostaddr, *sslmode, *passfile;
    const char *service_file; /* where a service was looked up; NULL: none was named */
    bool is_insecure_allowed; /* --allow-insecure-db */
} mag_pg_route;

/* True for a socket's folder, localhost and loopback addresses, all of a list. */
bool mag_pg_route_is_local(const mag_pg_route *route);

/* Another host needs sslmode=verify-full (MAG_E_USAGE MS-D304) unless it is allowed; a password
   file, or a service file with a password, that others can read is refused (MAG_E_USAGE MS-S604).
   Files that do not exist are fine. */
mag_status mag_pg_route_check(const mag_pg_route *route, mag_error *err) MAG_MUST_CHECK;

/* The value of a key as the text has it, into out; false if the text does not have it or it is too
   long. */
bool mag_pg_text_value(const char *conninfo, const char *key, char *out, size_t nbytes);

#endif
