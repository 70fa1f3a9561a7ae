/* Whether bytes are UTF-8, as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef COCO_IO_BASE_UTF8_H
#define COCO_IO_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_valid(const char *text, size_t len);

/* How many bytes the character takes with which the text of len > 0 bytes begins: 1 to 4; 0: it is not UTF-8. Nothing
 * is read after a NUL, so `len` may be too large for a text that ends in one. */
size_t utf8_length(const char *text, size_t len);

#endif
