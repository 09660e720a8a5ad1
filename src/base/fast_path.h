/* Which fast ways to a result may be taken. Each has a plain one beside it that gives the same; to
   switch one off is for tests, for measuring, and for a machine that is not trusted. */
#ifndef MAG_BASE_FAST_PATH_H
#define MAG_BASE_FAST_PATH_H

#include "base/status.h"

#include <stdbool.h>

typedef enum mag_fast_path {
#define MAG_FAST_PATH(id, word, what) MAG_FAST_PATH_##id,
#include "base/fast_path.def"
#undef MAG_FAST_PATH
    MAG_FAST_PATH_COUNT
} mag_fast_path;

/* True unless it is switched off. Says nothing of what the machine has. Any thread. */
bool mag_fast_path_allows(mag_fast_path path);

/* Switches off those that the text names ("avx512,isal"), and on all others; NULL or "" none. Once,
   at the start, before there are threads. MAG_E_USAGE MS-U201 with the list of words for a word
   that is none of them, and then nothing has changed. */
mag_status mag_fast_path_without(const char *words, mag_error *err) MAG_MUST_CHECK;

/* Of the .def list, for help and docs. */
const char *mag_fast_path_word(mag_fast_path path);
const char *mag_fast_path_text(mag_fast_path path);

#endif
