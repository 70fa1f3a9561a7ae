#include "pipeline/common/model.h"

#include <stdio.h>
#include <string.h>

int tensors_read(Checkpoint *file, const char *group, const Params *table, real *data, Err *err)
{
    for (int i = 0; i < table->n_tensors; i++) {
        const Tensor *t = &table->tensor[i];
        const int64_t dim[TENSOR_RANK] = {t->dim[0], t->dim[1], t->dim[2], t->dim[3]};
        if (checkpoint_read_tensor(file, group, t->name, t->rank, dim, data + t->offset, err))
            return -1;
    }
    return 0;
}

int tensors_write(Checkpoint *file, const char *group, const Params *table, const real *data, Err *err)
{
    for (int i = 0; i < table->n_tensors; i++) {
        const Tensor *t = &table->tensor[i];
        const int64_t dim[TENSOR_RANK] = {t->dim[0], t->dim[1], t->dim[2], t->dim[3]};
        if (checkpoint_write_tensor(file, group, t->name, t->rank, dim, data + t->offset, err))
            return -1;
    }
    return 0;
}

/* The file's tensors must have the shapes that its head tells, before memory is asked for. */
static int check_tensors(Checkpoint *file, const Params *table, Err *err)
{
    for (int i = 0; i < table->n_tensors; i++) {
        const Tensor *t = &table->tensor[i];
        const int64_t dim[TENSOR_RANK] = {t->dim[0], t->dim[1], t->dim[2], t->dim[3]};
        char name[32];
        snprintf(name, sizeof name, "/params/%s", t->name);
        if (h5_expect_floats(checkpoint_h5(file), name, t->rank, dim, err))
            return -1;
    }
    return 0;
}

int model_read(Model *m, Checkpoint *file, const ModelHead *head, Vocab *vocab, const char *path, Err *err)
{
    ModelShape shape = {
        .cell = cell_named(head->cell),
        .D = (int)head->input_dim,
        .W = (int)head->wordvec_dim,
        .H = (int)head->hidden_dim,
        .V = (int)head->vocab_size,
    };
    memset(m, 0, sizeof *m);
    m->vocab = *vocab; /* ours from here on */
    memset(vocab, 0, sizeof *vocab);
    m->caption_length = head->caption_length;
    if (params_layout(&m->params, &shape))
        return err_set(err, "%s: /params: more than 2^31 numbers", path);
    if (check_tensors(file, &m->params, err))
        return -1;
    if (params_alloc_data(&m->params))
        return err_set(err, "%s: no memory for a model of %d, %d, %d, %d", path, shape.D, shape.W, shape.H,
                       shape.V);
    return tensors_read(file, "/params", &m->params, m->params.data, err);
}

int model_load(Model *m, const char *path, Err *err)
{
    ModelHead head;
    Vocab vocab;
    memset(m, 0, sizeof *m);
    Checkpoint *file = checkpoint_open(path, &head, &vocab, err);
    if (!file) {
        vocab_free(&vocab);
        return -1;
    }
    int rc = model_read(m, file, &head, &vocab, path, err);
    checkpoint_close(file);
    if (rc)
        model_free(m);
    return rc;
}

void model_free(Model *m)
{
    params_free(&m->params);
    vocab_free(&m->vocab);
}

Checkpoint *model_write(const Model *m, const char *path, Err *err)
{
    const ModelShape *s = &m->params.shape;
    ModelHead head = {
        .input_dim = s->D,
        .wordvec_dim = s->W,
        .hidden_dim = s->H,
        .vocab_size = s->V,
        .caption_length = m->caption_length,
    };
    snprintf(head.cell, sizeof head.cell, "%s", s->cell->name);
    Checkpoint *file = checkpoint_create(path, &head, &m->vocab, err);
    if (file && tensors_write(file, "/params", &m->params, m->params.data, err)) {
        checkpoint_close(file);
        return NULL;
    }
    return file;
}

int model_fits(const Model *m, const char *path, int64_t D, const char *features_path, const Vocab *vocab,
               const char *dir, Err *err)
{
    if (m->params.shape.D != D)
        return err_set(err, "%s takes features of %d numbers, %s has %lld", path, m->params.shape.D, features_path,
                       (long long)D);
    return vocab ? vocab_compare(&m->vocab, path, vocab, dir, err) : 0;
}
