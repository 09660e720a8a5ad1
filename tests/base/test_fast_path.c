#include "base/fast_path.h"

#include "base_test.h"

static void all_are_allowed_unless_switched_off(void **state) {
    (void)state;
    assert_int_equal(mag_fast_path_without(NULL, NULL), MAG_OK);
    for (int path = 0; path < MAG_FAST_PATH_COUNT; path++)
        assert_true(mag_fast_path_allows((mag_fast_path)path));
    for (int off = 0; off < MAG_FAST_PATH_COUNT; off++) {
        assert_int_equal(mag_fast_path_without(mag_fast_path_word((mag_fast_path)off), NULL),
                         MAG_OK);
        for (int path = 0; path < MAG_FAST_PATH_COUNT; path++)
            assert_int_equal(mag_fast_path_allows((mag_fast_path)path), path != off);
    }
    assert_int_equal(mag_fast_path_without("", NULL), MAG_OK);
    assert_true(mag_fast_path_allows(MAG_FAST_PATH_ISAL));
}

static void several_words_stand_with_commas_between_them(void **state) {
    (void)state;
    static const char *const lists[] = {"avx512,isal", "isal,avx512", " avx512 , isal",
                                        "avx512,isal,"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_int_equal(mag_fast_path_without(lists[i], NULL), MAG_OK);
        for (int path = 0; path < MAG_FAST_PATH_COUNT; path++)
            assert_int_equal(mag_fast_path_allows((mag_fast_path)path),
                             path != MAG_FAST_PATH_AVX512 && path != MAG_FAST_PATH_ISAL);
    }
    assert_int_equal(mag_fast_path_without(NULL, NULL), MAG_OK);
}

static void an_unknown_word_is_refused_with_the_known_ones(void **state) {
    (void)state;
    static const char *const wrong[] = {"avx", "avx5122", "AVX512", "isal,none", "isal,,avx2", ","};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        mag_error err = {0};
        assert_int_equal(mag_fast_path_without(wrong[i], &err), MAG_E_USAGE);
        assert_int_equal(err.message, MAG_MSG_U201);
        for (int path = 0; path < MAG_FAST_PATH_COUNT; path++) {
            assert_true(mag_fast_path_allows((mag_fast_path)path));
            assert_non_null(strstr(err.hint, mag_fast_path_word((mag_fast_path)path)));
        }
    }
    mag_error err = {0};
    assert_int_equal(
        mag_fast_path_without("a word that is longer than any word that there is", &err),
        MAG_E_USAGE);
    assert_non_null(strstr(err.text, "\"a word that is longer than any word that\" is no"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_allowed_unless_switched_off),
        cmocka_unit_test(several_words_stand_with_commas_between_them),
        cmocka_unit_test(an_unknown_word_is_refused_with_the_known_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
