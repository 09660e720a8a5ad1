/* A proxy on a unix socket between the program and the server of tests/with-pg, which understands
   as much of the protocol as it takes to do something at one exact message of the program. */
#ifndef TESTS_SUPPORT_PG_PROXY_H
#define TESTS_SUPPORT_PG_PROXY_H

#include <sys/types.h>

typedef enum pg_proxy_act {
    PG_PROXY_HOLD_BACK,   /* the message waits until pg_proxy_release */
    PG_PROXY_HOLD_ANSWER, /* the message goes on, its answer waits until pg_proxy_release */
    PG_PROXY_CUT,         /* the message is lost and both ends of the connection are closed */
    PG_PROXY_CUT_ANSWER,  /* the message goes on; the connection breaks when the answer is there */
    PG_PROXY_OTHER_SESSION, /* from this message on another session of the server answers */
} pg_proxy_act;

typedef struct pg_proxy_plan {
    const char *text;  /* the message holds this text; NULL: any */
    char kind;         /* first byte of the message ('Q' query, 'c' end of COPY); 0: any */
    unsigned skipped;  /* so many that fit are passed on first */
    int is_whole;      /* the text is all that the message holds */
    pg_proxy_act act;  /* done once */
    int is_deaf_after; /* nobody is let in any more once it is done */
} pg_proxy_plan;

typedef struct pg_proxy {
    pid_t pid;
    int control; /* a byte comes when the message is there; a byte sent lets it go on */
} pg_proxy;

/* Listens in the folder: connect with "host=FOLDER". */
pg_proxy pg_proxy_start(const char *folder, const pg_proxy_plan *plan);
/* Waits (60 s at most) for the message; fails the test if it never comes. */
void pg_proxy_wait(const pg_proxy *link);
/* The same without failing: 0 if the program ended first (child is the program's process). */
int pg_proxy_wait_or_end(const pg_proxy *link, pid_t child);
void pg_proxy_release(const pg_proxy *link);
void pg_proxy_stop(pg_proxy *link);

#endif
