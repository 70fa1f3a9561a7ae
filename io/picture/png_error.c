#include "io/picture/png_error.h"

#include "io/base/err.h"
#include "io/base/libraries.h"

#include <png.h>
#include <stdio.h>

void png_error_keep(png_structp png, png_const_charp text)
{
    err_set(png_get_error_ptr(png), "%s", text);
    png_longjmp(png, 1);
}

void png_error_ignore(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

void library_png(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%s", png_get_libpng_ver(NULL));
}
