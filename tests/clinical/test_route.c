/* Route spellings, and which classes pass at which route. */
#include "clinical/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)

static mag_route parse(const char *text) {
    return mag_route_parse(mag_span_of(text));
}

static void every_mimic_route_of_the_specification_is_known(void **state) {
    (void)state;
    static const struct {
        const char *texts[40];
        mag_route route;
    } rows[] = {
        {{"TP",   "OU",    "OS",     "OD",        "BOTH EYES", "RIGHT EYE",   "LEFT EYE",
          "AU",   "AS",    "AD",     "BOTH EARS", "RIGHT EAR", "LEFT EAR",    "IN",
          "NAS",  "NU",    "NS",     "VG",        "PV",        "IR",          "IRR",
          "LOCK", "DWELL", "DIALYS", "REPLACE",   "IVT",       "INTRAVITREAL"},
         MAG_ROUTE_LOCAL},
        {{"IH", "NEB", "INHALATION", "AERO"}, MAG_ROUTE_INHALED},
        {{"TD"}, MAG_ROUTE_TRANSDERMAL},
        {{"PR"}, MAG_ROUTE_RECTAL},
        {{"PO", "PO/NG", "ORAL", "NG", "PO/OG", "OG", "G TUBE", "J TUBE"}, MAG_ROUTE_ENTERAL},
        {{"IV", "IV DRIP", "IV BOLUS", "IVPCA", "IV INFUSION", "PIV", "PICC", "PB", "IM", "SC",
          "SUBCUT"},
         MAG_ROUTE_PARENTERAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (const char *const *text = rows[i].texts; *text; text++)
            if (parse(*text) != rows[i].route)
                fail_msg("%s is %s", *text, mag_route_name(parse(*text)));
}

static void plain_words_and_cdisc_words_are_known_in_any_case(void **state) {
    (void)state;
    assert_int_equal(parse("oral"), MAG_ROUTE_ENTERAL);
    assert_int_equal(parse("by mouth"), MAG_ROUTE_ENTERAL);
    assert_int_equal(parse(" Intravenous "), MAG_ROUTE_PARENTERAL);
    assert_int_equal(parse("SUBCUTANEOUS"), MAG_ROUTE_PARENTERAL);
    assert_int_equal(parse("Topical"), MAG_ROUTE_LOCAL);
    assert_int_equal(parse("inhaled"), MAG_ROUTE_INHALED);
    assert_int_equal(parse("RESPIRATORY (INHALATION)"), MAG_ROUTE_INHALED);
    assert_int_equal(parse("rectal"), MAG_ROUTE_RECTAL);
    assert_int_equal(parse("Transdermal"), MAG_ROUTE_TRANSDERMAL);
    assert_int_equal(parse("ophthalmic"), MAG_ROUTE_LOCAL);
}

static void an_empty_or_unknown_route_is_unknown(void **state) {
    (void)state;
    assert_int_equal(parse(""), MAG_ROUTE_UNKNOWN);
    assert_int_equal(parse("POX"), MAG_ROUTE_UNKNOWN);
    assert_int_equal(parse("see note"), MAG_ROUTE_UNKNOWN);
}

static void every_class_passes_somewhere_and_without_a_route(void **state) {
    (void)state;
    for (mag_class c = 0; c < MAG_CLASS_COUNT; c++) {
        assert_true(mag_route_passes(c, MAG_ROUTE_UNKNOWN));
        assert_true(mag_route_passes(c, MAG_ROUTE_ENTERAL) ||
                    mag_route_passes(c, MAG_ROUTE_PARENTERAL));
    }
}

static void beta2_alone_passes_when_inhaled_and_nothing_when_local(void **state) {
    (void)state;
    mag_class_set all = mag_classes_of_interest();
    assert_int_equal(mag_classes_by_route(all, MAG_ROUTE_LOCAL), 0);
    assert_int_equal(mag_classes_by_route(all, MAG_ROUTE_INHALED), BIT(BETA2));
    assert_int_equal(mag_classes_by_route(all, MAG_ROUTE_TRANSDERMAL), BIT(QT));
}

static void magnesium_is_judged_by_its_route(void **state) {
    (void)state;
    mag_class_set either = BIT(MGSUPP) | BIT(MGIV);
    assert_int_equal(mag_classes_by_route(either, MAG_ROUTE_PARENTERAL), BIT(MGIV));
    assert_int_equal(mag_classes_by_route(either, MAG_ROUTE_ENTERAL), BIT(MGSUPP));
    assert_int_equal(mag_classes_by_route(either, MAG_ROUTE_UNKNOWN), BIT(MGIV));
    assert_int_equal(mag_classes_by_route(either, MAG_ROUTE_RECTAL), 0);
    assert_int_equal(mag_classes_by_route(BIT(MGSUPP), MAG_ROUTE_UNKNOWN), BIT(MGSUPP));
    assert_int_equal(mag_classes_by_route(BIT(MGSUPP), MAG_ROUTE_PARENTERAL), BIT(MGIV));
    assert_int_equal(mag_classes_by_route(BIT(MGIV), MAG_ROUTE_ENTERAL), 0);
    mag_class_set salts = BIT(MGLAX) | BIT(MGIV);
    assert_int_equal(mag_classes_by_route(salts, MAG_ROUTE_UNKNOWN), BIT(MGLAX));
    assert_int_equal(mag_classes_by_route(salts, MAG_ROUTE_PARENTERAL), BIT(MGIV));
    static const mag_class_set by_mouth[] = {BIT(MGANTACID), BIT(MGLAX), BIT(MGPREP), BIT(MGOTHER)};
    for (size_t i = 0; i < sizeof by_mouth / sizeof *by_mouth; i++) {
        assert_int_equal(mag_classes_by_route(by_mouth[i], MAG_ROUTE_ENTERAL), by_mouth[i]);
        assert_int_equal(mag_classes_by_route(by_mouth[i], MAG_ROUTE_PARENTERAL), 0);
        assert_int_equal(mag_classes_by_route(by_mouth[i], MAG_ROUTE_RECTAL), 0);
    }
}

static void gates_differ_between_classes(void **state) {
    (void)state;
    assert_int_equal(mag_classes_by_route(BIT(AMINOG), MAG_ROUTE_ENTERAL), 0);
    assert_int_equal(mag_classes_by_route(BIT(AMINOG), MAG_ROUTE_PARENTERAL), BIT(AMINOG));
    assert_int_equal(mag_classes_by_route(BIT(AMPHO), MAG_ROUTE_ENTERAL), 0);
    assert_int_equal(mag_classes_by_route(BIT(LOOP), MAG_ROUTE_ENTERAL), BIT(LOOP));
    assert_int_equal(mag_classes_by_route(BIT(LOOP), MAG_ROUTE_PARENTERAL), BIT(LOOP));
    assert_int_equal(mag_classes_by_route(BIT(THEOPH), MAG_ROUTE_RECTAL), BIT(THEOPH));
    assert_int_equal(mag_classes_by_route(BIT(KBIND), MAG_ROUTE_PARENTERAL), 0);
    assert_int_equal(mag_classes_by_route(BIT(LOOP) | BIT(KSPARE), MAG_ROUTE_ENTERAL),
                     BIT(LOOP) | BIT(KSPARE));
    assert_int_equal(mag_classes_by_route(0, MAG_ROUTE_ENTERAL), 0);
}

static void interacting_drugs_count_by_mouth_only(void **state) {
    (void)state;
    const mag_class_set bound =
        BIT(FQ) | BIT(TETRA) | BIT(BISPH) | BIT(THYROX) | BIT(INSTI) | BIT(BOUND) | BIT(KBINDRES);
    assert_int_equal(mag_classes_by_route(bound, MAG_ROUTE_ENTERAL), bound);
    assert_int_equal(mag_classes_by_route(bound, MAG_ROUTE_PARENTERAL), 0);
    assert_int_equal(mag_classes_by_route(bound, MAG_ROUTE_RECTAL), 0);
    assert_int_equal(mag_classes_by_route(BIT(BISPH) | BIT(BONEIV), MAG_ROUTE_PARENTERAL),
                     BIT(BONEIV));
    assert_int_equal(mag_classes_by_route(BIT(BISPH) | BIT(BONEIV), MAG_ROUTE_ENTERAL), BIT(BISPH));
}

static void a_quinolone_or_tetracycline_without_a_route_is_in_doubt(void **state) {
    (void)state;
    const mag_class_set classes = BIT(FQ) | BIT(TETRA) | BIT(QT) | BIT(BISPH);
    assert_int_equal(mag_classes_in_doubt(classes, MAG_ROUTE_UNKNOWN), BIT(FQ) | BIT(TETRA));
    assert_int_equal(mag_classes_by_route(classes, MAG_ROUTE_UNKNOWN), classes);
    for (mag_route route = MAG_ROUTE_UNKNOWN + 1; route < MAG_ROUTE_COUNT; route++)
        assert_int_equal(mag_classes_in_doubt(classes, route), 0);
}

static void a_systemic_steroid_goes_by_mouth_or_vein(void **state) {
    (void)state;
    for (mag_route route = 0; route < MAG_ROUTE_COUNT; route++)
        assert_int_equal(mag_route_passes(MAG_CLASS_STEROID, route),
                         route == MAG_ROUTE_UNKNOWN || route == MAG_ROUTE_ENTERAL ||
                             route == MAG_ROUTE_PARENTERAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mimic_route_of_the_specification_is_known),
        cmocka_unit_test(plain_words_and_cdisc_words_are_known_in_any_case),
        cmocka_unit_test(an_empty_or_unknown_route_is_unknown),
        cmocka_unit_test(every_class_passes_somewhere_and_without_a_route),
        cmocka_unit_test(beta2_alone_passes_when_inhaled_and_nothing_when_local),
        cmocka_unit_test(magnesium_is_judged_by_its_route),
        cmocka_unit_test(gates_differ_between_classes),
        cmocka_unit_test(interacting_drugs_count_by_mouth_only),
        cmocka_unit_test(a_quinolone_or_tetracycline_without_a_route_is_in_doubt),
        cmocka_unit_test(a_systemic_steroid_goes_by_mouth_or_vein),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
