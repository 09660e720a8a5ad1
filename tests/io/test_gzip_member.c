/* Members packed in memory, judged by zlib's own inflate: whole, right in checksum and length. */
#include "io/gzip_member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static mag_account account;

/* Unpacks all members behind one another. */
static void assert_unpacks_to(const mag_text *packed, const char *expected, size_t nbytes) {
    char *out = malloc(nbytes + 1);
    assert_non_null(out);
    z_stream z = {0};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (unsigned char *)packed->at;
    z.avail_in = (uInt)packed->nbytes;
    size_t got = 0;
    while (z.avail_in > 0) {
        inflateReset(&z);
        z.next_out = (unsigned char *)out + got;
        z.avail_out = (uInt)(nbytes + 1 - got);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        got += z.total_out;
    }
    assert_int_equal(got, nbytes);
    assert_memory_equal(out, expected, nbytes);
    inflateEnd(&z);
    free(out);
}

typedef struct contents {
    size_t nbytes;
    unsigned letters; /* 256: nothing to gain by packing */
} contents;

static const contents all[] = {{0, 1},       {1, 1},        {100, 1},      {5000, 3},
                               {70000, 256}, {300000, 256}, {1000000, 20}, {3000000, 60}};

static char *make(const contents *wanted) {
    char *at = malloc(wanted->nbytes + 1);
    assert_non_null(at);
    uint64_t state = 7;
    for (size_t i = 0; i < wanted->nbytes; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        at[i] = (char)((state >> 40) % wanted->letters);
    }
    return at;
}

static void pack_all(mag_packer_kind kind) {
    mag_error err = {0};
    mag_member_packer *packer;
    mag_text packed;
    assert_int_equal(mag_member_packer_new(&packer, kind, &account, &err), MAG_OK);
    mag_text_init(&packed, &account);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char *content = make(&all[i]);
        mag_text_clear(&packed);
        assert_int_equal(mag_member_pack(packer, (mag_span){content, all[i].nbytes}, &packed, &err),
                         MAG_OK);
        assert_unpacks_to(&packed, content, all[i].nbytes);
        free(content);
    }
    mag_text_done(&packed);
    mag_member_packer_free(packer);
    assert_int_equal(account.used_nbytes, 0);
}

static void the_fastest_packer_of_the_build_packs_anything(void **state) {
    (void)state;
    print_message("packs with %s\n", mag_member_packer_name());
    pack_all(MAG_PACKER_FASTEST);
}

static void zlib_packs_anything(void **state) {
    (void)state;
    pack_all(MAG_PACKER_ZLIB);
}

static void bytes_depend_on_the_content_alone(void **state) {
    (void)state;
    mag_error err = {0};
    for (mag_packer_kind kind = MAG_PACKER_ZLIB; kind <= MAG_PACKER_FASTEST; kind++) {
        mag_member_packer *used, *fresh;
        mag_text first, second;
        char *content = make(&all[6]), *other = make(&all[7]);
        assert_int_equal(mag_member_packer_new(&used, kind, &account, &err), MAG_OK);
        assert_int_equal(mag_member_packer_new(&fresh, kind, &account, &err), MAG_OK);
        mag_text_init(&first, &account);
        mag_text_init(&second, &account);
        mag_span span = {content, all[6].nbytes};
        assert_int_equal(mag_member_pack(used, (mag_span){other, all[7].nbytes}, &first, &err),
                         MAG_OK);
        mag_text_clear(&first);
        assert_int_equal(mag_member_pack(used, span, &first, &err), MAG_OK);
        assert_int_equal(mag_member_pack(fresh, span, &second, &err), MAG_OK);
        assert_int_equal(first.nbytes, second.nbytes);
        assert_memory_equal(first.at, second.at, first.nbytes);
        free(content);
        free(other);
        mag_text_done(&first);
        mag_text_done(&second);
        mag_member_packer_free(used);
        mag_member_packer_free(fresh);
    }
    assert_int_equal(account.used_nbytes, 0);
}

static void members_stand_behind_one_another(void **state) {
    (void)state;
    mag_error err = {0};
    mag_member_packer *packer;
    mag_text packed;
    assert_int_equal(mag_member_packer_new(&packer, MAG_PACKER_FASTEST, &account, &err), MAG_OK);
    mag_text_init(&packed, &account);
    static const char *const parts[] = {"a,b\n", "1,2\n3,4\n", "5,6\n"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(mag_member_pack(packer, mag_span_of(parts[i]), &packed, &err), MAG_OK);
    assert_unpacks_to(&packed, "a,b\n1,2\n3,4\n5,6\n", 16);
    mag_text_done(&packed);
    mag_member_packer_free(packer);
}

static void memory_that_is_out_is_an_error(void **state) {
    (void)state;
    mag_account small = {.limit_nbytes = 1000};
    mag_error err = {0};
    mag_member_packer *packer;
    assert_int_not_equal(mag_member_packer_new(&packer, MAG_PACKER_FASTEST, &small, &err), MAG_OK);
    assert_null(packer);
    assert_int_equal(small.used_nbytes, 0);
    mag_member_packer_free(NULL);

    mag_text packed;
    mag_account narrow = {.limit_nbytes = 100000};
    mag_text_init(&packed, &narrow);
    assert_int_equal(mag_member_packer_new(&packer, MAG_PACKER_ZLIB, &account, &err), MAG_OK);
    char *content = make(&all[6]);
    assert_int_equal(mag_member_pack(packer, (mag_span){content, all[6].nbytes}, &packed, &err),
                     MAG_E_RESOURCE);
    free(content);
    mag_member_packer_free(packer);
    mag_text_done(&packed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fastest_packer_of_the_build_packs_anything),
        cmocka_unit_test(zlib_packs_anything),
        cmocka_unit_test(bytes_depend_on_the_content_alone),
        cmocka_unit_test(members_stand_behind_one_another),
        cmocka_unit_test(memory_that_is_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
