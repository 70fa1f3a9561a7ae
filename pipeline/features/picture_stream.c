#include "pipeline/features/picture_stream.h"

#include "pipeline/common/pipe.h"

#include <stdlib.h>

struct PictureStream {
    const Extractor *extractor; /* (extractors) */
    int extractors;
    char *const *path;
    const int64_t *place; /* (n) */
    int64_t n, taken;
    Picture *pictures; /* (depth) */
    int depth;
    Pipe *pipe;
};

static int take(void *ctx, void *item, Err *err)
{
    PictureStream *s = ctx;
    (void)err;
    if (s->taken == s->n)
        return 0;
    ((Picture *)item)->place = s->place[s->taken++];
    return 1;
}

static int work(void *ctx, void *item, Err *err)
{
    const PictureStream *s = ctx;
    Picture *p = item;
    int rc = 0;
    for (int i = 0; i < s->extractors && rc == 0; i++)
        rc = extractor_run(&s->extractor[i], s->path[p->place], &p->numbers[i], &p->why);
    p->broken = rc > 0;
    return rc < 0 ? err_set(err, "%s", p->why.text) : 0;
}

static int make_picture(const PictureStream *s, Picture *p, Err *err)
{
    p->numbers = calloc((size_t)s->extractors, sizeof *p->numbers);
    int rc = p->numbers ? 0 : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < s->extractors; i++)
        rc = picture_numbers_alloc(&p->numbers[i], cnn_info(s->extractor[i].cnn), err);
    return rc;
}

static int make_pictures(PictureStream *s, Err *err)
{
    s->pictures = calloc((size_t)s->depth, sizeof *s->pictures);
    int rc = s->pictures ? 0 : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < s->depth; i++)
        rc = make_picture(s, &s->pictures[i], err);
    return rc;
}

PictureStream *picture_stream_start(const Extractor *extractor, int extractors, char *const *path,
                                    const int64_t *place, int64_t n, int threads, Err *err)
{
    PictureStream *s = calloc(1, sizeof *s);
    if (!s) {
        err_set(err, "out of memory");
        return NULL;
    }
    int workers = n < threads ? n > 0 ? (int)n : 1 : threads;
    *s = (PictureStream){.extractor = extractor, .extractors = extractors, .path = path, .place = place, .n = n};
    s->depth = workers * PICTURES_AHEAD;
    if (make_pictures(s, err) == 0)
        s->pipe = pipe_start(&(PipeSpec){.take = take,
                                         .work = work,
                                         .ctx = s,
                                         .items = s->pictures,
                                         .item_size = sizeof *s->pictures,
                                         .depth = s->depth,
                                         .workers = workers},
                             err);
    if (s->pipe)
        return s;
    picture_stream_stop(s);
    return NULL;
}

int picture_stream_next(PictureStream *s, const Picture **picture, Err *err)
{
    void *item = NULL;
    int rc = pipe_next(s->pipe, &item, err);
    *picture = item;
    return rc;
}

bool picture_stream_ready(PictureStream *s)
{
    return pipe_ready(s->pipe);
}

void picture_stream_stop(PictureStream *s)
{
    if (!s)
        return;
    pipe_stop(s->pipe);
    for (int i = 0; s->pictures && i < s->depth; i++) {
        for (int k = 0; s->pictures[i].numbers && k < s->extractors; k++)
            picture_numbers_free(&s->pictures[i].numbers[k]);
        free(s->pictures[i].numbers);
    }
    free(s->pictures);
    free(s);
}
