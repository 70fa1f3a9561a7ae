#include "pipeline/prepare/prepare_lists.h"

#include "io/base/hash.h"
#include "io/data/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *path;
    FILE *out;
} TextFile;

static int text_open(TextFile *f, const char *dir, DatasetFile kind, const char *split, Err *err)
{
    f->path = prepared_path(dir, kind, split, err);
    f->out = f->path ? fopen(f->path, "we") : NULL;
    if (f->out)
        return 0;
    if (f->path)
        err_set(err, "%s: %s", f->path, strerror(errno));
    free(f->path);
    return -1;
}

static int text_close(TextFile *f, Err *err)
{
    bool bad = ferror(f->out);
    int rc = fclose(f->out) || bad ? err_set(err, "%s: %s", f->path, strerror(errno)) : 0;
    free(f->path);
    return rc;
}

typedef const char *Line(const CaptionSet *set, int64_t image);

static const char *url_of(const CaptionSet *set, int64_t image)
{
    return set->image[image].url;
}

static int write_list(const Prepared *p, const PreparedSplit *s, DatasetFile kind, Line *line, const char *dir,
                      Err *err)
{
    TextFile f;
    for (int64_t i = 0; i < s->images; i++)
        if (!line(p->captions, s->image[i]))
            return 0;
    if (text_open(&f, dir, kind, s->name, err))
        return -1;
    for (int64_t i = 0; i < s->images; i++)
        fprintf(f.out, "%s\n", line(p->captions, s->image[i]));
    return text_close(&f, err);
}

/* 1: all images of the split have ids, which differ, and some of them are not what their names or rows say; else 0. */
static int needs_ids(const Prepared *p, const PreparedSplit *s, Err *err)
{
    Hash *ids = hash_new();
    bool own = true, needed = false;
    int32_t known = ids ? 0 : -1;
    for (int64_t i = 0; own && known >= 0 && i < s->images; i++) {
        int64_t image = s->image[i], id = p->captions->image[image].id;
        needed |= id != coco_image_id(p->captions->named ? caption_set_file(p->captions, image) : NULL, i);
        known = hash_add(ids, &id, sizeof id);
        own = id != NO_ID && known == i;
    }
    hash_free(ids);
    return known < 0 ? err_set(err, "out of memory") : own && needed;
}

static int write_ids(const Prepared *p, const PreparedSplit *s, const char *dir, Err *err)
{
    TextFile f;
    int needed = needs_ids(p, s, err);
    if (needed <= 0)
        return needed;
    if (text_open(&f, dir, DATASET_FILE_IDS, s->name, err))
        return -1;
    for (int64_t i = 0; i < s->images; i++)
        fprintf(f.out, "%lld\n", (long long)p->captions->image[s->image[i]].id);
    return text_close(&f, err);
}

/* One line. Words of a vocabulary that was taken from elsewhere may hold anything. */
static void put_words(const CaptionSet *set, const PreparedCaption *c, FILE *out)
{
    for (int32_t t = 0; t < c->n; t++) {
        if (t && !set->characters)
            putc(' ', out);
        for (const char *b = hash_key(set->words, set->word_of[c->words + (size_t)t], NULL); *b; b++)
            putc((unsigned char)*b < ' ' ? ' ' : *b, out);
    }
}

/* The whole captions of split k, in the order of their rows, if some of its words are <UNK>. */
static int write_texts(const Prepared *p, int k, const char *dir, Err *err)
{
    const CaptionSet *set = p->captions;
    TextFile f;
    if (!p->split[k].unknown)
        return 0;
    if (text_open(&f, dir, DATASET_FILE_TEXTS, p->split[k].name, err))
        return -1;
    for (int64_t i = 0; i < set->n; i++) {
        const PreparedCaption *c = &set->caption[i];
        if (!caption_is_used(set, c) || set->image[c->image].split != k)
            continue;
        if (c->text)
            fputs(c->text, f.out);
        else
            put_words(set, c, f.out);
        putc('\n', f.out);
    }
    return text_close(&f, err);
}

int prepared_write_lists(const Prepared *p, int k, const char *dir, Err *err)
{
    const PreparedSplit *s = &p->split[k];
    if (p->captions->named && write_list(p, s, DATASET_FILE_IMAGES, caption_set_file, dir, err))
        return -1;
    return write_list(p, s, DATASET_FILE_URLS, url_of, dir, err) || write_ids(p, s, dir, err) ||
                   write_texts(p, k, dir, err)
               ? -1
               : 0;
}
