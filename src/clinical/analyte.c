/* The table of analytes (analyte.def) as facts and names. */
#include "clinical/analyte.h"

const mag_analyte_facts mag_analytes[MAG_ANALYTE_COUNT] = {
    {.name = "", .label = "", .canonical = MAG_UNIT_NONE},
#define MAG_ANALYTE(id, name, label, canonical, valence, hard_low, hard_high, soft_low, soft_high, \
                    ref_low, ref_high, is_code_book_item)                                          \
    {name,    label,    MAG_UNIT_##canonical, valence, hard_low, hard_high, soft_low, soft_high,   \
     ref_low, ref_high, is_code_book_item},
#include "clinical/analyte.def"
#undef MAG_ANALYTE
};

mag_analyte mag_analyte_find(mag_span name) {
    for (int i = MAG_ANALYTE_NONE + 1; i < MAG_ANALYTE_COUNT; i++)
        if (mag_span_is(name, mag_analytes[i].name))
            return (mag_analyte)i;
    return MAG_ANALYTE_NONE;
}

/* Intervals that differ by sex (spec c5). */
static const struct {
    mag_analyte analyte;
    mag_sex sex;
    double low, high;
} by_sex[] = {
    {MAG_CREATININE, MAG_SEX_MALE, 59, 104},
    {MAG_CREATININE, MAG_SEX_FEMALE, 45, 84},
    {MAG_CK, MAG_SEX_MALE, 40, 320},
    {MAG_CK, MAG_SEX_FEMALE, 25, 200},
};

bool mag_analyte_reference(mag_analyte analyte, mag_sex sex, double *low, double *high) {
    *low = mag_analytes[analyte].ref_low;
    *high = mag_analytes[analyte].ref_high;
    for (size_t i = 0; i < sizeof by_sex / sizeof by_sex[0]; i++)
        if (by_sex[i].analyte == analyte && by_sex[i].sex == sex) {
            *low = by_sex[i].low;
            *high = by_sex[i].high;
        }
    return *low != 0 || *high != 0;
}
