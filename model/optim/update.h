/* An update of a model's parameters by their gradients, tensor by tensor: their weights decay, then the rule updates
 * them. Tensors do not depend on each other, so that one can be updated while another's gradient is still computed. */
#ifndef COCO_MODEL_UPDATE_H
#define COCO_MODEL_UPDATE_H

#include "model/base/jobs.h"
#include "model/optim/optim.h"
#include "model/tensors.h"

#include <stdint.h>

typedef struct {
    Optim optim;       /* its step counts this update already */
    real *const *slot; /* the rule's arrays, each as large as the parameters */
    Params *params;
    const Params *grads;
    /* w -= decay·w before the rule, for the weights of matrix products, those that start by fan-in: neither biases nor
     * word vectors, whose rows get gradients only where their words occur. With lr times a rate this is the decoupled
     * weight decay of Loshchilov and Hutter (2019), as PyTorch's AdamW has it. */
    double decay;
    /* A bit for each tensor whose update is done or among some jobs. 0 at first: an Update is used once. */
    uint64_t begun;
} Update;

/* Adds the update of a tensor to some jobs, which borrow it until they are done. Main thread; the jobs run on any. */
void update_add(Jobs *jobs, Update *update, int tensor);
/* Adds those of all tensors that are not begun yet. */
void update_add_rest(Jobs *jobs, Update *update);

#endif
