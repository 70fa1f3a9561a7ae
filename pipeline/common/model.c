#include "pipeline/common/model.h"

void model_free(Model *m)
{
    params_free(&m->params);
    vocab_free(&m->vocab);
    origin_free(&m->origin);
    m->caption_length = 0;
}

int model_fits(const Model *m, const char *path, int64_t D, const char *features_path, const Vocab *vocab,
               const char *dir, Err *err)
{
    if (m->params.shape.D != D)
        return err_set(err, "%s takes features of %d numbers, %s has %lld", path, m->params.shape.D, features_path,
                       (long long)D);
    return vocab ? vocab_compare(&m->vocab, path, vocab, dir, err) : 0;
}
