/* Sex as recorded at birth or as the laboratory used it; unknown is never given a default. */
#ifndef MAG_CLINICAL_SEX_H
#define MAG_CLINICAL_SEX_H

typedef enum mag_sex { MAG_SEX_UNKNOWN, MAG_SEX_FEMALE, MAG_SEX_MALE } mag_sex;

#endif
