/* Bytes in memory to one gzip member in memory, fast rather than small: by ISA-L where the build
   found it, else by zlib at its first level. The two give other bytes for the same content; either
   gives the same bytes for the same content, whatever was packed before. */
#ifndef MAG_IO_GZIP_MEMBER_H
#define MAG_IO_GZIP_MEMBER_H

#include "base/text.h"

typedef enum mag_packer_kind { MAG_PACKER_ZLIB, MAG_PACKER_FASTEST } mag_packer_kind;

/* Working memory of one thread. */
typedef struct mag_member_packer mag_member_packer;

mag_status mag_member_packer_new(mag_member_packer **out, mag_packer_kind kind,
                                 mag_account *account, mag_error *err) MAG_MUST_CHECK;
/* NULL is fine. */
void mag_member_packer_free(mag_member_packer *packer);
/* Appends the content (below 2 GiB) to `packed` as a whole member. */
mag_status mag_member_pack(mag_member_packer *packer, mag_span content, mag_text *packed,
                           mag_error *err) MAG_MUST_CHECK;
/* "ISA-L" or "zlib": who packs with MAG_PACKER_FASTEST in this build. */
const char *mag_member_packer_name(void);

#endif
