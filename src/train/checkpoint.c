/*
 * checkpoint.c - see checkpoint.h.
 */
#include "train/checkpoint.h"

#include <string.h>

#include "base/random.h"

#define MAGIC "SEPTUM-C"
#define MAGIC_BYTES 8
#define STATES 3 /* floats of optimiser state for each parameter */
#define LARGEST ((size_t)4 << 30)

uint64_t
spt_fingerprint(uint64_t before, const void *data, size_t count)
{
    const uint8_t *at = data;

    for (; count >= sizeof(uint64_t);
         at += sizeof(uint64_t), count -= sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, at, sizeof word);
        before = spt_random_hash(before, word);
    }
    for (; count > 0; at++, count--)
        before = spt_random_hash(before, *at);
    return before;
}

enum septum_status
spt_checkpoint_write(const char *path, struct spt_checkpoint state, struct spt_net *net,
                     const struct spt_optimiser *optimiser, const struct spt_text *log,
                     struct septum_error *err)
{
    size_t floats = spt_net_spec(net)->parameter_count;
    struct spt_bytes bytes = {0};
    enum septum_status status;
    uint64_t checksum;

    state.parameters = floats;
    state.log_bytes = log->bytes.count;
    if (!spt_bytes_append(&bytes, MAGIC, MAGIC_BYTES) ||
        !spt_bytes_append(&bytes, &state, sizeof state) ||
        !spt_bytes_append(&bytes, spt_net_parameters(net), floats * sizeof(float)) ||
        !spt_bytes_append(&bytes, optimiser->state, STATES * floats * sizeof(float)) ||
        !spt_bytes_append(&bytes, log->bytes.at, log->bytes.count)) {
        status = spt_fail_memory(err, path, bytes.count);
        goto done;
    }
    checksum = spt_fingerprint(0, bytes.at, bytes.count);
    status = spt_bytes_append(&bytes, &checksum, sizeof checksum)
                 ? spt_file_write(path, bytes.at, bytes.count, true, err)
                 : spt_fail_memory(err, path, bytes.count);
done:
    spt_bytes_clear(&bytes);
    return status;
}

/* Is `bytes` a whole checkpoint?  *state is what its head says. */
static bool
is_whole(const struct spt_bytes *bytes, struct spt_checkpoint *state)
{
    size_t head = MAGIC_BYTES + sizeof *state, rest;
    uint64_t checksum;

    if (bytes->count < head + sizeof checksum ||
        memcmp(bytes->at, MAGIC, MAGIC_BYTES) != 0)
        return false;
    memcpy(state, bytes->at + MAGIC_BYTES, sizeof *state);
    rest = bytes->count - head - sizeof checksum;
    memcpy(&checksum, bytes->at + head + rest, sizeof checksum);
    return state->parameters < LARGEST && state->log_bytes < LARGEST &&
           state->parameters * (1 + STATES) * sizeof(float) + state->log_bytes ==
               rest &&
           checksum == spt_fingerprint(0, bytes->at, head + rest);
}

enum septum_status
spt_checkpoint_read(const char *path, uint64_t fingerprint,
                    struct spt_checkpoint *state, struct spt_net *net,
                    struct spt_optimiser *optimiser, struct spt_text *log,
                    struct septum_error *err)
{
    size_t floats = spt_net_spec(net)->parameter_count;
    struct spt_checkpoint found;
    struct spt_bytes bytes = {0};
    enum septum_status status = spt_file_read(path, LARGEST, &bytes, err);
    const uint8_t *at;

    if (status != SEPTUM_OK)
        return status;
    if (!is_whole(&bytes, &found)) {
        status = spt_fail(err, SEPTUM_EFORMAT,
                          "%s: damaged, or not a checkpoint of this version; without "
                          "--resume the training begins anew",
                          path);
        goto done;
    }
    if (found.fingerprint != fingerprint || found.parameters != floats) {
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: belongs to a training with other images, labels or "
                          "settings; give the same ones, or leave --resume out",
                          path);
        goto done;
    }
    at = bytes.at + MAGIC_BYTES + sizeof found;
    memcpy(spt_net_parameters(net), at, floats * sizeof(float));
    spt_net_changed(net);
    at += floats * sizeof(float);
    memcpy(optimiser->state, at, STATES * floats * sizeof(float));
    optimiser->steps = found.steps;
    at += STATES * floats * sizeof(float);
    spt_text_clear(log);
    spt_text_add(log, "%.*s", (int)found.log_bytes, (const char *)at);
    *state = found;
done:
    spt_bytes_clear(&bytes);
    return status;
}
