#include "support/terminal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>

#include <cmocka.h>

int terminal_open(char name[TERMINAL_NAME_NBYTES]) {
    const int reader = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(reader >= 0);
    assert_int_equal(grantpt(reader), 0);
    assert_int_equal(unlockpt(reader), 0);
    snprintf(name, TERMINAL_NAME_NBYTES, "%s", ptsname(reader));
    assert_int_equal(fcntl(reader, F_SETFD, FD_CLOEXEC), 0);
    return reader;
}

int terminal_of_child(const char *name) {
    struct termios plain;
    const int tty = open(name, O_RDWR | O_NOCTTY);
    if (tty < 0 || tcgetattr(tty, &plain) != 0)
        return -1;
    plain.c_oflag &= ~(tcflag_t)OPOST;
    plain.c_lflag &= ~(tcflag_t)ECHO;
    return tcsetattr(tty, TCSANOW, &plain) == 0 ? tty : -1;
}
