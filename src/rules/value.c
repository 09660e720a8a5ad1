#include "rules/value.h"

const char *mag_value_note_name(mag_value_note note) {
    static const char *const names[] = {
#define MAG_VALUE_NOTE(name, text) text,
#include "rules/value_note.def"
#undef MAG_VALUE_NOTE
    };
    _Static_assert(sizeof names / sizeof names[0] == MAG_VALUE_NOTE_COUNT, "a name for every note");
    _Static_assert(MAG_VALUE_NOTE_COUNT <= 32, "a set of notes is one word");
    return names[note];
}

mag_value mag_value_of_truth(mag_truth truth) {
    return (mag_value){.truth = truth, .at = MAG_MINUTE_NONE};
}

mag_value mag_value_of_number(double number) {
    return (mag_value){.bounds = mag_bounds_exact(number), .at = MAG_MINUTE_NONE};
}

mag_value mag_value_unknown(mag_unknown_set reasons) {
    return (mag_value){.truth = mag_truth_unknown(reasons),
                       .bounds = mag_bounds_unknown(reasons),
                       .at = MAG_MINUTE_NONE};
}
