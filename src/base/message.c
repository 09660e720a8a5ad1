#include "base/message.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

typedef struct message {
    const char *code;
    const char *gist;
    const char *help;
} message;

static const message messages[] = {
    {"", "", ""},
#define MAG_MESSAGE(id, gist, help) {"MS-" #id, gist, help},
#include "base/message.def"
#undef MAG_MESSAGE
};
_Static_assert(sizeof messages / sizeof messages[0] == MAG_MSG_COUNT, "one row per message id");

const char *mag_message_code(mag_message_id id) {
    return messages[id].code;
}

const char *mag_message_gist(mag_message_id id) {
    return messages[id].gist;
}

const char *mag_message_help(mag_message_id id) {
    return messages[id].help;
}

static int equals_ignoring_case(const char *a, const char *b) {
    while (*a && toupper((unsigned char)*a) == toupper((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

mag_message_id mag_message_find(const char *code) {
    for (int id = 1; id < MAG_MSG_COUNT; id++) {
        const char *full = messages[id].code;
        if (equals_ignoring_case(full, code) || equals_ignoring_case(full + strlen("MS-"), code))
            return (mag_message_id)id;
    }
    return MAG_MSG_NONE;
}
