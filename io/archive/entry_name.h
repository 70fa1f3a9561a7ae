/* Names of entries in an archive: untrusted text, to be judged before it is used. Any thread. */
#ifndef COCO_IO_ARCHIVE_ENTRY_NAME_H
#define COCO_IO_ARCHIVE_ENTRY_NAME_H

enum {
    ENTRY_NAME_MAX = 1024, /* bytes of an acceptable name */
    ENTRY_SHOWN_LEN = 132
};

/* What is wrong with the name: too long, not text (UTF-8 without control characters), absolute, or with a component
 * "..", between slashes or backslashes. A constant; NULL: joined to a directory, it stays below it. */
const char *entry_name_fault(const char *name);

/* Removes "." and empty components, in place: "./a//b/" -> "a/b". */
void entry_name_tidy(char *name);

/* The name for messages: one short line of text, whatever the name is. Returns `shown`. */
const char *entry_name_shown(const char *name, char shown[ENTRY_SHOWN_LEN]);

#endif
