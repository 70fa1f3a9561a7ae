#include "io/picture/xmp.h"

#include <exempi/xmp.h>
#include <exempi/xmpconsts.h>
#include <exempi/xmperrors.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct XmpDoc {
    XmpPtr xmp;
    XmpFilePtr file; /* NULL: not of a picture */
};

/* A name that nobody else has: a UUID needs no registry (RFC 9562). */
#define OWN_NAMESPACE "urn:uuid:6d1c1c0e-5f0b-4b7e-9a5d-2f3a8c7be041/"
static const char DEFAULT_LANGUAGE[] = "x-default";

/* By XmpField. */
static const struct {
    const char *name;
    bool localized; /* a list of languages, of which x-default counts */
} FIELDS[XMP_FIELDS] = {
    [XMP_DESCRIPTION] = {"description", true},
    [XMP_ALT_TEXT] = {"AltTextAccessibility", true},
    [XMP_OWN_CAPTION] = {"caption", false},
    [XMP_OWN_PICTURE] = {"picture", false},
};

static const char *namespace_of(XmpField field)
{
    return field == XMP_DESCRIPTION ? NS_DC : field == XMP_ALT_TEXT ? NS_IPTC4XMP : OWN_NAMESPACE;
}

static int xmp_failed(const char *doing, Err *err)
{
    return err_set(err, "%s (error %d of Exempi)", doing, -xmp_get_error());
}

/* --- messages: Exempi prints what it throws inside. Standard error leads to nothing meanwhile; no other thread is to
 * write. --- */

static int hush(void)
{
    int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int nothing = kept < 0 ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, STDERR_FILENO);
        close(nothing);
    }
    return kept;
}

static void unhush(int kept)
{
    if (kept < 0)
        return;
    dup2(kept, STDERR_FILENO);
    close(kept);
}

/* --- documents --- */

/* The library, once; it lives as long as the process. */
static int start(Err *err)
{
    static bool started;
    if (!started && (!xmp_init() || !xmp_register_namespace(OWN_NAMESPACE, "coco", NULL)))
        return xmp_failed("XMP cannot be read here", err);
    started = true;
    return 0;
}

static XmpDoc *doc_alloc(Err *err)
{
    XmpDoc *doc = calloc(1, sizeof *doc);
    if (doc && start(err)) {
        free(doc);
        return NULL;
    }
    if (!doc)
        err_set(err, "out of memory");
    return doc;
}

XmpDoc *xmp_doc_new(Err *err)
{
    XmpDoc *doc = doc_alloc(err);
    if (!doc || (doc->xmp = xmp_new_empty()))
        return doc;
    xmp_doc_close(doc);
    err_set(err, "out of memory");
    return NULL;
}

XmpDoc *xmp_doc_parse(const char *text, size_t len, Err *err)
{
    /* XMP is RDF. Exempi itself takes any text, and would forget it. */
    if (!memmem(text, len, NS_RDF, strlen(NS_RDF))) {
        err_set(err, "not XMP");
        return NULL;
    }
    XmpDoc *doc = xmp_doc_new(err);
    if (!doc)
        return NULL;
    int kept = hush();
    bool done = xmp_parse(doc->xmp, text, len);
    unhush(kept);
    if (done)
        return doc;
    xmp_failed("not XMP", err);
    xmp_doc_close(doc);
    return NULL;
}

static void open_file(XmpDoc *doc, const char *path, XmpOpenFileOptions options)
{
    int kept = hush();
    doc->file = xmp_files_open_new(path, options | XMP_OPEN_USESMARTHANDLER);
    doc->xmp = doc->file ? xmp_files_get_new_xmp(doc->file) : NULL;
    if (doc->file && !doc->xmp && !xmp_get_error()) /* there is none yet */
        doc->xmp = xmp_new_empty();
    unhush(kept);
}

/* Exempi takes a packet that it cannot read for none, and would replace it. */
static bool packet_is_readable(const XmpDoc *doc)
{
    XmpStringPtr packet = xmp_string_new();
    int kept = hush();
    bool there = xmp_files_get_xmp_xmpstring(doc->file, packet, NULL) && xmp_string_len(packet) > 0;
    XmpPtr read = there ? xmp_new(xmp_string_cstr(packet), xmp_string_len(packet)) : NULL;
    unhush(kept);
    bool readable = !there || read;
    if (read)
        xmp_free(read);
    xmp_string_free(packet);
    return readable;
}

XmpDoc *xmp_doc_open(const char *path, bool edit, Err *err)
{
    XmpDoc *doc = doc_alloc(err);
    if (!doc)
        return NULL;
    open_file(doc, path, edit ? XMP_OPEN_FORUPDATE : XMP_OPEN_READ);
    if (doc->xmp && packet_is_readable(doc))
        return doc;
    xmp_failed("its metadata cannot be read", err);
    xmp_doc_close(doc);
    return NULL;
}

void xmp_doc_close(XmpDoc *doc)
{
    if (!doc)
        return;
    if (doc->xmp)
        xmp_free(doc->xmp);
    if (doc->file)
        xmp_files_free(doc->file);
    free(doc);
}

char *xmp_doc_get(const XmpDoc *doc, XmpField field)
{
    char *out = NULL;
    XmpStringPtr text = xmp_string_new();
    const char *space = namespace_of(field), *name = FIELDS[field].name;
    int kept = hush();
    if (FIELDS[field].localized
            ? xmp_get_localized_text(doc->xmp, space, name, "", DEFAULT_LANGUAGE, NULL, text, NULL)
            : xmp_get_property(doc->xmp, space, name, text, NULL))
        out = strdup(xmp_string_cstr(text));
    unhush(kept);
    xmp_string_free(text);
    return out;
}

int xmp_doc_set(XmpDoc *doc, XmpField field, const char *text, Err *err)
{
    const char *space = namespace_of(field), *name = FIELDS[field].name;
    int kept = hush();
    bool done = FIELDS[field].localized
                    ? xmp_set_localized_text(doc->xmp, space, name, "", DEFAULT_LANGUAGE, text, 0)
                    : xmp_set_property(doc->xmp, space, name, text, 0);
    unhush(kept);
    return done ? 0 : xmp_failed("its metadata cannot take the caption", err);
}

char *xmp_doc_text(const XmpDoc *doc, size_t *len, Err *err)
{
    char *out = NULL;
    XmpStringPtr text = xmp_string_new();
    if (!xmp_serialize(doc->xmp, text, XMP_SERIAL_OMITPACKETWRAPPER | XMP_SERIAL_USECOMPACTFORMAT, 0))
        xmp_failed("its metadata cannot be written", err);
    else if (!(out = strdup(xmp_string_cstr(text))))
        err_set(err, "out of memory");
    *len = out ? strlen(out) : 0;
    xmp_string_free(text);
    return out;
}

int xmp_doc_save(XmpDoc *doc, Err *err)
{
    int kept = hush();
    bool done = xmp_files_can_put_xmp(doc->file, doc->xmp) && xmp_files_put_xmp(doc->file, doc->xmp) &&
                xmp_files_close(doc->file, XMP_CLOSE_NOOPTION);
    unhush(kept);
    return done ? 0 : xmp_failed("its metadata cannot be written", err);
}
