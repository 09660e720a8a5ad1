/* Numbers, dates, units and the texts around a result: what is read is printed, and read again as
   the same. */
#include "fuzz.h"

#include "base/datetime.h"
#include "base/decimal.h"
#include "clinical/dose.h"
#include "clinical/dose_words.h"
#include "clinical/result_text.h"
#include "clinical/unit.h"

#include <string.h>

static void try_number(mag_span text, bool decimal_comma) {
    mag_decimal value, again;
    mag_comparator comparator, same;
    if (mag_decimal_parse(text, decimal_comma, &value, &comparator) != MAG_NUMBER_OK)
        return;
    char printed[MAG_DECIMAL_TEXT_NBYTES];
    mag_decimal_text(value, printed);
    fuzz_promise(mag_decimal_parse(mag_span_of(printed), false, &again, &same) == MAG_NUMBER_OK);
    fuzz_promise(again.mantissa == value.mantissa && again.scale == value.scale);
    fuzz_promise(same == MAG_EXACT && comparator < MAG_COMPARATOR_COUNT);
    fuzz_promise(mag_decimal_compare(value, again) == 0);
    fuzz_promise(mag_decimal_double(value) == mag_decimal_double(again));
}

static void try_moment(mag_span text, const char *const *formats) {
    mag_moment moment, again;
    mag_date_fault fault = mag_moment_parse(text, formats, &moment);
    if (fault != MAG_DATE_OK && fault != MAG_DATE_PARTIAL)
        return;
    fuzz_promise(moment.minute != MAG_MINUTE_NONE && moment.minute != MAG_MINUTE_OPEN);
    if (moment.minute == MAG_MINUTE_OPEN - 1)
        return; /* years after 6053 stop at the edge */
    char printed[MAG_MOMENT_TEXT_NBYTES];
    mag_minute_text(moment.minute, moment.is_date_only, printed);
    fuzz_promise(mag_moment_parse(mag_span_of(printed), NULL, &again) == MAG_DATE_OK);
    fuzz_promise(again.minute == moment.minute && again.is_date_only == moment.is_date_only);
    fuzz_promise(moment.last_day >= mag_minute_day(moment.minute));
    int year, month, day;
    mag_day_to_civil(mag_minute_day(moment.minute), &year, &month, &day);
    fuzz_promise(mag_date_exists(year, month, day) && year >= 1600 && year <= 9999);
    fuzz_promise(mag_day_from_civil(year, month, day) == mag_minute_day(moment.minute));
}

static void try_unit(mag_span text) {
    mag_unit unit = mag_unit_parse(text);
    fuzz_promise(unit < MAG_UNIT_COUNT);
    if (unit != MAG_UNIT_NONE)
        fuzz_promise(mag_unit_parse(mag_span_of(mag_unit_text(unit))) == unit);
}

static void try_result_text(mag_span text) {
    mag_decimal value;
    mag_comparator comparator = MAG_EXACT;
    (void)mag_text_says_haemolysed(text);
    if (mag_text_comparator(text, &value, &comparator))
        fuzz_promise(comparator != MAG_EXACT && comparator < MAG_COMPARATOR_COUNT);
    mag_span bare = mag_text_without_flags(text);
    fuzz_promise(bare.nbytes <= text.nbytes);
}

static void try_dose(mag_span text) {
    mag_dose_text told[] = {
        {.drug_name = text},
        {.drug_name = {"magnesium oxide 400 mg", 22}, .dose = text, .doses_per_day = {"2", 1}},
        {.drug_name = {"magnesium citrate", 17}, .dose = {"1", 1}, .dose_unit = text},
        {.dose = {"1", 1}, .dose_unit = {"TAB", 3}, .product_strength = text},
        {.drug_name = {"Mag-Ox 400", 10}, .free_text = text},
        {.drug_name = text, .dose = text, .dose_unit = text, .doses_per_day = text}};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        mag_dose dose = mag_dose_of(&told[i]);
        fuzz_promise(dose.lo_umol_per_day >= 0);
        fuzz_promise(dose.lo_umol_per_day <= dose.hi_umol_per_day);
        fuzz_promise(dose.basis <= MAG_BASIS_AMBIGUOUS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const formats[] = {"DD/MM/YYYY HH:MI", "DD.MM.YYYY", "YYYYMMDD", NULL};
    mag_span text = {size ? (const char *)data : "", size};
    try_number(text, false);
    try_number(text, true);
    try_moment(text, NULL);
    try_moment(text, formats);
    try_unit(text);
    try_result_text(text);
    try_dose(text);
    return 0;
}
