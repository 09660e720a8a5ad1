/* Preloaded by a test: a system that gives a process at most MAG_SHIM_THREADS threads beside its
   first, as a limit on processes does (which does not bind root). Threads that are joined are given
   back; those of OpenMP's teams stay. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef int create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
typedef int join_function(pthread_t, void **);

static atomic_int alive;

__attribute__((visibility("default"))) int pthread_create(pthread_t *thread,
                                                          const pthread_attr_t *attributes,
                                                          void *(*start)(void *), void *argument) {
    create_function *create = NULL;
    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    const char *most = getenv("MAG_SHIM_THREADS");
    if (most && atomic_load(&alive) >= atoi(most))
        return EAGAIN;
    const int failure = create(thread, attributes, start, argument);
    if (!failure)
        atomic_fetch_add(&alive, 1);
    return failure;
}

__attribute__((visibility("default"))) int pthread_join(pthread_t thread, void **result) {
    join_function *join = NULL;
    *(void **)&join = dlsym(RTLD_NEXT, "pthread_join");
    const int failure = join(thread, result);
    if (!failure)
        atomic_fetch_sub(&alive, 1);
    return failure;
}
