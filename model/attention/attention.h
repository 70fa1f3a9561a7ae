/* Attention: at every step a look at a grid of features, L places of C numbers each.
 *
 *   once per image   v_i = relu(grid_i·W_grid + b_grid)   (H)       k_i = v_i·W_key   (K)
 *   at every step    q = h·W_query + b_query              (K)       h, c: the state before the step
 *                    e_i = w_score·tanh(k_i + q)
 *   soft             α = softmax(e_1 ... e_L);              z = Σ α_i v_i
 *   adaptive         s = σ(x·Wx_sentinel + h·Wh_sentinel + b_sentinel)∘m;   m = tanh(c), or h if the cell carries no c
 *                    e_s = w_score·tanh(s·W_sentinel + q)
 *                    α, β = softmax(e_1 ... e_L, e_s);      z = Σ α_i v_i + β s
 *   both             a += z·Wz                              the cell's input (step.h)
 *
 * The score is Bahdanau's (2015), as in Xu et al. 2015, "Show, Attend and Tell", section 3.1.2. The grid is embedded
 * and the context enters the cell alone, as in Lu et al. 2017, "Knowing When to Look", and in Rennie et al. 2017
 * (Att2in). Adaptive is the sentinel of Lu et al., equations 8 to 13, with the state before the step: β is the weight
 * of what the decoder knows already, for words that no place shows. K is ⌈H/4⌉ (Lu et al.: 49 of 512): the L·K
 * hyperbolic tangents are most of a step's cost.
 *
 * A kind is one file, attention_NAME.c, and one row of ATTENTIONS. The file is compiled once per instruction set,
 * like the cells; it defines its Attention under SIMD_NAME(attention_NAME). No attention is a NULL kind, "none" by
 * name. */
#ifndef COCO_MODEL_ATTENTION_H
#define COCO_MODEL_ATTENTION_H

#include "model/kernels.h"
#include "model/tensors.h"

#include <stdbool.h>

/* Every kind, one row each. */
#define ATTENTIONS(row) row(soft) row(adaptive)

/* What attention adds to a model, in this order, after all other tensors. Those of the sentinel are adaptive's. */
enum {
    ATTEND_W_GRID,      /* W_grid (C,H) */
    ATTEND_B_GRID,      /* b_grid (H) */
    ATTEND_W_KEY,       /* W_key (H,K) */
    ATTEND_W_QUERY,     /* W_query (H,K) */
    ATTEND_B_QUERY,     /* b_query (K) */
    ATTEND_W_SCORE,     /* w_score (K) */
    ATTEND_WZ,          /* Wz (H,G·H) */
    ATTEND_WX_SENTINEL, /* Wx_sentinel (W,H) */
    ATTEND_WH_SENTINEL, /* Wh_sentinel (H,H) */
    ATTEND_B_SENTINEL,  /* b_sentinel (H) */
    ATTEND_W_SENTINEL,  /* W_sentinel (H,K) */
    ATTEND_TENSORS
};

/* One step of n rows, on the calling thread. Matrices have their own row distances; those that the kind does not use
 * are NULL. S is the number of weights: L, and one more, the last, if there is a sentinel. */
typedef struct {
    int n, H, K, L;
    const real *w_score;       /* (K) */
    const real *values, *keys; /* (images,L,H), (images,L,K) */
    const int32_t *image;      /* (n): whose grid a row looks at */
    const int *number;         /* (n): of the positions, r·T + t, which key the masks of dropout; NULL: none */
    Rows query;                /* (n,K) */
    Rows weights;              /* (n,S): written by forward, α and β */
    Rows z;                    /* (n,H): written by forward */
    /* The sentinel. */
    Rows carried;      /* (n,H): c before the step; NULL: m is */
    Rows prev_h;       /* (n,H) */
    Rows gate;         /* (n,H): enters as the sum in σ, leaves as its value */
    Rows sentinel;     /* (n,H): s */
    Rows sentinel_key; /* (n,K): s·W_sentinel */
    /* Backward, besides all of forward's. */
    Rows dz;                  /* (n,H) */
    Rows dweights;            /* (n,S): scratch */
    Rows dquery;              /* (n,K): written */
    Rows dscore;              /* (n,K): written: a row's share of the gradient of w_score */
    real *dkeys;              /* (n,L,K): added to: a row's share of the gradient of its image's keys */
    Rows dsentinel;           /* (n,H): written by backward, β·dz; read by gate_backward, complete */
    Rows dsentinel_key;       /* (n,K): written */
    Rows dgate;               /* (n,H): written by gate_backward, the gradient of the sum in σ */
    Rows dcarried, dprevious; /* (n,H): gate_backward adds the gradient of m to that of c, or of h */
} AttendStep;

typedef struct Attention Attention;

struct Attention {
    const char *name;
    bool sentinel; /* has the tensors and the weight of a sentinel, and the two functions below */
    void (*forward)(const AttendStep *step);
    /* From dz. The caller computes the products: those of the query, of z, and of the sentinel's key. */
    void (*backward)(const AttendStep *step);
    void (*gate)(const AttendStep *step); /* s, from the sum in σ */
    void (*gate_backward)(const AttendStep *step);
};

/* The kind of that name; NULL: "none", or there is none of that name. */
const Attention *attention_named(const char *name);
/* All names, "none|soft|adaptive". attention_at counts in this order: 0 is none, a NULL. */
const char *attention_names(void);
const Attention *attention_at(int i);
/* Its place in that order; of NULL 0. */
int attention_index(const Attention *attention);

/* K, the length of a key. */
static inline int attention_key(int H)
{
    return (H + 3) / 4;
}

/* Adds the tensors of shape->attention, if there is one. -1 as tensor_add. */
int attention_add_tensors(Params *params, const ModelShape *shape);

/* The elements of one of attention's tensors. */
static inline real *attend_param(const Params *p, int id)
{
    return param(p, p->attention + id);
}

#endif
