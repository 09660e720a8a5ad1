#include "engine/file_fault.h"

static const struct file_fault {
    mag_message_id message;
    const char *reason;
} FAULTS[] = {
    {MAG_MSG_I101, "file.truncated"}, {MAG_MSG_I102, "file.crc"},
    {MAG_MSG_I103, "file.crc"},       {MAG_MSG_I104, "file.garbage"},
    {MAG_MSG_I106, "file.empty"},     {MAG_MSG_I107, "file.bomb"},
    {MAG_MSG_I108, "file.not_gzip"},  {MAG_MSG_I109, "file.changed"},
    {MAG_MSG_I110, "file.duplicate"}, {MAG_MSG_I111, "file.manifest"},
    {MAG_MSG_I120, "file.encoding"},  {MAG_MSG_I121, "file.encoding"},
    {MAG_MSG_I127, "file.header"},    {MAG_MSG_I128, "file.header"},
    {MAG_MSG_I129, "file.header"},    {MAG_MSG_I130, "file.no_rows"},
    {MAG_MSG_I134, "file.manifest"},
};

const char *mag_file_fault_reason(mag_message_id message) {
    for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++)
        if (FAULTS[i].message == message)
            return FAULTS[i].reason;
    return NULL;
}

bool mag_file_fault_find(const mag_cohort *cohort, const mag_error *failure, mag_file_fault *out) {
    size_t count = cohort == NULL ? 0 : mag_cohort_file_count(cohort);
    const char *reason = mag_file_fault_reason(failure->message);
    if (count == 0 || reason == NULL)
        return false;
    const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)(count - 1));
    *out = (mag_file_fault){.source = file->source, .file = file->name, .reason = reason};
    return true;
}
