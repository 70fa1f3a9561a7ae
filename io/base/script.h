/* The writing systems of Unicode, by their names (GLib). Any thread. */
#ifndef COCO_IO_BASE_SCRIPT_H
#define COCO_IO_BASE_SCRIPT_H

#include <stdint.h>

enum { SCRIPT_NAME_LEN = 32 };

/* Writes the script of a character, "Devanagari" or "Old Italic"; "symbols" if several scripts share it; "" if it
 * belongs to none: unassigned, or for private use. */
void script_name(uint32_t code_point, char name[SCRIPT_NAME_LEN]);

#endif
