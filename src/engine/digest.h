/* result_sha256: SHA-256 over the lines of a result, sorted bytewise, each ended by LF.

   The first letter of a line is its kind, and the kinds come in the order A C F H S. A and S lines
   are few and are sorted here; C and F lines must be added in the order of patient id and rule id,
   which is their bytewise order, because a tab sorts before every byte of an id. */
#ifndef MAG_ENGINE_DIGEST_H
#define MAG_ENGINE_DIGEST_H

#include "base/sha256.h"
#include "base/text.h"
#include "engine/sink.h"

typedef struct mag_digest mag_digest;

/* Called for every line, in their order, each with its LF. NULL = nobody listens. */
typedef void (*mag_digest_line)(void *context, mag_span line);

mag_status mag_digest_new(mag_digest **out, mag_account *account, mag_digest_line on_line,
                          void *context, mag_error *err) MAG_MUST_CHECK;
/* Frees without a result; NULL is fine. */
void mag_digest_free(mag_digest *digest);

/* To be called in this order: lab summary rows (any order), cannot_tell rows (sorted), flag rows
   (sorted), the header, summary rows (any order). */
mag_status mag_digest_lab_summary(mag_digest *digest, const mag_lab_summary_row *row,
                                  mag_error *err) MAG_MUST_CHECK;
mag_status mag_digest_cannot_tell(mag_digest *digest, const mag_cannot_tell_row *row,
                                  mag_error *err) MAG_MUST_CHECK;
/* facts: see mag_evidence_facts. hidden_by "" is written as "-". */
mag_status mag_digest_flag(mag_digest *digest, const mag_flag_row *row, mag_span facts,
                           mag_error *err) MAG_MUST_CHECK;
/* header: the fields of the H line behind the letter, tab-separated. */
mag_status mag_digest_header(mag_digest *digest, const char *header, mag_error *err) MAG_MUST_CHECK;
mag_status mag_digest_summary(mag_digest *digest, const mag_summary_row *row,
                              mag_error *err) MAG_MUST_CHECK;

/* The same lines, written by any thread into a text; memory that is out shows in it. They are added
   in the order of the rows, as they stand there. */
void mag_digest_cannot_tell_line(mag_text *out, const mag_cannot_tell_row *row);
void mag_digest_flag_line(mag_text *out, const mag_flag_row *row, mag_span facts);
mag_status mag_digest_lines(mag_digest *digest, mag_span lines, mag_error *err) MAG_MUST_CHECK;

/* Ends a block of summary rows: they are sorted and hashed, and those that follow come after them.
   Blocks of one as-of each, oldest first, are in bytewise order as a whole. */
mag_status mag_digest_end_block(mag_digest *digest, mag_error *err) MAG_MUST_CHECK;

/* Writes the digits and frees. */
mag_status mag_digest_end(mag_digest *digest, char hex[MAG_SHA256_HEX_NBYTES],
                          mag_error *err) MAG_MUST_CHECK;

#endif
