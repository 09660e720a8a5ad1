/* The seed of the hashes of one run: random where the kernel can give random bytes, and else of
   where the stack lies; never a fixed number that somebody could prepare a file for. */
#include "base/span.h"

#include "base_test.h"

#include <errno.h>
#include <sys/types.h>

static bool has_no_random_bytes;
static ssize_t bytes_given;
static unsigned draw_count;

ssize_t __real_getrandom(void *bytes, size_t nbytes, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t nbytes, unsigned flags);

ssize_t __wrap_getrandom(void *bytes, size_t nbytes, unsigned flags) {
    draw_count++;
    if (!has_no_random_bytes)
        return __real_getrandom(bytes, nbytes, flags);
    errno = EAGAIN;
    return bytes_given;
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

static void seeds_differ_and_random_bytes_are_drawn_once(void **state) {
    (void)state;
    enum { SEEDS = 100 };
    uint64_t seeds[SEEDS];
    draw_count = 0;
    for (size_t i = 0; i < SEEDS; i++) {
        seeds[i] = mag_hash_seed();
        for (size_t k = 0; k < i; k++)
            assert_true(seeds[k] != seeds[i]);
    }
    assert_int_equal(draw_count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_needs_no_random_bytes), /* first: what is drawn stays */
        cmocka_unit_test(seeds_differ_and_random_bytes_are_drawn_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
