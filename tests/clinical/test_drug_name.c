/* Names as words. */
#include "clinical/drug_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void cuts_names_into_lower_case_words(void **state) {
    (void)state;
    static const struct {
        const char *name, *words;
    } rows[] = {
        {"Magnesium Sulfate", "magnesium sulfate"},
        {"Tacrolimus ", "tacrolimus"},
        {"*NF* Esomeprazole", "esomeprazole"},
        {"Esomeprazole *nf*", "esomeprazole"},
        {"Losartan Potassium-HCTZ", "losartan potassium hctz"},
        {"M.O.M.", "m o m"},
        {"Phillips' Milk of Magnesia", "phillips milk of magnesia"},
        {"Aluminum-Magnesium Hydrox.-Simethicone", "aluminum magnesium hydrox simethicone"},
        {"FK506", "fk 506"},
        {"Mg2+", "mg 2 +"},
        {"losartan+hctz", "losartan hctz"},
        {"", ""},
        {"+", ""},
        {"{a}[B]@c`", "a b c"},
        {"1:2/3", "1 2 3"},
        {" -- ", ""},
        {"magnesium\xc2\xa0oxide", "magnesium oxide"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mag_drug_words words;
        mag_drug_words_of(mag_span_of(rows[i].name), &words);
        mag_span text = {words.text, words.nbytes};
        if (!mag_span_is(text, rows[i].words))
            fail_msg("%s -> %.*s", rows[i].name, (int)words.nbytes, words.text);
    }
}

static void mg_behind_a_number_is_a_unit(void **state) {
    (void)state;
    mag_drug_words words;
    mag_drug_words_of(mag_span_of("500 mg oxide"), &words);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("mg oxide")), words.count);
    mag_drug_words_of(mag_span_of("500mg oxide"), &words);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("mg oxide")), words.count);
    mag_drug_words_of(mag_span_of("Mg oxide 400 mg"), &words);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("mg oxide")), 0);
    mag_drug_words_of(mag_span_of("Ca2+mg oxide"), &words);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("mg oxide")), 3);
    mag_drug_words_of(mag_span_of("5 mg mg oxide"), &words);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("mg oxide")), 2);
}

static void finds_whole_words_only(void **state) {
    (void)state;
    mag_drug_words words;
    mag_drug_words_of(mag_span_of("Hydrochlorothiazide 25 mg"), &words);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("chlorothiazide")), words.count);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("hydrochloro")), words.count);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("hydrochlorothiazide")), 0);
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("25")), 1);
    assert_false(mag_drug_words_have_at(&words, words.count, mag_span_of("25")));
    assert_int_equal(mag_drug_words_find(&words, mag_span_of("")), 0);
}

static void long_names_are_cut_at_a_word(void **state) {
    (void)state;
    char name[4096];
    for (size_t i = 0; i < sizeof name - 1; i++)
        name[i] = i % 3 == 2 ? ' ' : 'a';
    name[sizeof name - 1] = '\0';
    mag_drug_words words;
    mag_drug_words_of(mag_span_of(name), &words);
    assert_int_equal(words.count, MAG_DRUG_WORDS);
    assert_true(mag_span_is(words.words[MAG_DRUG_WORDS - 1], "aa"));
    memset(name, 'b', sizeof name - 1);
    memcpy(name, "lasix ", 6);
    mag_drug_words_of(mag_span_of(name), &words);
    assert_int_equal(words.count, 1);
    assert_true(mag_span_is((mag_span){words.text, words.nbytes}, "lasix"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_names_into_lower_case_words),
        cmocka_unit_test(mg_behind_a_number_is_a_unit),
        cmocka_unit_test(finds_whole_words_only),
        cmocka_unit_test(long_names_are_cut_at_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
