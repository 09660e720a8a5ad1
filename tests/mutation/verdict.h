/* Do the examples of a pack notice a mutant of it? */
#ifndef MAG_TESTS_MUTATION_VERDICT_H
#define MAG_TESTS_MUTATION_VERDICT_H

#include "mutant.h"

#include "clinical/codebook.h"

typedef enum verdict {
    VERDICT_NONE,    /* not judged */
    VERDICT_NOTICED, /* an example comes out otherwise */
    VERDICT_REFUSED, /* the loader refuses it: nobody could run it */
    VERDICT_SURVIVED
} verdict;

/* The examples of a pack, their patients made once. */
typedef struct judge judge;

/* Makes the patients and checks that every example comes out as expected, in the whole pack and in
   the cut ones that mutants are judged in; ends the program if one does not. */
judge *judge_new(mag_account *account, const mutant_pack *pack, const char *file);
void judge_free(judge *of);

verdict judge_mutant(const judge *of, const mutant *one);

#endif
