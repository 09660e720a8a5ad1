/* Preloaded into the program under test (LD_PRELOAD): counts its calls of a few kinds, lets the
   k-th of one kind fail, and says at the end what the program did not give back.

     MAG_FAIL_KIND    alloc open read write fsync rename close mkdir
     MAG_FAIL_AT      which call, from 1; 0 or unset: count only
     MAG_FAIL_HOW     once, on (that call and all after it), short (that call and all after it move
                      one byte), kill (SIGKILL instead of that call)
     MAG_FAIL_ERRNO   errno of the failure, a number
     MAG_FAIL_REPORT  descriptor that gets one line at the end:
                      "fired N leaks N held N descriptors N forked N alloc N open N ..." (the calls
                      of each kind)
     MAG_FAIL_FORK    "I/N": every k at once, for allocations: as long as the program holds no file
                      open and has made no directory, it forks at each call k with k % N = I, once
                      for "once" and once for "on"; the child gets the failure, the parent waits,
                      reports "child K HOW STATUS" (after the child's own line), reads one byte
                      from MAG_FAIL_REPORT, and goes on. forked: the last call that was in reach.

     MAG_FAIL_FORK    "serve": waits before the first call that is no allocation; reads lines "KIND
   HOW AT ERRNO" from MAG_FAIL_REPORT and forks a child for each, which gets that failure; waits and
   reports "child AT HOW STATUS"; ends with the lines.

   leaks: blocks that the program, libyaml or zlib allocated and did not free; held: those of the C
   library and others, which keep some for good. Calls before main, and on descriptors 0 to 2, are
   not counted. Calls that the C library makes inside itself cannot be seen. */
#undef _FORTIFY_SOURCE /* clang: it defines read() and others inline, before us */
#define _GNU_SOURCE    /* NOLINT: RTLD_NEXT, dladdr */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))

typedef enum kind { ALLOC, OPEN, READ, WRITE, FSYNC, RENAME, CLOSE, MKDIR, KIND_COUNT } kind;
typedef enum manner { ONCE, ON, SHORT, KILL, MANNER_COUNT } manner;

static const char *const kind_names[KIND_COUNT] = {"alloc", "open",   "read",  "write",
                                                   "fsync", "rename", "close", "mkdir"};
static const char *const manner_names[MANNER_COUNT] = {"once", "on", "short", "kill"};

static struct {
    bool is_on;
    int kind, manner, error, report_fd;
    unsigned long at, fired;
    unsigned long fork_remainder, fork_modulus; /* modulus 0: no forks */
    unsigned long forked;
    bool is_serving;
    int descriptors_before;
} settings = {.kind = KIND_COUNT, .report_fd = -1};
static _Atomic unsigned long counts[KIND_COUNT];
static _Atomic int open_count; /* of descriptors above 2 */

enum { CHILD_SECONDS = 60 };

/* --- which call ------------------------------------------------------------------------------- */

static void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void report(const char *format, ...) {
    char line[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    bool was_on = settings.is_on;
    settings.is_on = false;
    if (settings.report_fd >= 0 && length > 0 &&
        write(settings.report_fd, line, (size_t)length) != length)
        _exit(99);
    settings.is_on = was_on;
}

/* True in the child. The parent waits, and tells how it ended. */
static bool fork_and_wait(unsigned long call, int how) {
    if (ftruncate(STDERR_FILENO, 0) != 0 || lseek(STDERR_FILENO, 0, SEEK_SET) != 0)
        _exit(98);
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        settings.fork_modulus = 0;
        settings.manner = how;
        settings.at = call;
        return true;
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        _exit(97);
    report("child %lu %s %d\n", call, manner_names[how], status);
    return false;
}

/* True in the child, which gets the failure. */
static bool fork_for(unsigned long call, int how) {
    char go_on;
    if (fork_and_wait(call, how)) {
        settings.kind = ALLOC;
        settings.error = ENOMEM;
        return true;
    }
    settings.is_on = false;
    if (read(settings.report_fd, &go_on, 1) != 1)
        _exit(96);
    settings.is_on = true;
    return false;
}

/* Later children would share the offsets of files and the names of directories with the parent. */
static bool fork_at(unsigned long call) {
    if (counts[MKDIR] > 0 || open_count > 0)
        return false;
    settings.forked = call;
    if (call % settings.fork_modulus != settings.fork_remainder)
        return false;
    return fork_for(call, ONCE) || fork_for(call, ON);
}

static int find(const char *name, const char *const *names, int count) {
    for (int i = 0; name && i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return count;
}

static bool read_order(char *line, size_t capacity) {
    size_t used = 0;
    for (char c; used + 1 < capacity && read(settings.report_fd, &c, 1) == 1;) {
        line[used] = c == '\n' ? '\0' : c;
        if (c == '\n')
            return true;
        used++;
    }
    return false;
}

/* Comes back in the children only. */
static void serve(void) {
    char line[128], kind_name[16], how[16];
    unsigned long call;
    int error;
    settings.is_serving = settings.is_on = false;
    while (read_order(line, sizeof line) &&
           sscanf(line, "%15s %15s %lu %d", kind_name, how, &call, &error) == 4) {
        if (!fork_and_wait(call, find(how, manner_names, MANNER_COUNT) % MANNER_COUNT))
            continue;
        settings.kind = find(kind_name, kind_names, KIND_COUNT);
        settings.error = error;
        settings.is_on = true;
        return;
    }
    _exit(0);
}

/* Counts a call; true if it is one that shall fail. */
static bool falls_due(kind k) {
    if (!settings.is_on)
        return false;
    if (k != ALLOC && settings.is_serving)
        serve();
    unsigned long count = atomic_fetch_add(&counts[k], 1) + 1;
    if (k == ALLOC && settings.fork_modulus > 0)
        fork_at(count);
    if ((int)k != settings.kind || settings.at == 0 || count < settings.at)
        return false;
    bool is_single = settings.manner == ONCE || settings.manner == KILL;
    if (is_single && count != settings.at)
        return false;
    settings.fired++;
    if (settings.manner == KILL)
        kill(getpid(), SIGKILL);
    return true;
}

/* True if the call shall fail; errno is set. Short calls are no failures. */
static bool fails(kind k) {
    if (!falls_due(k) || settings.manner == SHORT)
        return false;
    errno = settings.error;
    return true;
}

/* As fails(), for calls that move bytes: one byte where calls are to be short. */
static bool fails_or_shortens(kind k, size_t *nbytes) {
    if (!falls_due(k))
        return false;
    if (settings.manner == SHORT) {
        *nbytes = *nbytes > 1 ? 1 : *nbytes;
        return false;
    }
    errno = settings.error;
    return true;
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Live blocks by address: open addressing, GONE keeps chains whole. Neighbours in memory are
   neighbours here, so that a forked child copies few pages. */
enum { SLOT_COUNT = 1 << 18 };
typedef struct slot {
    uintptr_t block;
    void *caller;
} slot;
static slot slots[SLOT_COUNT];
static atomic_flag is_busy = ATOMIC_FLAG_INIT;
static const uintptr_t GONE = 1;

static size_t home_of(uintptr_t block) {
    return (block >> 4) % SLOT_COUNT;
}

static void enter(void) {
    while (atomic_flag_test_and_set(&is_busy)) {
    }
}

static void leave(void) {
    atomic_flag_clear(&is_busy);
}

static void note_block(void *block, void *caller) {
    if (!block || !settings.is_on)
        return;
    enter();
    size_t at = home_of((uintptr_t)block), probes = 0;
    while (slots[at].block > GONE && probes++ < SLOT_COUNT)
        at = (at + 1) % SLOT_COUNT;
    if (probes >= SLOT_COUNT)
        _exit(95);
    slots[at] = (slot){(uintptr_t)block, caller};
    leave();
}

static void forget_block(const void *block) {
    if (!block || !settings.is_on)
        return;
    enter();
    size_t at = home_of((uintptr_t)block), probes = 0;
    while (slots[at].block && slots[at].block != (uintptr_t)block && probes++ < SLOT_COUNT)
        at = (at + 1) % SLOT_COUNT;
    if (slots[at].block == (uintptr_t)block)
        slots[at].block = GONE;
    leave();
}

static bool is_keeper(const char *file) {
    static const char *const keepers[] = {"libc.so", "libgomp", "libomp", "libcrypto", "ld-linux"};
    for (size_t i = 0; i < sizeof keepers / sizeof keepers[0]; i++)
        if (strstr(file, keepers[i]))
            return true;
    return false;
}

static void count_blocks(unsigned long *leaks, unsigned long *held) {
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        Dl_info facts = {0};
        if (slots[i].block <= GONE)
            continue;
        bool is_kept =
            dladdr(slots[i].caller, &facts) && facts.dli_fname && is_keeper(facts.dli_fname);
        ++*(is_kept ? held : leaks);
    }
}

/* --- memory ----------------------------------------------------------------------------------- */

/* The C library's own: dlsym may itself allocate. */
extern void *__libc_malloc(size_t nbytes);                     /* NOLINT: the C library's names */
extern void *__libc_calloc(size_t count, size_t nbytes);       /* NOLINT */
extern void *__libc_realloc(void *block, size_t nbytes);       /* NOLINT */
extern void *__libc_memalign(size_t alignment, size_t nbytes); /* NOLINT */
extern void __libc_free(void *block);                          /* NOLINT */

#define CALLER __builtin_return_address(0)

VISIBLE void *malloc(size_t nbytes) {
    void *block = fails(ALLOC) ? NULL : __libc_malloc(nbytes);
    note_block(block, CALLER);
    return block;
}

VISIBLE void *calloc(size_t count, size_t nbytes) {
    void *block = fails(ALLOC) ? NULL : __libc_calloc(count, nbytes);
    note_block(block, CALLER);
    return block;
}

VISIBLE void *realloc(void *old, size_t nbytes) {
    if (fails(ALLOC))
        return NULL;
    forget_block(old);
    void *block = __libc_realloc(old, nbytes);
    note_block(block ? block : nbytes ? old : NULL, CALLER);
    return block;
}

VISIBLE void *aligned_alloc(size_t alignment, size_t nbytes) {
    void *block = fails(ALLOC) ? NULL : __libc_memalign(alignment, nbytes);
    note_block(block, CALLER);
    return block;
}

VISIBLE int posix_memalign(void **block, size_t alignment, size_t nbytes) {
    if (fails(ALLOC))
        return settings.error;
    void *got = __libc_memalign(alignment, nbytes);
    note_block(got, CALLER);
    if (!got)
        return ENOMEM;
    *block = got;
    return 0;
}

VISIBLE void free(void *block) {
    int kept = errno;
    forget_block(block);
    __libc_free(block);
    errno = kept;
}

/* --- files ------------------------------------------------------------------------------------ */

/* The next definition of a function, past this file's. */
#define NEXT(name)                                                                                 \
    static __typeof__(&name) next;                                                                 \
    if (!next)                                                                                     \
    *(void **)(&next) = dlsym(RTLD_NEXT, #name)

static mode_t mode_of(int flags, va_list rest) {
    return flags & O_CREAT ? va_arg(rest, mode_t) : 0;
}

static int opened(int fd) {
    open_count += fd > STDERR_FILENO;
    return fd;
}

VISIBLE int open64(const char *path, int flags, ...) {
    NEXT(open64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fails(OPEN) ? -1 : opened(next(path, flags, mode));
}

/* Without O_CREAT, in a build with _FORTIFY_SOURCE. */
extern int __open64_2(const char *path, int flags); /* NOLINT: the C library's name */
VISIBLE int __open64_2(const char *path, int flags) {
    NEXT(open64);
    return fails(OPEN) ? -1 : opened(next(path, flags));
}

VISIBLE int openat64(int directory, const char *path, int flags, ...) {
    NEXT(openat64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fails(OPEN) ? -1 : opened(next(directory, path, flags, mode));
}

extern int __openat64_2(int directory, const char *path, int flags); /* NOLINT */
VISIBLE int __openat64_2(int directory, const char *path, int flags) {
    NEXT(openat64);
    return fails(OPEN) ? -1 : opened(next(directory, path, flags));
}

VISIBLE ssize_t read(int fd, void *into, size_t nbytes) {
    NEXT(read);
    return fd > STDERR_FILENO && fails_or_shortens(READ, &nbytes) ? -1 : next(fd, into, nbytes);
}

extern ssize_t __read_chk(int fd, void *into, size_t nbytes, size_t room); /* NOLINT */
VISIBLE ssize_t __read_chk(int fd, void *into, size_t nbytes, size_t room) {
    return nbytes > room ? -1 : read(fd, into, nbytes);
}

VISIBLE ssize_t write(int fd, const void *from, size_t nbytes) {
    NEXT(write);
    return fd > STDERR_FILENO && fails_or_shortens(WRITE, &nbytes) ? -1 : next(fd, from, nbytes);
}

VISIBLE int fsync(int fd) {
    NEXT(fsync);
    return fails(FSYNC) ? -1 : next(fd);
}

VISIBLE int rename(const char *from, const char *to) {
    NEXT(rename);
    return fails(RENAME) ? -1 : next(from, to);
}

VISIBLE int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    NEXT(renameat2);
    return fails(RENAME) ? -1 : next(from_at, from, to_at, to, flags);
}

/* A close that fails has closed all the same. */
VISIBLE int close(int fd) {
    NEXT(close);
    bool has_failed = fd > STDERR_FILENO && fails(CLOSE);
    int error = errno, outcome = next(fd);
    open_count -= fd > STDERR_FILENO && outcome == 0;
    if (!has_failed)
        return outcome;
    errno = error;
    return -1;
}

VISIBLE int mkdir(const char *path, mode_t mode) {
    NEXT(mkdir);
    return fails(MKDIR) ? -1 : next(path, mode);
}

/* --- begin and end ---------------------------------------------------------------------------- */

static int find_name(const char *variable, const char *const *names, int count) {
    return find(getenv(variable), names, count);
}

static unsigned long number_of(const char *variable, unsigned long otherwise) {
    const char *text = getenv(variable);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

static int count_descriptors(void) {
    int count = 0;
    for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

/* Runs after the constructors of all libraries: what they allocate is not counted. */
__attribute__((constructor)) static void begin(void) {
    const char *forks = getenv("MAG_FAIL_FORK");
    char *rest = NULL;
    settings.kind = find_name("MAG_FAIL_KIND", kind_names, KIND_COUNT);
    settings.manner = find_name("MAG_FAIL_HOW", manner_names, MANNER_COUNT) % MANNER_COUNT;
    settings.error = (int)number_of("MAG_FAIL_ERRNO", EIO);
    settings.report_fd = (int)number_of("MAG_FAIL_REPORT", (unsigned long)-1);
    settings.at = number_of("MAG_FAIL_AT", 0);
    settings.is_serving = forks && strcmp(forks, "serve") == 0;
    if (forks && !settings.is_serving) {
        settings.fork_remainder = strtoul(forks, &rest, 10);
        settings.fork_modulus = *rest == '/' ? strtoul(rest + 1, NULL, 10) : 0;
    }
    settings.descriptors_before = count_descriptors();
    settings.is_on = true;
}

__attribute__((destructor)) static void end(void) {
    unsigned long leaks = 0, held = 0;
    settings.is_on = false;
    if (settings.report_fd < 0)
        return;
    count_blocks(&leaks, &held);
    report("fired %lu leaks %lu held %lu descriptors %d forked %lu alloc %lu open %lu read %lu "
           "write %lu fsync %lu rename %lu close %lu mkdir %lu\n",
           settings.fired, leaks, held, count_descriptors() - settings.descriptors_before,
           settings.forked, (unsigned long)counts[ALLOC], (unsigned long)counts[OPEN],
           (unsigned long)counts[READ], (unsigned long)counts[WRITE], (unsigned long)counts[FSYNC],
           (unsigned long)counts[RENAME], (unsigned long)counts[CLOSE],
           (unsigned long)counts[MKDIR]);
}
