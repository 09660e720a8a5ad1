#include "io/machine_memory.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TEXT_NBYTES = 4096, PATH_NBYTES = 8192 };

const char *mag_memory_bound_name(mag_memory_bound bound) {
    switch (bound) {
    case MAG_BOUND_NONE:
        return "";
    case MAG_BOUND_SAID:
        return "--memory-limit";
    case MAG_BOUND_ADDRESS_SPACE:
        return "limit on address space";
    case MAG_BOUND_GROUP:
        return "control group";
    case MAG_BOUND_MACHINE:
        return "physical memory";
    }
    return "";
}

/* The beginning of a small file; false if it cannot be read. */
static bool read_small(const char *path, char text[TEXT_NBYTES]) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    const ssize_t nbytes = read(fd, text, TEXT_NBYTES - 1);
    close(fd);
    text[nbytes > 0 ? nbytes : 0] = '\0';
    return nbytes > 0;
}

/* A file with one number; 0 for "max", for anything else and for no file. */
static size_t read_limit(const char *path) {
    char text[TEXT_NBYTES];
    if (!read_small(path, text) || text[0] < '0' || text[0] > '9')
        return 0;
    const unsigned long long limit = strtoull(text, NULL, 10);
    return limit < SIZE_MAX ? (size_t)limit : 0;
}

/* The lower of two limits, of which 0 is none. */
static size_t lower(size_t a, size_t b) {
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

size_t mag_group_memory(const char *membership, const char *mount) {
    char text[TEXT_NBYTES], path[PATH_NBYTES];
    size_t limit = 0;
    if (!read_small(membership, text))
        return 0;
    char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
    if (!line)
        return 0;
    char *group = strchr(line, '/');
    if (!group)
        return 0;
    group[strcspn(group, "\n")] = '\0';
    for (;;) {
        snprintf(path, sizeof path, "%s%s/memory.max", mount, group);
        limit = lower(limit, read_limit(path));
        char *last = strrchr(group, '/');
        if (!last)
            return limit;
        *last = '\0';
    }
}

static size_t address_space(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    return (size_t)limit.rlim_cur;
}

static size_t physical_memory(void) {
    const long pages = sysconf(_SC_PHYS_PAGES), page_nbytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_nbytes > 0 ? (size_t)pages * (size_t)page_nbytes : 0;
}

size_t mag_machine_memory(mag_memory_bound *bound) {
    const struct candidate {
        mag_memory_bound bound;
        size_t nbytes;
    } all[] = {{MAG_BOUND_MACHINE, physical_memory()},
               {MAG_BOUND_GROUP, mag_group_memory("/proc/self/cgroup", "/sys/fs/cgroup")},
               {MAG_BOUND_ADDRESS_SPACE, address_space()}};
    struct candidate least = {MAG_BOUND_NONE, 0};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].nbytes && (!least.nbytes || all[i].nbytes < least.nbytes))
            least = all[i];
    *bound = least.bound;
    return least.nbytes;
}

size_t mag_process_memory(bool is_address_space) {
    char text[TEXT_NBYTES];
    unsigned long long pages[2] = {0, 0};
    if (!read_small("/proc/self/statm", text) ||
        sscanf(text, "%llu %llu", &pages[0], &pages[1]) != 2)
        return 0;
    return (size_t)pages[is_address_space ? 0 : 1] * (size_t)sysconf(_SC_PAGESIZE);
}

size_t mag_thread_stack_nbytes(void) {
    enum { USUAL_NBYTES = 8 << 20 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return USUAL_NBYTES;
    return (size_t)limit.rlim_cur;
}
