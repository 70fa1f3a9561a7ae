/* GLib, and pango on it, end the process with SIGTRAP or SIGABRT if they get no memory or no thread, and cannot be
 * taught otherwise. What they say of it is kept here for the signal's handler, which can then print it as one line of
 * the program's. */
#ifndef COCO_IO_BASE_GLIB_ERROR_H
#define COCO_IO_BASE_GLIB_ERROR_H

/* From now on GLib's last words are kept, not printed. Once, before other threads use GLib. */
void glib_error_keep(void);
/* They, one line; "": none. Async-signal-safe. */
const char *glib_error(void);

#endif
