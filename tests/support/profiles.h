/* ICC profiles for tests, made by Little CMS. The tests free the bytes. */
#ifndef COCO_TESTS_SUPPORT_PROFILES_H
#define COCO_TESTS_SUPPORT_PROFILES_H

#include "tests/support/jpegs.h"

/* sRGB as it is; sRGB whose red says green and whose green says red; grey whose light is the square of the code. */
Bytes profile_srgb(void);
Bytes profile_swapped(void);
Bytes profile_square_grey(void);
/* CMYK in which cyan looks like 220, 20, 20 of sRGB, no ink is white, and everything else black. */
Bytes profile_cmyk(void);

#endif
