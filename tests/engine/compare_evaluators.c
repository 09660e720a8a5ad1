/* Judges every patient of a folder with both evaluators: compare_evaluators DATA AS_OF [PROFILE].
   Prints how many outcomes were compared and how many differ; exit 1 if any does. */
#include "both_evaluators.h"

int main(int argc, char **argv) {
    both_report report;
    mag_error err = {0};
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: compare_evaluators DATA AS_OF [PROFILE]\n");
        return 2;
    }
    const mag_plan_options options = {
        .profile = argc > 3 ? argv[3] : "magscreen", .data_directory = argv[1], .as_of = argv[2]};
    if (both_compare_folder(&options, &report, &err) != MAG_OK) {
        fprintf(stderr, "compare_evaluators: %s %s\n", mag_message_code(err.message), err.text);
        return 2;
    }
    printf("%llu patients, %llu outcomes compared (%llu flagged, %llu cannot tell, %llu clear), "
           "%llu differ\n",
           (unsigned long long)report.patient_count, (unsigned long long)report.outcome_count,
           (unsigned long long)report.by_kind[MAG_FLAGGED],
           (unsigned long long)report.by_kind[MAG_CANNOT_TELL],
           (unsigned long long)report.by_kind[MAG_CLEAR],
           (unsigned long long)report.difference_count);
    if (report.difference_count > 0)
        printf("first: %s\n", report.first);
    return report.difference_count > 0;
}
