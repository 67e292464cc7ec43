/*
 * onnx_decode.c - a model's ONNX file, read; see onnx.h.
 */
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/normalise.h"
#include "image/symmetry.h"
#include "net/onnx.h"
#include "net/onnx_schema.h"
#include "net/protobuf.h"

/* What is read of the metadata, in the order of `keys`: the first NEEDED must be there,
 * models of before there was a key lack the others. */
enum {
    NET,
    NORMALISATION,
    THRESHOLD,
    TRAINED_EPOCHS,
    TRAINED_WINDOWS,
    HISTORY,
    NEEDED,
    SYMMETRIES = NEEDED,
    KEY_COUNT,
};

static const char *const keys[KEY_COUNT] = {
    [NET] = "septum.net",
    [NORMALISATION] = "septum.normalisation",
    [THRESHOLD] = "septum.threshold",
    [TRAINED_EPOCHS] = "septum.trained_epochs",
    [TRAINED_WINDOWS] = "septum.trained_windows",
    [HISTORY] = "septum.history",
    [SYMMETRIES] = "septum.symmetries",
};

/* A file while it is read. */
struct reading {
    const char *name;
    struct septum_error *err;
    bool by_septum; /* says its producer_name */
    struct spt_protobuf_span graph;
    char *text[KEY_COUNT]; /* of the metadata; owned */
};

static enum septum_status refuse(const struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "<name>: damaged: <why>" */
static enum septum_status
refuse(const struct reading *reading, const char *format, ...)
{
    char why[sizeof reading->err->text];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    return spt_fail(reading->err, SEPTUM_EFORMAT, "%s: damaged: %s", reading->name,
                    why);
}

static bool
span_is(const struct spt_protobuf_span *span, const char *text)
{
    return span->at != NULL && span->count == strlen(text) &&
           memcmp(span->at, text, span->count) == 0;
}

/* No bytes but those of lines of text (UTF-8 among them): a message may quote it. */
static bool
is_text(const struct spt_protobuf_span *span)
{
    for (size_t i = 0; i < span->count; i++)
        if ((span->at[i] < ' ' && span->at[i] != '\n') || span->at[i] == 0x7f)
            return false;
    return true;
}

static enum septum_status
read_entry(struct reading *reading, struct spt_protobuf_span rest)
{
    struct spt_protobuf_span key = {0}, value = {0};
    struct spt_protobuf_field field;

    while (spt_protobuf_next(&rest, &field)) {
        if (field.number == ENTRY_KEY)
            key = field.bytes;
        if (field.number == ENTRY_VALUE)
            value = field.bytes;
    }
    if (rest.count > 0)
        return refuse(reading, "an entry of its metadata is not whole");
    for (size_t i = 0; i < KEY_COUNT; i++) {
        char *copy;

        if (!span_is(&key, keys[i]))
            continue;
        if (!is_text(&value))
            return refuse(reading, "its %s is not text", keys[i]);
        copy = spt_alloc_array(value.count + 1, 1);
        if (copy == NULL)
            return spt_fail_memory(reading->err, reading->name, value.count);
        if (value.count > 0)
            memcpy(copy, value.at, value.count);
        free(reading->text[i]);
        reading->text[i] = copy;
    }
    return SEPTUM_OK;
}

/* Read the outermost fields.  A file is ONNX when it begins with a version of the
 * format; no other common kind of file begins with those bytes. */
static enum septum_status
read_file(struct reading *reading, struct spt_protobuf_span rest)
{
    struct spt_protobuf_field field;
    enum septum_status status = SEPTUM_OK;

    if (!spt_protobuf_next(&rest, &field) || field.number != MODEL_IR_VERSION ||
        field.type != SPT_PROTOBUF_NUMBER || field.value < 1 || field.value > 0xff)
        return spt_fail(reading->err, SEPTUM_EFORMAT, "%s: not an ONNX file",
                        reading->name);
    while (status == SEPTUM_OK && spt_protobuf_next(&rest, &field)) {
        if (field.number == MODEL_PRODUCER_NAME)
            reading->by_septum = span_is(&field.bytes, SPT_ONNX_PRODUCER);
        if (field.number == MODEL_GRAPH)
            reading->graph = field.bytes;
        if (field.number == MODEL_METADATA_PROPS)
            status = read_entry(reading, field.bytes);
    }
    if (status == SEPTUM_OK && rest.count > 0)
        return refuse(reading, "its last %zu bytes are not whole", rest.count);
    return status;
}

/* As in C, whatever the locale of the program. */
static bool
scan_number(const char *text, double *value)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    char *end;

    *value = strtod_l(text, &end, plain);
    freelocale(plain);
    return end != text && *end == '\0' && isfinite(*value);
}

static bool
scan_symmetries(const char *text, uint32_t *count)
{
    *count = (uint32_t)(*text - '0');
    return text[0] != '\0' && text[1] == '\0' && spt_symmetries_are_group(*count);
}

/* Check that all texts are there, and turn them into a model without weights. */
static enum septum_status
read_metadata(struct reading *reading, size_t file_bytes, struct spt_model *model)
{
    struct spt_spec spec;
    struct septum_error why;
    enum septum_status status;
    char *end;

    if (reading->text[NET] == NULL && !reading->by_septum)
        return spt_fail(reading->err, SEPTUM_EFORMAT,
                        "%s: an ONNX model that Septum did not make (no septum.net in "
                        "its metadata)",
                        reading->name);
    for (size_t i = 0; i < NEEDED; i++)
        if (reading->text[i] == NULL)
            return refuse(reading, "no %s in its metadata", keys[i]);
    if (spt_spec_parse(reading->text[NET], &spec, &why) != SEPTUM_OK)
        return refuse(reading, "septum.net: %s", why.text);
    /* Before memory is taken on the word of a few bytes. */
    if (spec.parameter_count > file_bytes / sizeof(float))
        return refuse(reading, "%zu bytes cannot hold the %zu weights of its net",
                      file_bytes, spec.parameter_count);
    if (strcmp(reading->text[NORMALISATION], SPT_NORMALISATION) != 0)
        return spt_fail(reading->err, SEPTUM_EFORMAT,
                        "%s: for images normalised by \"%.64s\", a rule that this "
                        "Septum does not know; it knows \"%s\"",
                        reading->name, reading->text[NORMALISATION], SPT_NORMALISATION);
    status = spt_model_init(model, &spec, reading->err);
    if (status != SEPTUM_OK)
        return status;
    if (!scan_number(reading->text[THRESHOLD], &model->threshold) ||
        model->threshold < 0 || model->threshold > 1)
        return refuse(reading, "septum.threshold is \"%.64s\", not a number in [0, 1]",
                      reading->text[THRESHOLD]);
    if (!scan_number(reading->text[TRAINED_EPOCHS], &model->trained_epochs) ||
        model->trained_epochs < 0)
        return refuse(reading, "septum.trained_epochs is \"%.64s\", not a number",
                      reading->text[TRAINED_EPOCHS]);
    errno = 0;
    model->trained_windows = strtoull(reading->text[TRAINED_WINDOWS], &end, 10);
    if (errno != 0 || *end != '\0' ||
        !isdigit((unsigned char)*reading->text[TRAINED_WINDOWS]))
        return refuse(reading, "septum.trained_windows is \"%.64s\", not a count",
                      reading->text[TRAINED_WINDOWS]);
    if (reading->text[SYMMETRIES] != NULL &&
        !scan_symmetries(reading->text[SYMMETRIES], &model->symmetries))
        return refuse(reading, "septum.symmetries is \"%.64s\", not 1, 2 or 8",
                      reading->text[SYMMETRIES]);
    free(model->history);
    model->history = reading->text[HISTORY];
    reading->text[HISTORY] = NULL; /* now the model's */
    return SEPTUM_OK;
}

/* A tensor as found in the file. */
struct found {
    struct spt_protobuf_span name, raw;
    uint64_t data_type;
    uint64_t dims[4];
    size_t rank; /* counts on beyond 4 */
};

static void
add_dim(struct found *found, uint64_t value)
{
    if (found->rank < 4)
        found->dims[found->rank] = value;
    found->rank++;
}

/* Take the fields of a tensor; false when they are not whole. */
static bool
read_tensor(struct spt_protobuf_span rest, struct found *found)
{
    struct spt_protobuf_field field;

    *found = (struct found){0};
    while (spt_protobuf_next(&rest, &field)) {
        uint64_t value;

        if (field.number == TENSOR_NAME)
            found->name = field.bytes;
        if (field.number == TENSOR_RAW_DATA)
            found->raw = field.bytes;
        if (field.number == TENSOR_DATA_TYPE)
            found->data_type = field.value;
        if (field.number != TENSOR_DIMS)
            continue;
        /* Some writers pack them. */
        if (field.type == SPT_PROTOBUF_NUMBER)
            add_dim(found, field.value);
        while (spt_protobuf_take_number(&field.bytes, &value))
            add_dim(found, value);
    }
    return rest.count == 0;
}

/* Copy the values of a tensor into its place among the parameters. */
static enum septum_status
take_tensor(const struct reading *reading, const struct spt_onnx_tensor *tensor,
            const struct found *found, struct spt_model *model)
{
    float *values = model->parameters + tensor->offset;

    if (found->rank != tensor->rank ||
        memcmp(found->dims, tensor->dims, sizeof found->dims) != 0)
        return refuse(reading, "the shape of %s does not fit septum.net", tensor->name);
    if (found->data_type != TENSOR_DATA_FLOAT ||
        found->raw.count != tensor->count * sizeof *values)
        return refuse(reading, "%s is not %zu floats of raw data", tensor->name,
                      tensor->count);
    spt_protobuf_get_floats(found->raw.at, tensor->count, values);
    if (!spt_onnx_finite(values, tensor->count))
        return refuse(reading, "%s has values that are not finite", tensor->name);
    return SEPTUM_OK;
}

static enum septum_status
read_weights(const struct reading *reading, struct spt_model *model)
{
    struct spt_onnx_tensor list[2 * SPT_SPEC_LAYERS];
    bool taken[2 * SPT_SPEC_LAYERS] = {false};
    size_t count = spt_onnx_tensors(&model->spec, list);
    struct spt_protobuf_span rest = reading->graph;
    struct spt_protobuf_field field;
    struct found found;
    enum septum_status status = SEPTUM_OK;

    while (status == SEPTUM_OK && spt_protobuf_next(&rest, &field)) {
        if (field.number != GRAPH_INITIALIZER)
            continue;
        if (!read_tensor(field.bytes, &found))
            return refuse(reading, "an initialiser is not whole");
        for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
            if (span_is(&found.name, list[i].name)) {
                status = take_tensor(reading, &list[i], &found, model);
                taken[i] = true;
            }
    }
    if (status != SEPTUM_OK)
        return status;
    if (rest.count > 0)
        return refuse(reading, "its graph is not whole");
    for (size_t i = 0; i < count; i++)
        if (!taken[i])
            return refuse(reading, "no initialiser %s in its graph", list[i].name);
    return SEPTUM_OK;
}

enum septum_status
spt_onnx_decode(const struct spt_bytes *bytes, const char *name, struct spt_model *out,
                struct septum_error *err)
{
    struct reading reading = {.name = name, .err = err};
    struct spt_model model = {0};
    enum septum_status status =
        read_file(&reading, (struct spt_protobuf_span){bytes->at, bytes->count});

    if (status == SEPTUM_OK)
        status = read_metadata(&reading, bytes->count, &model);
    if (status == SEPTUM_OK)
        status = read_weights(&reading, &model);
    if (status == SEPTUM_OK) {
        *out = model;
        model = (struct spt_model){0}; /* now the caller's */
    }
    spt_model_clear(&model);
    for (size_t i = 0; i < KEY_COUNT; i++)
        free(reading.text[i]);
    return status;
}
