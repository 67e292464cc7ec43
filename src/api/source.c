/*
 * source.c - see source.h.
 */
#include "api/source.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"

enum septum_status
spt_labelled_open(const struct septum_source *images, const struct septum_masks *masks,
                  void (*sift)(struct spt_set *images), struct spt_labelled *out,
                  struct septum_error *err)
{
    struct spt_labelled labelled = {
        .rule = {
            .has_membrane_value = masks->has_membrane_value,
            .has_unlabelled_value = masks->has_unlabelled_value,
            .membrane_value = masks->membrane_value,
            .unlabelled_value = masks->unlabelled_value,
            .instances = masks->instances,
        }};
    enum septum_status status;

    status = spt_set_open(images->paths, images->count, &labelled.images, err);
    if (status == SEPTUM_OK)
        status = spt_set_open(masks->source.paths, masks->source.count, &labelled.masks,
                              err);
    if (status != SEPTUM_OK)
        goto done;
    if (sift != NULL)
        sift(&labelled.images);
    labelled.mask_of = spt_alloc_array(labelled.images.count, sizeof *labelled.mask_of);
    if (labelled.mask_of == NULL) {
        status = spt_fail_memory(err, "a list of images",
                                 labelled.images.count * sizeof *labelled.mask_of);
        goto done;
    }
    status = spt_set_pair(&labelled.images, &labelled.masks, labelled.mask_of, err);
    if (status != SEPTUM_OK)
        goto done;
    *out = labelled;
    labelled = (struct spt_labelled){0}; /* now the caller's */
done:
    spt_labelled_clear(&labelled);
    return status;
}

void
spt_labelled_clear(struct spt_labelled *labelled)
{
    spt_set_clear(&labelled->images);
    spt_set_clear(&labelled->masks);
    free(labelled->mask_of);
    *labelled = (struct spt_labelled){0};
}

enum septum_status
spt_set_spare(const struct spt_set *set, const char *path, struct septum_error *err)
{
    if (path == NULL || !spt_file_exists(path))
        return SEPTUM_OK;
    for (size_t i = 0; i < set->count; i++)
        if (spt_file_spare(set->pages[i].path, path, err) != SEPTUM_OK)
            return SEPTUM_EINVAL;
    return SEPTUM_OK;
}

enum septum_status
spt_labelled_read(const struct spt_labelled *labelled, size_t index, uint8_t *labels,
                  struct septum_error *err)
{
    return spt_mask_read(&labelled->masks.pages[labelled->mask_of[index]],
                         &labelled->rule, labels, err);
}
