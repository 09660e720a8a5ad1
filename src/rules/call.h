/* Inside of the checker: what the files that read calls share. */
#ifndef MAG_RULES_CALL_H
#define MAG_RULES_CALL_H

#include "rules/checker.h"

/* MS-R501 at the call: "latest( ) takes ..." */
mag_status mag_call_fail(const mag_syntax *call, const char *text, mag_error *err);
/* MS-R501 unless the argument is a plain name. */
mag_status mag_call_require_name(const mag_syntax *call, const mag_syntax *argument,
                                 mag_error *err) MAG_MUST_CHECK;
/* The call has a window. */
bool mag_call_has_window(const mag_syntax *call);

/* An analyte, a series or `any` into the operand; its name goes to *text. MS-R503 if it is none. */
mag_status mag_call_analyte(const mag_syntax *argument, mag_operand *operand, const char **text,
                            mag_error *err) MAG_MUST_CHECK;
/* As above, or a comparison of one with a limit, which then filters. */
mag_status mag_call_filter(mag_checker *checker, const mag_syntax *argument, mag_operand *operand,
                           const char **text, mag_error *err) MAG_MUST_CHECK;
/* The two lists of overlap( ) and gap_kept( ): each one class or one group. */
mag_status mag_call_two_lists(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                              const char **text, mag_error *err) MAG_MUST_CHECK;

/* Texts of the options, as they stand before and behind the window; "" for none. */
typedef struct mag_option_texts {
    const char *before, *behind;
} mag_option_texts;
/* Options of a call into the operand: which of them its kind takes, needs and knows. */
mag_status mag_call_options(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                            mag_option_texts *texts, mag_error *err) MAG_MUST_CHECK;
/* Words joined by `or` that stand for suspicions: suspect(edta or drip_arm). */
mag_status mag_call_suspicions(mag_checker *checker, const mag_syntax *words, mag_operand *operand,
                               const char **text, mag_error *err) MAG_MUST_CHECK;

#endif
