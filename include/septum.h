/*
 * septum.h - find cell membranes in microscopy images of a domain with almost no
 * labels.
 *
 * Conventions, true of every function here.
 *
 * Errors.  A function that can fail returns enum septum_status and takes, last, a
 * struct septum_error that the caller owns and may pass as NULL.  err->text is one
 * sentence to show a user; it is untouched on success.  When a call fails its outputs
 * are as they were, except that an output handle is set to NULL.
 *
 * Ownership.  What septum_X_create() or _load() hands out, septum_X_free() takes back;
 * freeing NULL is allowed.  Pixel buffers are always the caller's.  Strings in
 * arguments are read during the call only.
 *
 * Options.  A field whose comment says "required" must be given: a text that is not
 * NULL, a source of at least one path.  All others may be zero (or NULL), which means
 * the default that the field's comment gives.  Pointers in a function's own arguments
 * are required, but for those that its comment allows to be NULL and `err`.  What is
 * missing, and a value that its enum does not have, is refused with SEPTUM_EINVAL
 * before anything is done.
 *
 * Layout.  An image of height h and width w is h * w values, row-major, x fastest.  A
 * membrane probability is a float in [0, 1], 1 meaning membrane.
 *
 * Sources.  A source of images or masks is a list of paths: directories (their PNG and
 * TIFF files in natural order), PNG files, or TIFF files (each page an image).
 *
 * Threads.  Different handles may be used from different threads; one handle must not
 * be used by two threads at once.  A call computes with as many threads as its
 * `threads` says, whatever OMP_NUM_THREADS does, and leaves OpenMP's setting as it was;
 * one that has no such option computes with as many as OpenMP would in the calling
 * thread.  Callbacks are called in the thread that made the call.
 *
 * C++.  Some functions have the name of the struct that they fill in: in C++ write
 * `struct septum_score score;`, as in C.
 */
#ifndef SEPTUM_H
#define SEPTUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEPTUM_API __attribute__((visibility("default")))

enum septum_status {
    SEPTUM_OK = 0,
    SEPTUM_ENOMEM,   /* memory or disk ran out */
    SEPTUM_EIO,      /* the operating system refused to read or write */
    SEPTUM_EFORMAT,  /* a file is not what it should be */
    SEPTUM_EINVAL,   /* arguments that do not fit each other or the data */
    SEPTUM_ENGINE,   /* the matrix library failed */
    SEPTUM_ESTOPPED, /* a progress callback asked to stop */
};

struct septum_error {
    enum septum_status status;
    char text[1024];
};

/* Where a long job stands.  All text is borrowed for the time of the call. */
struct septum_progress {
    double fraction;     /* done of the whole job, in [0, 1] */
    double seconds_left; /* estimate; negative while unknown */
    const char *what;    /* one short line: "epoch 3 of 20, loss 0.412" */
    bool milestone;      /* true for lines worth keeping in a log, such as an epoch's */
};

/* Called between steps of a long job.  Return false to stop it (SEPTUM_ESTOPPED). */
typedef bool (*septum_progress_fn)(void *user, const struct septum_progress *progress);

/* The version of the library that runs, such as "0.1.0"; static text. */
SEPTUM_API const char *septum_version(void);

/* A status in a word or two, such as "bad file", for logs; static text.  "unknown" for
 * a number that is no status. */
SEPTUM_API const char *septum_status_name(enum septum_status status);

/* ---- models ---------------------------------------------------------------------- */

struct septum_model;

/* All text is borrowed from the model. */
struct septum_model_info {
    const char *net;           /* specification in the paper's notation */
    uint32_t window;           /* side of the square that a pixel's answer depends on */
    uint32_t layers;           /* layers with weights */
    uint64_t parameters;       /* trainable numbers */
    double threshold;          /* of the membrane mask, chosen on labelled pixels */
    double trained_epochs;     /* passes over the training images */
    uint64_t trained_windows;  /* windows (labelled pixels) learnt from, with repeats */
    uint32_t symmetries;       /* of a square under which it saw its images: 8, 2, 1 */
    const char *normalisation; /* rule that brings an image to the net's scale */
    const char *history;       /* how the model came to be, a line a training */
};

/*
 * Read a model file, an ONNX file that Septum has written, of up to 1 GiB.  *out is the
 * caller's, to be freed with septum_model_free(); NULL on failure.  SEPTUM_EIO when the
 * file cannot be read, SEPTUM_EFORMAT when it is no such model.
 */
SEPTUM_API enum septum_status
septum_model_load(const char *path, struct septum_model **out,
                  struct septum_error *err);

/*
 * Write the model as an ONNX file, which appears whole or not at all.  A file of that
 * name is replaced with `force`, and refused without (SEPTUM_EINVAL).
 */
SEPTUM_API enum septum_status
septum_model_save(const struct septum_model *model, const char *path, bool force,
                  struct septum_error *err);

/* What is known of a model.  Its texts live as long as the model; all is zero where
 * `model` is NULL. */
SEPTUM_API struct septum_model_info septum_model_info(const struct septum_model *model);

SEPTUM_API void septum_model_free(struct septum_model *model);

/*
 * Draw the filters of the first layer as a contact sheet into the PNG file `path`: grey
 * is no weight, white the largest in absolute value when positive, black when negative,
 * each filter on its own scale.  Refuses (SEPTUM_EINVAL) to write over the file that
 * the model was loaded from.
 */
SEPTUM_API enum septum_status
septum_model_filters(const struct septum_model *model, const char *path, bool force,
                     struct septum_error *err);

struct septum_model_export_options {
    const char *model;  /* file, required */
    const char *output; /* zip file, required */
    bool force;         /* replace an existing output */

    /* What stands in the package's description.  What is NULL is not said, unless the
     * comment gives a default; a text that the format does not allow is refused. */
    const char *name;        /* 5 to 128 of A-Z a-z 0-9 blank _ + - ( ); NULL = "Septum
                                membrane ConvNet" and the file's name */
    const char *description; /* up to 1024 characters; NULL = that it finds membranes */
    const char *author;      /* a person's name */
    const char *github;      /* the author's user name there; with `author` only */
    const char *license;     /* of the model: identifier of the SPDX list */
    const char *cite;        /* a paper; with `doi` only */
    const char *doi;         /* the paper's */
};

/*
 * Write a model file as a BioImage.IO model package, description format 0.5, which
 * Fiji, ilastik, bioimageio.core and others load: a zip archive of rdf.yaml (the
 * description), weights.onnx (the model file, byte for byte), test_input.npy and
 * test_output.npy (a simulated picture of 256 x 256 pixels, or as many as the net's
 * window takes, and what septum_predict() says of it: float [1, 1, height, width]),
 * cover.png (both side by side) and README.md.  Other programs normalise a picture by
 * its median and p95 (README.md has the formula): the same as Septum where p5 is as far
 * from the median as p95, and else another contrast.
 *
 * Equal options and model give equal bytes, on one machine.  The output appears whole
 * or not at all.  SEPTUM_EINVAL for texts that the format does not allow, an output
 * that exists (without `force`) or that is the model itself; SEPTUM_EIO and
 * SEPTUM_EFORMAT as septum_model_load() has them.
 */
SEPTUM_API enum septum_status
septum_model_export(const struct septum_model_export_options *options,
                    struct septum_error *err);

/*
 * Say of each pixel of an image how likely it is to be membrane.  `pixels` are
 * intensities on any scale (each image is normalised on its own); `membrane` takes as
 * many probabilities.  Beyond the image's edge its mirror image is used.  Refuses
 * (SEPTUM_EINVAL) an image smaller than the model's window, and one with a pixel that
 * is NaN or infinite.  `memory` bounds the working memory in bytes; 0 = 1 GiB.  Should
 * the matrix library fail on the way (SEPTUM_ENGINE), `membrane` may be filled in part.
 */
SEPTUM_API enum septum_status
septum_predict(const struct septum_model *model, const float *pixels, uint32_t height,
               uint32_t width, uint64_t memory, float *membrane,
               struct septum_error *err);

/* ---- sources --------------------------------------------------------------------- */

struct septum_source {
    const char *const *paths;
    size_t count;
};

/* Masks: non-zero is membrane, unless told otherwise. */
struct septum_masks {
    struct septum_source source;
    bool has_membrane_value, has_unlabelled_value;
    double membrane_value;   /* only this value is membrane */
    double unlabelled_value; /* pixels of this value have no answer */
    bool instances;          /* values are cell numbers; membranes are their borders */
};

/* ---- precision ------------------------------------------------------------------- */

/* What a net computes with.  Its weights are floats in any case. */
enum septum_precision {
    SEPTUM_PRECISION_AUTO, /* whichever is best; so far f32 */
    SEPTUM_PRECISION_F32,
    SEPTUM_PRECISION_BF16, /* half the bits: a quarter faster on processors that
                              multiply it (AVX-512 with BF16); f32 on others */
};

/* ---- polarity -------------------------------------------------------------------- */

/* Whether the membranes of a new domain are dark where those of the source are. */
enum septum_polarity {
    SEPTUM_POLARITY_AUTO, /* what the source model finds more in, measured on labelled
                             images; with preset "paper" as SAME */
    SEPTUM_POLARITY_SAME,
    SEPTUM_POLARITY_INVERSE, /* they are bright where those are dark: the source model
                                is turned to see negatives */
};

/* ---- pixel size ------------------------------------------------------------------ */

/* Whether membranes are as wide, in pixels, as those of the source. */
enum septum_pixel_size {
    SEPTUM_PIXEL_SIZE_AUTO, /* measured on labelled images, which the source model sees
                               at half their size, too, where all its layers are taken;
                               else, and with preset "paper", as SAME */
    SEPTUM_PIXEL_SIZE_SAME,
    SEPTUM_PIXEL_SIZE_HALF, /* pixels are half as wide as those of the source: the net
                               sees the images at half their size */
};

/* ---- symmetries ------------------------------------------------------------------ */

/* As what else an image could have been taken: what a net is shown of it. */
enum septum_symmetries {
    SEPTUM_SYMMETRIES_ALL,    /* turned by quarters and mirrored, all 8 */
    SEPTUM_SYMMETRIES_MIRROR, /* with left and right exchanged */
    SEPTUM_SYMMETRIES_NONE,   /* as it is only */
};

/* ---- training -------------------------------------------------------------------- */

enum septum_form {
    SEPTUM_FORM_DENSE, /* a tile of neighbouring windows at once */
    SEPTUM_FORM_PATCH, /* a batch of windows drawn anywhere, as the paper has it */
};

struct septum_train_options {
    struct septum_source images;            /* required */
    struct septum_masks labels;             /* of these images; required */
    struct septum_source validation_images; /* to score on; with their labels or none */
    struct septum_masks validation_labels;
    const char *output; /* model file, required; "<output>.checkpoint" is beside it
                           meanwhile */
    bool force;         /* replace an existing output */
    bool resume;        /* go on from the checkpoint */

    const char *net;    /* specification or preset; NULL = the source model's, or
                           "default" */
    const char *preset; /* training settings: NULL = "default"; "paper" */
    const char *from;   /* source model, or NULL: then the four below are zero */
    int32_t transfer;   /* layers with weights to copy from it; 0 or less = all (but of
                           septum_experiment() 0 = 3) */
    bool freeze;        /* keep the copied layers fixed */
    enum septum_polarity polarity;     /* of its images and these */
    enum septum_pixel_size pixel_size; /* HALF not with `net` */
    enum septum_symmetries symmetries;
    enum septum_form form;
    bool has_form;  /* else the preset's */
    double epochs;  /* 0 = the preset's */
    double minutes; /* stop after so long; 0 = no limit */
    enum septum_precision precision;
    uint64_t seed;
    const char *log;  /* CSV file, a row an epoch, or NULL */
    uint32_t threads; /* 0 = all cores */
    septum_progress_fn progress;
    void *user;
};

/*
 * Train a model.  Equal options, input and machine give an equal file, whether or not
 * it was interrupted and resumed (save under `minutes`, which is a matter of the
 * clock). Stopped by `progress`, it leaves a checkpoint and returns SEPTUM_ESTOPPED.
 */
SEPTUM_API enum septum_status
septum_train(const struct septum_train_options *options, struct septum_error *err);

/* ---- segmentation and scores ----------------------------------------------------- */

/* How a probability map is cut into cells; all zero is the defaults. */
struct septum_cells_options {
    double threshold;   /* membrane from here on, up to 1; valid when has_threshold */
    bool has_threshold; /* else 0.5 (of septum_segment() the model's) */
    double depth;      /* how much less membrane-like than the pass to the next cell the
                          inside of a cell is, up to 1: less divides more; 0 = 0.3 */
    uint32_t min_size; /* pixels: what is smaller joins the next cell, or is dropped
                          where membrane surrounds it; 0 = 20 */
};

/*
 * Cut a probability map into cells, and bridge gaps in membranes: a watershed of the
 * map, flooded from those of its minima that are `depth` deep (Meyer 1991; Vincent and
 * Soille 1991; Grimaud 1992).  `cells` takes height * width numbers: 1 to *count, in
 * the order of the cells' first pixels, row by row, and 0 for membrane and the lines
 * between cells.  Each cell hangs together across the four sides of its pixels, and no
 * two touch.  Refuses (SEPTUM_EINVAL) what is no probability, but for rounding by
 * 0.001, no pixel, and more than 2^30 of them.  Takes 10 bytes a pixel of its own.
 */
SEPTUM_API enum septum_status
septum_cells(const float *membrane, uint32_t height, uint32_t width,
             const struct septum_cells_options *options, uint32_t *cells,
             uint32_t *count, struct septum_error *err);

struct septum_segment_options {
    const char *model;           /* model file; required */
    struct septum_source images; /* required */
    const char *directory;       /* made if missing; required */
    bool mask;                   /* also 255 = membrane at the model's threshold */
    bool uncertainty;            /* also 1 - 2 |P - 0.5|: 1 = most uncertain */
    bool cells;                  /* also numbered cells, which need the whole map in
                                    memory: 18 bytes a pixel */
    struct septum_cells_options cutting; /* of cells; else zero */
    bool average; /* mean over the symmetries that the model learnt
                     under, mostly 8: better, as many times the work */
    bool force;
    enum septum_precision precision;
    uint32_t tile;    /* side computed at once, pixels; 0 = what septum_bench()
                         kept, or 512, as far as memory goes */
    uint64_t memory;  /* bytes that the process may take in all; 0 = 1 GiB */
    uint32_t threads; /* 0 = all cores */
    septum_progress_fn progress;
    void *user;
};

/*
 * Write into `directory` for each image its probability map, NAME.tif (32-bit floats),
 * and where asked for NAME-mask.png (8 bit, 255 or 0), NAME-uncertainty.tif (32-bit
 * floats) and NAME-cells.tif (septum_cells() in 16 bits, or in 32 where there are more
 * than 65,535 cells).  NAME is the image's without its ending; of the pages of a TIFF
 * file with several, with "-0000", "-0001" and so on.
 *
 * Before the first image is predicted, all are looked at: one that is smaller than the
 * model's window, two of one name, one too large for `memory`, or without `force` one
 * that has such files already, is refused (SEPTUM_EINVAL).  The files of an image
 * appear whole or not at all; those of images that were done stay when the call then
 * fails or is stopped (SEPTUM_ESTOPPED).
 */
SEPTUM_API enum septum_status
septum_segment(const struct septum_segment_options *options, struct septum_error *err);

struct septum_score_options {
    struct septum_masks truth;        /* required */
    struct septum_source probability; /* floats in [0, 1], or 8 bit with 255 = 1, or 16
                                         bit with 65535 = 1; required, or else: */
    struct septum_source cells; /* cell numbers below 2^24, 0 = membrane; or both */
    double threshold;           /* valid when has_threshold */
    bool has_threshold;         /* else 0.5 */
    const char *model; /* model file at whose own threshold to score too, or NULL */
};

struct septum_score {
    uint64_t images, pixels;
    double threshold, precision, recall, f_score, pixel_error;
    double best_f_score, best_threshold; /* over all thresholds */
    double best_pixel_error;             /* over all thresholds, at one of its own */
    double v_rand, v_info; /* of cells, after thinning; NAN where truth has no cell;
                              of `cells` if they are given, else of the map's */
    double best_v_rand, best_v_rand_threshold; /* over 0, 0.1, ... 1 and `threshold` */
    double best_v_info, best_v_info_threshold;
    bool has_model; /* else those below are 0 */
    double model_threshold, model_f_score, model_pixel_error, model_v_rand,
        model_v_info;
};

/*
 * Compare probability maps with truth, pixel by pixel, over all images together:
 * `pixels` are those that have an answer.  Thresholds count in steps of 1 / 1000.
 *
 * v_rand and v_info are the foreground-restricted Rand and information scores after
 * thinning of the ISBI 2012 challenge (Arganda-Carreras et al. 2015): they compare
 * cells, the connected parts that membranes leave, and are averaged over images.  With
 * `cells` they are those of the cells given, each number a cell, of which 0 is thinned
 * in the same way; all others, best_v_rand and model_v_rand too, are always of the
 * maps. Without maps these are NAN, and a threshold or a model is refused
 * (SEPTUM_EINVAL).
 */
SEPTUM_API enum septum_status
septum_score(const struct septum_score_options *options, struct septum_score *out,
             struct septum_error *err);

/* ---- projects -------------------------------------------------------------------- */

/*
 * A project is one file: images (by path and content), what was said of their pixels
 * and by whom, models and scores.  What a call has returned SEPTUM_OK for is in it
 * through a kill or a power cut.  Several processes may use it at once.
 */

/*
 * Make a project file; `path` must not exist.  `from` is the model to begin with, or
 * NULL; with `half_size` it is made to see images at half their size, for pixels half
 * as wide as those it knows.
 */
SEPTUM_API enum septum_status
septum_project_create(const char *path, const char *from, bool half_size,
                      struct septum_error *err);

struct septum_project_add_options {
    const char *project;         /* required */
    struct septum_source images; /* required */
    struct septum_masks labels;  /* of these images; count 0 = none */
    bool validation;             /* to score on: never asked about, never learnt from;
                                    needs labels */
    const char *who;             /* whose labels they are; NULL = "unknown" */
    septum_progress_fn progress;
    void *user;
};

struct septum_project_added {
    uint64_t images;          /* that are new */
    uint64_t known_images;    /* that were there already */
    uint64_t labelled_pixels; /* whose label is new or another than before */
};

/*
 * Add images and, where given, what is known of their pixels.  The project keeps the
 * images' places and a digest of their content, not their pixels: the files have to
 * stay, or see septum_project_relink().  An image that is there already counts as
 * `known_images`, and its labels are taken.  With `validation` the current model, if
 * there is one, is scored on what is new.
 *
 * Refuses a name that another image has, a file that has changed since it was added,
 * masks that do not fit, and new images that are smaller than the window of the current
 * model's net.  All sizes are looked at, and all masks read, before the first image is
 * added; images that were added before a later failure, or a stop, stay.
 */
SEPTUM_API enum septum_status
septum_project_add(const struct septum_project_add_options *options,
                   struct septum_project_added *out, struct septum_error *err);

struct septum_project_status {
    uint64_t images;            /* with those to score on */
    uint64_t validation_images; /* those */
    uint64_t labelled_pixels;   /* of the images that are not for validation */
    uint64_t rounds;            /* regions that were asked for and answered */
    uint64_t models;
    double expert_seconds;
    bool has_f_score; /* else there is no truth to score on, or no score yet */
    double f_score;   /* of the current model on the validation images */
    uint64_t missing_files, changed_files; /* images not what they were when added */
};

/* Say how a project stands.  All its images' files are looked for, and their content is
 * compared with what was added. */
SEPTUM_API enum septum_status
septum_project_status(const char *path, struct septum_project_status *out,
                      struct septum_error *err);

/*
 * Write into `directory` (made if missing) labels/NAME.png of every image (8 bit: 255
 * membrane, 0 other, 127 not labelled), labels.csv with the provenance of every label
 * and, where there is one, the current model as model.onnx.
 */
SEPTUM_API enum septum_status
septum_project_export(const char *path, const char *directory, bool force,
                      struct septum_error *err);

struct septum_project_import_options {
    const char *project;        /* required */
    struct septum_masks labels; /* by name; required.  Unless a rule is given: values of
                                   export */
    const char *who;            /* NULL = "unknown" */
    double seconds;             /* that they took, valid when has_seconds */
    bool has_seconds;
};

struct septum_project_imported {
    uint64_t masks;
    uint64_t labelled_pixels; /* that were recorded: new, changed, or of a region */
    uint64_t regions;         /* lent to `who`, now answered */
};

/*
 * Take masks in, all or none: the pixels that say something else than the project
 * knows and, where the mask answers the region that septum_next() has lent to `who`,
 * all pixels of that region (then, unlabelled ones are unsure).  Elsewhere, unlabelled
 * pixels leave things as they are.
 */
SEPTUM_API enum septum_status
septum_project_import(const struct septum_project_import_options *options,
                      struct septum_project_imported *out, struct septum_error *err);

struct septum_project_relinked {
    uint64_t found;   /* files */
    uint64_t missing; /* that are still not to be found */
    char first_missing[512];
};

/* Look in `images` for files that were moved, by their content. */
SEPTUM_API enum septum_status
septum_project_relink(const char *path, const struct septum_source *images,
                      struct septum_project_relinked *out, struct septum_error *err);

/* How a region is found among all that there are. */
enum septum_search {
    SEPTUM_SEARCH_AUTO,   /* exact up to 10 windows, beam beyond */
    SEPTUM_SEARCH_GREEDY, /* the paper's: grow by the best neighbour */
    SEPTUM_SEARCH_BEAM,   /* grow the best few of each size, then improve */
    SEPTUM_SEARCH_EXACT,  /* the best there is */
};

/* How common a window is. */
enum septum_abundance {
    SEPTUM_ABUNDANCE_CLUSTERS, /* the share of all windows in its cluster: the paper's;
                                  the density where they are too many to compare */
    SEPTUM_ABUNDANCE_DENSITY,  /* the share of all windows that are like it */
};

/* How to avoid asking for the same twice, as the twins of neighbouring slices are. */
enum septum_novelty {
    SEPTUM_NOVELTY_NONE,     /* not at all: the paper's formula */
    SEPTUM_NOVELTY_FADE,     /* what was answered for counts as less abundant */
    SEPTUM_NOVELTY_DISTINCT, /* no two windows of one cluster in a region */
    SEPTUM_NOVELTY_BOTH,
};

/* Where the probabilities come from that tell how unsure the net is. */
enum septum_measure {
    SEPTUM_MEASURE_ONCE,       /* one prediction */
    SEPTUM_MEASURE_SYMMETRIES, /* the mean over the symmetries that it learnt under */
    SEPTUM_MEASURE_DROPOUT,    /* the mean over 8 predictions with dropout */
};

/*
 * What equation 1 weighs and how large a region it may take.  All zero is its best
 * region of 5 or 6 windows, the size that the paper reports.  The paper itself searches
 * greedily and bounds no region: SEPTUM_SEARCH_GREEDY, `least_windows` 1, and `windows`
 * of as many as an image has.
 */
struct septum_region_options {
    double lambda;          /* weight of uncertainty, up to 1; 0 = 0.8 */
    uint32_t windows;       /* most of a region; 0 = 6 */
    uint32_t least_windows; /* fewest, where so many fit; 0 = 5, or `windows` if that
                               is fewer */
    enum septum_search search;
    bool rescale; /* stretch uncertainty to its whole range before it is weighed */
};

/* How regions are chosen; all zero is the paper's way but for the bounds and the search
 * above and the pixels that `every` leaves out. */
struct septum_choosing {
    struct septum_region_options region;
    enum septum_abundance abundance;
    enum septum_novelty novelty;
    enum septum_measure measure;
    uint32_t every; /* measured once: on every so many-th pixel of every so many-th row,
                       as far as the net's poolings go; 0 = 4, 1 = all */
    bool calibrate; /* find the probabilities' temperature on known labels first */
};

struct septum_next_options {
    const char *project;   /* required */
    const char *model;     /* becomes the current one; NULL = the project's */
    const char *directory; /* pictures, and a mask to edit; NULL = none */
    bool force;            /* replace what is there */
    const char *who;       /* to whom the region is lent; NULL = "unknown" */
    struct septum_choosing choosing;
    double minutes;   /* that the region is lent for; 0 = 60 */
    uint32_t threads; /* 0 = all cores */
    septum_progress_fn progress;
    void *user;
};

/* A region to label, and why. */
struct septum_question {
    const char *image;
    uint32_t side; /* of a window, pixels */
    size_t count;
    const uint32_t *windows; /* row and column of each, in windows, 2 * count */
    uint64_t pixels;
    double objective, uncertainty, abundance; /* equation 1 */
    size_t cluster_count;
    const uint64_t *clusters; /* windows in each cluster that is covered, most first */
    uint64_t all_windows;     /* in the project */
    const char *runner_up;    /* image of the best other region; NULL = there is none */
    size_t runner_up_count;   /* windows */
    const uint32_t *runner_up_windows;
    double runner_up_objective;
    const char *why;   /* all this in words */
    const char *until; /* date to which it is lent, UTC */
};

/*
 * Choose the region that is best to label next, and lend it to `who`.  Into `directory`
 * go image.png (the image, the region outlined), uncertainty.png, abundance.png,
 * cluster-N.png (typical windows of each cluster covered), region.png, proposal.png,
 * why.txt and labels/NAME.png: the proposal as a mask to edit, for
 * septum_project_import().  A `model` becomes the project's current one, unless its
 * net's window is larger than all images.  Fails when nothing is left to ask.  *out is
 * the caller's, to be freed with septum_question_free(); NULL on failure.
 */
SEPTUM_API enum septum_status
septum_next(const struct septum_next_options *options, struct septum_question **out,
            struct septum_error *err);
SEPTUM_API void septum_question_free(struct septum_question *question);

struct septum_label_options {
    const char *project; /* required */
    const char *who;     /* who labels where the page does not say; NULL = "unknown" */
    uint16_t port;       /* 0 = one that is free */
    const char *listen;  /* address in numbers; NULL = "127.0.0.1" */
    const char *certificate, *key; /* PEM files for TLS, or NULL */
    bool insecure;                 /* serve others than this machine without TLS */
    struct septum_region_options region;
    double minutes;       /* that a region is lent for; 0 = 60 */
    double learn_seconds; /* of each round of learning; 0 = 30 */
    bool no_learning;     /* only predict and choose */
    uint32_t threads;     /* to learn with; 0 = all cores */
    /* Called once with the address to open in a browser; false stops. */
    bool (*ready)(void *user, const char *address);
    /* Asked several times a second; false stops.  NULL = never stop. */
    bool (*go_on)(void *user);
    void *user;
};

/*
 * Serve the labelling page of a project until told to stop, which is its normal end.
 * Every stroke is in the project file before the page is told so.  Refuses to listen
 * on any address but the loopback's without a certificate, unless `insecure`.
 */
SEPTUM_API enum septum_status
septum_label(const struct septum_label_options *options, struct septum_error *err);

/* ---- simulated microscopes ------------------------------------------------------- */

struct septum_simulate_options {
    const char *microscope; /* "spim" or "confocal"; required */
    const char *directory;  /* images/, labels/ and cells/NNN.png appear in it, and
                               parameters.json; required */
    uint32_t count;         /* slices; 0 = 10 */
    uint32_t size;          /* side, pixels; 0 = the microscope's own */
    uint32_t cells;         /* of the embryo, 1 to 1024; 0 = 180 */
    uint64_t seed;
    bool has_weak, has_merged, has_ghosts; /* else the microscope's own */
    double weak;   /* share of its light that a membrane loses where it is weak */
    double merged; /* 0 to 1: how much of the membranes is broad and blurred */
    double ghosts; /* 0 to 1: light of cells in other planes */
    bool force;
    septum_progress_fn progress;
    void *user;
};

/*
 * Write slices of a simulated embryo, its true membranes (255) and its cells' numbers
 * (16 bit, the same in all slices; 0 is membrane, gap or outside).  Both microscopes
 * see the same embryo of a seed and a number of cells.
 */
SEPTUM_API enum septum_status
septum_simulate(const struct septum_simulate_options *options,
                struct septum_error *err);

/* ---- the experiment of the paper ------------------------------------------------- */

struct septum_experiment_options {
    const char *directory;    /* of the results, made if missing; required */
    const char *source_model; /* model file; required, or else: */
    struct septum_source source_images;
    struct septum_masks source_labels;
    struct septum_source target_images; /* required */
    struct septum_masks target_labels;  /* of these images; required */
    const char *labelled, *pool, *test; /* ranges of positions among the target's
                                           images, from 0: "0-4,9"; required */
    uint32_t labelled_windows;          /* of `labelled`, at random; 0 = all pixels */
    const char *strategies;             /* "frozen,finetune,expert"; NULL = these */
    const char *preset;                 /* training settings; NULL = "default" */
    enum septum_precision precision;
    uint32_t seeds;       /* 0 = 1 */
    uint32_t epochs;      /* 0 = 10 */
    double minutes;       /* limit of each ConvNet's training; 0 = none */
    uint32_t epoch_steps; /* training steps an epoch; 0 = 150 */
    double source_epochs; /* of a source model trained here; 0 = the
                             preset's */
    int32_t transfer;     /* layers copied; 0 = the paper's 3, negative = all (of
                             septum_train() 0 = all, too) */
    enum septum_polarity polarity;
    enum septum_pixel_size pixel_size;
    struct septum_choosing choosing;
    bool resume;      /* keep the trials that have ended */
    bool force;       /* replace earlier results */
    uint32_t threads; /* 0 = all cores */
    septum_progress_fn progress;
    void *user;
};

/*
 * The paper's experiment: ways to bring a net from a source domain to a target domain,
 * in which the images `labelled` are known and those of `pool` are not, each scored on
 * those of `test` after every epoch.  No image may have two of the roles.  Each of
 * `strategies` is run for seeds 0, 1, ... below `seeds`: "frozen", "finetune" and
 * "expert" are the paper's experiments 1 to 3, the last with a region of the pool (by
 * equation 1) that the truth answers after each epoch; the others, rivals and bounds,
 * are those that a wrong name is answered with.
 *
 * Into `directory` go NAME-seedK.onnx and NAME-seedK.csv when a trial ends, and at the
 * end curves.csv, comparison.csv, figure.svg and report.html.  Stopped by `progress`
 * (SEPTUM_ESTOPPED), it goes on with `resume`, which refuses results of other settings
 * or data.  Without `resume` and `force` a directory that holds a report is refused.
 */
SEPTUM_API enum septum_status
septum_experiment(const struct septum_experiment_options *options,
                  struct septum_error *err);

/* ---- how fast this machine is ---------------------------------------------------- */

struct septum_bench_options {
    const char *net; /* NULL = default */
    uint32_t tile;   /* outputs a side; 0 = 512, and find the best for segment */
    enum septum_precision precision;
    uint32_t threads; /* 0 = all cores */
    septum_progress_fn progress;
    void *user;
};

struct septum_bench {
    double peak_gflops; /* of a large matrix product, in the precision measured */
    double dense_pixels_per_second, patch_windows_per_second;
    double train_pixels_per_second, patch_train_windows_per_second;
    double dense_gflops, train_gflops; /* counting the net's multiply-adds only */
    double largest_difference;         /* of the two forms' probabilities */
    const char *isa, *precision;       /* static text */
    uint32_t threads;
    uint32_t best_tile; /* the side that septum_segment() is to take; 0 = not tried */
    bool tile_kept;     /* and will, on this machine: it is noted in the user's cache */
};

/*
 * Measure this machine with random weights and pixels: the median of 5 runs each, after
 * one to warm up.  With `tile` 0 it then predicts tiles of several sides, and notes the
 * best one in the user's cache ($XDG_CACHE_HOME or ~/.cache) for septum_segment().
 * Takes seconds to minutes; `progress` may stop it between runs (SEPTUM_ESTOPPED).
 */
SEPTUM_API enum septum_status
septum_bench(const struct septum_bench_options *options, struct septum_bench *out,
             struct septum_error *err);

#ifdef __cplusplus
}
#endif

#endif
