/*
 * next_mask.c - the chosen region as a mask to edit.
 *
 * labels/ holds the mask of one round, so that it can be taken back as a whole: a mask
 * of an earlier round that lay beside it would be taken back once more, over what
 * others have said since.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/next.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include "image/write.h"

#define MEMBRANE 255 /* the values of export */
#define UNKNOWN 127

/* Names which mask labels/ holds; hidden, so that import passes it over. */
#define NOTE "labels/.mask"
#define MOST_NOTE 4096

static char *
name_file(const struct spt_choice *choice, const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s%s", choice->options->directory, folder, name) < 0
               ? NULL
               : path;
}

/* Put the mask of the round before, as the note names it, out of the way. */
static enum septum_status
set_aside(const struct spt_choice *choice, const char *note, struct septum_error *err)
{
    struct spt_bytes bytes = {0};
    char *name = NULL, *from = NULL, *to = NULL, *earlier = NULL;
    enum septum_status status = spt_file_read(note, MOST_NOTE, &bytes, err);

    if (status != SEPTUM_OK)
        return status;
    name = strndup((const char *)bytes.at, bytes.count);
    spt_bytes_clear(&bytes);
    earlier = name_file(choice, "earlier", "");
    if (name != NULL) {
        from = name_file(choice, "labels/", name);
        to = name_file(choice, "earlier/", name);
    }
    if (from == NULL || to == NULL || earlier == NULL)
        status = spt_fail_memory(err, note, MOST_NOTE);
    else if (strchr(name, '/') == NULL && spt_file_exists(from)) {
        status = spt_directory_make(earlier, err);
        if (status == SEPTUM_OK && rename(from, to) != 0)
            status = spt_fail_errno(err, from);
    }
    free(name);
    free(from);
    free(to);
    free(earlier);
    return status;
}

/*
 * The region's pixels as the net proposes them, all others unknown: a mask that is
 * edited and taken back after somebody else has labelled elsewhere must not undo their
 * work.
 */
static void
paint(const struct spt_choice *choice, const float *membrane, uint8_t *mask)
{
    const struct spt_region *region = &choice->region;
    const struct spt_sample *sample = &choice->survey.samples.sample[region->image];
    const struct spt_grid *grid = &choice->survey.candidates[region->image].grid;

    memset(mask, UNKNOWN, (size_t)sample->height * sample->width);
    for (size_t w = 0; w < region->count; w++) {
        size_t top = region->windows[w] / grid->columns * choice->side;
        size_t left = region->windows[w] % grid->columns * choice->side;

        for (size_t i = 0; i < (size_t)choice->side * choice->side; i++) {
            size_t at =
                (top + i / choice->side) * sample->width + left + i % choice->side;
            bool is_membrane =
                sample->labels[at] != SPT_LABEL_UNKNOWN /* what is known stays */
                    ? sample->labels[at] == SPT_LABEL_MEMBRANE
                    : (double)membrane[at] >= choice->workspace.model.threshold;

            mask[at] = is_membrane ? MEMBRANE : 0;
        }
    }
}

/* Write the mask, and the note that names it. */
static enum septum_status
write_files(const struct spt_choice *choice, const char *name, const uint8_t *mask,
            const char *note, struct septum_error *err)
{
    const struct spt_sample *sample =
        &choice->survey.samples.sample[choice->region.image];
    char *path = name_file(choice, "labels/", name);
    enum septum_status status;

    if (path == NULL)
        return spt_fail_memory(err, name, 256);
    status = spt_write_png(path, mask, sample->height, sample->width, 1,
                           choice->options->force, err);
    if (status == SEPTUM_OK)
        status = spt_file_write(note, name, strlen(name), true, err);
    free(path);
    return status;
}

enum septum_status
spt_choice_write_mask(const struct spt_choice *choice, const float *membrane,
                      struct septum_error *err)
{
    const size_t image = choice->region.image;
    const struct spt_sample *sample = &choice->survey.samples.sample[image];
    size_t pixels = (size_t)sample->height * sample->width;
    uint8_t *mask = spt_alloc_array(pixels, 1);
    char *labels = name_file(choice, "labels", ""), *note = name_file(choice, NOTE, "");
    char *name = NULL;
    enum septum_status status = SEPTUM_OK;

    if (asprintf(&name, "%s.png",
                 choice->workspace.images.image[choice->survey.which[image]].name) < 0)
        name = NULL;
    if (mask == NULL || labels == NULL || note == NULL || name == NULL)
        status = spt_fail_memory(err, "mask", pixels);
    if (status == SEPTUM_OK)
        status = spt_directory_make(labels, err);
    if (status == SEPTUM_OK && choice->options->force && spt_file_exists(note))
        status = set_aside(choice, note, err);
    if (status == SEPTUM_OK) {
        paint(choice, membrane, mask);
        status = write_files(choice, name, mask, note, err);
    }
    free(mask);
    free(labels);
    free(note);
    free(name);
    return status;
}
