/* The part of `magscreen rules` that compares two packs on a cohort. */
#ifndef MAG_CLI_VERB_RULES_DIFF_H
#define MAG_CLI_VERB_RULES_DIFF_H

#include "cli/options.h"

/* `rules diff OLD NEW`: *exit_code is 1 if a flag or a "cannot tell" differs, else 0. */
mag_status mag_verb_rules_diff(const mag_options *options, int *exit_code,
                               mag_error *err) MAG_MUST_CHECK;

#endif
