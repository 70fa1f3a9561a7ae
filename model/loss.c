/* features ─affine─► h0 ─┐                  ┌─► scores ─► loss      (per tile of positions)
 * words ─► E = W_embed·Wx + b ─► a ─► cell ─► h                      (per tile of rows, all steps)
 *           v·W_inject, if injected ┘
 *
 * plan.h says what tiles and positions are. */
#include "model/loss.h"

#include "model/affine.h"
#include "model/base/least.h"
#include "model/embedding.h"
#include "model/loss_work.h"

#include <string.h>

/* --- forward --- */

/* Attention's share of the step that begins at a position, for a tile's rows from the first on. */
static AttendStep look_at(const LossWork *w, int tile, int position, int n)
{
    int place = w->plan.tile_at[tile];
    return w->attend ? attend_step(w->attend, position, w->plan.image + place, n, place, w->plan.number + position)
                     : (AttendStep){.n = 0};
}

/* Step t of a tile. Its rows are the first ones of step t-1: shorter captions have ended. */
static CellStep step_at(const LossWork *w, int tile, int t)
{
    const int *first = plan_first(&w->plan, tile);
    int H = w->shape.H, at = first[t], before = t ? first[t - 1] : 0, place = w->plan.tile_at[tile];
    return (CellStep){
        .n = first[t + 1] - at,
        .a = dense_rows(w->a, w->GH, at),
        .ah = dense_rows(w->ah, w->GH, at),
        .prev_h = dense_rows(w->prev_h, H, at),
        .prev_c = t ? dense_rows(w->c, w->CH, before) : dense_rows(w->c0, w->CH, place),
        .next_h = dense_rows(w->h, H, at),
        .next_c = dense_rows(w->c, w->CH, at),
        .dnext_h = dense_rows(w->dh, H, at),
        .dprev_h = t ? dense_rows(w->dh, H, before) : dense_rows(w->dh0, H, place),
        .dc = dense_rows(w->dc, w->CH, place),
        .da = dense_rows(w->da, w->GH, at),
        .dah = dense_rows(w->dah, w->GH, at),
    };
}

/* One tile through all its steps. Each state is written to h and copied to prev_h of the next step, so that the
 * weight gradient of Wh is one product. */
static void tile_forward(const LossWork *w, int tile)
{
    size_t H = (size_t)w->shape.H;
    const int *first = plan_first(&w->plan, tile);
    for (int t = 0; t < w->plan.T; t++) {
        CellStep step = step_at(w, tile, t);
        const real *prev = t ? w->h + (size_t)first[t - 1] * H : w->h0 + (size_t)w->plan.tile_at[tile] * H;
        if (step.n == 0)
            return;
        memcpy(step.prev_h.at, prev, (size_t)step.n * H * sizeof(real));
        AttendStep look = look_at(w, tile, first[t], step.n);
        StepInput in = {.table = dense_rows(w->e, w->GH, 0),
                        .pick = w->plan.slot + first[t],
                        .injected = dense_rows(w->injected, w->GH, w->plan.tile_at[tile])};
        step_forward(&w->recurrence, in, &step, &look);
    }
}

static void attend(LossWork *w, const Params *p, const LossBatch *batch)
{
    attend_dropout(w->attend, &w->dropout);
    attend_pack(w->attend, p);
    attend_images(w->attend, p, batch->grid, batch->images);
    attend_words(w->attend, p, w->x, w->plan.U);
}

/* Before features are dropped. */
static void inject(LossWork *w, const Params *p)
{
    Inject *in = &w->inject;
    memcpy(w->whole, w->features, (size_t)w->plan.N * (size_t)w->shape.D * sizeof(real));
    in->precision = w->how;
    in->dropout = w->dropout;
    in->row = w->plan.row;
    in->features = w->whole;
    in->n = w->plan.N;
    inject_forward(in, p, w->injected);
}

/* What does not depend on the words' vectors: weights are packed, h0 is projected, and the vectors are picked. */
static void prepare(LossWork *w, const Params *p, bool backward)
{
    const size_t GH = (size_t)w->GH, V = (size_t)w->shape.V;
    const Packing packing[] = {{&w->Wh, PLAIN, param(p, WH), GH},
                               {&w->W_vocab, PLAIN, param(p, W_VOCAB), V},
                               {&w->WhT, TRANSPOSED, param(p, WH), GH},
                               {&w->W_vocabT, TRANSPOSED, param(p, W_VOCAB), V}};
    const Gather words = {w->x, w->plan.word, param(p, W_EMBED), w->plan.U, w->shape.W};
    Product project = affine_product(w->how, w->h0, w->features, param(p, W_PROJ), param(p, B_PROJ), w->plan.N,
                                     w->shape.D, w->shape.H);
    Jobs jobs = {.n = 0};
    jobs_add(&jobs, product_job(&project));
    for (int i = 0; i < (backward ? 4 : 2); i++)
        jobs_add(&jobs, packing_job(&packing[i]));
    jobs_add(&jobs, gather_job(&words));
    jobs_run(&jobs, NULL);
}

static void run_forward(const Job *job, int part)
{
    tile_forward(job->of, part);
}

static void forward(LossWork *w, const Params *p, const LossBatch *batch)
{
    int D = w->shape.D, W = w->shape.W;
    for (int i = 0; i < w->plan.N; i++)
        memcpy(w->features + (size_t)i * (size_t)D, batch->features + (size_t)w->plan.order[i] * (size_t)D,
               (size_t)D * sizeof(real));
    if (w->injected)
        inject(w, p);
    dropout_parallel(&w->dropout, DROP_FEATURES, w->plan.row, w->plan.N, D, dense_rows(w->features, D, 0));
    prepare(w, p, batch->mode == LOSS_TRAINING);
    dropout_parallel(&w->dropout, DROP_INPUT, w->plan.number, w->plan.U, W, dense_rows(w->x, W, 0));
    affine_forward(w->how, w->e, w->x, param(p, WX), param(p, B), w->plan.U, W, w->GH);
    w->recurrence.own = cell_params(p);
    if (w->attend)
        attend(w, p, batch);
    job_run((Job){.parts = w->plan.tiles, .run = run_forward, .of = w});
}

/* --- the output layer --- */

/* The row of a position. */
static int row_of_position(const LossWork *w, int position)
{
    return w->plan.number[position] / w->plan.T - w->first;
}

/* Multiplies the losses of n positions, and the gradients of their scores if there are any, by their rows' weights. */
static void weigh_rows(const LossWork *w, const real *weight, int position, int n, Rows dscores)
{
    for (int i = 0; i < n; i++) {
        real by = weight[row_of_position(w, position + i)];
        w->row_loss[position + i] *= (double)by;
        if (dscores.at)
            scale_rows(1, w->shape.V, by, rows_at(dscores, i));
    }
}

/* A tile of n positions from `at` on: their scores, losses and, for backward, gradients. */
static void output_tile(const LossWork *w, const Params *p, const LossBatch *batch, int at, int n, real *scores)
{
    const bool backward = batch->mode == LOSS_TRAINING;
    const size_t h_ld = (size_t)w->shape.H, v_ld = (size_t)w->shape.V;
    int H = w->shape.H, V = w->shape.V;
    Rows out = dense_rows(w->out, H, at), dh = dense_rows(w->dh, H, at);
    dropout_rows(&w->dropout, DROP_OUTPUT, w->plan.number + at, n, H, dense_rows(w->h, H, at), out);
    gemm_panels(n, out.at, h_ld, &w->W_vocab, param(p, B_VOCAB), 0, scores, v_ld);
    softmax_loss_rows(n, V, rows_of(scores, v_ld), w->plan.target + at, backward ? w->options.label_smoothing : 0,
                      (real)1 / (real)w->of, backward, w->row_loss + at);
    if (batch->weight)
        weigh_rows(w, batch->weight, at, n, backward ? rows_of(scores, v_ld) : rows_of(NULL, 0));
    if (backward) {
        gemm_panels(n, scores, v_ld, &w->W_vocabT, NULL, 0, dh.at, h_ld);
        dropout_rows(&w->dropout, DROP_OUTPUT, w->plan.number + at, n, H, dh, dh);
    }
}

/* Adds the share of n positions from `from` on, whose scores' gradients are in memory, to that of W_vocab. */
static void output_gradient(const LossWork *w, int from, int n, Params *g, Jobs *jobs, AffineGradients *keep)
{
    affine_backward_jobs(jobs, keep, w->how, from > 0, NULL, param(g, W_VOCAB), param(g, B_VOCAB), w->scores,
                         dense_rows(w->out, w->shape.H, from).at, NULL, n, w->shape.H, w->shape.V);
}

/* One chunk of positions at a time, whose scores stay in memory until their share of W_vocab's gradient is added.
 * Returns where the last chunk begins; the backward pass adds its share. There is always one, empty if no word is
 * due. */
static int output_layer(LossWork *w, const Params *p, const LossBatch *batch, Params *grads)
{
    for (int from = 0;; from += w->chunk) {
        int n = least(w->chunk, w->plan.P - from), rows = tile_rows(n, MOST_POSITIONS);
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < n; i += rows)
            output_tile(w, p, batch, from + i, least(rows, n - i), w->scores + (size_t)i * (size_t)w->shape.V);
        if (from + w->chunk >= w->plan.P)
            return from;
        if (batch->mode == LOSS_TRAINING) {
            AffineGradients keep;
            Jobs jobs = {.n = 0};
            output_gradient(w, from, n, grads, &jobs, &keep);
            jobs_run(&jobs, NULL);
        }
    }
}

/* --- backward --- */

static void tile_backward(const LossWork *w, int tile)
{
    int place = w->plan.tile_at[tile], n = w->plan.tile_at[tile + 1] - place;
    Rows injected = dense_rows(w->injected, w->GH, place);
    fill_rows(n, w->shape.H, dense_rows(w->dh0, w->shape.H, place), NULL);
    if (w->injected)
        fill_rows(n, w->GH, injected, NULL);
    if (w->CH)
        fill_rows(n, w->CH, dense_rows(w->dc, w->CH, place), NULL);
    if (w->attend)
        attend_begin_backward(w->attend, place, n);
    for (int t = w->plan.T - 1; t >= 0; t--) {
        CellStep step = step_at(w, tile, t);
        AttendStep look = look_at(w, tile, plan_first(&w->plan, tile)[t], step.n);
        if (step.n)
            step_backward(&w->recurrence, &step, &look);
        if (w->injected)
            add_rows(step.n, w->GH, injected, step.da);
    }
}

static void run_backward(const Job *job, int part)
{
    tile_backward(job->of, part);
}

static void ready(Jobs *updates, Update *update, int n, const int *tensor)
{
    for (int i = 0; i < n && update; i++)
        update_add(updates, update, tensor[i]);
}

/* Back through the steps, beside the gradient of the last chunk's scores. */
static void backward_steps(LossWork *w, int last_chunk, Params *g)
{
    Jobs jobs = {.n = 0};
    AffineGradients output;
    jobs_add(&jobs, (Job){.parts = w->plan.tiles, .run = run_backward, .of = w});
    output_gradient(w, last_chunk, w->plan.P - last_chunk, g, &jobs, &output);
    jobs_run(&jobs, NULL);
}

/* The gradients of the weights that a step uses, and those of the words' inputs E. */
static void recurrent_gradients(LossWork *w, Params *g, Jobs *updates)
{
    const Scatter de = {w->e, w->plan.U, w->plan.slot, w->da, w->plan.P, w->GH};
    AffineGradients recurrent, projection;
    Jobs jobs = {.n = 0};
    affine_backward_jobs(&jobs, &recurrent, w->how, false, NULL, param(g, WH), NULL, w->dah, w->prev_h, NULL,
                         w->plan.P, w->shape.H, w->GH);
    affine_backward_jobs(&jobs, &projection, w->how, false, NULL, param(g, W_PROJ), param(g, B_PROJ), w->dh0,
                         w->features, NULL, w->plan.N, w->shape.D, w->shape.H);
    jobs_add(&jobs, scatter_job(&de));
    jobs_run(&jobs, updates);
    if (w->shape.cell->own_gradients)
        w->shape.cell->own_gradients(false, w->plan.P, w->shape.H, w->da, w->dah, cell_params(g));
}

static void cell_input_gradients(LossWork *w, const Params *p, Params *g, Jobs *updates)
{
    AffineGradients input;
    Jobs jobs = {.n = 0};
    affine_backward_jobs(&jobs, &input, w->how, false, w->dx, param(g, WX), param(g, B), w->e, w->x, param(p, WX),
                         w->plan.U, w->shape.W, w->GH);
    jobs_run(&jobs, updates);
}

static void word_gradients(LossWork *w, Params *g, Jobs *updates)
{
    const Scatter dW = {param(g, W_EMBED), w->shape.V, w->plan.word, w->dx, w->plan.U, w->shape.W};
    Jobs jobs = {.n = 0};
    jobs_add(&jobs, scatter_job(&dW));
    jobs_run(&jobs, updates);
}

/* Weights are updated once their gradients are complete and nothing reads them any more. The steps and the output layer
 * use packed copies; Wx itself is read by input_gradients, and those of attention, of the cell and of inject.h wait for
 * the end. */
static void backward(LossWork *w, const Params *p, int last_chunk, Params *g, Update *update)
{
    Jobs updates = {.n = 0};
    backward_steps(w, last_chunk, g);
    ready(&updates, update, 2, (const int[]){W_VOCAB, B_VOCAB});
    recurrent_gradients(w, g, &updates);
    ready(&updates, update, 3, (const int[]){WH, W_PROJ, B_PROJ});
    cell_input_gradients(w, p, g, &updates);
    if (w->attend)
        attend_gradients(w->attend, p, &w->plan, (AttendInputs){w->prev_h, w->da, w->x, w->dx}, g);
    dropout_parallel(&w->dropout, DROP_INPUT, w->plan.number, w->plan.U, w->shape.W,
                     dense_rows(w->dx, w->shape.W, 0));
    ready(&updates, update, 2, (const int[]){WX, B});
    word_gradients(w, g, &updates);
    if (w->injected)
        inject_backward(&w->inject, p, w->injected, w->dv, g);
    if (update) {
        update_add_rest(&updates, update);
        jobs_run(&updates, NULL);
    }
}

double captioner_loss(const Params *params, LossWork *w, const LossBatch *batch, Params *grads)
{
    double sum = 0;
    w->dropout =
        (Dropout){batch->mode == LOSS_TRAINING ? w->options.dropout : 0, w->options.seed, batch->iteration};
    w->out = w->dropout.rate > 0 ? w->dropped : w->h;
    w->first = batch->first;
    w->of = batch->of ? batch->of : batch->N;
    plan_make(&w->plan, &(PlanRows){.N = batch->N,
                                    .T = batch->T,
                                    .captions = batch->captions,
                                    .inputs = batch->inputs,
                                    .image = batch->image,
                                    .first = batch->first,
                                    .drawn = batch->drawn,
                                    .distinct = w->dropout.rate > 0});
    forward(w, params, batch);
    int last_chunk = output_layer(w, params, batch, grads);
    if (batch->mode == LOSS_TRAINING)
        backward(w, params, last_chunk, grads, batch->update);
    for (int i = 0; i < w->plan.P; i++)
        sum += w->row_loss[i];
    return sum / w->of;
}

void loss_of_rows(const LossWork *w, double *row)
{
    memset(row, 0, (size_t)w->plan.N * sizeof *row);
    for (int i = 0; i < w->plan.P; i++)
        row[row_of_position(w, i)] += w->row_loss[i];
}
