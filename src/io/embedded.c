#include "io/embedded.h"

bool mag_embedded_find(const char *name, mag_span *content) {
    mag_span wanted = mag_span_of(name);
    for (size_t i = 0; i < mag_embedded_count; i++) {
        const mag_embedded *file = &mag_embedded_files[i];
        if (mag_span_is(wanted, file->name)) {
            *content = (mag_span){file->at, file->nbytes};
            return true;
        }
    }
    return false;
}
