/* The seed of the hashes of one run: random where the kernel can give random bytes, and else of
   where the stack lies; never a fixed number that somebody could prepare a file for. */
#include "base/span.h"

#include "base_test.h"

#include <errno.h>
#include <sys/types.h>

static bool has_no_random_bytes;
static ssize_t bytes_given;

ssize_t __real_getrandom(void *bytes, size_t nbytes, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t nbytes, unsigned flags);

ssize_t __wrap_getrandom(void *bytes, size_t nbytes, unsigned flags) {
    if (!has_no_random_bytes)
        return __real_getrandom(bytes, nbytes, flags);
    errno = EAGAIN;
    return bytes_given;
}

static void two_seeds_differ(void **state) {
    (void)state;
    assert_true(mag_hash_seed() != mag_hash_seed());
}

static void a_seed_needs_no_random_bytes(void **state) {
    (void)state;
    static const ssize_t given[] = {-1, 0, 3};
    has_no_random_bytes = true;
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        bytes_given = given[i];
        const uint64_t seed = mag_hash_seed();
        assert_true(seed != 0);
        assert_true(mag_span_hash_seeded(mag_span_of("p1"), seed) !=
                    mag_span_hash(mag_span_of("p1")));
    }
    has_no_random_bytes = false;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_seeds_differ),
        cmocka_unit_test(a_seed_needs_no_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
