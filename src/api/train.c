/*
 * train.c - a model from images and masks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/adapt.h"
#include "api/arguments.h"
#include "api/precision.h"
#include "api/source.h"
#include "api/threads.h"
#include "base/file.h"
#include "train/checkpoint.h"
#include "train/hold_out.h"
#include "train/model_file.h"
#include "train/run.h"
#include "train/transfer.h"

/* All that a training holds between its first and its last line. */
struct job {
    struct spt_model from; /* the source model, where there is one */
    struct spt_samples samples, validation;
    struct spt_samples judges; /* kept from learning when there is no validation */
    struct spt_net *net;
    struct spt_settings settings;
    char *checkpoint;
    char domain[SPT_DOMAIN_TEXT]; /* what the source model found, or empty */
    char kept[SPT_DOMAIN_TEXT];   /* that it stays, or empty */
    uint32_t copied, first_trained;
};

static void
clear_job(struct job *job)
{
    spt_model_clear(&job->from);
    spt_samples_clear(&job->samples);
    spt_samples_clear(&job->validation);
    spt_samples_clear(&job->judges);
    spt_net_free(job->net);
    free(job->checkpoint);
}

static enum septum_status
load_samples(const struct septum_train_options *options,
             const struct septum_source *images, const struct septum_masks *masks,
             uint32_t window, struct spt_samples *out, struct septum_error *err)
{
    const char *written[] = {options->output, options->log};
    struct spt_labelled labelled = {0};
    enum septum_status status = spt_labelled_open(images, masks, NULL, &labelled, err);

    for (int i = 0; i < 2 && status == SEPTUM_OK; i++) {
        status = spt_set_spare(&labelled.images, written[i], err);
        if (status == SEPTUM_OK)
            status = spt_set_spare(&labelled.masks, written[i], err);
    }
    if (status == SEPTUM_OK)
        status = spt_samples_load(&labelled.images, &labelled.masks, labelled.mask_of,
                                  &labelled.rule, window, out, err);
    spt_labelled_clear(&labelled);
    return status;
}

static enum septum_status
choose_settings(const struct septum_train_options *options, struct spt_settings *out,
                struct septum_error *err)
{
    const char *name = options->preset != NULL ? options->preset : "default";
    const struct spt_settings *preset = spt_settings_find(name);

    if (preset == NULL)
        return spt_fail(err, SEPTUM_EINVAL,
                        "preset \"%s\": there is none of that name; \"default\" and "
                        "\"paper\" there are",
                        name);
    *out = *preset;
    if (options->has_form)
        out->form =
            options->form == SEPTUM_FORM_PATCH ? SPT_FORM_PATCH : SPT_FORM_DENSE;
    if (options->symmetries != SEPTUM_SYMMETRIES_ALL)
        out->symmetries = options->symmetries == SEPTUM_SYMMETRIES_MIRROR ? 2 : 1;
    if (options->epochs > 0)
        out->epochs = options->epochs;
    out->precision = spt_engine_precision(spt_choose_precision(options->precision));
    return SEPTUM_OK;
}

/* The net that was asked for, or the source model's, or the default; of the source
 * model as it is or as it has become in spt_adapt(). */
static enum septum_status
choose_spec(const struct septum_train_options *options, const struct job *job,
            struct spt_spec *out, struct septum_error *err)
{
    if (options->net == NULL && options->from != NULL) {
        *out = job->from.spec;
        return SEPTUM_OK;
    }
    return spt_spec_parse(options->net != NULL ? options->net : "default", out, err);
}

/* Let the source model meet the new domain.  Where the net is another, it stays as it
 * is but for its polarity. */
static enum septum_status
adapt(const struct septum_train_options *options, struct job *job,
      struct septum_error *err)
{
    const struct spt_listener listener = {options->progress, options->user};
    const struct spt_adaptation how = {
        .polarity = options->polarity,
        .pixel_size =
            options->net != NULL ? SEPTUM_PIXEL_SIZE_SAME : options->pixel_size,
        .least_side = spt_samples_least_side(
            &job->samples, spt_samples_least_side(&job->validation, UINT32_MAX)),
        .whole = options->transfer <= 0 ||
                 (uint32_t)options->transfer >= job->from.spec.weighted_count,
    };

    return spt_adapt(&job->from, &job->samples, &how, &job->settings, &listener,
                     job->domain, err);
}

/* Take the first layers of the source model. */
static enum septum_status
transfer(const struct septum_train_options *options, struct job *job,
         struct septum_error *err)
{
    const uint32_t weighted = spt_net_spec(job->net)->weighted_count;
    enum septum_status status = spt_transfer(
        &job->from,
        options->transfer > 0 ? (uint32_t)options->transfer : SPT_ALL_LAYERS,
        options->seed, job->net, &job->copied, err);

    job->first_trained = options->freeze ? job->copied : 0;
    if (status == SEPTUM_OK && job->first_trained >= weighted)
        return spt_fail(err, SEPTUM_EINVAL,
                        "all %u layers would be frozen, and nothing would be left to "
                        "learn; transfer fewer",
                        weighted);
    return status;
}

/* The net with its first weights: drawn, or those of the source model once it has met
 * the samples. */
static enum septum_status
make_net(const struct septum_train_options *options, struct job *job,
         struct septum_error *err)
{
    enum septum_status status =
        options->from != NULL ? adapt(options, job, err) : SEPTUM_OK;
    struct spt_spec spec;

    if (status == SEPTUM_OK)
        status = choose_spec(options, job, &spec, err);
    if (status == SEPTUM_OK)
        status = spt_net_create(&spec, &job->net, err);
    if (status != SEPTUM_OK)
        return status;
    if (options->from != NULL)
        return transfer(options, job, err);
    spt_net_initialise(job->net, options->seed, 0);
    return SEPTUM_OK;
}

/* Is the net the source model, in all its layers? */
static bool
is_whole(const struct job *job)
{
    return job->copied == spt_net_spec(job->net)->weighted_count;
}

/* Compare what was learnt with where it came from, if both are of one shape. */
static enum septum_status
keep_better(const struct septum_train_options *options, const struct spt_run *run,
            struct job *job, struct spt_run_result *result, struct septum_error *err)
{
    if (options->from == NULL || options->net != NULL || !job->settings.adapts)
        return SEPTUM_OK;
    return spt_adapt_keep_better(&job->from, run, job->net, result, job->kept, err);
}

/* What makes this training this one: settings, first weights, data. */
static uint64_t
find_fingerprint(const struct septum_train_options *options, const struct job *job)
{
    const struct spt_settings *settings = &job->settings;
    const double numbers[] = {settings->form,           settings->tile,
                              settings->windows,        settings->drawn,
                              settings->views,          settings->rate,
                              settings->hold,           settings->dropout,
                              settings->epochs,         options->minutes,
                              job->first_trained,       settings->optimiser.rule,
                              settings->optimiser.clip, settings->optimiser.horizon,
                              settings->on_membrane,    settings->anchor,
                              settings->symmetries};
    const struct spt_samples *sets[] = {&job->samples, &job->validation};
    char spec[SPT_SPEC_TEXT];
    uint64_t print = spt_fingerprint(options->seed, numbers, sizeof numbers);

    print =
        spt_fingerprint(print, &settings->augmentation, sizeof settings->augmentation);
    if (settings->precision != SPT_PRECISION_F32)
        print = spt_fingerprint(print, "bf16", 4);
    spt_spec_format(spt_net_spec(job->net), spec);
    print = spt_fingerprint(print, spec, strlen(spec));
    print = spt_fingerprint(print, spt_net_parameters(job->net),
                            spt_net_spec(job->net)->parameter_count * sizeof(float));
    for (size_t set = 0; set < 2; set++)
        for (size_t i = 0; i < sets[set]->count; i++) {
            const struct spt_sample *sample = &sets[set]->sample[i];
            size_t pixels = (size_t)sample->height * sample->width;

            print = spt_fingerprint(print, sample->pixels, pixels * sizeof(float));
            print = spt_fingerprint(print, sample->labels, pixels);
        }
    return print;
}

static enum septum_status
refuse_overwriting(const struct septum_train_options *options, const struct job *job,
                   struct septum_error *err)
{
    enum septum_status status = spt_output_check(options->output, options->force, err);

    if (status == SEPTUM_OK && options->log != NULL)
        status = spt_output_check(options->log, options->force || options->resume, err);
    if (status == SEPTUM_OK && options->log != NULL &&
        (strcmp(options->log, options->output) == 0 ||
         spt_file_is(options->log, options->output)))
        status = spt_fail(err, SEPTUM_EINVAL, "%s: cannot be the model and the log",
                          options->log);
    if (status == SEPTUM_OK && !options->resume && !options->force &&
        spt_file_exists(job->checkpoint))
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: a training was interrupted here; go on with it by "
                          "--resume, or begin anew by --force",
                          job->checkpoint);
    return status;
}

/* Room for what describe() writes, two texts of the domain in it. */
#define HISTORY_TEXT (2 * SPT_DOMAIN_TEXT + 640)

/* A line for the model's history. */
static void
describe(const struct septum_train_options *options, const struct job *job,
         const struct spt_run_result *result, char line[HISTORY_TEXT])
{
    const char *base = options->from != NULL ? strrchr(options->from, '/') : NULL;
    size_t length = (size_t)snprintf(
        line, HISTORY_TEXT,
        "trained %.4g epochs (%llu windows) on %zu images, %llu labelled pixels, %.1f "
        "%% membrane; preset %s, %s form, seed %llu; threshold %.3f, F-score %.4f at "
        "best, on the %s",
        result->epochs, (unsigned long long)result->windows, job->samples.count,
        (unsigned long long)job->samples.known,
        100.0 * (double)job->samples.membrane / (double)job->samples.known,
        job->settings.name, job->settings.form == SPT_FORM_PATCH ? "patch" : "dense",
        (unsigned long long)options->seed, result->threshold, result->f_score,
        job->validation.count > 0 ? "validation images"
        : job->judges.count > 0   ? "labels kept to judge by"
                                  : "training images");

    if (options->from == NULL)
        return;
    length += (size_t)snprintf(line + length, HISTORY_TEXT - length,
                               "; from %.100s, %u layers transferred%s%s%s",
                               base != NULL ? base + 1 : options->from, job->copied,
                               options->freeze ? " and frozen" : "",
                               job->domain[0] != '\0' ? "; " : "", job->domain);
    if (job->kept[0] != '\0')
        snprintf(line + length, HISTORY_TEXT - length, "; %s", job->kept);
    else if (is_whole(job) && job->settings.anchor > 0)
        snprintf(line + length, HISTORY_TEXT - length,
                 "; what was learnt weighs %.2f, the source model the rest",
                 spt_settings_learnt(&job->settings, job->samples.known));
}

static enum septum_status
save_model(const struct septum_train_options *options, const struct job *job,
           const struct spt_run_result *result, struct septum_error *err)
{
    const struct spt_spec *spec = spt_net_spec(job->net);
    struct spt_model model = {0};
    char line[HISTORY_TEXT];
    enum septum_status status = spt_model_init(&model, spec, err);

    if (status != SEPTUM_OK)
        return status;
    memcpy(model.parameters, spt_net_parameters(job->net),
           spec->parameter_count * sizeof(float));
    model.threshold = result->threshold;
    model.symmetries =
        job->kept[0] != '\0' ? job->from.symmetries : job->settings.symmetries;
    model.trained_epochs = result->epochs;
    model.trained_windows = result->windows;
    if (job->from.history != NULL && job->from.history[0] != '\0') {
        free(model.history);
        model.history = strdup(job->from.history);
        if (model.history == NULL)
            status = spt_fail_memory(err, options->output, strlen(job->from.history));
    }
    describe(options, job, result, line);
    if (status == SEPTUM_OK)
        status = spt_model_add_history(&model, line, err);
    if (status == SEPTUM_OK)
        status = spt_model_write(&model, options->output, options->force, err);
    spt_model_clear(&model);
    return status;
}

static enum septum_status
prepare(const struct septum_train_options *options, struct job *job,
        struct septum_error *err)
{
    enum septum_status status = choose_settings(options, &job->settings, err);
    struct spt_spec spec;

    if (asprintf(&job->checkpoint, "%s.checkpoint", options->output) < 0) {
        job->checkpoint = NULL;
        return spt_fail_memory(err, options->output, strlen(options->output));
    }
    if (status == SEPTUM_OK)
        status = refuse_overwriting(options, job, err);
    if (status == SEPTUM_OK && options->from != NULL)
        status = spt_model_read(options->from, &job->from, err);
    if (status == SEPTUM_OK)
        status = choose_spec(options, job, &spec, err);
    if (status == SEPTUM_OK)
        status = load_samples(options, &options->images, &options->labels, spec.window,
                              &job->samples, err);
    if (status == SEPTUM_OK && options->validation_images.count > 0)
        status = load_samples(options, &options->validation_images,
                              &options->validation_labels, spec.window,
                              &job->validation, err);
    if (status == SEPTUM_OK)
        status = make_net(options, job, err);
    if (status == SEPTUM_OK && options->validation_images.count == 0)
        status = spt_samples_hold_out(&job->samples, spt_net_spec(job->net)->window,
                                      job->settings.judges, options->seed, &job->judges,
                                      err);
    return status;
}

static enum septum_status
check_enums(const struct septum_train_options *options, struct septum_error *err)
{
    return SPT_ENUMS(err, {"polarity", options->polarity, SEPTUM_POLARITY_INVERSE},
                     {"pixel_size", options->pixel_size, SEPTUM_PIXEL_SIZE_HALF},
                     {"symmetries", options->symmetries, SEPTUM_SYMMETRIES_NONE},
                     {"form", options->has_form ? options->form : 0, SEPTUM_FORM_PATCH},
                     {"precision", options->precision, SEPTUM_PRECISION_BF16});
}

static bool
is_validated(const struct septum_train_options *options)
{
    return options->validation_images.count > 0 ||
           options->validation_labels.source.count > 0;
}

/* Refuse an option that would be without effect for want of another. */
static enum septum_status
check_pairs(const struct septum_train_options *options, struct septum_error *err)
{
    const struct {
        bool given;
        const char *name;
    } of_source[] = {
        {options->transfer != 0, "transfer"},
        {options->freeze, "freeze"},
        {options->polarity != SEPTUM_POLARITY_AUTO, "polarity"},
        {options->pixel_size != SEPTUM_PIXEL_SIZE_AUTO, "pixel_size"},
    };

    for (size_t i = 0; i < sizeof of_source / sizeof of_source[0]; i++)
        if (options->from == NULL && of_source[i].given)
            return spt_fail(err, SEPTUM_EINVAL,
                            "%s needs `from`, a source model to take layers from",
                            of_source[i].name);
    if (options->net != NULL && options->pixel_size == SEPTUM_PIXEL_SIZE_HALF)
        return spt_fail(err, SEPTUM_EINVAL,
                        "half the pixel_size and `net` exclude each other: a net that "
                        "begins with mean2 sees half the size");
    return SEPTUM_OK;
}

static enum septum_status
train(const struct septum_train_options *options, struct septum_error *err)
{
    struct job job = {0};
    struct spt_run_result result;
    enum septum_status status = prepare(options, &job, err);

    if (status == SEPTUM_OK) {
        struct spt_run run = {
            .samples = &job.samples,
            .validation = job.validation.count > 0 ? &job.validation : NULL,
            .judges = job.judges.count > 0 ? &job.judges : NULL,
            .settings = &job.settings,
            .seed = options->seed,
            .first_trained = job.first_trained,
            .anchored = is_whole(&job),
            .epochs = job.settings.epochs,
            .minutes = options->minutes,
            .checkpoint = job.checkpoint,
            .resume = options->resume && spt_file_exists(job.checkpoint),
            .fingerprint = find_fingerprint(options, &job),
            .log = options->log,
            .progress = options->progress,
            .user = options->user,
        };

        status = spt_run(job.net, &run, &result, err);
        if (status == SEPTUM_OK)
            status = keep_better(options, &run, &job, &result, err);
    }
    if (status == SEPTUM_OK)
        status = save_model(options, &job, &result, err);
    if (status == SEPTUM_OK)
        unlink(job.checkpoint);
    clear_job(&job);
    return status;
}

enum septum_status
septum_train(const struct septum_train_options *options, struct septum_error *err)
{
    uint32_t before;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"options", options}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->images", spt_arguments_paths(&options->images)},
                    {"options->labels", spt_arguments_paths(&options->labels.source)},
                    {"options->output", options->output}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (is_validated(options) &&
        SPT_REQUIRE(err,
                    {"options->validation_images",
                     spt_arguments_paths(&options->validation_images)},
                    {"options->validation_labels",
                     spt_arguments_paths(&options->validation_labels.source)}) !=
            SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (check_enums(options, err) != SEPTUM_OK ||
        check_pairs(options, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    before = spt_threads_begin(options->threads);
    status = train(options, err);
    spt_threads_end(before);
    return status;
}
