/*
 * test_guard.c - who is let in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/guard.h"

static struct spt_guard
make_guard(const char *address, bool tls)
{
    struct spt_guard guard;
    struct septum_error err;

    assert_int_equal(spt_guard_init(&guard, address, 8080, tls, &err), SEPTUM_OK);
    return guard;
}

static void
draws_two_secrets_that_nobody_had(void **state)
{
    struct spt_guard a = make_guard("127.0.0.1", false);
    struct spt_guard b = make_guard("127.0.0.1", false);

    (void)state;
    assert_int_equal(strlen(a.token), 64);
    assert_int_equal(strspn(a.session, "0123456789abcdef"), 64);
    assert_string_not_equal(a.token, a.session);
    assert_string_not_equal(a.token, b.token);
    assert_string_not_equal(a.session, b.session);
}

static void
knows_its_token_and_no_other(void **state)
{
    struct spt_guard guard = make_guard("127.0.0.1", false);
    char wrong[SPT_SECRET_TEXT];

    (void)state;
    assert_true(spt_guard_knows_token(&guard, guard.token));
    assert_false(spt_guard_knows_token(&guard, NULL));
    assert_false(spt_guard_knows_token(&guard, ""));
    assert_false(spt_guard_knows_token(&guard, guard.session));
    memcpy(wrong, guard.token, sizeof wrong);
    wrong[63] = wrong[63] == '0' ? '1' : '0';
    assert_false(spt_guard_knows_token(&guard, wrong));
    wrong[63] = '\0';
    assert_false(spt_guard_knows_token(&guard, wrong));
}

static void
finds_its_cookie_among_others(void **state)
{
    struct spt_guard guard = make_guard("127.0.0.1", false);
    char cookies[400];

    (void)state;
    assert_string_equal(guard.cookie, "septum-8080");
    assert_false(spt_guard_knows_cookie(&guard, NULL));
    assert_false(spt_guard_knows_cookie(&guard, ""));
    snprintf(cookies, sizeof cookies, "a=b; septum-8080=%s; septum-8081=x",
             guard.session);
    assert_true(spt_guard_knows_cookie(&guard, cookies));
    snprintf(cookies, sizeof cookies, "septum-8080=%s", guard.session);
    assert_true(spt_guard_knows_cookie(&guard, cookies));
    /* Another server's, the token, and what only looks like it. */
    snprintf(cookies, sizeof cookies, "septum-8081=%s", guard.session);
    assert_false(spt_guard_knows_cookie(&guard, cookies));
    snprintf(cookies, sizeof cookies, "xseptum-8080=%s", guard.session);
    assert_false(spt_guard_knows_cookie(&guard, cookies));
    snprintf(cookies, sizeof cookies, "septum-8080=%s", guard.token);
    assert_false(spt_guard_knows_cookie(&guard, cookies));
    snprintf(cookies, sizeof cookies, "septum-8080=%s0", guard.session);
    assert_false(spt_guard_knows_cookie(&guard, cookies));
}

static void
knows_the_names_of_this_machine_only(void **state)
{
    static const char *const ours[] = {"127.0.0.1:8080", "localhost", "LOCALHOST:9",
                                       "[::1]:8080", "127.9.9.9:1"};
    static const char *const theirs[] = {"evil.example",
                                         "evil.example:8080",
                                         "127.0.0.1.evil.example",
                                         "",
                                         ":8080",
                                         "10.0.0.1",
                                         "localhost:80x",
                                         "[::1",
                                         "[::1]8080",
                                         "127.0.0.1@evil",
                                         "0.0.0.0:8080"};
    struct spt_guard guard = make_guard("127.0.0.1", false);

    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        assert_true(spt_guard_knows_host(&guard, ours[i]));
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++)
        assert_false(spt_guard_knows_host(&guard, theirs[i]));
    assert_false(spt_guard_knows_host(&guard, NULL));
}

static void
knows_the_address_that_it_listens_on(void **state)
{
    struct spt_guard four = make_guard("10.1.2.3", true);
    struct spt_guard six = make_guard("fe80::1", true);

    (void)state;
    assert_true(spt_guard_knows_host(&four, "10.1.2.3:8080"));
    assert_false(spt_guard_knows_host(&four, "10.1.2.4:8080"));
    assert_true(spt_guard_knows_host(&six, "[fe80::1]:8080"));
    assert_false(spt_guard_knows_host(&six, "[fe80::2]:8080"));
}

static void
takes_changes_from_its_own_pages_only(void **state)
{
    struct spt_guard plain = make_guard("127.0.0.1", false);
    struct spt_guard tls = make_guard("127.0.0.1", true);
    const char *host = "127.0.0.1:8080";

    (void)state;
    assert_true(spt_guard_knows_origin(&plain, "http://127.0.0.1:8080", host));
    assert_true(spt_guard_knows_origin(&tls, "https://127.0.0.1:8080", host));
    assert_false(spt_guard_knows_origin(&plain, "https://127.0.0.1:8080", host));
    assert_false(spt_guard_knows_origin(&tls, "http://127.0.0.1:8080", host));
    assert_false(spt_guard_knows_origin(&plain, "http://127.0.0.1:8081", host));
    assert_false(spt_guard_knows_origin(&plain, "http://127.0.0.1:80801", host));
    assert_false(spt_guard_knows_origin(&plain, "http://evil.example", host));
    assert_false(spt_guard_knows_origin(&plain, "null", host));
    assert_false(spt_guard_knows_origin(&plain, NULL, host));
}

static void
reads_names_of_people(void **state)
{
    char name[SPT_NAME_BYTES], longest[80];

    (void)state;
    assert_true(spt_guard_read_name("J%C3%BCrgen%20K.", name));
    assert_string_equal(name, "J\xc3\xbcrgen K.");
    assert_false(spt_guard_read_name("", name));
    assert_false(spt_guard_read_name("%0a", name));
    assert_false(spt_guard_read_name("%00", name));
    assert_false(spt_guard_read_name("%", name));
    assert_false(spt_guard_read_name("%4", name));
    assert_false(spt_guard_read_name("%zz", name));
    assert_false(spt_guard_read_name("%ff", name));
    memset(longest, 'a', sizeof longest);
    longest[64] = '\0';
    assert_true(spt_guard_read_name(longest, name));
    longest[64] = 'a';
    longest[65] = '\0';
    assert_false(spt_guard_read_name(longest, name));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_two_secrets_that_nobody_had),
        cmocka_unit_test(knows_its_token_and_no_other),
        cmocka_unit_test(finds_its_cookie_among_others),
        cmocka_unit_test(knows_the_names_of_this_machine_only),
        cmocka_unit_test(knows_the_address_that_it_listens_on),
        cmocka_unit_test(takes_changes_from_its_own_pages_only),
        cmocka_unit_test(reads_names_of_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
