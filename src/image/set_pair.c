/*
 * set_pair.c - which mask belongs to which image; see set.h.
 *
 * Both sets are looked at in the order of their names.  When these orders agree name by
 * name, they are the pairs; it also settles repeated names, as of several directories
 * with a 000.png each.
 */
#include "image/set.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/input.h"

struct entry {
    const char *name;
    size_t at; /* in the set */
};

static int
compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    if (order != 0)
        return order;
    return (a->at > b->at) - (a->at < b->at);
}

static int
compare_names(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    return strcmp(a->name, b->name);
}

/* The pages in the order of their names; NULL when memory runs out. */
static struct entry *
sort_names(const struct spt_set *set)
{
    struct entry *entries = spt_alloc_array(set->count, sizeof *entries);

    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < set->count; i++)
        entries[i] = (struct entry){.name = set->pages[i].name, .at = i};
    qsort(entries, set->count, sizeof *entries, compare_entries);
    return entries;
}

static const struct entry *
find_name(const struct entry *entries, size_t count, const char *name)
{
    struct entry wanted = {.name = name};

    return bsearch(&wanted, entries, count, sizeof *entries, compare_names);
}

/* The first page of `set` without a partner among fewer others: by name if any name
 * matches, otherwise by order. */
static const struct spt_page *
find_odd_page(const struct spt_set *set, const struct entry *others, size_t count)
{
    size_t odd = set->count;
    bool named = false;

    for (size_t i = 0; i < set->count; i++) {
        if (find_name(others, count, set->pages[i].name) != NULL)
            named = true;
        else if (odd == set->count)
            odd = i;
    }
    return &set->pages[named && odd < set->count ? odd : count];
}

static enum septum_status
refuse_counts(const struct spt_set *images, const struct spt_set *masks,
              const struct entry *image_names, const struct entry *mask_names,
              struct septum_error *err)
{
    bool more_images = images->count > masks->count;
    const struct spt_page *odd = more_images
                                     ? find_odd_page(images, mask_names, masks->count)
                                     : find_odd_page(masks, image_names, images->count);
    const struct spt_set *fewer = more_images ? masks : images;
    const char *last = fewer->count > 0 ? fewer->pages[fewer->count - 1].path : "none";

    return spt_fail(
        err, SEPTUM_EINVAL,
        "%s%s: has no %s; there are %zu images but %zu masks (the last %s is "
        "%s)",
        odd->path, spt_input_page_text(odd->index).text, more_images ? "mask" : "image",
        images->count, masks->count, more_images ? "mask" : "image", last);
}

/* Pair by order, unless a name says otherwise. */
static enum septum_status
pair_by_order(const struct spt_set *images, const struct spt_set *masks,
              const struct entry *mask_names, size_t *mask_of, struct septum_error *err)
{
    for (size_t i = 0; i < images->count; i++) {
        const struct spt_page *image = &images->pages[i], *mask = &masks->pages[i];
        const struct entry *named = find_name(mask_names, masks->count, image->name);

        if (named != NULL && strcmp(mask->name, image->name) != 0)
            return spt_fail(
                err, SEPTUM_EINVAL,
                "%s: by its place in the order its mask would be %s, by its "
                "name %s; give all masks the names of their images, or none",
                image->path, mask->path, masks->pages[named->at].path);
        mask_of[i] = i;
    }
    return SEPTUM_OK;
}

static enum septum_status
check_sizes(const struct spt_set *images, const struct spt_set *masks,
            const size_t *mask_of, struct septum_error *err)
{
    for (size_t i = 0; i < images->count; i++) {
        const struct spt_page *image = &images->pages[i];
        const struct spt_page *mask = &masks->pages[mask_of[i]];

        if (image->height != mask->height || image->width != mask->width)
            return spt_fail(
                err, SEPTUM_EINVAL,
                "%s%s: has %" PRIu32 " x %" PRIu32 " pixels, but its mask %s%s has "
                "%" PRIu32 " x %" PRIu32,
                image->path, spt_input_page_text(image->index).text, image->width,
                image->height, mask->path, spt_input_page_text(mask->index).text,
                mask->width, mask->height);
    }
    return SEPTUM_OK;
}

enum septum_status
spt_set_pair(const struct spt_set *images, const struct spt_set *masks, size_t *mask_of,
             struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct entry *image_names = sort_names(images), *mask_names = sort_names(masks);
    size_t *pairs = spt_alloc_array(images->count, sizeof *pairs);
    size_t equal = 0;

    if (image_names == NULL || mask_names == NULL || pairs == NULL) {
        status = spt_fail_memory(err, "pairing images with masks",
                                 images->count * sizeof *pairs);
        goto done;
    }
    if (images->count != masks->count) {
        status = refuse_counts(images, masks, image_names, mask_names, err);
        goto done;
    }
    while (equal < images->count &&
           strcmp(image_names[equal].name, mask_names[equal].name) == 0)
        equal++;
    if (equal == images->count) {
        for (size_t i = 0; i < equal; i++)
            pairs[image_names[i].at] = mask_names[i].at;
    } else {
        status = pair_by_order(images, masks, mask_names, pairs, err);
    }
    if (status == SEPTUM_OK)
        status = check_sizes(images, masks, pairs, err);
    for (size_t i = 0; i < images->count && status == SEPTUM_OK; i++)
        mask_of[i] = pairs[i];
done:
    free(image_names);
    free(mask_names);
    free(pairs);
    return status;
}
