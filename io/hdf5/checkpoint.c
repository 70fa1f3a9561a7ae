#include "io/hdf5/checkpoint.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FORMAT[] = "coco-captioner";
enum { VERSION = 1 };

struct Checkpoint {
    H5 *h5;
    char *path;  /* what messages name: the target of a new file */
    OutFile out; /* of a new file */
};

/* --- reading --- */

static int need_text(Checkpoint *c, const char *name, char **out, Err *err)
{
    int rc = h5_attr_text(c->h5, "/", name, out, err);
    return rc == 0 ? err_set(err, "%s: no attribute '%s': not a model file", c->path, name) : rc;
}

static int need_dim(Checkpoint *c, const char *name, int64_t *out, Err *err)
{
    enum { MOST = 1 << 20 };
    int rc = h5_attr_int(c->h5, "/", name, out, err);
    if (rc == 0)
        return err_set(err, "%s: no attribute '%s'", c->path, name);
    if (rc > 0 && (*out < 1 || *out > MOST))
        return err_set(err, "%s: attribute '%s' is %lld, expected 1 to %d", c->path, name, (long long)*out, MOST);
    return rc;
}

static int read_format(Checkpoint *c, Err *err)
{
    char *format;
    int64_t version;
    if (need_text(c, "format", &format, err) < 0)
        return -1;
    int known = !strcmp(format, FORMAT);
    if (!known)
        err_set(err, "%s: format '%.40s' is not %s", c->path, format, FORMAT);
    free(format);
    if (!known || need_dim(c, "version", &version, err) < 0)
        return -1;
    if (version > VERSION)
        return err_set(err, "%s: version %lld is newer than this program's %d", c->path, (long long)version,
                       VERSION);
    return 0;
}

static int read_head(Checkpoint *c, ModelHead *head, Err *err)
{
    char *cell;
    memset(head, 0, sizeof *head);
    if (read_format(c, err) || need_text(c, "cell", &cell, err) < 0)
        return -1;
    int known = !strcmp(cell, "rnn") || !strcmp(cell, "lstm") || !strcmp(cell, "gru");
    if (known)
        snprintf(head->cell, sizeof head->cell, "%s", cell);
    else
        err_set(err, "%s: cell '%.40s' is neither rnn nor lstm", c->path, cell);
    free(cell);
    if (!known || need_dim(c, "input_dim", &head->input_dim, err) < 0 ||
        need_dim(c, "wordvec_dim", &head->wordvec_dim, err) < 0 ||
        need_dim(c, "hidden_dim", &head->hidden_dim, err) < 0 ||
        need_dim(c, "vocab_size", &head->vocab_size, err) < 0)
        return -1;
    return h5_attr_int(c->h5, "/", "caption_length", &head->caption_length, err) < 0 ? -1 : 0;
}

static int read_vocab(Checkpoint *c, const ModelHead *head, Vocab *vocab, Err *err)
{
    char **words;
    int64_t n;
    if (h5_read_strings(c->h5, "/vocab/idx_to_word", &words, &n, err))
        return -1;
    if (n != head->vocab_size) {
        h5_free_strings(words, n);
        return err_set(err, "%s: /vocab/idx_to_word: %lld words, but vocab_size is %lld", c->path, (long long)n,
                       (long long)head->vocab_size);
    }
    return vocab_take(vocab, words, n, c->path, err);
}

Checkpoint *checkpoint_open(const char *path, ModelHead *head, Vocab *vocab, Err *err)
{
    Checkpoint *c = calloc(1, sizeof *c);
    memset(vocab, 0, sizeof *vocab);
    if (!c || !(c->path = strdup(path))) {
        err_set(err, "%s: out of memory", path);
        free(c);
        return NULL;
    }
    c->h5 = h5_open(path, err);
    if (!c->h5 || read_head(c, head, err) || read_vocab(c, head, vocab, err)) {
        checkpoint_close(c);
        return NULL;
    }
    return c;
}

static int64_t tensor_size(int rank, const int64_t *dim)
{
    return rank == 2 ? dim[0] * dim[1] : dim[0];
}

static int check_finite(const Checkpoint *c, const char *name, const float *v, int64_t n, Err *err)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return err_set(err, "%s: %s: number %lld is not finite", c->path, name, (long long)i);
    return 0;
}

int checkpoint_read_tensor(Checkpoint *c, const char *group, const char *name, int rank, const int64_t *dim,
                           float *out, Err *err)
{
    char full[64];
    snprintf(full, sizeof full, "%s/%s", group, name);
    if (h5_read_floats(c->h5, full, rank, dim, out, err))
        return -1;
    return check_finite(c, full, out, tensor_size(rank, dim), err);
}

H5 *checkpoint_h5(Checkpoint *c)
{
    return c->h5;
}

void checkpoint_close(Checkpoint *c)
{
    if (!c)
        return;
    h5_close(c->h5, NULL);
    outfile_abort(&c->out);
    free(c->path);
    free(c);
}

/* --- writing --- */

static int write_head(Checkpoint *c, const ModelHead *head, const Vocab *vocab, Err *err)
{
    H5 *h5 = c->h5;
    if (h5_put_text(h5, "/", "format", FORMAT, err) || h5_put_int(h5, "/", "version", VERSION, err) ||
        h5_put_text(h5, "/", "cell", head->cell, err) || h5_put_int(h5, "/", "input_dim", head->input_dim, err) ||
        h5_put_int(h5, "/", "wordvec_dim", head->wordvec_dim, err) ||
        h5_put_int(h5, "/", "hidden_dim", head->hidden_dim, err) ||
        h5_put_int(h5, "/", "vocab_size", head->vocab_size, err) ||
        h5_put_int(h5, "/", "caption_length", head->caption_length, err))
        return -1;
    if (h5_make_group(h5, "/params", err) || h5_make_group(h5, "/vocab", err))
        return -1;
    return h5_write_strings(h5, "/vocab/idx_to_word", vocab->size, (const char *const *)vocab->word, err);
}

Checkpoint *checkpoint_create(const char *path, const ModelHead *head, const Vocab *vocab, Err *err)
{
    Checkpoint *c = calloc(1, sizeof *c);
    if (!c || !(c->path = strdup(path))) {
        err_set(err, "%s: out of memory", path);
        free(c);
        return NULL;
    }
    if (outfile_begin(&c->out, path, err) || !(c->h5 = h5_create(c->out.path, err)) ||
        write_head(c, head, vocab, err)) {
        checkpoint_close(c);
        return NULL;
    }
    return c;
}

int checkpoint_write_tensor(Checkpoint *c, const char *group, const char *name, int rank, const int64_t *dim,
                            const float *in, Err *err)
{
    char full[64];
    snprintf(full, sizeof full, "%s/%s", group, name);
    if (check_finite(c, full, in, tensor_size(rank, dim), err))
        return -1;
    return h5_write_floats(c->h5, full, rank, dim, in, err);
}

int checkpoint_save(Checkpoint *c, Err *err)
{
    Err why = {""};
    int rc = h5_close(c->h5, &why);
    c->h5 = NULL;
    if (rc) { /* the reason behind the temporary file's name, which means nothing to anybody */
        const char *colon = strrchr(why.text, ':');
        err_set(err, "%s: cannot be written%s", c->path, colon ? colon : "");
    }
    if (rc == 0)
        rc = outfile_commit(&c->out, err);
    checkpoint_close(c);
    return rc;
}
