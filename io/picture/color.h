/* Colours by a picture's ICC profile (ICC.1:2010), turned into sRGB (Little CMS). Any thread.
 *
 * The profile is `len` bytes, borrowed. One that is absent (len 0), broken, for another kind of colour, or that says
 * what sRGB says, to two codes of 255, leaves the pixels as they are: a profile never makes a picture unreadable.
 * Colours are matched perceptually. */
#ifndef COCO_IO_PICTURE_COLOR_H
#define COCO_IO_PICTURE_COLOR_H

#include <stdbool.h>
#include <stddef.h>

/* n pixels of RGB (3 channels) or RGBA (4, alpha stays), in place. A profile for grey is used where all are grey. */
void color_to_srgb(unsigned char *pixels, size_t n, int channels, const void *icc, size_t len);
/* n pixels of CMYK, in place: they become n pixels of RGB, at the start. `inverted`: they say how much of an ink is
 * missing.
 * False: the profile cannot be used, and nothing has changed. */
bool color_cmyk_to_srgb(unsigned char *pixels, size_t n, bool inverted, const void *icc, size_t len);

#endif
