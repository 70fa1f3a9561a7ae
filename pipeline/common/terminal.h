/* Text from files and options, made safe for a terminal: it cannot move the cursor, change colours or titles, begin a
 * line of its own, or turn the order of what stands around it.
 *
 * Control characters (C0, DEL, C1), line and paragraph separators, characters that control direction, and bytes that
 * are not UTF-8 become one \xNN for each of their bytes. Everything else stays as it is, backslashes included. */
#ifndef COCO_PIPELINE_COMMON_TERMINAL_H
#define COCO_PIPELINE_COMMON_TERMINAL_H

#include <stddef.h>
#include <stdio.h>

/* The most bytes that one byte becomes. */
enum { TERMINAL_GROWTH = 4 };

/* Writes the safe form of the text, which ends in a NUL, to out, which has room for `room` > 0 bytes; what does not
 * fit is left out, between characters. Returns its length without the NUL that follows it. Async-signal-safe; any
 * thread. */
size_t terminal_text(const char *text, char *out, size_t room);

/* The same onto a stream. Check ferror(out) for write errors. */
void terminal_put(FILE *out, const char *text);

#endif
