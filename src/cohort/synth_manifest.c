#include "cohort/synth_manifest.h"

#include "io/csv_writer.h"
#include "io/file_digest.h"

#include <stdio.h>

enum { PATH_NBYTES = 4096, NAME_NBYTES = 32 };

void mag_synth_lab_file_name(unsigned idx, unsigned file_count, char name[32]) {
    if (file_count == 1)
        snprintf(name, NAME_NBYTES, "labs.csv.gz");
    else
        snprintf(name, NAME_NBYTES, "labs-%u.csv.gz", idx + 1);
}

static mag_status path_of(const mag_synth_settings *settings, const char *name,
                          char path[PATH_NBYTES], mag_error *err) {
    int length = snprintf(path, PATH_NBYTES, "%s/%s", settings->directory, name);
    if (length >= 0 && length < PATH_NBYTES)
        return MAG_OK;
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_P405, "%.200s: the name of the folder is too long",
                    settings->directory);
}

static mag_status put_file(mag_csv_writer *out, const mag_synth_settings *settings,
                           const char *name, uint64_t row_count, mag_error *err) {
    char path[PATH_NBYTES], hex[MAG_SHA256_HEX_NBYTES];
    MAG_TRY(path_of(settings, name, path, err));
    MAG_TRY(mag_file_sha256(path, hex, err));
    mag_csv_writer_text(out, mag_span_of(name));
    mag_csv_writer_integer(out, (int64_t)row_count);
    mag_csv_writer_text(out, mag_span_of(hex));
    mag_csv_writer_end_row(out);
    return MAG_OK;
}

/* Results are dealt to the laboratory files in turn. */
static mag_status put_labs(mag_csv_writer *out, const mag_synth_settings *settings, uint64_t labs,
                           mag_error *err) {
    unsigned file_count = settings->lab_file_count;
    for (unsigned i = 0; i < file_count; i++) {
        char name[NAME_NBYTES];
        mag_synth_lab_file_name(i, file_count, name);
        MAG_TRY(put_file(out, settings, name, labs / file_count + (i < labs % file_count), err));
    }
    return MAG_OK;
}

static mag_status put_all(mag_csv_writer *out, const mag_synth_settings *settings,
                          const mag_synth_totals *totals, mag_error *err) {
    MAG_TRY(put_file(out, settings, "patients.csv.gz", totals->patient_rows, err));
    MAG_TRY(put_labs(out, settings, totals->labs, err));
    MAG_TRY(put_file(out, settings, "prescriptions.csv.gz", totals->prescriptions, err));
    return put_file(out, settings, "conditions.csv.gz", totals->conditions, err);
}

mag_status mag_synth_write_manifest(const mag_synth_settings *settings,
                                    const mag_synth_totals *totals, mag_account *account,
                                    mag_error *err) {
    char path[PATH_NBYTES];
    mag_csv_writer *out;
    MAG_TRY(path_of(settings, "manifest.csv", path, err));
    MAG_TRY(mag_csv_writer_open(&out, path, "file,rows,sha256", account, err));
    mag_status status = put_all(out, settings, totals, err);
    mag_status closed = mag_csv_writer_close(out, status == MAG_OK ? err : NULL);
    return status == MAG_OK ? closed : status;
}
