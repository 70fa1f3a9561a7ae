/* The captions and images of a dataset that is being prepared. Words have numbers of their own here, in the order in
 * which they first occur; the vocabulary comes later. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_CAPTION_SET_H
#define COCO_PIPELINE_PREPARE_CAPTION_SET_H

#include "io/base/err.h"
#include "io/base/hash.h"
#include "io/captions/captions.h"
#include "pipeline/common/report.h"
#include "pipeline/prepare/left_out.h"
#include "pipeline/prepare/name_index.h"
#include "pipeline/prepare/tokenizer.h"

#include <stdbool.h>
#include <stdint.h>

enum { NO_SPLIT = -1, NO_ROW = -1, NO_ID = -1 };

typedef struct {
    char *url;        /* NULL: unknown */
    int64_t id;       /* that its captions file gives it, or NO_ID */
    char *file;       /* its name in the dataset, if not the one in `names`; NULL: that one */
    int split;        /* number in `splits`, or NO_SPLIT */
    int64_t row;      /* of the features, or NO_ROW */
    int64_t captions; /* how many it has */
} PreparedImage;

typedef struct {
    int32_t image;
    int32_t n;    /* words */
    size_t words; /* where they begin in `word_of` */
    char *text;   /* the caption if the words are not all of it: <UNK> was among them; else NULL */
} PreparedCaption;

typedef struct {
    const Tokenizer *tokenizer;
    int max_words;
    bool characters;      /* captions are spelled: the words here are characters, among them the space */
    bool named;           /* the images' names are those of files */
    Hash *names;          /* of images: the image's number */
    PreparedImage *image; /* (hash_count(names)) in the order of their first captions */
    Hash *splits;         /* names */
    Hash *numbers;        /* "image number": the captions' numbers */
    PreparedCaption *caption;
    int64_t n; /* captions */
    Hash *words;
    int32_t *word_of;
    size_t n_words;
    LeftOut left;
    const Report *report;
    size_t image_room, caption_room, word_room;
} CaptionSet;

int caption_set_init(CaptionSet *set, const Tokenizer *tokenizer, int max_words, const Report *report, Err *err);
void caption_set_free(CaptionSet *set); /* safe on a zero-initialized one */

/* A sink that adds captions as they are read: their text goes through the tokenizer; those without words, with too
 * many, or with a number that their image has already, are left out. It fails if an image is in two splits. */
CaptionSink caption_set_sink(CaptionSet *set);

/* The number of an image, which is added if it is new. -1: out of memory. */
int32_t caption_set_image(CaptionSet *set, const char *name, Err *err);
/* Puts an image into a split. It fails if it is in another already. */
int caption_set_split(CaptionSet *set, int32_t image, const char *split, Err *err);
/* Adds words, with one space between them, as a caption, or leaves them out. */
int caption_set_words(CaptionSet *set, int32_t image, const char *words, Err *err);
/* The same for words some of which are <UNK>: text has those too. */
int caption_set_text(CaptionSet *set, int32_t image, const char *words, const char *text, Err *err);

/* Which image a name means. The caller frees the index, also after a failure. */
int caption_set_index(const CaptionSet *set, NameIndex *index, Err *err);

/* The image's name in messages, and in the lists of the dataset. */
const char *caption_set_name(const CaptionSet *set, int64_t image);
const char *caption_set_file(const CaptionSet *set, int64_t image);

#endif
