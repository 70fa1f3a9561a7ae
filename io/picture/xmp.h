/* XMP (ISO 16684-1): what a picture says about itself, inside it or in a sidecar (Exempi). Main thread.
 *
 * In a picture, captions of IPTC and EXIF count too: Exempi reads them as dc:description, and keeps them in step. */
#ifndef COCO_IO_PICTURE_XMP_H
#define COCO_IO_PICTURE_XMP_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* The texts that are read and written here; each has one language, x-default. */
typedef enum {
    XMP_DESCRIPTION, /* dc:description, which is IPTC's Caption-Abstract in XMP */
    XMP_ALT_TEXT,    /* Iptc4xmpCore:AltTextAccessibility (IPTC Photo Metadata 2021.1) */
    XMP_OWN_CAPTION, /* in a namespace of ours: the caption that coco-tag wrote into the other two */
    XMP_OWN_PICTURE, /* and the name of the picture, in a sidecar */
    XMP_FIELDS
} XmpField;

typedef struct XmpDoc XmpDoc;

/* An empty one, and that of a sidecar's bytes. NULL: out of memory; not XMP. */
XmpDoc *xmp_doc_new(Err *err);
XmpDoc *xmp_doc_parse(const char *text, size_t len, Err *err);
/* That of a picture (JPEG, PNG, TIFF), to read or, with `edit`, to change. NULL: err does not name the file. */
XmpDoc *xmp_doc_open(const char *path, bool edit, Err *err);
/* Frees it; what was not saved is lost. NULL is legal. */
void xmp_doc_close(XmpDoc *doc);

/* The text, which the caller frees; NULL: it is not there, or out of memory. */
char *xmp_doc_get(const XmpDoc *doc, XmpField field);
int xmp_doc_set(XmpDoc *doc, XmpField field, const char *text, Err *err);
/* The content of a sidecar, with a NUL that *len does not count; the caller frees. NULL: out of memory. */
char *xmp_doc_text(const XmpDoc *doc, size_t *len, Err *err);
/* Writes it into the picture, in place: to be done to a copy. */
int xmp_doc_save(XmpDoc *doc, Err *err);

#endif
