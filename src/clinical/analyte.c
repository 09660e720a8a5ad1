/* The table of analytes (analyte.def) as facts and names. */
#include "clinical/analyte.h"

static const mag_analyte_facts facts[MAG_ANALYTE_COUNT] = {
    {.name = "", .label = "", .canonical = MAG_UNIT_NONE},
#define MAG_ANALYTE(id, name, label, canonical, valence, hard_low, hard_high, soft_low, soft_high, \
                    ref_low, ref_high, is_code_book_item)                                          \
    {name,    label,    MAG_UNIT_##canonical, valence, hard_low, hard_high, soft_low, soft_high,   \
     ref_low, ref_high, is_code_book_item},
#include "clinical/analyte.def"
#undef MAG_ANALYTE
};

const mag_analyte_facts *mag_analyte_of(mag_analyte analyte) {
    return &facts[analyte];
}

mag_analyte mag_analyte_find(mag_span name) {
    for (int i = MAG_ANALYTE_NONE + 1; i < MAG_ANALYTE_COUNT; i++)
        if (mag_span_is(name, facts[i].name))
            return (mag_analyte)i;
    return MAG_ANALYTE_NONE;
}
