/* Text for display and comparison: one paragraph of clean UTF-8, its words, lower case in any script (GLib).
 *
 * The caller frees returned strings with free(). Safe from any thread. */
#ifndef COCO_IO_BASE_TEXT_H
#define COCO_IO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Nobody reads further than this; the limit keeps all work on text cheap, whatever its length. */
enum { TEXT_MAX = 4096 };

/* The text as one paragraph of valid UTF-8, at most TEXT_MAX bytes: separators and control characters become spaces,
 * bytes that are not UTF-8 become U+FFFD, and longer text ends in an ellipsis. White space before the first character
 * is dropped, as are marks that override the direction of what follows (U+202D, U+202E). The paragraph of a paragraph
 * is itself. NULL: out of memory. */
char *text_paragraph(const char *text);

/* The first len bytes (valid UTF-8) in lower case. NULL: out of memory. */
char *text_lower(const char *text, size_t len);

/* Finds the next word of valid UTF-8 from byte *at on: a run between white space, without the punctuation at either
 * end; punctuation alone is not a word. A Han or kana character is a word of its own. True: the word is
 * the bytes start .. start+len-1, and *at is after it. */
bool text_word(const char *text, size_t *at, size_t *start, size_t *len);

/* The words of valid UTF-8 with one space between them: in lower case, composed (NFC), without apostrophes, split at
 * all that is neither a letter nor a digit nor a mark on one. "It's 2 o'clock!" is "its 2 oclock". NULL: out of
 * memory. */
char *text_simple_words(const char *text);

#endif
