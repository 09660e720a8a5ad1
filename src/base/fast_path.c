#include "base/fast_path.h"

#include "base/span.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *text;
} facts[] = {
#define MAG_FAST_PATH(id, word, what) {word, what},
#include "base/fast_path.def"
#undef MAG_FAST_PATH
};

static bool is_off[MAG_FAST_PATH_COUNT]; /* of the process, as the machine is */

bool mag_fast_path_allows(mag_fast_path path) {
    return !is_off[path];
}

const char *mag_fast_path_word(mag_fast_path path) {
    return facts[path].word;
}

const char *mag_fast_path_text(mag_fast_path path) {
    return facts[path].text;
}

static mag_status fail_word(mag_span word, mag_error *err) {
    char known[128] = "";
    size_t nbytes = 0;
    for (int path = 0; path < MAG_FAST_PATH_COUNT; path++)
        nbytes += (size_t)snprintf(known + nbytes, sizeof known - nbytes, "%s%s", path ? ", " : "",
                                   facts[path].word);
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "MAGSCREEN_WITHOUT: \"%.*s\" is no fast path",
             word.nbytes < 40 ? (int)word.nbytes : 40, word.at);
    mag_hint(err, "known are %s; with commas between them", known);
    return MAG_E_USAGE;
}

static mag_status switch_off(mag_span word, bool *off, mag_error *err) {
    for (int path = 0; path < MAG_FAST_PATH_COUNT; path++)
        if (mag_span_is(word, facts[path].word)) {
            off[path] = true;
            return MAG_OK;
        }
    return fail_word(word, err);
}

mag_status mag_fast_path_without(const char *words, mag_error *err) {
    bool off[MAG_FAST_PATH_COUNT] = {false};
    while (words && *words) {
        const size_t nbytes = strcspn(words, ",");
        MAG_TRY(switch_off(mag_span_trim((mag_span){words, nbytes}), off, err));
        words += nbytes + (words[nbytes] == ',');
    }
    memcpy(is_off, off, sizeof off);
    return MAG_OK;
}
