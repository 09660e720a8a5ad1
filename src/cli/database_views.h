/* Worklist, rejects and explain from schema magscreen: what the views say, in the words that the
   same verbs have for folders. Each connects by mag_database_open. */
#ifndef MAG_CLI_DATABASE_VIEWS_H
#define MAG_CLI_DATABASE_VIEWS_H

#include "cli/options.h"
#include "engine/release.h"

/* Rows of v_worklist; @N counts the whole list. */
mag_status mag_database_worklist(const mag_options *options, mag_error *err) MAG_MUST_CHECK;
/* Rows of v_reject of the newest run that set some aside, or of --run: by reason, or one by one. */
mag_status mag_database_rejects(const mag_options *options, mag_error *err) MAG_MUST_CHECK;
/* One flag as it was recorded: facts, history, reviews, and what to do. MAG_E_ANSWER_NO (MS-U204)
   if there is no such flag. The operand is a flag or @N of the worklist, never a
   patient: a server may log what a statement is asked with. */
mag_status mag_database_explain(const mag_options *options, mag_error *err) MAG_MUST_CHECK;

/* Releases held run operands[0] of the database: MAG_E_USAGE (MS-P413) if it is not held, or if the
   reason is none. */
mag_status mag_database_publish(mag_arena *arena, const mag_options *options,
                                const mag_release *release, mag_error *err) MAG_MUST_CHECK;

#endif
