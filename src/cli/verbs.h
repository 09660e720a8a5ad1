/* One function per verb; see mag_verb.run. */
#ifndef MAG_CLI_VERBS_H
#define MAG_CLI_VERBS_H

#include "cli/options.h"

#define MAG_VERB(name, ...)                                                                        \
    mag_status mag_verb_##name(const mag_options *options, int *exit_code, mag_error *err);
#include "cli/verb.def"
#undef MAG_VERB

#endif
