#include "model/inject.h"

#include "model/affine.h"
#include "model/cell/cell.h"
#include "model/relu.h"

int inject_add_tensors(Params *p, const ModelShape *s)
{
    int GH = s->cell->gates * s->H;
    p->inject = p->n_tensors;
    if (!s->inject)
        return 0;
    return tensor_add(p, "W_image", 2, (const int[]){s->D, s->H}, START_FAN_IN) < 0 ||
                   tensor_add(p, "b_image", 1, (const int[]){s->H}, START_ZERO) < 0 ||
                   tensor_add(p, "W_inject", 2, (const int[]){s->H, GH}, START_FAN_IN) < 0
               ? -1
               : 0;
}

static real *tensor(const Params *p, int id)
{
    return param(p, p->inject + id);
}

static int gates_of(const Params *p)
{
    return p->shape.cell->gates * p->shape.H;
}

static void drop(const Inject *in, int H, real *v)
{
    dropout_parallel(&in->dropout, DROP_IMAGE, in->row, in->n, H, rows_of(v, (size_t)H));
}

void inject_forward(const Inject *in, const Params *p, real *injected)
{
    int D = p->shape.D, H = p->shape.H;
    affine_forward(in->precision, in->v, in->features, tensor(p, INJECT_W_IMAGE), tensor(p, INJECT_B_IMAGE), in->n,
                   D, H);
    relu_forward(in->n, H, in->v);
    drop(in, H, in->v);
    affine_forward(in->precision, injected, in->v, tensor(p, INJECT_W_INJECT), NULL, in->n, H, gates_of(p));
}

void inject_backward(const Inject *in, const Params *p, const real *dinjected, real *dv, Params *g)
{
    int D = p->shape.D, H = p->shape.H;
    affine_backward(in->precision, false, dv, tensor(g, INJECT_W_INJECT), NULL, dinjected, in->v,
                    tensor(p, INJECT_W_INJECT), in->n, H, gates_of(p));
    drop(in, H, dv);
    relu_backward(in->n, H, in->v, dv);
    affine_backward(in->precision, false, NULL, tensor(g, INJECT_W_IMAGE), tensor(g, INJECT_B_IMAGE), dv,
                    in->features, NULL, in->n, D, H);
}
