/*
 * experiment.c - the paper's experiment on given data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/adapt.h"
#include "api/arguments.h"
#include "api/choosing.h"
#include "api/precision.h"
#include "api/range.h"
#include "api/source.h"
#include "api/threads.h"
#include "base/alloc.h"
#include "base/sha256.h"
#include "experiment/experiment.h"
#include "train/hold_out.h"
#include "train/model_file.h"
#include "train/run.h"
#include "train/transfer.h"

#define DEFAULT_STRATEGIES "frozen,finetune,expert"
#define DEFAULT_EPOCHS 10
#define DEFAULT_EPOCH_STEPS 150
#define DEFAULT_TRANSFER 3 /* the paper's */

struct job {
    const struct septum_experiment_options *options;
    struct spt_labelled target;
    struct spt_range labelled, pool, test;
    struct spt_samples labelled_samples, pool_samples, test_samples;
    struct spt_model source;
    struct spt_settings settings;
    struct spt_choosing how;
    const char **names;           /* of the test images, then of the pool's */
    char domain[SPT_DOMAIN_TEXT]; /* what the source model found, or empty */
    char intro[2048];
    struct spt_text shared; /* what all trials share, in words */
};

static enum septum_status
load_range(const struct job *job, const struct spt_range *range,
           struct spt_samples *out, struct septum_error *err)
{
    struct spt_set images = {.count = range->count};
    size_t *mask_of = spt_alloc_array(range->count, sizeof *mask_of);
    enum septum_status status;

    images.pages = spt_alloc_array(range->count, sizeof *images.pages);
    if (images.pages == NULL || mask_of == NULL) {
        status = spt_fail_memory(err, "images", range->count * sizeof *images.pages);
        goto done;
    }
    for (size_t i = 0; i < range->count; i++) {
        images.pages[i] = job->target.images.pages[range->at[i]]; /* borrowed */
        mask_of[i] = job->target.mask_of[range->at[i]];
    }
    status = spt_samples_load(&images, &job->target.masks, mask_of, &job->target.rule,
                              job->source.spec.window, out, err);
done:
    free(images.pages);
    free(mask_of);
    return status;
}

static enum septum_status
parse_ranges(struct job *job, struct septum_error *err)
{
    const struct septum_experiment_options *options = job->options;
    const struct {
        const char *text, *name;
        struct spt_range *range;
    } rows[] = {{options->labelled, "labelled", &job->labelled},
                {options->pool, "pool", &job->pool},
                {options->test, "test", &job->test}};
    enum septum_status status = SEPTUM_OK;

    for (int i = 0; i < 3 && status == SEPTUM_OK; i++) {
        status = spt_range_parse(rows[i].text, rows[i].name, job->target.images.count,
                                 rows[i].range, err);
        for (int j = 0; j < i && status == SEPTUM_OK; j++)
            status = spt_range_refuse_overlap(rows[j].range, rows[j].name,
                                              rows[i].range, rows[i].name, err);
    }
    return status;
}

/* Of the labels, keep so many windows, which teach both classes. */
static enum septum_status
keep_windows(struct job *job, struct septum_error *err)
{
    struct spt_samples *samples = &job->labelled_samples;
    uint32_t side = job->source.spec.window;
    size_t count = job->options->labelled_windows;
    enum septum_status status = spt_samples_keep_windows(samples, side, count, 0, err);

    if (status != SEPTUM_OK)
        return status;
    if (samples->known == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "labelled windows: none of %u x %u pixels is wholly labelled",
                        side, side);
    if (samples->membrane == 0 || samples->membrane == samples->known)
        return spt_fail(
            err, SEPTUM_EINVAL,
            "labelled windows: the first %zu drawn hold no %s; ask for more", count,
            samples->membrane == 0 ? "membrane" : "other pixel");
    return SEPTUM_OK;
}

static enum septum_status
load_target(struct job *job, struct septum_error *err)
{
    enum septum_status status =
        load_range(job, &job->labelled, &job->labelled_samples, err);

    if (status == SEPTUM_OK && job->options->labelled_windows > 0)
        status = keep_windows(job, err);
    if (status == SEPTUM_OK)
        status = load_range(job, &job->pool, &job->pool_samples, err);
    if (status == SEPTUM_OK)
        status = load_range(job, &job->test, &job->test_samples, err);
    if (status != SEPTUM_OK)
        return status;
    job->names = spt_alloc_array(job->test.count + job->pool.count, sizeof *job->names);
    if (job->names == NULL)
        return spt_fail_memory(err, "names", job->test.count * sizeof *job->names);
    for (size_t i = 0; i < job->test.count; i++)
        job->names[i] = job->target.images.pages[job->test.at[i]].name;
    for (size_t i = 0; i < job->pool.count; i++)
        job->names[job->test.count + i] =
            job->target.images.pages[job->pool.at[i]].name;
    return SEPTUM_OK;
}

/* Train a source model in the experiment's directory, unless it is there already. */
static enum septum_status
train_source(struct job *job, const char *path, struct septum_error *err)
{
    const struct septum_experiment_options *options = job->options;
    const struct septum_train_options train = {
        .images = options->source_images,
        .labels = options->source_labels,
        .output = path,
        .resume = options->resume,
        .force = options->force,
        .preset = options->preset,
        .epochs = options->source_epochs,
        .precision = options->precision,
        .threads = options->threads,
        .progress = options->progress,
        .user = options->user,
    };

    if (options->resume && spt_file_exists(path))
        return SEPTUM_OK;
    return septum_train(&train, err);
}

static enum septum_status
find_source(struct job *job, struct septum_error *err)
{
    const char *path = job->options->source_model;
    char *trained = NULL;
    enum septum_status status = SEPTUM_OK;

    if (path == NULL) {
        if (asprintf(&trained, "%s/source.onnx", job->options->directory) < 0)
            return spt_fail_memory(err, job->options->directory, 256);
        path = trained;
        status = spt_directory_make(job->options->directory, err);
        if (status == SEPTUM_OK)
            status = train_source(job, path, err);
    }
    if (status == SEPTUM_OK)
        status = spt_model_read(path, &job->source, err);
    if (status == SEPTUM_OK && job->options->transfer > 0)
        status =
            spt_transfer_check(&job->source, (uint32_t)job->options->transfer, err);
    free(trained);
    return status;
}

/* Let the source model meet the target. */
static enum septum_status
adapt(struct job *job, struct septum_error *err)
{
    const struct septum_experiment_options *options = job->options;
    const struct spt_listener listener = {options->progress, options->user};
    const struct spt_samples *sets[] = {&job->labelled_samples, &job->pool_samples,
                                        &job->test_samples};
    struct spt_adaptation how = {
        .polarity = options->polarity,
        .pixel_size = options->pixel_size,
        .least_side = UINT32_MAX,
        .whole = options->transfer < 0 ||
                 (uint32_t)options->transfer >= job->source.spec.weighted_count,
    };

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        how.least_side = spt_samples_least_side(sets[i], how.least_side);
    return spt_adapt(&job->source, &job->labelled_samples, &how, &job->settings,
                     &listener, job->domain, err);
}

/* How regions are chosen, where that is not the paper's way; "" where it is. */
static void
describe_choosing(const struct septum_choosing *choosing, char text[200])
{
    static const char *const abundances[] = {"", " Abundance is density."};
    static const char *const novelties[] = {
        "", " Abundance fades where it was answered for.",
        " No region has two windows of one cluster.",
        " Abundance fades, and no region has two windows of one cluster."};
    static const char *const measures[] = {
        "", " Uncertainty is that of the mean over symmetries.",
        " Uncertainty is that of the mean over 8 passes with dropout."};

    snprintf(text, 200, "%s%s%s%s%s", abundances[choosing->abundance],
             novelties[choosing->novelty], measures[choosing->measure],
             choosing->region.rescale ? " It is stretched to its range." : "",
             choosing->calibrate ? " Probabilities are calibrated first." : "");
}

static void
describe(struct job *job, const struct spt_experiment *experiment)
{
    const struct septum_experiment_options *options = job->options;
    char net[SPT_SPEC_TEXT], choosing[200];

    spt_spec_format(&job->source.spec, net);
    describe_choosing(&options->choosing, choosing);
    snprintf(
        job->intro, sizeof job->intro,
        "Source model: %s (%s). Target: %zu labelled image%s (%llu pixels), %zu in "
        "the pool, %zu to test on. The first %u layers are transferred; %u epochs "
        "of %llu steps each, preset %s, %s, %u seed%s. The simulated expert is asked "
        "for one region of %zu to %zu windows after each epoch, lambda %.2g.%s "
        "F-score at a threshold found on labelled pixels.%s%s%s",
        options->source_model != NULL ? options->source_model : "trained here", net,
        job->labelled.count, job->labelled.count == 1 ? "" : "s",
        (unsigned long long)job->labelled_samples.known, job->pool.count,
        job->test.count, experiment->trial.transfer, experiment->trial.epochs,
        (unsigned long long)experiment->trial.epoch_steps, job->settings.name,
        job->settings.precision == SPT_PRECISION_BF16 ? "bf16" : "f32",
        experiment->seeds, experiment->seeds == 1 ? "" : "s",
        experiment->trial.region.least_windows, experiment->trial.region.most_windows,
        experiment->trial.region.lambda, choosing,
        job->domain[0] != '\0' ? " Before any learning, " : "", job->domain,
        job->domain[0] != '\0' ? "." : "");
}

static void
add_digest(const uint8_t digest[SPT_SHA256_BYTES], struct spt_text *out)
{
    for (size_t i = 0; i < SPT_SHA256_BYTES; i++)
        spt_text_add(out, "%02x", digest[i]);
    spt_text_add(out, "\n");
}

static void
describe_samples(const char *name, const struct spt_range *range,
                 const struct spt_samples *samples, struct spt_text *out)
{
    struct spt_sha256 sha;
    uint8_t digest[SPT_SHA256_BYTES];

    spt_sha256_init(&sha);
    for (size_t i = 0; i < samples->count; i++) {
        const struct spt_sample *sample = &samples->sample[i];

        spt_sample_digest(sample, &sha);
        spt_sha256_add(&sha, sample->labels, (size_t)sample->height * sample->width);
    }
    spt_sha256_end(&sha, digest);
    spt_text_add(out, "%s: %zu images, ", name, range->count);
    add_digest(digest, out);
}

/* How the source model came about, if it was trained here: one that is there already is
 * not trained again. */
static void
describe_source(const struct job *job, struct spt_text *out)
{
    const struct septum_experiment_options *options = job->options;
    const struct septum_source *sources[] = {&options->source_images,
                                             &options->source_labels.source};

    if (options->source_model != NULL)
        return;
    spt_text_add(out, "trained here: %s, %g epochs, of", job->settings.name,
                 options->source_epochs);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        for (size_t j = 0; j < sources[i]->count; j++)
            spt_text_add(out, " %s", sources[i]->paths[j]);
    spt_text_add(out, "\n");
}

/* All that decides what a trial does but its strategy and its seed. */
static void
describe_settings(struct job *job, const struct spt_experiment *experiment)
{
    const struct septum_choosing *choosing = &job->options->choosing;
    const struct spt_trial *trial = &experiment->trial;
    struct spt_text *out = &job->shared;
    uint8_t digest[SPT_SHA256_BYTES];
    char net[SPT_SPEC_TEXT];

    spt_sha256_of(job->source.parameters,
                  job->source.spec.parameter_count * sizeof(float), digest);
    spt_spec_format(&job->source.spec, net);
    spt_text_add(out, "source: %s, ", net);
    add_digest(digest, out);
    describe_source(job, out);
    describe_samples("labelled", &job->labelled, &job->labelled_samples, out);
    describe_samples("pool", &job->pool, &job->pool_samples, out);
    describe_samples("test", &job->test, &job->test_samples, out);
    spt_text_add(out,
                 "training: %s, precision %d, %u layers, %u epochs of %llu steps, at "
                 "most %g minutes\n",
                 job->settings.name, (int)job->settings.precision, trial->transfer,
                 trial->epochs, (unsigned long long)trial->epoch_steps, trial->minutes);
    spt_text_add(
        out,
        "choosing: lambda %g, %zu to %zu windows, search %d, abundance %d, novelty %d, "
        "measure %d, every %u, rescale %d, calibrate %d",
        trial->region.lambda, trial->region.least_windows, trial->region.most_windows,
        (int)choosing->region.search, (int)choosing->abundance, (int)choosing->novelty,
        (int)choosing->measure, job->how.measure.every, choosing->region.rescale,
        choosing->calibrate);
}

static enum septum_status
run(struct job *job, struct septum_error *err)
{
    const struct septum_experiment_options *options = job->options;
    struct spt_experiment experiment = {
        .directory = options->directory,
        .strategies =
            options->strategies != NULL ? options->strategies : DEFAULT_STRATEGIES,
        .seeds = options->seeds > 0 ? options->seeds : 1,
        .names = job->names,
        .intro = job->intro,
        .settings = &job->shared,
        .resume = options->resume,
        .progress = options->progress,
        .user = options->user,
        .trial = {
            .source = &job->source,
            .settings = &job->settings,
            .labelled = &job->labelled_samples,
            .pool = &job->pool_samples,
            .test = &job->test_samples,
            .epochs = options->epochs > 0 ? options->epochs : DEFAULT_EPOCHS,
            .epoch_steps =
                options->epoch_steps > 0 ? options->epoch_steps : DEFAULT_EPOCH_STEPS,
            .minutes = options->minutes,
            .transfer = options->transfer > 0   ? (uint32_t)options->transfer
                        : options->transfer < 0 ? job->source.spec.weighted_count
                                                : DEFAULT_TRANSFER,
            .region = job->how.region,
            .measure = job->how.measure,
            .fade = job->how.fade,
            .density = job->how.density,
            .calibrate = job->how.calibrate,
        }};

    describe(job, &experiment);
    describe_settings(job, &experiment);
    if (job->shared.failed)
        return spt_fail_memory(err, "settings", job->shared.bytes.count);
    return spt_experiment_run(&experiment, err);
}

/* Results that are there, and trials of an experiment that was stopped, are neither
 * written over nor gone on with unasked. */
static enum septum_status
refuse_overwriting(const struct septum_experiment_options *options,
                   struct septum_error *err)
{
    static const struct {
        const char *name, *sentence;
    } traces[] = {
        {"report.html", "exists already; choose another directory or give --force"},
        {"settings.txt", "an experiment was interrupted here; go on with it by "
                         "--resume, or begin anew by --force"},
    };
    enum septum_status status = SEPTUM_OK;

    if (options->force || options->resume)
        return SEPTUM_OK;
    for (size_t i = 0; i < sizeof traces / sizeof traces[0] && status == SEPTUM_OK;
         i++) {
        char *path;

        if (asprintf(&path, "%s/%s", options->directory, traces[i].name) < 0)
            return spt_fail_memory(err, options->directory, 256);
        if (spt_file_exists(path))
            status = spt_fail(err, SEPTUM_EINVAL, "%s: %s", path, traces[i].sentence);
        free(path);
    }
    return status;
}

static enum septum_status
experiment(const struct septum_experiment_options *options, struct septum_error *err)
{
    struct job job = {.options = options};
    const char *preset = options->preset != NULL ? options->preset : "default";
    const struct spt_settings *settings = spt_settings_find(preset);
    enum septum_status status;

    if (settings == NULL)
        return spt_fail(err, SEPTUM_EINVAL, "preset \"%s\": there is none of that name",
                        preset);
    job.settings = *settings;
    job.settings.precision =
        spt_engine_precision(spt_choose_precision(options->precision));
    status = spt_choosing_read(&options->choosing, &job.how, err);
    if (status == SEPTUM_OK)
        status = refuse_overwriting(options, err);
    if (status == SEPTUM_OK && options->strategies != NULL)
        status = spt_experiment_check(options->strategies, err);
    if (status == SEPTUM_OK)
        status = spt_labelled_open(&options->target_images, &options->target_labels,
                                   NULL, &job.target, err);
    if (status == SEPTUM_OK)
        status = parse_ranges(&job, err);
    if (status == SEPTUM_OK)
        status = find_source(&job, err);
    if (status == SEPTUM_OK)
        status = load_target(&job, err);
    if (status == SEPTUM_OK)
        status = adapt(&job, err);
    if (status == SEPTUM_OK)
        status = spt_directory_make(options->directory, err);
    if (status == SEPTUM_OK)
        status = run(&job, err);
    spt_labelled_clear(&job.target);
    spt_range_clear(&job.labelled);
    spt_range_clear(&job.pool);
    spt_range_clear(&job.test);
    spt_samples_clear(&job.labelled_samples);
    spt_samples_clear(&job.pool_samples);
    spt_samples_clear(&job.test_samples);
    spt_model_clear(&job.source);
    spt_text_clear(&job.shared);
    free(job.names);
    return status;
}

static enum septum_status
check_enums(const struct septum_experiment_options *options, struct septum_error *err)
{
    return SPT_ENUMS(err, {"precision", options->precision, SEPTUM_PRECISION_BF16},
                     {"polarity", options->polarity, SEPTUM_POLARITY_INVERSE},
                     {"pixel_size", options->pixel_size, SEPTUM_PIXEL_SIZE_HALF});
}

enum septum_status
septum_experiment(const struct septum_experiment_options *options,
                  struct septum_error *err)
{
    uint32_t before;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"options", options}) != SEPTUM_OK ||
        SPT_REQUIRE(
            err, {"options->directory", options->directory},
            {"options->target_images", spt_arguments_paths(&options->target_images)},
            {"options->target_labels",
             spt_arguments_paths(&options->target_labels.source)},
            {"options->labelled", options->labelled}, {"options->pool", options->pool},
            {"options->test", options->test}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (options->source_model == NULL &&
        SPT_REQUIRE(err,
                    {"options->source_model or source_images",
                     spt_arguments_paths(&options->source_images)},
                    {"options->source_labels",
                     spt_arguments_paths(&options->source_labels.source)}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (check_enums(options, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    before = spt_threads_begin(options->threads);
    status = experiment(options, err);
    spt_threads_end(before);
    return status;
}
