/* Help, made from the tables of verbs, options and messages. */
#ifndef MAG_CLI_HELP_H
#define MAG_CLI_HELP_H

#include "cli/options.h"

/* What `magscreen` alone says: at most 20 lines. */
void mag_help_overview(void);
/* What --help of a verb says: two examples first. */
void mag_help_verb(const mag_verb *verb);
/* docs/cli.md. */
void mag_help_markdown(void);

#endif
