/* The captioner: a recurrent network that describes an image, as Stanford's course CS231n has it in assignment 3
 * ("the course"): D features, W numbers of a word's vector, H of the state, V words, G gates (cell.h).
 *
 *   h0 = features·W_proj + b_proj          x_t = W_embed[word_t]
 *   h_t = cell(x_t·Wx + b, h_{t-1}·Wh)     scores_t = h_t·W_vocab + b_vocab
 *
 * and with attention (attention.h) z_t·Wz joins x_t·Wx, and where features are injected (inject.h) v·W_inject.
 *
 * This header defines its parameters. loss.h trains it, search.h decodes with it, step.h is the step both share. */
#ifndef COCO_MODEL_CAPTIONER_H
#define COCO_MODEL_CAPTIONER_H

#include "model/cell/cell.h"
#include "model/tensors.h"

/* The special words: their indices are the same in every vocabulary. */
enum { WORD_NULL = 0, WORD_START = 1, WORD_END = 2, WORD_UNK = 3 };

/* The course's tensors, in the order in which the course draws them. Tensors of a cell or of any other part come after
 * them, so that a seed keeps giving these the same numbers. */
enum { W_EMBED, W_PROJ, B_PROJ, WX, WH, B, W_VOCAB, B_VOCAB, COURSE_TENSORS };

/* Builds the table without its data: W_embed (V,W), W_proj (D,H), b_proj (H), Wx (W,G·H),
 * Wh (H,G·H), b (G·H), W_vocab (H,V), b_vocab (V), then the cell's own, inject.h's and
 * attention's. -1 as tensor_add. Free with params_free, after a failure too. */
int params_layout(Params *params, const ModelShape *shape);

/* The same with a zeroed block, for a model or its gradients. After -1 there is nothing to free. */
int params_alloc(Params *params, const ModelShape *shape);

/* Fills the bias of the cell's forget gates, if it has any: a positive one makes it remember at first (Jozefowicz et
 * al. 2015). */
void params_forget_bias(Params *params, real bias);

/* The cell's own tensors, or NULL. */
static inline real *cell_params(const Params *p)
{
    return p->shape.cell->add_tensors ? param(p, COURSE_TENSORS) : NULL;
}

#endif
