/*
 * reliability.c - see reliability.h.
 */
#include "experiment/reliability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "train/hold_out.h"

#define FEW_IMAGES 2 /* of what was learnt from: more would not tell more */
#define SIDE 260.0
#define LEFT 58.0
#define TOP 14.0
#define LARGEST 9.0 /* radius of a dot of all pixels */
#define LEAST 1.6

/* The labels that a trial of that seed kept from its learning: hold them out again, of
 * copies.  *held may stay empty. */
static enum septum_status
hold_out(const struct spt_trial *trial, uint64_t seed, struct spt_samples *held,
         struct septum_error *err)
{
    const struct spt_samples *labelled = trial->labelled;
    struct spt_samples copies = {0};
    enum septum_status status = SEPTUM_OK;

    copies.sample = spt_alloc_array(labelled->count, sizeof *copies.sample);
    if (copies.sample == NULL)
        return spt_fail_memory(err, "calibration",
                               labelled->count * sizeof *copies.sample);
    for (size_t i = 0; i < labelled->count && status == SEPTUM_OK; i++)
        status = spt_samples_append(&copies, &labelled->sample[i], true, err);
    if (status == SEPTUM_OK)
        status = spt_samples_hold_out(&copies, trial->source->spec.window,
                                      trial->settings->judges, seed, held, err);
    spt_samples_clear(&copies);
    return status;
}

static enum septum_status
count_logits(const struct spt_trial *trial, struct spt_predictor *predictor,
             uint64_t seed, struct spt_logits *judged, struct spt_logits *tested,
             struct septum_error *err)
{
    size_t every = spt_evaluate_every(trial->labelled, FEW_IMAGES);
    struct spt_samples held = {0};
    enum septum_status status = hold_out(trial, seed, &held, err);

    if (status == SEPTUM_OK)
        status = spt_measure_logits(predictor, held.count > 0 ? &held : trial->labelled,
                                    held.count > 0 ? 1 : every, &trial->measure, NULL,
                                    judged, err);
    if (status == SEPTUM_OK)
        status = spt_measure_logits(predictor, trial->test, 1, &trial->measure, NULL,
                                    tested, err);
    spt_samples_clear(&held);
    return status;
}

enum septum_status
spt_reliability_find(const struct spt_trial *trial, const struct spt_model *model,
                     uint64_t seed, struct spt_reliability_row *out,
                     struct septum_error *err)
{
    const struct spt_predict_options options = {.precision =
                                                    trial->settings->precision};
    struct spt_logits *logits = spt_alloc_array(2, sizeof *logits);
    struct spt_predictor *predictor = NULL;
    struct spt_net *net = NULL;
    enum septum_status status =
        logits != NULL ? spt_net_create(&model->spec, &net, err)
                       : spt_fail_memory(err, "calibration", 2 * sizeof *logits);

    if (status != SEPTUM_OK)
        goto done;
    memcpy(spt_net_parameters(net), model->parameters,
           model->spec.parameter_count * sizeof(float));
    spt_net_changed(net);
    status = spt_predictor_create(net, &options, &predictor, err);
    if (status == SEPTUM_OK)
        status = count_logits(trial, predictor, seed, &logits[0], &logits[1], err);
    if (status == SEPTUM_OK) {
        double temperature = spt_logits_temperature(&logits[0]);

        *out = (struct spt_reliability_row){
            .temperature = temperature,
            .before = spt_logits_reliability(&logits[1], 1),
            .after = spt_logits_reliability(&logits[1], temperature),
        };
    }
done:
    spt_predictor_free(predictor);
    spt_net_free(net);
    free(logits);
    return status;
}

static void
draw_dots(const struct spt_reliability *reliability, const char *colour, bool filled,
          struct spt_text *out)
{
    double pixels = 0;

    for (size_t i = 0; i < SPT_RELIABILITY_BINS; i++)
        pixels += (double)reliability->count[i];
    for (size_t i = 0; i < SPT_RELIABILITY_BINS; i++) {
        double share = (double)reliability->count[i] / pixels;

        if (reliability->count[i] == 0)
            continue;
        spt_text_add(out,
                     "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" "
                     "stroke=\"%s\" stroke-width=\"1.6\" fill-opacity=\"0.75\"/>\n",
                     LEFT + SIDE * reliability->said[i],
                     TOP + SIDE * (1 - reliability->found[i]),
                     fmax(LEAST, LARGEST * sqrt(share)), filled ? colour : "none",
                     colour);
    }
}

void
spt_reliability_svg(const struct spt_reliability_row *row, struct spt_text *out)
{
    double right = LEFT + SIDE, bottom = TOP + SIDE;

    spt_text_add(out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                 "role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"12\" "
                 "fill=\"#5b6575\">\n<title>",
                 right + 14, bottom + 40);
    spt_text_add_escaped(out, row->name);
    spt_text_add(out, ": share of membrane over probability</title>\n");
    for (int i = 0; i <= 4; i++) {
        double x = LEFT + SIDE * i / 4, y = bottom - SIDE * i / 4;

        spt_text_add(
            out,
            "<path d=\"M%.1f %.1fH%.1f M%.1f %.1fV%.1f\" stroke=\"#e3e6eb\"/>\n"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>\n"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.2f</text>\n",
            LEFT, y, right, x, TOP, bottom, LEFT - 6, y + 4, i / 4.0, x, bottom + 16,
            i / 4.0);
    }
    spt_text_add(out,
                 "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#5b6575\" "
                 "stroke-dasharray=\"4 4\"/>\n",
                 LEFT, bottom, right, TOP);
    draw_dots(&row->before, "#d62728", false, out);
    draw_dots(&row->after, "#1b5fd0", true, out);
    spt_text_add(out,
                 "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">said (P)</text>\n"
                 "<text x=\"14\" y=\"%.1f\" text-anchor=\"middle\" "
                 "transform=\"rotate(-90 14 %.1f)\">found</text>\n</svg>\n",
                 LEFT + SIDE / 2, bottom + 34, TOP + SIDE / 2, TOP + SIDE / 2);
}
