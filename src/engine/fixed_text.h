/* Numbers as text with a fixed number of decimals: same bytes in every locale. */
#ifndef MAG_ENGINE_FIXED_TEXT_H
#define MAG_ENGINE_FIXED_TEXT_H

enum { MAG_FIXED_TEXT_NBYTES = 48 };

/* value with `decimals` (0 to 9) digits after the point, rounded half to even; |value| below
   9e9. "0.333333", "-1.50". A value that rounds to zero has no sign. */
void mag_fixed_text(double value, unsigned decimals, char out[MAG_FIXED_TEXT_NBYTES]);

#endif
