/* Lines that count rows of sources, for examples of rules about sources; rows of nobody. */
#include "rules/given.h"

#include "clinical/analyte.h"

static mag_status refuse_form(const mag_given_world *in, mag_error *err) {
    return mag_given_refuse(in, "`N drug rows unmapped` or `N of M ANALYTE rows without unit`",
                            err);
}

static mag_status add_file(mag_given_world *in, mag_table_kind kind, mag_run_file **file,
                           mag_error *err) {
    uint16_t file_id;
    return mag_cohort_add_file(in->cohort, "example", "example", kind, &file_id, file, err);
}

static mag_status put_unmapped(mag_given_world *in, int32_t count, mag_error *err) {
    mag_run_file *file;
    MAG_TRY(add_file(in, MAG_TABLE_PRESCRIPTIONS, &file, err));
    file->accounting.read = file->accounting.not_of_interest = (uint64_t)count;
    file->accounting.unmapped = (uint64_t)count;
    return MAG_OK;
}

static mag_status put_without_unit(mag_given_world *in, mag_analyte analyte, mag_unit_count count,
                                   mag_error *err) {
    mag_run_file *file;
    MAG_TRY(add_file(in, MAG_TABLE_LABS, &file, err));
    file->units[analyte] = count;
    return MAG_OK;
}

mag_status mag_given_rows(mag_given_world *in, mag_given_words *line, mag_error *err) {
    int32_t count, of = 0;
    if (!mag_given_take_whole(line, &count))
        return refuse_form(in, err);
    const bool is_share = mag_given_take_if(line, "of");
    if (is_share && (!mag_given_take_whole(line, &of) || of < count))
        return mag_given_refuse(in, "after `of` stands a whole number, the larger one", err);
    const mag_span what = mag_given_take(line);
    const mag_analyte analyte = mag_analyte_find(what);
    if (!mag_given_take_if(line, "rows"))
        return refuse_form(in, err);
    const bool is_unmapped = !is_share && mag_span_is(what, "drug") &&
                             mag_given_take_if(line, "unmapped") && line->next == line->count;
    if (is_unmapped)
        return put_unmapped(in, count, err);
    if (!is_share || analyte == MAG_ANALYTE_NONE || !mag_given_take_if(line, "without") ||
        !mag_given_take_if(line, "unit") || line->next != line->count)
        return refuse_form(in, err);
    return put_without_unit(in, analyte, (mag_unit_count){(uint64_t)of, (uint64_t)count}, err);
}
