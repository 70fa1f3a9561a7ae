/* Text as it is shown and compared: one paragraph of clean UTF-8, its words, lower case in any script (GLib).
 *
 * Strings that are returned are the caller's to free(). Safe from any thread. */
#ifndef COCO_IO_BASE_TEXT_H
#define COCO_IO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Beyond this nobody reads; what is done with text stays cheap whatever its length. */
enum { TEXT_MAX = 4096 };

/* The text as one paragraph of valid UTF-8 and at most TEXT_MAX bytes: separators and control characters become
 * spaces, bytes that are no UTF-8 U+FFFD, and an ellipsis stands at the end of what was longer. White space before the
 * first character is gone, and so are marks that turn the direction of what follows (U+202D, U+202E). A paragraph
 * stays as it is. NULL: out of memory. */
char *text_paragraph(const char *text);

/* The first len bytes (valid UTF-8) in lower case. NULL: out of memory. */
char *text_lower(const char *text, size_t len);

/* The next word of valid UTF-8 from byte *at on: a run between white space, without the punctuation at its ends;
 * punctuation alone is no word. True with its bytes start .. start+len-1, and *at behind it. */
bool text_word(const char *text, size_t *at, size_t *start, size_t *len);

#endif
