/*
 * test_kept.c - what a project keeps comes back for what it was made from alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "project/kept.h"
#include "support/project.h"

static void
digest_of(const char *text, uint8_t digest[SPT_SHA256_BYTES])
{
    spt_sha256_of(text, 1, digest);
}

static void
keep(struct spt_project *project, const char *name, const char *from, const char *what)
{
    uint8_t digest[SPT_SHA256_BYTES];
    struct spt_bytes bytes = {0};

    digest_of(from, digest);
    assert_true(spt_bytes_append(&bytes, what, 3));
    assert_int_equal(spt_project_keep(project, name, digest, &bytes, NULL), SEPTUM_OK);
    spt_bytes_clear(&bytes);
}

/* NULL: nothing is kept. */
static void
expect(struct spt_project *project, const char *name, const char *from,
       const char *what)
{
    uint8_t digest[SPT_SHA256_BYTES];
    struct spt_bytes bytes = {0};

    digest_of(from, digest);
    assert_int_equal(spt_project_kept(project, name, digest, &bytes, NULL), SEPTUM_OK);
    assert_int_equal(bytes.count, what == NULL ? 0 : 3);
    if (what != NULL)
        assert_memory_equal(bytes.at, what, 3);
    spt_bytes_clear(&bytes);
}

static void
comes_back_for_the_same_and_gives_way_to_the_new(void **state)
{
    struct spt_project *project = project_make("kept");

    (void)state;
    expect(project, "one", "a", NULL);
    keep(project, "one", "a", "abc");
    keep(project, "two", "a", "xyz");
    expect(project, "one", "a", "abc");
    expect(project, "two", "a", "xyz");
    expect(project, "one", "b", NULL);
    keep(project, "one", "b", "def");
    expect(project, "one", "b", "def");
    expect(project, "one", "a", NULL);
    spt_project_free(project);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_for_the_same_and_gives_way_to_the_new),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
