/* Names of entries inside an archive: text from strangers, judged before anything is done with it. Any thread. */
#ifndef COCO_IO_ARCHIVE_ENTRY_NAME_H
#define COCO_IO_ARCHIVE_ENTRY_NAME_H

enum {
    ENTRY_NAME_MAX = 1024, /* bytes of a name that may be followed */
    ENTRY_SHOWN_LEN = 132
};

/* What is wrong with the name: too long, no text (UTF-8 without control characters), absolute, or with a component
 * "..", be its separators slashes or backslashes. A constant; NULL: it stays below the directory it is joined to. */
const char *entry_name_fault(const char *name);

/* Takes "." and empty components out, in place: "./a//b/" -> "a/b". */
void entry_name_tidy(char *name);

/* The name as a message may hold it: one short line of text whatever it is. Returns `shown`. */
const char *entry_name_shown(const char *name, char shown[ENTRY_SHOWN_LEN]);

#endif
