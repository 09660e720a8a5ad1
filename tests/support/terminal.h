/* A terminal of the test's own: what a program shows on it is read as it was written. */
#ifndef MAG_TESTS_SUPPORT_TERMINAL_H
#define MAG_TESTS_SUPPORT_TERMINAL_H

enum { TERMINAL_NAME_NBYTES = 128 };

/* Returns the side of the reader (closed on exec) and the name of the other side. */
int terminal_open(char name[TERMINAL_NAME_NBYTES]);
/* In a child, before exec: the program's side, which hands on what is written as it is; -1 if it
   cannot be opened. */
int terminal_of_child(const char *name);

#endif
