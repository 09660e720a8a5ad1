/* Facts name results by their operand: "latest(magnesium)=0.45 mmol/L@2025-12-24T07:00; ...". */
#include "rules/lost_result.h"

#include "rules/operand_series.h"
#include "rules/tree.h"

#include <string.h>

#define SEPARATOR "; "

static mag_analyte analyte_of(const mag_pack *pack, mag_span name) {
    for (size_t i = 0; i < pack->operand_count; i++)
        if (pack->operands[i].analyte != MAG_ANALYTE_NONE &&
            mag_span_is(name, pack->operands[i].text))
            return pack->operands[i].analyte;
    return MAG_ANALYTE_NONE;
}

/* Everything behind the "@"; false if a fact has no moment. */
static bool read_moment(mag_span fact, mag_moment *out) {
    const char *at = memchr(fact.at, '@', fact.nbytes);
    if (at == NULL)
        return false;
    const mag_span text = {at + 1, fact.nbytes - (size_t)(at + 1 - fact.at)};
    return mag_moment_parse(text, NULL, out) == MAG_DATE_OK;
}

static bool is_at(const mag_lab *lab, const mag_moment *moment) {
    return moment->is_date_only ? mag_minute_day(lab->minute) == mag_minute_day(moment->minute)
                                : lab->minute == moment->minute;
}

static bool is_lost(const mag_timeline *patient, mag_analyte analyte, const mag_moment *moment) {
    const mag_lab_query query = {.patient = patient,
                                 .analyte = analyte,
                                 .period = {.from = MAG_MINUTE_NONE,
                                            .until = patient->as_of,
                                            .date_only_from = MAG_MINUTE_NONE}};
    const mag_series_records records = mag_series_records_of(&query);
    for (size_t i = 0; i < records.count; i++) {
        const mag_lab *lab = mag_series_at(&records, i);
        mag_unknown_set reasons;
        if (is_at(lab, moment) || (lab->minute > moment->minute &&
                                   mag_series_standing(&query, lab, &reasons) == MAG_STANDS))
            return false;
    }
    return true;
}

static bool is_fact_lost(const mag_pack *pack, const mag_timeline *patient, mag_span fact) {
    const char *end = memchr(fact.at, '=', fact.nbytes);
    mag_moment moment;
    if (end == NULL || !read_moment(fact, &moment))
        return false;
    const mag_analyte analyte = analyte_of(pack, (mag_span){fact.at, (size_t)(end - fact.at)});
    return analyte != MAG_ANALYTE_NONE && is_lost(patient, analyte, &moment);
}

bool mag_facts_have_lost_result(const mag_pack *pack, const mag_timeline *patient,
                                const char *facts) {
    for (const char *at = facts; at != NULL;) {
        const char *end = strstr(at, SEPARATOR);
        const size_t nbytes = end == NULL ? strlen(at) : (size_t)(end - at);
        if (is_fact_lost(pack, patient, (mag_span){at, nbytes}))
            return true;
        at = end == NULL ? NULL : end + sizeof SEPARATOR - 1;
    }
    return false;
}
