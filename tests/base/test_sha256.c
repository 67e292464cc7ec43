/*
 * test_sha256.c - the examples of FIPS 180-4 and NIST's long message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "support/scratch.h"

static void
assert_digest(const uint8_t digest[SPT_SHA256_BYTES], const char *wanted)
{
    char text[2 * SPT_SHA256_BYTES + 1];

    for (size_t i = 0; i < SPT_SHA256_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(text, wanted);
}

static const struct {
    const char *message, *digest;
} examples[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
     "klmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void
gives_the_digests_of_the_standard(void **state)
{
    uint8_t digest[SPT_SHA256_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        spt_sha256_of(examples[i].message, strlen(examples[i].message), digest);
        assert_digest(digest, examples[i].digest);
    }
}

static void
takes_a_million_letters_in_pieces_of_any_size(void **state)
{
    struct spt_sha256 sha;
    uint8_t digest[SPT_SHA256_BYTES];
    char letters[257];
    size_t left = 1000000, part = 1;

    (void)state;
    memset(letters, 'a', sizeof letters);
    spt_sha256_init(&sha);
    while (left > 0) {
        part = part % sizeof letters + 1;
        part = part < left ? part : left;
        spt_sha256_add(&sha, letters, part);
        left -= part;
    }
    spt_sha256_end(&sha, digest);
    assert_digest(digest,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Lengths around the edge of a block, against the same bytes taken one by one. */
static void
pads_every_length(void **state)
{
    uint8_t data[200], whole[SPT_SHA256_BYTES], single[SPT_SHA256_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 37);
    for (size_t length = 0; length <= sizeof data; length++) {
        struct spt_sha256 sha;

        spt_sha256_init(&sha);
        for (size_t i = 0; i < length; i++)
            spt_sha256_add(&sha, data + i, 1);
        spt_sha256_end(&sha, single);
        spt_sha256_of(data, length, whole);
        assert_memory_equal(single, whole, sizeof whole);
    }
    /* sha256sum of the first 64 of these bytes, which fill a block. */
    spt_sha256_of(data, 64, whole);
    assert_digest(whole,
                  "17ff3615c8f2285b470ee569e15b37503eae49e36882b63ccc1aceb055d7f082");
}

static void
reads_files_and_says_why_it_cannot(void **state)
{
    uint8_t digest[SPT_SHA256_BYTES];
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_sha256_file(scratch_write("abc", "abc", 3), digest, NULL),
                     SEPTUM_OK);
    assert_digest(digest, examples[1].digest);
    assert_int_equal(spt_sha256_file(scratch_path("none"), digest, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, "none: No such file or directory"));
    assert_int_equal(spt_sha256_file(scratch_directory(), digest, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, ": not a regular file"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_digests_of_the_standard),
        cmocka_unit_test(takes_a_million_letters_in_pieces_of_any_size),
        cmocka_unit_test(pads_every_length),
        cmocka_unit_test(reads_files_and_says_why_it_cannot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
