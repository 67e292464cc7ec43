/*
 * trainer.c - see trainer.h.
 */
#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/symmetry.h"
#include "net/activation.h"

/* Streams of one seed: what is drawn for batches and for dropout is independent. */
enum purpose {
    PURPOSE_BATCH = 101,
    PURPOSE_DROPOUT = 102,
    PURPOSE_AUGMENTATION = 103,
};

struct spt_trainer {
    struct spt_net *net;
    const struct spt_samples *samples;
    struct spt_settings settings;
    uint64_t seed;
    struct spt_pass *pass;
    struct spt_optimiser optimiser;
    float *anchor;        /* weights that what is learnt stays near to, or NULL */
    struct spt_tile wide; /* as it is, around the tile that is made of it */
    size_t outputs;       /* logits of a step */
    uint8_t *labels;
    float *weights, *logit_gradient, *gradient;
};

/* First parameter of layer number `first` of those with weights. */
static size_t
first_parameter(const struct spt_spec *spec, uint32_t first)
{
    return first < spec->weighted_count ? spt_spec_weighted(spec, first)->weights
                                        : spec->parameter_count;
}

/* Room for what a tile is made of. */
static enum septum_status
make_wide(struct spt_trainer *trainer, struct septum_error *err)
{
    const struct spt_augmentation *how = &trainer->settings.augmentation;
    uint32_t side = spt_pass_side(trainer->pass);
    struct spt_tile *wide = &trainer->wide;

    if (trainer->settings.form != SPT_FORM_DENSE)
        return SEPTUM_OK;
    wide->side = wide->label_side = side + 2 * spt_augment_reach(how, side);
    wide->pixels =
        spt_alloc_array((size_t)wide->side * wide->side, sizeof *wide->pixels);
    wide->labels = spt_alloc_array((size_t)wide->side * wide->side, 1);
    return wide->pixels != NULL && wide->labels != NULL
               ? SEPTUM_OK
               : spt_fail_memory(err, "training", (size_t)wide->side * wide->side);
}

enum septum_status
spt_trainer_create(struct spt_net *net, const struct spt_samples *samples,
                   const struct spt_settings *settings, uint64_t seed,
                   uint32_t first_trained, struct spt_trainer **out,
                   struct septum_error *err)
{
    const struct spt_spec *spec = spt_net_spec(net);
    enum septum_status status;
    struct spt_trainer *trainer = spt_alloc_array(1, sizeof *trainer);
    struct spt_pass_shape shape = {.form = settings->form,
                                   .training = true,
                                   .first_trained = first_trained,
                                   .precision = settings->precision};

    *out = NULL;
    if (trainer == NULL)
        return spt_fail_memory(err, "training", sizeof *trainer);
    trainer->net = net;
    trainer->samples = samples;
    trainer->settings = *settings;
    trainer->settings.tile = spt_spec_tile(spec, settings->tile);
    trainer->seed = seed;
    shape.tile = trainer->settings.tile;
    shape.batch = settings->form == SPT_FORM_DENSE ? 1 : settings->windows;
    trainer->outputs = settings->form == SPT_FORM_DENSE
                           ? (size_t)shape.tile * shape.tile
                           : settings->windows;
    trainer->labels = spt_alloc_array(trainer->outputs, 1);
    trainer->weights = spt_alloc_array(trainer->outputs, sizeof(float));
    trainer->logit_gradient = spt_alloc_array(trainer->outputs, sizeof(float));
    trainer->gradient = spt_alloc_aligned(spec->parameter_count, sizeof(float));
    status =
        trainer->labels != NULL && trainer->weights != NULL &&
                trainer->logit_gradient != NULL && trainer->gradient != NULL
            ? spt_pass_create(net, &shape, &trainer->pass, err)
            : spt_fail_memory(err, "training", spec->parameter_count * sizeof(float));
    if (status == SEPTUM_OK)
        status = make_wide(trainer, err);
    if (status == SEPTUM_OK)
        status =
            spt_optimiser_init(&trainer->optimiser, &settings->optimiser,
                               first_parameter(spec, first_trained),
                               spec->parameter_count, spt_net_parameters(net), err);
    if (status != SEPTUM_OK) {
        spt_trainer_free(trainer);
        return status;
    }
    *out = trainer;
    return SEPTUM_OK;
}

void
spt_trainer_free(struct spt_trainer *trainer)
{
    if (trainer == NULL)
        return;
    spt_pass_free(trainer->pass);
    spt_optimiser_clear(&trainer->optimiser);
    free(trainer->anchor);
    free(trainer->wide.pixels);
    free(trainer->wide.labels);
    free(trainer->labels);
    free(trainer->weights);
    free(trainer->logit_gradient);
    free(trainer->gradient);
    free(trainer);
}

enum septum_status
spt_trainer_anchor(struct spt_trainer *trainer, struct septum_error *err)
{
    const size_t bytes =
        spt_net_spec(trainer->net)->parameter_count * sizeof *trainer->anchor;

    if (trainer->settings.anchor <= 0)
        return SEPTUM_OK;
    trainer->anchor = malloc(bytes);
    if (trainer->anchor == NULL)
        return spt_fail_memory(err, "training", bytes);
    memcpy(trainer->anchor, spt_net_parameters(trainer->net), bytes);
    return SEPTUM_OK;
}

uint64_t
spt_trainer_epoch_steps(const struct spt_trainer *trainer)
{
    const struct spt_samples *samples = trainer->samples;
    uint64_t windows = trainer->settings.form == SPT_FORM_DENSE ? samples->known
                                                                : 2 * samples->membrane;
    uint64_t steps =
        (windows * trainer->settings.views + trainer->outputs - 1) / trainer->outputs;

    return steps > 0 ? steps : 1;
}

uint64_t
spt_trainer_step_windows(const struct spt_trainer *trainer)
{
    return trainer->outputs;
}

/* Weight of a pixel that is not membrane, or the chance that it is drawn: together they
 * count as much as all membrane pixels. */
static double
other_weight(const struct spt_samples *samples)
{
    return (double)samples->membrane / (double)(samples->known - samples->membrane);
}

static int64_t
clamp(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* Where a tile begins along one axis that is to hold position `at`: anywhere it does,
 * but inside the image where the image is large enough. */
static int64_t
place_tile(uint32_t at, uint32_t tile, uint32_t size, struct spt_random *random)
{
    int64_t start = (int64_t)at - (int64_t)spt_random_below(random, tile);
    int64_t spare = (int64_t)size - tile;

    return spare >= 0 ? clamp(start, 0, spare) : clamp(start, spare, 0);
}

/* Position (y, x) of a sample as it lies under a symmetry. */
static void
turn_place(const struct spt_sample *sample, int symmetry, struct spt_place *place,
           uint32_t *height, uint32_t *width)
{
    bool transposed = spt_symmetry_transposes(symmetry);
    uint32_t y = transposed ? place->x : place->y, x = transposed ? place->y : place->x;

    *height = transposed ? sample->width : sample->height;
    *width = transposed ? sample->height : sample->width;
    place->y = symmetry & 2 ? *height - 1 - y : y;
    place->x = symmetry & 1 ? *width - 1 - x : x;
}

/* How to vary a tile, or not to. */
static const struct spt_augmentation *
draw_augmentation(const struct spt_trainer *trainer, struct spt_random *random)
{
    static const struct spt_augmentation none;
    const struct spt_augmentation *how = &trainer->settings.augmentation;

    return spt_random_uniform(random) < spt_augment_share(how, trainer->samples->known)
               ? how
               : &none;
}

/* A pixel that the next tile is to hold. */
static struct spt_place
draw_place(const struct spt_trainer *trainer, struct spt_random *random)
{
    const struct spt_samples *samples = trainer->samples;
    const double share = samples->membrane > 0 ? trainer->settings.on_membrane : 0;

    return share > 0 && spt_random_uniform(random) < share
               ? spt_samples_draw_label(samples, SPT_LABEL_MEMBRANE, random)
               : spt_samples_draw_known(samples, random);
}

/*
 * By what a tile's pixels weigh more or less because of draw_place(), which takes a
 * tile 1 - q + q r times as often as if it drew from all known pixels: q is the share
 * of draws from membrane, r how much more of the tile's known pixels are membrane than
 * of all (importance sampling).  That tiles lie the more often on the middle of what is
 * known, since they are placed around known pixels, stays as it is.
 */
static double
tile_weight(const struct spt_trainer *trainer)
{
    const struct spt_samples *samples = trainer->samples;
    const double q = trainer->settings.on_membrane;
    size_t known = 0, membrane = 0;

    for (size_t i = 0; i < trainer->outputs; i++) {
        known += trainer->labels[i] != SPT_LABEL_UNKNOWN;
        membrane += trainer->labels[i] == SPT_LABEL_MEMBRANE;
    }
    if (known == 0 || samples->membrane == 0)
        return 1;
    return 1 / (1 - q +
                q * ((double)membrane / (double)known) /
                    ((double)samples->membrane / (double)samples->known));
}

static void
fill_tile(struct spt_trainer *trainer, struct spt_random *random)
{
    uint32_t window = spt_net_spec(trainer->net)->window, tile = trainer->settings.tile;
    struct spt_place place = draw_place(trainer, random);
    const struct spt_sample *sample = &trainer->samples->sample[place.sample];
    double other = other_weight(trainer->samples), scale;
    uint32_t height, width;
    const struct spt_tile made = {
        .pixels = spt_pass_input(trainer->pass),
        .labels = trainer->labels,
        .side = spt_pass_side(trainer->pass),
        .margin = window / 2,
        .label_side = tile,
    };
    uint32_t reach = (trainer->wide.side - made.side) / 2 + made.margin;
    struct spt_cut cut = {
        .side = trainer->wide.side,
        .symmetry = (int)spt_random_below(random, trainer->settings.symmetries),
        .label_side = trainer->wide.side,
    };
    struct spt_random variations;

    turn_place(sample, cut.symmetry, &place, &height, &width);
    cut.top = place_tile(place.y, tile, height, random) - reach;
    cut.left = place_tile(place.x, tile, width, random) - reach;
    spt_samples_cut(trainer->samples, place.sample, &cut, trainer->wide.pixels,
                    trainer->wide.labels);
    spt_random_init(&variations, spt_random_hash(trainer->seed, PURPOSE_AUGMENTATION),
                    trainer->optimiser.steps);
    spt_augment(draw_augmentation(trainer, &variations), &variations, &trainer->wide,
                &made);
    scale = tile_weight(trainer);
    for (size_t i = 0; i < trainer->outputs; i++) {
        uint8_t label = trainer->labels[i];
        float *weight = &trainer->weights[i];

        if (label == SPT_LABEL_UNKNOWN)
            *weight = 0;
        else if (label == SPT_LABEL_MEMBRANE)
            *weight = (float)scale;
        else if (trainer->settings.drawn)
            *weight = spt_random_uniform(random) < other ? (float)scale : 0.0F;
        else
            *weight = (float)(scale * other);
        trainer->labels[i] = label == SPT_LABEL_MEMBRANE;
    }
}

static void
fill_windows(struct spt_trainer *trainer, struct spt_random *random)
{
    uint32_t window = spt_net_spec(trainer->net)->window;
    float *input = spt_pass_input(trainer->pass);

    for (size_t i = 0; i < trainer->outputs; i++) {
        uint8_t label = i % 2 == 0 ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER;
        struct spt_place place =
            spt_samples_draw_label(trainer->samples, label, random);
        uint32_t height, width;
        struct spt_cut cut = {
            .side = window,
            .symmetry = (int)spt_random_below(random, trainer->settings.symmetries),
        };

        turn_place(&trainer->samples->sample[place.sample], cut.symmetry, &place,
                   &height, &width);
        cut.top = (int64_t)place.y - window / 2;
        cut.left = (int64_t)place.x - window / 2;
        spt_samples_cut(trainer->samples, place.sample, &cut,
                        input + i * window * window, NULL);
        trainer->labels[i] = label;
        trainer->weights[i] = 1;
    }
}

/* The weight of a mini-batch whose pixels are all known: what the loss is divided by,
 * whatever the tile, so that one with few known pixels moves the net less. */
static double
full_weight(const struct spt_trainer *trainer)
{
    const struct spt_samples *samples = trainer->samples;
    double outputs = (double)trainer->outputs;

    if (trainer->settings.form == SPT_FORM_PATCH)
        return outputs;
    return outputs * 2 * (double)samples->membrane / (double)samples->known;
}

enum septum_status
spt_trainer_step(struct spt_trainer *trainer, double rate, double *loss,
                 struct septum_error *err)
{
    uint64_t step = trainer->optimiser.steps;
    struct spt_random random;
    const float *logits;
    enum septum_status status;

    spt_random_init(&random, spt_random_hash(trainer->seed, PURPOSE_BATCH), step);
    if (trainer->settings.form == SPT_FORM_DENSE)
        fill_tile(trainer, &random);
    else
        fill_windows(trainer, &random);
    status = spt_pass_forward(
        trainer->pass, trainer->settings.dropout,
        spt_random_hash(spt_random_hash(trainer->seed, PURPOSE_DROPOUT), step), &logits,
        err);
    if (status != SEPTUM_OK)
        return status;
    *loss =
        spt_logistic_loss(logits, trainer->labels, trainer->weights, trainer->outputs,
                          full_weight(trainer), trainer->logit_gradient);
    if (!isfinite(*loss))
        return spt_fail(
            err, SEPTUM_EINVAL,
            "training: the loss is no longer a number at step %llu; the rate "
            "of %g is too high for this net",
            (unsigned long long)step, rate);
    status = spt_pass_backward(trainer->pass, trainer->logit_gradient,
                               trainer->gradient, err);
    if (status != SEPTUM_OK)
        return status;
    spt_optimiser_step(&trainer->optimiser, rate, trainer->gradient,
                       spt_net_parameters(trainer->net));
    spt_net_changed(trainer->net);
    return SEPTUM_OK;
}

struct spt_optimiser *
spt_trainer_optimiser(struct spt_trainer *trainer)
{
    return &trainer->optimiser;
}

void
spt_trainer_publish(const struct spt_trainer *trainer, struct spt_net *to)
{
    const size_t count = trainer->optimiser.count;
    const float learnt =
        (float)spt_settings_learnt(&trainer->settings, trainer->samples->known);
    const float *anchor = trainer->anchor;
    float *weights = spt_net_parameters(to);

    memcpy(weights, spt_optimiser_average(&trainer->optimiser),
           count * sizeof *weights);
    for (size_t i = 0; anchor != NULL && i < count; i++)
        weights[i] = anchor[i] + learnt * (weights[i] - anchor[i]);
    spt_net_changed(to);
}
