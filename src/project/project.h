/*
 * project.h - the project file: what images there are, what was said of their pixels,
 * by whom, and the models that learnt from it.
 *
 * One SQLite file.  Whatever a function here has returned SEPTUM_OK for is on the disk,
 * whole, unless it was called between begin and end, which make several calls one.
 * Several processes may have the file open; they write in turn.
 */
#ifndef SEPTUM_PROJECT_PROJECT_H
#define SEPTUM_PROJECT_PROJECT_H

#include "base/file.h"
#include "image/set.h"

struct spt_project;

/*
 * Make the project file `path`, which must not exist; `model` (an ONNX file's bytes and
 * a line on where it is from), where given, is its first.
 */
enum septum_status spt_project_create(const char *path, const struct spt_bytes *model,
                                      const char *note, struct septum_error *err);

/*
 * Open a project: checks that it is one, of a version that is known, and undamaged, and
 * brings the tables of an older version up to date.
 */
enum septum_status
spt_project_open(const char *path, struct spt_project **out, struct septum_error *err);
void spt_project_free(struct spt_project *project);

/* The path that messages name. */
const char *spt_project_path(const struct spt_project *project);

/* All that is done up to end() is kept, if its `status` is SEPTUM_OK, or undone; end()
 * returns `status`, or why it could not be kept.  Pairs may be nested. */
enum septum_status
spt_project_begin(struct spt_project *project, struct septum_error *err);
enum septum_status spt_project_end(struct spt_project *project,
                                   enum septum_status status, struct septum_error *err);

/* Rounds so far: regions that were asked for and answered. */
enum septum_status spt_project_rounds(struct spt_project *project, int64_t *rounds,
                                      struct septum_error *err);

/* ---- images ---------------------------------------------------------------------- */

enum spt_file_state {
    SPT_FILE_SAME,
    SPT_FILE_MISSING,
    SPT_FILE_CHANGED, /* other bytes than when it was added */
};

struct spt_project_image {
    int64_t id;
    char *name; /* unique in the project */
    char *path; /* of its file, from the root or from the folder we are in */
    uint32_t page, height, width;
    bool validation; /* only scored on: never asked about */
    enum spt_file_state state;
    int64_t added; /* date */
};

/* All zero is a valid, empty list. */
struct spt_project_images {
    struct spt_project_image *image; /* in the order in which they were added */
    size_t count;
};

/* List all images; with `check`, also whether their files are what they were (only
 * files whose size or time of change is another are read).  The caller clears *out. */
enum septum_status
spt_project_images(struct spt_project *project, bool check,
                   struct spt_project_images *out, struct septum_error *err);
void spt_project_images_clear(struct spt_project_images *images);

/* List the one image of this id, as it is recorded now; fails where there is none, and
 * as spt_project_check_image() does.  The caller clears *out, after a success. */
enum septum_status
spt_project_image(struct spt_project *project, int64_t id,
                  struct spt_project_images *out, struct septum_error *err);

/* Fail, with what happened and what would do, if an image's file is not what it was. */
enum septum_status spt_project_check_image(const struct spt_project *project,
                                           const struct spt_project_image *image,
                                           struct septum_error *err);

/*
 * The pages of `count` images that were checked, in their order, as a set whose pages
 * are borrowed from *files: free pages->pages alone, then clear *files.
 */
enum septum_status spt_project_pages(const struct spt_project_image *const *images,
                                     size_t count, struct spt_set *files,
                                     struct spt_set *pages, struct septum_error *err);

/*
 * Add a page of a file; *added is false, and *id that of the image, when it is there
 * already.  Refuses a name that another image has, and a file that was added before and
 * has changed.
 */
enum septum_status
spt_project_add_image(struct spt_project *project, const struct spt_page *page,
                      bool validation, int64_t *id, bool *added,
                      struct septum_error *err);

struct spt_relinked {
    size_t found;        /* files that are now known at their new place */
    size_t missing;      /* that still are not */
    char *first_missing; /* path of the first of them, or NULL; owned by the caller */
};

/* Look among the files of `set` for the missing ones, by content; of several with the
 * same, the one of the same name is taken. */
enum septum_status
spt_project_relink(struct spt_project *project, const struct spt_set *set,
                   struct spt_relinked *out, struct septum_error *err);

/* ---- models ---------------------------------------------------------------------- */

/* Make an ONNX file's bytes the current model, unless they are already.  `note` says
 * where it is from. */
enum septum_status
spt_project_add_model(struct spt_project *project, const struct spt_bytes *onnx,
                      const char *note, int64_t *id, struct septum_error *err);

/* The current model; *id is 0 and *onnx as it was when there is none.  `onnx` may be
 * NULL; the caller clears it. */
enum septum_status spt_project_model(struct spt_project *project, int64_t *id,
                                     struct spt_bytes *onnx, struct septum_error *err);

/* The rounds that had been answered when a model came; 0 for one that is unknown. */
enum septum_status spt_project_model_round(struct spt_project *project, int64_t id,
                                           int64_t *round, struct septum_error *err);

/* The number of models that were current. */
enum septum_status spt_project_models(struct spt_project *project, int64_t *count,
                                      struct septum_error *err);

struct spt_project_score {
    double f_score, precision, recall, threshold;
    uint64_t pixels;
};

/* Record what a model scored on the validation images as they are labelled now. */
enum septum_status
spt_project_add_score(struct spt_project *project, int64_t model,
                      const struct spt_project_score *score, struct septum_error *err);

/* The score of the current model; *found is false when it has none, or the validation
 * images have been labelled further since. */
enum septum_status
spt_project_score(struct spt_project *project, struct spt_project_score *out,
                  bool *found, struct septum_error *err);

#endif
