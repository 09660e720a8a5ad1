#include "cli/memory_budget.h"

enum {
    MIB = 1 << 20,
    THREAD_NBYTES = 2 * MIB,  /* touched stack, buffers of libraries */
    BASE_NBYTES = 4 * MIB,    /* code that is not yet loaded, the runtime of threads */
    WASTED_SHARE = 50,        /* one part in so many goes to what allocators waste, ... */
    WASTED_ADDRESS_SHARE = 8, /* ... of addresses more: pages that are free stay taken */
    LEAST_NBYTES = 16 * MIB,  /* patients and rules of one thread, rows and results at work ... */
    LEAST_THREAD_NBYTES = 6 * MIB, /* ... and what each thread reads */
    LIBRARY_NBYTES = 12 * MIB      /* of a process that measures something else than itself */
};

/* Bytes of the process that no arena knows of. A sanitizer's own are not the program's. */
static size_t measure_unaccounted(bool is_address_space, const mag_account *account) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)is_address_space;
    (void)account;
    return LIBRARY_NBYTES;
#else
    const size_t now = mag_process_memory(is_address_space), used = account->used_nbytes;
    return now > used ? now - used : LIBRARY_NBYTES;
#endif
}

/* A machine is shared with others, a limit that somebody set is not. */
static size_t own_part(size_t nbytes, mag_memory_bound bound) {
    switch (bound) {
    case MAG_BOUND_MACHINE:
        return nbytes / 4 * 3;
    case MAG_BOUND_GROUP:
        return nbytes / 8 * 7; /* the pages of files count there too */
    case MAG_BOUND_SAID:
    case MAG_BOUND_ADDRESS_SPACE:
    case MAG_BOUND_NONE:
        break;
    }
    return nbytes;
}

static mag_status refuse(size_t said_nbytes, size_t least_nbytes, size_t overhead_nbytes,
                         unsigned thread_count, mag_error *err) {
    const double mib = MIB;
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402,
             "--memory-limit of %.1f MiB: the least with %u thread%s is %.0f MiB, %.1f MiB for the "
             "program and its libraries, the rest for the rows and patients at work; nothing was "
             "read",
             (double)said_nbytes / mib, thread_count, thread_count == 1 ? "" : "s",
             (double)least_nbytes / mib + 1, (double)overhead_nbytes / mib);
    mag_hint(err, "raise --memory-limit, or use fewer --threads");
    return MAG_E_RESOURCE;
}

mag_status mag_memory_budget_set(mag_memory_budget *out, size_t said_nbytes, unsigned thread_count,
                                 mag_account *account, mag_error *err) {
    *out = (mag_memory_budget){said_nbytes, MAG_BOUND_SAID, 0};
    if (!said_nbytes) {
        const size_t allowed = mag_machine_memory(&out->bound);
        out->limit_nbytes = own_part(allowed, out->bound);
    }
    if (!out->limit_nbytes)
        return MAG_OK;
    const bool is_address_space = out->bound == MAG_BOUND_ADDRESS_SPACE;
    const size_t stack = is_address_space ? mag_thread_stack_nbytes() : 0;
    const size_t share = is_address_space ? WASTED_ADDRESS_SHARE : WASTED_SHARE;
    const size_t fixed = measure_unaccounted(is_address_space, account) + BASE_NBYTES +
                         thread_count * (THREAD_NBYTES + stack);
    const size_t work = account->used_nbytes + LEAST_NBYTES + thread_count * LEAST_THREAD_NBYTES;
    const size_t least = (fixed + work) / (share - 1) * share;
    out->overhead_nbytes = fixed + out->limit_nbytes / share;
    if (out->limit_nbytes < least && out->bound == MAG_BOUND_SAID)
        return refuse(said_nbytes, least, fixed, thread_count, err);
    account->limit_nbytes =
        out->limit_nbytes < least ? work : out->limit_nbytes - out->overhead_nbytes;
    if (out->bound != MAG_BOUND_MACHINE) /* a machine has room for what is free inside a process */
        mag_memory_be_frugal();
    return MAG_OK;
}

void mag_memory_budget_explain(const mag_memory_budget *budget, const mag_account *account,
                               mag_error *err) {
    const size_t missing = account->missing_nbytes;
    if (err->message != MAG_MSG_P402 || budget->bound != MAG_BOUND_SAID || missing == 0)
        return;
    const size_t least = budget->limit_nbytes + missing / (WASTED_SHARE - 1) * WASTED_SHARE;
    mag_error_line(err, "the %.1f MiB that --memory-limit leaves for rows and patients are used up",
                   (double)account->limit_nbytes / MIB);
    mag_hint(err, "raise --memory-limit to %zu MiB at least, or use fewer --threads",
             least / MIB + 1);
}
