/* How many of a source's results lack a usable unit: what rule H02 asks of a source. */
#include "cohort/cohort.h"

#include <string.h>

mag_unit_count mag_cohort_units(const mag_cohort *cohort, const char *source, mag_analyte analyte) {
    mag_unit_count sum = {0, 0};
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (strcmp(file->source, source) != 0)
            continue;
        sum.rows += file->units[analyte].rows;
        sum.without_unit += file->units[analyte].without_unit;
    }
    return sum;
}

double mag_cohort_unit_share(const mag_cohort *cohort, mag_analyte analyte) {
    double most = -1;
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (file->units[analyte].rows == 0)
            continue;
        const mag_unit_count sum = mag_cohort_units(cohort, file->source, analyte);
        const double share = 100.0 * (double)sum.without_unit / (double)sum.rows;
        most = share > most ? share : most;
    }
    return most;
}
