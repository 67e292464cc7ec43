/*
 * net.h - one set of weights, and passes of images through it in either form.
 *
 * A net holds parameters.  A pass is a net compiled for one shape of input: the patch
 * form takes a batch of windows and answers one logit each; the dense form takes tiles
 * and answers, for every window in them, what the patch form would.  The two differ in
 * one thing: a pooling keeps one offset of its blocks, or all (pool.h).
 *
 * A pass takes all its memory when it is made; running takes none.
 */
#ifndef SEPTUM_NET_NET_H
#define SEPTUM_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/engine.h"
#include "net/spec.h"

struct spt_net;

/* A net of `spec` with zero parameters. */
enum septum_status spt_net_create(const struct spt_spec *spec, struct spt_net **out,
                                  struct septum_error *err);
void spt_net_free(struct spt_net *net);

const struct spt_spec *spt_net_spec(const struct spt_net *net);

/* spec.parameter_count floats, laid out as spec.h says.  Borrowed.  Whoever writes them
 * calls spt_net_changed() before the next pass. */
float *spt_net_parameters(struct spt_net *net);
void spt_net_changed(struct spt_net *net);

/*
 * Draw the weights of the layers with weights from number `first` on (0 = the input's)
 * from a normal distribution of variance 2 / fan-in, and set their biases to 0 (He et
 * al., "Delving deep into rectifiers", 2015; the paper's reference [15]).
 */
void spt_net_initialise(struct spt_net *net, uint64_t seed, uint32_t first);

enum spt_form {
    SPT_FORM_PATCH,
    SPT_FORM_DENSE,
};

struct spt_pass_shape {
    enum spt_form form;
    uint32_t batch; /* windows, or tiles */
    uint32_t tile;  /* dense form: outputs a side of each tile, a multiple of the net's
                       stride; unused in patch form */
    uint32_t every; /* dense prediction: outputs at every so many-th pixel of every so
                       many-th row only, as of spt_spec_every(); 0 = at all */
    bool training;  /* keep what backward needs */
    uint32_t first_trained;       /* layers with weights before this one are frozen */
    enum spt_precision precision; /* f32 is used where the machine has no bf16 */
};

struct spt_pass;

enum septum_status
spt_pass_create(struct spt_net *net, const struct spt_pass_shape *shape,
                struct spt_pass **out, struct septum_error *err);
void spt_pass_free(struct spt_pass *pass);

/* What a pass of this shape would take, in bytes, for the threads there are now; but
 * for a few copies of oneDNN's. */
size_t spt_pass_memory(const struct spt_spec *spec, const struct spt_pass_shape *shape);

/* Side of an input image: the window, or tile + window - 1.  Output (y, x) of a tile
 * belongs to the window whose first corner is input pixel (y, x). */
uint32_t spt_pass_side(const struct spt_pass *pass);

/* Where to write the input: batch images of side * side normalised intensities. */
float *spt_pass_input(struct spt_pass *pass);

/*
 * Run the input through the net.  *logits, borrowed until the next call, holds batch
 * values (patch) or batch * tile * tile (dense, row-major; divided by every^2); the
 * membrane probability is 1 / (1 + exp(-logit)).  With dropout > 0 (the share of values
 * set to 0) the outputs of all FC layers but the last are thinned by bits that depend
 * on `key` alone, the others scaled up to keep the mean.
 */
enum septum_status spt_pass_forward(struct spt_pass *pass, double dropout, uint64_t key,
                                    const float **logits, struct septum_error *err);

/*
 * What the last layer saw for each logit of the forward run: its features, the outputs
 * of the layer before it (after its ReLU).  Their number is 0 where the last layer
 * looks at more than one place at once, so that they belong to no logit alone.
 * add_features adds those of logit number `at` to sum[].
 */
uint32_t spt_pass_feature_count(const struct spt_pass *pass);
void spt_pass_add_features(const struct spt_pass *pass, size_t at, float *sum);

/*
 * Gradient of the loss by the parameters, from its gradient by each logit, after a
 * forward run of a training pass.  `gradient` is laid out as the parameters; frozen
 * layers' part of it is not touched.
 */
enum septum_status spt_pass_backward(struct spt_pass *pass, const float *logit_gradient,
                                     float *gradient, struct septum_error *err);

/* Multiply-adds of one forward run, of the specified net alone (no padding). */
double
spt_pass_operations(const struct spt_spec *spec, const struct spt_pass_shape *shape);

#endif
