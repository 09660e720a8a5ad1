#include "engine/run_notes.h"

#include "cohort/unit_profile.h"
#include "engine/gates.h"

enum { NOTES_OF_A_FILE = 9, NOTES_OF_A_ROSTER = 1, NOTES_OF_A_SOURCE = 2 };

static size_t notes_of(const mag_run_file *file, mag_run_note *out) {
    uint64_t ignored = file->blank_line_count + file->repeated_header_count;
    uint64_t offsets = file->accounting.offset_times + file->accounting.utc_times;
    uint64_t against_code = file->accounting.units_against_code;
    uint64_t near_ids = file->accounting.near_ids;
    uint64_t doses = file->accounting.doses_unread, supplies = file->accounting.supplies_unread;
    const bool is_table = file->is_table; /* the order of its rows tells nobody where to look */
    const struct {
        bool is_there;
        mag_run_note note;
    } all[NOTES_OF_A_FILE] = {
        {file->has_zero_padding, {MAG_MSG_I105, file->name, 0, "", 0}},
        {file->has_mixed_line_ends, {MAG_MSG_I121, file->name, 0, "", 0}},
        {ignored > 0, {MAG_MSG_I133, file->name, ignored, "line", 0}},
        {file->unused_column_count > 0,
         {MAG_MSG_I135, file->name, file->unused_column_count, "column", 0}},
        {against_code > 0, {MAG_MSG_I254, file->name, against_code, "row", 0}},
        {near_ids > 0, {MAG_MSG_I255, file->name, near_ids, "row", 0}},
        {doses > 0, {MAG_MSG_I256, file->name, doses, "row", is_table ? 0 : file->first_dose_line}},
        {supplies > 0,
         {MAG_MSG_I257, file->name, supplies, "row", is_table ? 0 : file->first_supply_line}},
        {offsets > 0, {MAG_MSG_I263, file->name, offsets, "time", 0}},
    };
    size_t count = 0;
    for (size_t i = 0; i < NOTES_OF_A_FILE; i++)
        if (all[i].is_there)
            out[count++] = all[i].note;
    return count;
}

/* Of a source, not of a file: units are inferred over all of its rows. */
static size_t notes_of_units(const mag_unit_profile *profiles, size_t count, mag_run_note *out) {
    size_t note_count = 0;
    for (size_t i = 0; i < count; i++)
        if (profiles[i].inferred_count > 0)
            out[note_count++] = (mag_run_note){MAG_MSG_I253, profiles[i].source,
                                               profiles[i].inferred_count, "row", 0};
    return note_count;
}

/* People of whom something is unknown are told even if they are few; if they are many, the gate
   says it. */
static size_t note_of_people(const mag_plan_source *source, mag_gate_kind kind, uint64_t count,
                             uint64_t of, mag_run_note *out) {
    const mag_gate_limit limit = mag_gate_limit_of(source, MAG_REASON_NONE, kind);
    if (count == 0 || mag_gate_judge(count, of, &limit) != MAG_GREEN)
        return 0;
    mag_message_id message = kind == MAG_GATE_DEMOGRAPHIC ? MAG_MSG_I266 : MAG_MSG_I252;
    *out = (mag_run_note){message, source->name, count, "patient", 0};
    return 1;
}

static size_t notes_of_people(const mag_plan *plan, const mag_cohort *cohort, mag_run_note *out) {
    size_t count = 0, file_count;
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_plan_source *source = &plan->sources[i];
        if (source->kind != MAG_TABLE_PATIENTS)
            continue;
        const mag_accounting rows = mag_source_accounting(cohort, source->name, &file_count);
        const uint64_t of = mag_accounting_of_interest(&rows);
        count +=
            note_of_people(source, MAG_GATE_DEMOG_CONFLICT, rows.demog_conflict, of, out + count);
        count += note_of_people(source, MAG_GATE_DEMOGRAPHIC, rows.demog_noted, of, out + count);
    }
    return count;
}

mag_status mag_run_notes(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                         mag_run_report *report, mag_error *err) {
    size_t file_count = mag_cohort_file_count(cohort), profile_count;
    const mag_unit_profile *profiles = mag_cohort_unit_profiles(cohort, &profile_count);
    size_t nbytes = (file_count * NOTES_OF_A_FILE + profile_count +
                     plan->source_count * NOTES_OF_A_SOURCE + NOTES_OF_A_ROSTER) *
                    sizeof(mag_run_note);
    mag_run_note *notes = mag_arena_alloc(arena, nbytes);
    if (notes == NULL)
        return mag_fail_memory(err, nbytes);
    report->notes = notes;
    for (size_t i = 0; i < file_count; i++)
        report->note_count +=
            notes_of(mag_cohort_file(cohort, (uint16_t)i), notes + report->note_count);
    report->note_count += notes_of_units(profiles, profile_count, notes + report->note_count);
    report->note_count += notes_of_people(plan, cohort, notes + report->note_count);
    report->id_twin_count = mag_cohort_twin_count(cohort);
    if (report->id_twin_count > 0)
        notes[report->note_count++] = (mag_run_note){
            MAG_MSG_I255, mag_table_kind_name(MAG_TABLE_PATIENTS), report->id_twin_count, "id", 0};
    for (size_t i = 0; i < report->note_count; i++) {
        notes[i].file = mag_arena_text(arena, mag_span_of(notes[i].file));
        if (notes[i].file == NULL)
            return mag_fail_memory(err, nbytes);
    }
    return MAG_OK;
}
