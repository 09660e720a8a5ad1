#include "engine/run_notes.h"

enum { NOTES_OF_A_FILE = 5 };

static size_t notes_of(const mag_run_file *file, mag_run_note *out) {
    uint64_t ignored = file->blank_line_count + file->repeated_header_count;
    uint64_t offsets = file->accounting.offset_times + file->accounting.utc_times;
    const struct {
        bool is_there;
        mag_run_note note;
    } all[NOTES_OF_A_FILE] = {
        {file->has_zero_padding, {MAG_MSG_I105, file->name, 0, ""}},
        {file->has_mixed_line_ends, {MAG_MSG_I121, file->name, 0, ""}},
        {ignored > 0, {MAG_MSG_I133, file->name, ignored, "line"}},
        {file->unused_column_count > 0,
         {MAG_MSG_I135, file->name, file->unused_column_count, "column"}},
        {offsets > 0, {MAG_MSG_I263, file->name, offsets, "time"}},
    };
    size_t count = 0;
    for (size_t i = 0; i < NOTES_OF_A_FILE; i++)
        if (all[i].is_there)
            out[count++] = all[i].note;
    return count;
}

mag_status mag_run_notes(mag_arena *arena, const mag_cohort *cohort, mag_run_report *report,
                         mag_error *err) {
    size_t file_count = mag_cohort_file_count(cohort);
    size_t nbytes = (file_count * NOTES_OF_A_FILE + 1) * sizeof(mag_run_note);
    mag_run_note *notes = mag_arena_alloc(arena, nbytes);
    if (notes == NULL)
        return mag_fail_memory(err, nbytes);
    report->notes = notes;
    for (size_t i = 0; i < file_count; i++)
        report->note_count +=
            notes_of(mag_cohort_file(cohort, (uint16_t)i), notes + report->note_count);
    for (size_t i = 0; i < report->note_count; i++) {
        notes[i].file = mag_arena_text(arena, mag_span_of(notes[i].file));
        if (notes[i].file == NULL)
            return mag_fail_memory(err, nbytes);
    }
    return MAG_OK;
}
