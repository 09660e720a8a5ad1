#include "base/text.h"

#include "base_test.h"

static void pieces_are_put_behind_each_other(void **state) {
    (void)state;
    mag_account account = {0};
    mag_text text;
    mag_error err;
    mag_text_init(&text, &account);
    assert_int_equal(mag_text_span(&text).nbytes, 0);
    mag_text_add_text(&text, "ab");
    mag_text_add_char(&text, 'c');
    mag_text_add(&text, (mag_span){"d\0e", 3});
    mag_text_add(&text, (mag_span){NULL, 0});
    mag_text_format(&text, "%d%%%s", 50, "");
    assert_true(mag_span_equals(mag_text_span(&text), (mag_span){"abcd\0e50%", 9}));
    assert_int_equal(mag_text_check(&text, &err), MAG_OK);
    size_t room = text.capacity;
    mag_text_clear(&text);
    assert_int_equal(text.nbytes, 0);
    assert_int_equal(text.capacity, room);
    mag_text_done(&text);
    assert_int_equal(account.used_nbytes, 0);
}

static void long_texts_grow(void **state) {
    (void)state;
    mag_account account = {0};
    mag_text text;
    mag_text_init(&text, &account);
    for (int i = 0; i < 20000; i++)
        mag_text_format(&text, "%05d", i);
    assert_int_equal(text.nbytes, 100000);
    for (int i = 0; i < 20000; i++) {
        char expected[8];
        snprintf(expected, sizeof expected, "%05d", i);
        assert_memory_equal(text.at + i * 5, expected, 5);
    }
    mag_text_done(&text);
    assert_int_equal(account.used_nbytes, 0);
}

static void out_of_memory_sticks_and_keeps_what_was_there(void **state) {
    (void)state;
    mag_account account = {.limit_nbytes = 64};
    mag_text text;
    mag_error err;
    mag_text_init(&text, &account);
    mag_text_add_text(&text, "kept");
    mag_text_format(&text, "%0100d", 1);
    mag_text_add_text(&text, "not added");
    assert_int_equal(mag_text_check(&text, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P402);
    assert_true(mag_span_is(mag_text_span(&text), "kept"));
    mag_text_done(&text);
    assert_int_equal(account.used_nbytes, 0);
}

/* Random appends of every kind beside a plain buffer. */
static void appends_agree_with_a_plain_buffer(void **state) {
    (void)state;
    enum { MOST_NBYTES = 1 << 16 };
    static char plain[MOST_NBYTES];
    mag_account account = {0};
    mag_error err;
    uint64_t random = 5;
    for (int round = 0; round < 50; round++) {
        mag_text text;
        size_t nbytes = 0;
        mag_text_init(&text, &account);
        while (nbytes < MOST_NBYTES - 600) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            unsigned kind = (unsigned)(random >> 60) % 4, length = (unsigned)(random >> 40) % 500;
            char piece[512];
            memset(piece, 'a' + (int)(length % 26), sizeof piece);
            piece[length] = '\0';
            if (kind == 0)
                mag_text_add_char(&text, piece[0] = (char)(length % 256));
            else if (kind == 1)
                mag_text_add(&text, (mag_span){piece, length});
            else if (kind == 2)
                mag_text_add_text(&text, piece);
            else
                mag_text_format(&text, "%s", piece);
            size_t added = kind == 0 ? 1 : length;
            memcpy(plain + nbytes, piece, added);
            nbytes += added;
        }
        assert_int_equal(mag_text_check(&text, &err), MAG_OK);
        assert_true(mag_span_equals(mag_text_span(&text), (mag_span){plain, nbytes}));
        mag_text_done(&text);
        assert_int_equal(account.used_nbytes, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(pieces_are_put_behind_each_other),
        TEST(long_texts_grow),
        TEST(out_of_memory_sticks_and_keeps_what_was_there),
        TEST(appends_agree_with_a_plain_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
