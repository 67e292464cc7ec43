/*
 * test_images.c - images are known by content: moved and changed ones are noticed.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/project.h"
#include "support/scratch.h"

/* Add all pages of the file `path`; how many were new. */
static unsigned
add_all(struct spt_project *project, const char *path, enum septum_status wanted,
        struct septum_error *err)
{
    struct spt_set set = {0};
    unsigned count = 0;
    enum septum_status status = SEPTUM_OK;

    assert_int_equal(spt_set_open(&path, 1, &set, NULL), SEPTUM_OK);
    for (size_t i = 0; i < set.count && status == SEPTUM_OK; i++) {
        bool added = false;
        int64_t id;

        status = spt_project_add_image(project, &set.pages[i], false, &id, &added, err);
        count += added;
    }
    assert_int_equal(status, wanted);
    spt_set_clear(&set);
    return count;
}

static enum spt_file_state
state_of(struct spt_project *project, size_t image, struct septum_error *err)
{
    struct spt_project_images images = {0};
    enum spt_file_state state;

    assert_int_equal(spt_project_images(project, true, &images, NULL), SEPTUM_OK);
    state = images.image[image].state;
    assert_int_equal(spt_project_check_image(project, &images.image[image], err) ==
                         SEPTUM_OK,
                     state == SPT_FILE_SAME);
    spt_project_images_clear(&images);
    return state;
}

static void
change_a_bit(const char *path)
{
    FILE *file = fopen(path, "r+b");
    int byte;

    assert_non_null(file);
    fseek(file, 45, SEEK_SET);
    byte = fgetc(file);
    fseek(file, 45, SEEK_SET);
    fputc(byte ^ 1, file);
    fclose(file);
}

static void
lists_what_was_added_and_adds_nothing_twice(void **state)
{
    struct spt_project *project = project_make("list");
    struct spt_project_images images = {0};

    (void)state;
    project_add(project, "list-b", 5, 7);
    project_add(project, "list-a", 6, 8);
    assert_int_equal(add_all(project, scratch_path("list-a.png"), SEPTUM_OK, NULL), 0);
    assert_int_equal(spt_project_images(project, true, &images, NULL), SEPTUM_OK);
    assert_int_equal(images.count, 2);
    assert_string_equal(images.image[0].name, "list-b");
    assert_int_equal(images.image[0].height, 5);
    assert_int_equal(images.image[0].width, 7);
    assert_false(images.image[0].validation);
    assert_string_equal(images.image[1].name, "list-a");
    assert_int_equal(images.image[1].state, SPT_FILE_SAME);
    spt_project_images_clear(&images);
    spt_project_free(project);
}

static void
refuses_a_second_image_of_a_name(void **state)
{
    struct spt_project *project = project_make("names");
    struct septum_error err = {0};
    char path[600];

    (void)state;
    project_add(project, "twin", 5, 7);
    mkdir(scratch_path("elsewhere"), 0777);
    snprintf(path, sizeof path, "%s", scratch_path("elsewhere/twin.png"));
    project_write_image(path, 9, 9, 4);
    add_all(project, path, SEPTUM_EINVAL, &err);
    assert_non_null(strstr(err.text, "the project has an image named twin already"));
    spt_project_free(project);
}

static void
notices_what_is_gone_or_changed(void **state)
{
    struct spt_project *project = project_make("changes");
    struct septum_error err = {0};
    char path[600], old[640];
    struct timespec times[2] = {{1, 0}, {1, 0}};

    (void)state;
    project_add(project, "changes-0", 5, 7);
    snprintf(path, sizeof path, "%s", scratch_path("changes-0.png"));
    snprintf(old, sizeof old, "%s.old", path);
    rename(path, old);
    assert_int_equal(state_of(project, 0, &err), SPT_FILE_MISSING);
    assert_non_null(strstr(err.text, "changes-0.png: is not there any more (image "
                                     "changes-0 of the project); if it was moved, run: "
                                     "septum project relink "));
    project_write_image(path, 6, 7, 1); /* another size */
    assert_int_equal(state_of(project, 0, &err), SPT_FILE_CHANGED);
    assert_non_null(strstr(err.text, "holds other bytes than when it was added on 20"));
    add_all(project, path, SEPTUM_EFORMAT, &err);
    assert_non_null(strstr(err.text, "holds other bytes than when it was added on 20"));
    rename(old, path);
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_SAME);
    utimensat(AT_FDCWD, path, times, 0); /* another date, the same bytes */
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_SAME);
    change_a_bit(path);
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_CHANGED);
    utimensat(AT_FDCWD, path, times,
              0); /* a date that is known: it is not read again */
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_SAME);
    spt_project_free(project);
}

static void
looks_at_one_image_as_it_is_now(void **state)
{
    struct spt_project *project = project_make("one");
    struct spt_project_images one = {0};
    struct septum_error err = {0};
    char path[600];
    int64_t id;

    (void)state;
    project_add(project, "one-0", 5, 7);
    id = project_add(project, "one-1", 6, 8);
    assert_int_equal(spt_project_image(project, id, &one, NULL), SEPTUM_OK);
    assert_int_equal(one.count, 1);
    assert_string_equal(one.image[0].name, "one-1");
    assert_int_equal(one.image[0].height, 6);
    spt_project_images_clear(&one);
    assert_int_equal(spt_project_image(project, id + 1, &one, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "has no such image any more"));
    snprintf(path, sizeof path, "%s", scratch_path("one-1.png"));
    project_write_image(path, 6, 7, 1);
    assert_int_equal(spt_project_image(project, id, &one, &err), SEPTUM_EFORMAT);
    assert_non_null(strstr(err.text, "holds other bytes than when it was added on 20"));
    assert_int_equal(one.count, 0);
    spt_project_free(project);
}

static void
sees_a_change_of_a_single_bit(void **state)
{
    struct spt_project *project = project_make("bit");

    (void)state;
    project_add(project, "bit-0", 5, 7);
    change_a_bit(scratch_path("bit-0.png"));
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_CHANGED);
    spt_project_free(project);
}

static void
finds_its_images_when_the_folder_moves(void **state)
{
    struct spt_project *project;
    char folder[600], moved[600], path[700];

    (void)state;
    snprintf(folder, sizeof folder, "%s", scratch_path("folder"));
    snprintf(moved, sizeof moved, "%s", scratch_path("moved"));
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/images", folder);
    mkdir(path, 0777);
    project = project_make("folder/p");
    project_add(project, "folder/images/one", 5, 7);
    spt_project_free(project);
    assert_int_equal(rename(folder, moved), 0);
    project = project_reopen(scratch_path("moved/p"));
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_SAME);
    spt_project_free(project);
}

static void
relinks_by_content_and_tells_what_is_missing(void **state)
{
    struct spt_project *project = project_make("relink");
    struct spt_relinked relinked = {0};
    struct spt_set set = {0};
    struct septum_error err = {0};
    char place[600], from[640], to[640];
    const char *source = place;

    (void)state;
    project_add(project, "relink-0", 5, 7);
    project_add(project, "relink-1", 5, 7);
    project_add(project, "relink-2", 5, 7);
    snprintf(place, sizeof place, "%s", scratch_path("place"));
    mkdir(place, 0777);
    /* The first under another name, beside a copy that has its name; the second as it
     * was; the third is lost, and one of its name holds other pixels. */
    snprintf(from, sizeof from, "%s", scratch_path("relink-0.png"));
    snprintf(to, sizeof to, "%s/a.png", place);
    rename(from, to);
    snprintf(from, sizeof from, "%s/relink-0.png", place);
    link(to, from);
    unlink(scratch_path("relink-2.png"));
    snprintf(from, sizeof from, "%s/relink-2.png", place);
    project_write_image(from, 5, 7, 12345);
    assert_int_equal(spt_set_open(&source, 1, &set, NULL), SEPTUM_OK);
    assert_int_equal(spt_project_relink(project, &set, &relinked, &err), SEPTUM_OK);
    assert_int_equal(relinked.found, 1);
    assert_int_equal(relinked.missing, 1);
    assert_non_null(strstr(relinked.first_missing, "relink-2.png"));
    free(relinked.first_missing);
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_SAME);
    assert_int_equal(state_of(project, 1, NULL), SPT_FILE_SAME);
    assert_int_equal(state_of(project, 2, NULL), SPT_FILE_MISSING);
    unlink(to); /* the copy of another name was not what was taken */
    assert_int_equal(state_of(project, 0, NULL), SPT_FILE_SAME);
    spt_set_clear(&set);
    spt_project_free(project);
}

/* A page goes on recording while files are read to find those that are missing. */
static void
looks_for_files_while_another_process_writes(void **state)
{
    struct spt_project *project = project_make("busy"), *other;
    struct spt_relinked relinked = {0};
    struct spt_set set = {0};
    char place[600], path[640];
    const char *source = place;

    (void)state;
    project_add(project, "busy-0", 5, 7);
    snprintf(path, sizeof path, "%s", scratch_path("busy-0.png"));
    unlink(path);
    snprintf(place, sizeof place, "%s", scratch_path("busy-place"));
    mkdir(place, 0777);
    snprintf(path, sizeof path, "%s/busy-0.png", place);
    project_write_image(path, 5, 7, 12345);
    assert_int_equal(spt_set_open(&source, 1, &set, NULL), SEPTUM_OK);
    other = project_reopen(scratch_path("busy"));
    assert_int_equal(spt_project_begin(other, NULL), SEPTUM_OK);
    assert_int_equal(spt_project_relink(project, &set, &relinked, NULL), SEPTUM_OK);
    assert_int_equal(relinked.missing, 1);
    assert_int_equal(spt_project_end(other, SEPTUM_OK, NULL), SEPTUM_OK);
    free(relinked.first_missing);
    spt_set_clear(&set);
    spt_project_free(other);
    spt_project_free(project);
}

static void
opens_the_pages_of_chosen_images(void **state)
{
    struct spt_project *project = project_make("pages");
    struct spt_project_images images = {0};
    struct spt_set files = {0}, pages = {0};
    const struct spt_project_image *chosen[2];
    float pixels[48];

    (void)state;
    for (int i = 0; i < 3; i++) {
        char name[16];

        snprintf(name, sizeof name, "pages-%d", i);
        project_add(project, name, 6, 8);
    }
    assert_int_equal(spt_project_images(project, true, &images, NULL), SEPTUM_OK);
    chosen[0] = &images.image[2];
    chosen[1] = &images.image[0];
    assert_int_equal(spt_project_pages(chosen, 2, &files, &pages, NULL), SEPTUM_OK);
    assert_int_equal(pages.count, 2);
    assert_string_equal(pages.pages[0].name, "pages-2");
    assert_string_equal(pages.pages[1].name, "pages-0");
    assert_int_equal(spt_page_read(&pages.pages[0], pixels, NULL), SEPTUM_OK);
    free(pages.pages);
    spt_set_clear(&files);
    spt_project_images_clear(&images);
    spt_project_free(project);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_what_was_added_and_adds_nothing_twice),
        cmocka_unit_test(refuses_a_second_image_of_a_name),
        cmocka_unit_test(notices_what_is_gone_or_changed),
        cmocka_unit_test(looks_at_one_image_as_it_is_now),
        cmocka_unit_test(sees_a_change_of_a_single_bit),
        cmocka_unit_test(finds_its_images_when_the_folder_moves),
        cmocka_unit_test(relinks_by_content_and_tells_what_is_missing),
        cmocka_unit_test(looks_for_files_while_another_process_writes),
        cmocka_unit_test(opens_the_pages_of_chosen_images),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
