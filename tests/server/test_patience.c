/*
 * test_patience.c - who takes too long over a request is put out, and nobody else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/patience.h"

/* Both ends of connections, [0] the server's. */
struct pairs {
    struct spt_patience patience;
    int end[SPT_PATIENCE_CLIENTS + 1][2];
    size_t count;
};

static void
begin(struct pairs *pairs, size_t count)
{
    spt_patience_init(&pairs->patience);
    pairs->count = count;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs->end[i]), 0);
}

static void
end(struct pairs *pairs)
{
    spt_patience_clear(&pairs->patience);
    for (size_t i = 0; i < pairs->count; i++) {
        close(pairs->end[i][0]);
        close(pairs->end[i][1]);
    }
}

static bool
is_put_out(const struct pairs *pairs, size_t i)
{
    char byte;

    return recv(pairs->end[i][1], &byte, 1, MSG_DONTWAIT) == 0;
}

static void
puts_out_who_never_comes_to_the_end_of_a_request(void **state)
{
    struct pairs pairs;
    struct spt_client *client[3];

    (void)state;
    begin(&pairs, 3);
    for (size_t i = 0; i < 3; i++)
        client[i] = spt_patience_watch(&pairs.patience, pairs.end[i][0], 100);
    spt_patience_heard(&pairs.patience, client[1]); /* its answer takes long */
    spt_patience_heard(&pairs.patience, client[2]);
    spt_patience_answered(&pairs.patience, client[2], 150); /* it may ask again */

    spt_patience_put_out(&pairs.patience, 100 + SPT_PATIENCE_SECONDS);
    for (size_t i = 0; i < 3; i++)
        assert_false(is_put_out(&pairs, i));
    spt_patience_put_out(&pairs.patience, 101 + SPT_PATIENCE_SECONDS);
    assert_true(is_put_out(&pairs, 0));
    assert_false(is_put_out(&pairs, 1));
    assert_false(is_put_out(&pairs, 2));
    spt_patience_put_out(&pairs.patience, 151 + SPT_PATIENCE_SECONDS);
    assert_false(is_put_out(&pairs, 1));
    assert_true(is_put_out(&pairs, 2));
    end(&pairs);
}

static void
leaves_alone_who_is_let_go(void **state)
{
    struct pairs pairs;

    (void)state;
    begin(&pairs, 1);
    spt_patience_let_go(&pairs.patience,
                        spt_patience_watch(&pairs.patience, pairs.end[0][0], 0));
    spt_patience_put_out(&pairs.patience, 10 * SPT_PATIENCE_SECONDS);
    assert_false(is_put_out(&pairs, 0));
    end(&pairs);
}

/* Whoever finds no place is not watched, until another has gone. */
static void
has_places_for_so_many(void **state)
{
    struct pairs pairs;
    struct spt_client *first = NULL;

    (void)state;
    begin(&pairs, SPT_PATIENCE_CLIENTS + 1);
    for (size_t i = 0; i < SPT_PATIENCE_CLIENTS; i++) {
        struct spt_client *client =
            spt_patience_watch(&pairs.patience, pairs.end[i][0], 0);

        assert_non_null(client);
        first = i == 0 ? client : first;
    }
    assert_null(
        spt_patience_watch(&pairs.patience, pairs.end[SPT_PATIENCE_CLIENTS][0], 0));
    spt_patience_heard(&pairs.patience, NULL);
    spt_patience_let_go(&pairs.patience, first);
    assert_ptr_equal(
        spt_patience_watch(&pairs.patience, pairs.end[SPT_PATIENCE_CLIENTS][0], 0),
        first);
    end(&pairs);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_out_who_never_comes_to_the_end_of_a_request),
        cmocka_unit_test(leaves_alone_who_is_let_go),
        cmocka_unit_test(has_places_for_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
