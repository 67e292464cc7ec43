/*
 * set.c - see set.h.
 */
#include "image/set.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "image/input.h"
#include "image/reader.h"
#include "image/rows.h"

static const struct spt_reader *const readers[] = {
    &spt_reader_png,
    &spt_reader_tiff,
    NULL,
};

/* ---- listing --------------------------------------------------------------------- */

/* The set in the making, and the file whose pages are being added. */
struct listing {
    struct spt_set set;
    size_t capacity;
    const struct spt_reader *reader;
    const char *path;
};

/* The callback of struct spt_reader's `list`. */
static enum septum_status
add_page(void *user, const struct spt_page *found, struct septum_error *err)
{
    struct listing *list = user;
    uint64_t pixels = (uint64_t)found->height * found->width;
    struct spt_page page = *found;

    if (pixels == 0 || pixels > SPT_PAGE_PIXELS_MAX)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: claims %" PRIu32 " x %" PRIu32
                        " pixels; Septum takes images of 1 to %" PRIu64 " pixels",
                        list->path, spt_input_page_text(page.index).text, page.width,
                        page.height, SPT_PAGE_PIXELS_MAX);
    if (list->set.count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 64;
        struct spt_page *pages =
            spt_alloc_grow(list->set.pages, capacity, sizeof *pages);

        if (pages == NULL)
            return spt_fail_memory(err, list->path, capacity * sizeof *pages);
        list->set.pages = pages;
        list->capacity = capacity;
    }
    page.reader = list->reader;
    page.name = NULL; /* depends on how many pages there are */
    page.path = strdup(list->path);
    if (page.path == NULL)
        return spt_fail_memory(err, list->path, strlen(list->path));
    list->set.pages[list->set.count++] = page;
    return SEPTUM_OK;
}

/* The length of a base name without its ending, of which "ome.tif" is one. */
static int
measure_stem(const char *base)
{
    const char *dot = strrchr(base, '.');
    size_t length = dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base);

    if (base[length] != '\0' && length > 4 &&
        strncasecmp(base + length - 4, ".ome", 4) == 0)
        length -= 4;
    return (int)length;
}

/* Name the pages of one file: those from `first` on. */
static enum septum_status
name_pages(struct spt_set *set, size_t first, const char *path,
           struct septum_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    int stem = measure_stem(base);
    bool several = set->count - first > 1;

    for (size_t i = first; i < set->count; i++) {
        struct spt_page *page = &set->pages[i];
        int length =
            several ? asprintf(&page->name, "%.*s-%04" PRIu32, stem, base, page->index)
                    : asprintf(&page->name, "%.*s", stem, base);

        if (length < 0) {
            page->name = NULL; /* asprintf leaves it undefined */
            return spt_fail_memory(err, path, strlen(path));
        }
    }
    return SEPTUM_OK;
}

/* Find the reader of a file by its first bytes; *reader becomes NULL if none is. */
static enum septum_status
recognise_file(const char *path, const struct spt_reader **reader,
               struct septum_error *err)
{
    uint8_t start[8];
    uint64_t size;
    ssize_t got;
    int file;
    enum septum_status status = spt_input_open(path, &file, &size, err);

    if (status != SEPTUM_OK)
        return status;
    got = read(file, start, sizeof start);
    if (got < 0)
        status = spt_fail_errno(err, path);
    close(file);
    if (status != SEPTUM_OK)
        return status;
    *reader = NULL;
    for (size_t i = 0; readers[i] != NULL; i++)
        if (readers[i]->recognise(start, (size_t)got))
            *reader = readers[i];
    return SEPTUM_OK;
}

static enum septum_status
refuse_file(const char *path, struct septum_error *err)
{
    struct stat about;
    bool empty = stat(path, &about) == 0 && about.st_size == 0;

    return spt_fail(err, SEPTUM_EFORMAT,
                    empty ? "%s: is empty; Septum reads PNG and TIFF files"
                          : "%s: is neither a PNG nor a TIFF file",
                    path);
}

static enum septum_status
list_file(struct listing *list, const char *path, const struct spt_reader *reader,
          struct septum_error *err)
{
    size_t first = list->set.count;
    enum septum_status status;

    list->reader = reader;
    list->path = path;
    status = reader->list(path, add_page, list, err);
    if (status != SEPTUM_OK)
        return status;
    return name_pages(&list->set, first, path, err);
}

static bool
has_image_ending(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL &&
           (strcasecmp(dot, ".png") == 0 || strcasecmp(dot, ".tif") == 0 ||
            strcasecmp(dot, ".tiff") == 0);
}

/* List an entry of a directory if it is an image, or is named as if it were. */
static enum septum_status
list_entry(struct listing *list, const char *path, struct septum_error *err)
{
    const struct spt_reader *reader = NULL;
    bool wanted = has_image_ending(path);
    struct stat about;
    enum septum_status status;

    if (stat(path, &about) != 0)
        return wanted ? spt_fail_errno(err, path) : SEPTUM_OK;
    if (!S_ISREG(about.st_mode))
        return SEPTUM_OK;
    status = recognise_file(path, &reader, wanted ? err : NULL);
    if (status != SEPTUM_OK && wanted)
        return status;
    if (reader != NULL)
        return list_file(list, path, reader, err);
    return wanted ? refuse_file(path, err) : SEPTUM_OK;
}

static int
is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Compare two runs of digits as numbers of any length, and step over them. */
static int
compare_numbers(const char **a, const char **b)
{
    size_t length_a, length_b;
    int order;

    *a += strspn(*a, "0");
    *b += strspn(*b, "0");
    length_a = strspn(*a, "0123456789");
    length_b = strspn(*b, "0123456789");
    if (length_a != length_b)
        return length_a < length_b ? -1 : 1;
    order = memcmp(*a, *b, length_a);
    *a += length_a;
    *b += length_b;
    return order;
}

static int
compare_naturally(const struct dirent **left, const struct dirent **right)
{
    const char *a = (*left)->d_name, *b = (*right)->d_name;

    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            int order = compare_numbers(&a, &b);

            if (order != 0)
                return order;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    if (*a != *b)
        return *a == '\0' ? -1 : 1;
    return strcmp((*left)->d_name, (*right)->d_name); /* "01" and "1" */
}

static enum septum_status
list_directory(struct listing *list, const char *path, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    size_t length = strlen(path);
    const char *slash = length > 0 && path[length - 1] == '/' ? "" : "/";
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_visible, compare_naturally);

    if (count < 0)
        return spt_fail_errno(err, path);
    for (int i = 0; i < count; i++) {
        char *entry = NULL;

        if (status == SEPTUM_OK) {
            if (asprintf(&entry, "%s%s%s", path, slash, entries[i]->d_name) < 0) {
                entry = NULL;
                status = spt_fail_memory(err, path, length);
            } else {
                status = list_entry(list, entry, err);
            }
        }
        free(entry);
        free(entries[i]);
    }
    free(entries);
    return status;
}

static enum septum_status
list_source(struct listing *list, const char *path, struct septum_error *err)
{
    const struct spt_reader *reader = NULL;
    size_t before = list->set.count;
    struct stat about;
    enum septum_status status;

    if (stat(path, &about) != 0)
        return spt_fail_errno(err, path);
    if (S_ISDIR(about.st_mode)) {
        status = list_directory(list, path, err);
        if (status == SEPTUM_OK && list->set.count == before)
            status = spt_fail(err, SEPTUM_EINVAL,
                              "%s: holds no PNG or TIFF image (sub-directories are not "
                              "entered)",
                              path);
        return status;
    }
    status = recognise_file(path, &reader, err);
    if (status != SEPTUM_OK)
        return status;
    return reader != NULL ? list_file(list, path, reader, err) : refuse_file(path, err);
}

enum septum_status
spt_set_open(const char *const *sources, size_t count, struct spt_set *out,
             struct septum_error *err)
{
    struct listing list = {0};
    enum septum_status status = SEPTUM_OK;

    if (count == 0)
        return spt_fail(err, SEPTUM_EINVAL, "no image file or directory is named");
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
        status = list_source(&list, sources[i], err);
    if (status == SEPTUM_OK)
        *out = list.set;
    else
        spt_set_clear(&list.set);
    return status;
}

void
spt_set_clear(struct spt_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free(set->pages[i].path);
        free(set->pages[i].name);
    }
    free(set->pages);
    *set = (struct spt_set){0};
}

/* ---- reading --------------------------------------------------------------------- */

enum septum_status
spt_page_read(const struct spt_page *page, float *pixels, struct septum_error *err)
{
    struct spt_rows *rows;
    enum septum_status status = spt_rows_open(page, &rows, err);

    if (status != SEPTUM_OK)
        return status;
    status = spt_rows_read(rows, 0, page->height, pixels, err);
    spt_rows_close(rows);
    return status;
}
