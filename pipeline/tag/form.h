/* A form: where a caption is put. A new one is one file with a TagForm, its extern below, a row of FORMS in form.c
 * and a flag in cmd/coco-tag.c. Main thread. */
#ifndef COCO_PIPELINE_TAG_FORM_H
#define COCO_PIPELINE_TAG_FORM_H

#include "io/base/err.h"
#include "pipeline/tag/own_texts.h"
#include "pipeline/tag/tag.h"

#include <stdbool.h>
#include <stddef.h>

/* One picture and its caption; all borrowed. */
typedef struct {
    const char *picture; /* path of a regular file that begins like a picture */
    const char *caption; /* one paragraph of UTF-8, not blank */
    const char *target;  /* the path to write: the picture, or its sidecar */
    bool force;          /* what a person wrote may be replaced */
    bool dry;            /* nothing is written */
    OwnTexts *own;
} TagTask;

typedef struct {
    const char *suffix; /* of the sidecar; NULL: the picture itself is written */
    /* Puts the caption there, unless a person's text is there. What became of it; for TAG_KEPT and TAG_FAILED `why`
     * says the reason. */
    TagState (*put)(const TagTask *task, Err *why);
} TagForm;

extern const TagForm form_txt;   /* a text file */
extern const TagForm form_xmp;   /* an XMP sidecar */
extern const TagForm form_embed; /* XMP in the picture */
const TagForm *form_of(TagFormName name);

/* The path with its suffix replaced: "a/b.txt" for "a/b.jpg". The caller frees; NULL: out of memory. */
char *form_sidecar(const char *picture, const char *suffix);
/* The last part of a path. */
const char *form_base(const char *path);

/* What is at the target now: 1 with the text, which the caller frees; 0: nothing; -1: it cannot be read, or has more
 * than `max` bytes. */
int form_read(const char *target, size_t max, char **text, size_t *len, Err *why);

/* Replaces the target whole or not at all by these bytes; a file that is there hands down its mode, owner and
 * attributes, and with `times` its times. */
int form_replace(const char *target, const void *bytes, size_t len, bool times, Err *why);

#endif
