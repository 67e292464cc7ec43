/*
 * test_safety.c - what was confirmed is never lost: processes killed in the middle of
 * writing, disks that fill up, and two processes that write at once.
 */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "support/project.h"
#include "support/scratch.h"

#define SIDE 96
#define PIXELS ((size_t)SIDE * SIDE)
#define KILLS 30

/* What the child says it was told, in memory that outlives it. */
struct record {
    volatile int confirmed;
    volatile bool opened;
};

/* Answer number n: a box and labels that follow from n. */
static struct spt_answer
make_answer(int64_t image, int n, uint8_t *pixels)
{
    struct spt_answer answer = project_answer(image, (uint32_t)(n * 7 % 64 + 8),
                                              (uint32_t)(n * 11 % 48 + 9), pixels);

    answer.top = (uint32_t)n * 5 % (SIDE - answer.height + 1);
    answer.left = (uint32_t)n * 3 % (SIDE - answer.width + 1);
    for (size_t i = 0; i < (size_t)answer.height * answer.width; i++)
        pixels[i] = (uint8_t)(spt_random_hash((uint64_t)n, i) % 4);
    pixels[0] = SPT_LABEL_MEMBRANE;
    return answer;
}

static void
expect(uint8_t *labels, int from, int to)
{
    static uint8_t pixels[PIXELS];

    for (int n = from; n < to; n++) {
        struct spt_answer answer = make_answer(1, n, pixels);

        for (size_t i = 0; i < (size_t)answer.height * answer.width; i++)
            if (pixels[i] != SPT_LABEL_KEEP)
                labels[(answer.top + i / answer.width) * SIDE + answer.left +
                       i % answer.width] = pixels[i];
    }
}

/* In the child: answer on and on, and say after each that it was confirmed. */
static _Noreturn void
answer_until_killed(const char *path, int64_t image, struct record *record)
{
    static uint8_t pixels[PIXELS];
    struct spt_project *project;

    if (spt_project_open(path, &project, NULL) != SEPTUM_OK)
        _exit(1);
    record->opened = true;
    for (;;) {
        struct spt_answer answer = make_answer(image, record->confirmed, pixels);
        int64_t id;

        if (spt_project_answer(project, &answer, &id, NULL) != SEPTUM_OK)
            _exit(1);
        record->confirmed++;
    }
}

static struct record *
share_record(void)
{
    struct record *record = mmap(NULL, sizeof *record, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(record != MAP_FAILED);
    return record;
}

struct count {
    int answers;
};

static enum septum_status
count_answer(void *user, const char *image, const struct spt_answer *answer,
             struct septum_error *err)
{
    (void)image;
    (void)answer;
    (void)err;
    ((struct count *)user)->answers++;
    return SEPTUM_OK;
}

static int
count_answers(struct spt_project *project)
{
    struct count count = {0};

    assert_int_equal(spt_project_history(project, count_answer, &count, NULL),
                     SEPTUM_OK);
    return count.answers;
}

static void
loses_nothing_confirmed_when_killed(void **state)
{
    struct spt_project *project = project_make("kill");
    int64_t image = project_add(project, "kill-image", SIDE, SIDE);
    struct record *record = share_record();
    uint8_t wanted[PIXELS], found[PIXELS];
    struct spt_random random;
    int known = 0;

    (void)state;
    assert_int_equal(image, 1);
    spt_project_free(project);
    spt_random_init(&random, (uint64_t)time(NULL), 3);
    memset(wanted, SPT_LABEL_UNKNOWN, sizeof wanted);
    for (int kill_number = 0; kill_number < KILLS; kill_number++) {
        struct timespec wait = {0, (long)spt_random_below(&random, 50000000) + 1};
        pid_t child;
        int ended, written;

        record->opened = false;
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
            answer_until_killed(scratch_path("kill"), image, record);
        /* Some are killed as they open the file, most as they write. */
        while (kill_number % 5 != 0 && !record->opened)
            sched_yield();
        nanosleep(&wait, NULL);
        kill(child, SIGKILL);
        waitpid(child, &ended, 0);
        assert_true(WIFSIGNALED(ended)); /* it did not fail by itself */
        /* Opening checks the whole file. */
        project = project_reopen(scratch_path("kill"));
        written = count_answers(project);
        /* One more may be in whole, that the child was killed before saying so. */
        assert_true(written == record->confirmed || written == record->confirmed + 1);
        record->confirmed = written;
        expect(wanted, known, written);
        known = written;
        assert_int_equal(spt_project_labels(project, image, SIDE, SIDE, found, NULL),
                         SEPTUM_OK);
        assert_memory_equal(found, wanted, sizeof found);
        spt_project_free(project);
    }
    print_message("# %d answers through %d kills\n", known, KILLS);
    assert_true(known > 0);
}

static void
two_processes_write_in_turn(void **state)
{
    enum {
        EACH = 40
    };
    struct spt_project *project = project_make("two");
    int64_t image = project_add(project, "two-image", SIDE, SIDE);
    pid_t children[2];

    (void)state;
    spt_project_free(project);
    for (int c = 0; c < 2; c++) {
        children[c] = fork();
        if (children[c] == 0) {
            static uint8_t pixels[PIXELS];
            struct spt_project *mine;
            int64_t id;

            if (spt_project_open(scratch_path("two"), &mine, NULL) != SEPTUM_OK)
                _exit(1);
            for (int n = 0; n < EACH; n++) {
                struct spt_answer answer = make_answer(image, n, pixels);

                if (spt_project_answer(mine, &answer, &id, NULL) != SEPTUM_OK)
                    _exit(1);
            }
            spt_project_free(mine);
            _exit(0);
        }
    }
    for (int c = 0; c < 2; c++) {
        int ended;

        waitpid(children[c], &ended, 0);
        assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
    }
    project = project_reopen(scratch_path("two"));
    assert_int_equal(count_answers(project), 2 * EACH);
    spt_project_free(project);
}

/* A disk of a megabyte, in a mount of our own that is gone with this process. */
static bool
mount_disk(const char *place)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("septum", place, "tmpfs", 0, "size=1m") == 0;
}

/* Not everybody may mount. */
static bool
may_mount(void)
{
    const char *place = scratch_directory();
    pid_t child = fork();
    int ended;

    if (child == 0)
        _exit(mount_disk(place) ? 0 : 1);
    waitpid(child, &ended, 0);
    return WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
}

/* Fill a disk of a megabyte with answers; at the end all that were confirmed are in,
 * the one that was refused is not, and with room again work goes on. */
static void
keeps_all_that_was_confirmed_on_a_full_disk(void **state)
{
    char place[600], path[640], ballast[640];
    uint8_t pixels[PIXELS], wanted[PIXELS], found[PIXELS];
    struct spt_project *project;
    struct septum_error err = {0};
    enum septum_status status = SEPTUM_OK;
    int confirmed = 0;
    int64_t image, id;
    FILE *file;

    (void)state;
    snprintf(place, sizeof place, "%s", scratch_path("disk"));
    mkdir(place, 0777);
    assert_true(mount_disk(place));
    snprintf(path, sizeof path, "%s/p", place);
    snprintf(ballast, sizeof ballast, "%s/ballast", place);
    file = fopen(ballast, "wb");
    for (int i = 0; i < 100000; i++)
        fputc(i, file);
    fclose(file);
    project = project_make("disk/p");
    image = project_add(project, "disk-image", SIDE, SIDE);
    while (status == SEPTUM_OK && confirmed < 10000) {
        struct spt_answer answer = make_answer(image, confirmed, pixels);

        status = spt_project_answer(project, &answer, &id, &err);
        confirmed += status == SEPTUM_OK;
    }
    assert_int_equal(status, SEPTUM_ENOMEM);
    assert_non_null(strstr(err.text, "the disk is full; nothing of this was recorded"));
    assert_true(confirmed > 10);
    spt_project_free(project);
    unlink(ballast);
    project = project_reopen(path);
    assert_int_equal(count_answers(project), confirmed);
    memset(wanted, SPT_LABEL_UNKNOWN, sizeof wanted);
    expect(wanted, 0, confirmed);
    assert_int_equal(spt_project_labels(project, image, SIDE, SIDE, found, NULL),
                     SEPTUM_OK);
    assert_memory_equal(found, wanted, sizeof found);
    {
        struct spt_answer answer = make_answer(image, confirmed, pixels);

        assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
    }
    spt_project_free(project);
    umount(place);
}

/* A disk of a megabyte on which there is room for the log alone, or not even for that:
 * a project that was made is whole, and one that was not leaves nothing. */
static void
makes_a_whole_project_or_none_on_a_full_disk(void **state)
{
    const size_t least = 200000, most = 1000000, step = 20000;
    uint8_t *bytes = calloc(1, most);
    char place[600], path[640];
    size_t made = 0, refused = 0;

    (void)state;
    assert_non_null(bytes);
    snprintf(place, sizeof place, "%s", scratch_path("small"));
    mkdir(place, 0777);
    assert_true(mount_disk(place));
    snprintf(path, sizeof path, "%s/p", place);
    for (size_t count = least; count <= most; count += step) {
        struct spt_bytes model = {bytes, count}, found = {0};
        struct spt_project *project;
        struct septum_error err = {0};
        int64_t id;

        if (spt_project_create(path, &model, "a model", &err) != SEPTUM_OK) {
            assert_non_null(strstr(err.text, "the disk is full"));
            assert_int_not_equal(access(path, F_OK), 0);
            refused++;
            continue;
        }
        project = project_reopen(path);
        assert_int_equal(spt_project_model(project, &id, &found, NULL), SEPTUM_OK);
        assert_int_equal(found.count, count);
        spt_bytes_clear(&found);
        spt_project_free(project);
        unlink(path);
        made++;
    }
    assert_true(made > 0 && refused > 0);
    umount(place);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_nothing_confirmed_when_killed),
        cmocka_unit_test(two_processes_write_in_turn),
        cmocka_unit_test(keeps_all_that_was_confirmed_on_a_full_disk),
        cmocka_unit_test(makes_a_whole_project_or_none_on_a_full_disk),
    };

    if (!may_mount()) { /* cmocka's skip() prints "not ok" */
        print_message("# left out, as mounting is not allowed here: "
                      "what is done on a full disk\n");
        cmocka_set_skip_filter("*_on_a_full_disk");
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
