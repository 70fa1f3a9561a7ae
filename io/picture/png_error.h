/* What libpng calls when something is wrong: for decoder_png.c and pngwriter.c, whose error pointer is an Err. */
#ifndef COCO_IO_PICTURE_PNG_ERROR_H
#define COCO_IO_PICTURE_PNG_ERROR_H

struct png_struct_def; /* libpng's */

/* An error: keeps the text in the Err and leaves libpng's function by longjmp. */
_Noreturn void png_error_keep(struct png_struct_def *png, const char *text);
/* A warning: ignored; libpng itself would print it. */
void png_error_ignore(struct png_struct_def *png, const char *text);

#endif
