#include "pipeline/model_file/model.h"

void model_free(Model *m)
{
    params_free(&m->params);
    vocab_free(&m->vocab);
    origin_free(&m->origin);
    m->caption_length = 0;
}

int model_steps(const Model *m)
{
    enum { OF_WORDS = 30, MOST = 10000 };
    int64_t longest = m->caption_length - 1; /* <START> is not a step */
    if (*vocab_joiner(&m->vocab) || longest < OF_WORDS)
        return OF_WORDS;
    return longest < MOST ? (int)longest : MOST;
}

int model_fits(const Model *m, const char *path, int64_t D, const char *features_path, const Vocab *vocab,
               const char *dir, Err *err)
{
    if (m->params.shape.D != D)
        return err_set(err, "%s takes features of %d numbers, %s has %lld", path, m->params.shape.D, features_path,
                       (long long)D);
    return vocab ? vocab_compare(&m->vocab, path, vocab, dir, err) : 0;
}

int model_fits_origin(const Model *m, const char *path, const char *features_path, Err *err)
{
    Origin origin;
    int rc = origin_read_file(&origin, features_path, err);
    if (rc == 0)
        rc = origin_agree(&m->origin, path, &origin, features_path, err);
    origin_free(&origin);
    return rc;
}

int model_fits_grid(const Model *m, const char *path, const Grid *grid, Err *err)
{
    if (!m->params.shape.attention)
        return 0;
    if (m->params.shape.C != grid->channels)
        return err_set(err, "%s takes a grid of %d numbers per place, that of %s has %d", path, m->params.shape.C,
                       grid->path, grid->channels);
    return model_fits_origin(m, path, grid->path, err);
}
