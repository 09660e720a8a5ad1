/* The messages a person can meet, by id: `magscreen help MS-I101` prints the long text. */
#ifndef MAG_BASE_MESSAGE_H
#define MAG_BASE_MESSAGE_H

typedef enum mag_message_id {
    MAG_MSG_NONE,
#define MAG_MESSAGE(id, gist, help) MAG_MSG_##id,
#include "base/message.def"
#undef MAG_MESSAGE
    MAG_MSG_COUNT
} mag_message_id;

/* "MS-I101"; empty for MAG_MSG_NONE. Static. */
const char *mag_message_code(mag_message_id id);

/* One line: what the message means. Static. */
const char *mag_message_gist(mag_message_id id);

/* Longer text: why it happens and what to do. Static. */
const char *mag_message_help(mag_message_id id);

/* Finds "MS-I101" or "I101" (any case); MAG_MSG_NONE if there is none. */
mag_message_id mag_message_find(const char *code);

#endif
