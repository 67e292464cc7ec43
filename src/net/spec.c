/*
 * spec.c - see spec.h.
 *
 * Reading goes in three steps, each over all layers: words to layers, sides and
 * channels from the window on, offsets of the parameters.  The second can be repeated
 * for other windows, which is how a message can name one that fits.
 */
#include "net/spec.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_WINDOW 64
#define QUOTED 400 /* most bytes of the user's text in a message */

/* A part of the text, without a closing 0. */
struct span {
    const char *at;
    size_t length;
};

/* A specification while it is read. */
struct reading {
    const char *text;
    struct spt_spec spec;
    struct span word[SPT_SPEC_LAYERS]; /* what each layer was read from */
};

static const struct preset {
    const char *name;
    const char *text;
} presets[] = {
    {"default", "conv5-48 pool2 conv5-48 pool2 conv4-48 pool2 FC-200 FC-200 FC-1"},
    {"paper", "conv5-48 pool2 conv5-48 pool2 conv4-48 pool2 FC-200 FC-200 FC-1"},
};

/* How the layers are written; indexed by enum spt_layer_kind. */
static const struct notation {
    const char *keyword;
    bool has_size, has_channels;
    uint32_t smallest; /* size that makes sense */
} notations[] = {
    [SPT_LAYER_CONV] = {"conv", true, true, 1},
    [SPT_LAYER_POOL] = {"pool", true, false, 2},
    [SPT_LAYER_MEAN] = {"mean", true, false, 2},
    [SPT_LAYER_FC] = {"FC", false, true, 1},
};

_Static_assert(sizeof(size_t) >= 8, "the largest layer allowed has 2^44 weights");

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LAYER "layer %u (%.*s) of \"%.*s\""

/* The arguments that LAYER wants for layer `i`. */
#define LAYER_OF(reading, i)                                                           \
    (i) + 1, quoted_length((reading)->word[i]), (reading)->word[i].at, QUOTED,         \
        (reading)->text

static int
quoted_length(struct span word)
{
    return word.length < QUOTED ? (int)word.length : QUOTED;
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next word at or after *at, which then stands behind it; length 0 at the end. */
static struct span
next_word(const char **at)
{
    struct span word;

    while (is_blank(**at))
        (*at)++;
    word.at = *at;
    while (**at != '\0' && !is_blank(**at))
        (*at)++;
    word.length = (size_t)(*at - word.at);
    return word;
}

static bool
take_text(struct span *rest, const char *text)
{
    size_t length = strlen(text);

    if (rest->length < length || strncasecmp(rest->at, text, length) != 0)
        return false;
    rest->at += length;
    rest->length -= length;
    return true;
}

/* A decimal number; one beyond all limits is given as UINT32_MAX. */
static bool
take_number(struct span *rest, uint32_t *out)
{
    uint64_t value = 0;
    size_t digits = 0;

    while (digits < rest->length && rest->at[digits] >= '0' &&
           rest->at[digits] <= '9') {
        value = value * 10 + (uint64_t)(rest->at[digits] - '0');
        if (value > UINT32_MAX)
            value = UINT32_MAX;
        digits++;
    }
    rest->at += digits;
    rest->length -= digits;
    *out = (uint32_t)value;
    return digits > 0;
}

static bool
read_layer(struct span word, struct spt_layer *out)
{
    for (size_t kind = 0; kind < COUNT(notations); kind++) {
        const struct notation *notation = &notations[kind];
        struct span rest = word;

        *out = (struct spt_layer){.kind = (enum spt_layer_kind)kind};
        if (take_text(&rest, notation->keyword) &&
            (!notation->has_size || take_number(&rest, &out->size)) &&
            (!notation->has_channels ||
             (take_text(&rest, "-") && take_number(&rest, &out->out_channels))) &&
            rest.length == 0)
            return true;
    }
    return false;
}

static bool
read_window(struct span word, uint32_t *out)
{
    return take_text(&word, "window") && take_number(&word, out) && word.length == 0;
}

static enum septum_status
check_numbers(const struct reading *reading, uint32_t i, struct septum_error *err)
{
    const struct spt_layer *layer = &reading->spec.layer[i];
    const struct notation *notation = &notations[layer->kind];

    if (notation->has_size &&
        (layer->size < notation->smallest || layer->size > SPT_SPEC_WINDOW))
        return spt_fail(err, SEPTUM_EINVAL, LAYER ": its size may be %u to %d",
                        LAYER_OF(reading, i), notation->smallest, SPT_SPEC_WINDOW);
    if (notation->has_channels &&
        (layer->out_channels < 1 || layer->out_channels > SPT_SPEC_CHANNELS))
        return spt_fail(err, SEPTUM_EINVAL, LAYER ": its channels may be 1 to %d",
                        LAYER_OF(reading, i), SPT_SPEC_CHANNELS);
    if (i > 0 && layer->kind == SPT_LAYER_MEAN)
        return spt_fail(err, SEPTUM_EINVAL, LAYER ": a mean may only be the first",
                        LAYER_OF(reading, i));
    if (i > 0 && layer->kind != SPT_LAYER_FC && layer[-1].kind == SPT_LAYER_FC)
        return spt_fail(err, SEPTUM_EINVAL,
                        LAYER ": follows an FC layer, as only FC layers may",
                        LAYER_OF(reading, i));
    return SEPTUM_OK;
}

static enum septum_status
read_words(struct reading *reading, struct septum_error *err)
{
    struct spt_spec *spec = &reading->spec;
    const char *at = reading->text;
    struct span word = next_word(&at);
    enum septum_status status = SEPTUM_OK;

    spec->window = DEFAULT_WINDOW;
    if (read_window(word, &spec->window)) {
        if (spec->window < 1 || spec->window > SPT_SPEC_WINDOW)
            return spt_fail(err, SEPTUM_EINVAL,
                            "\"%.*s\": the window's side may be 1 to %d", QUOTED,
                            reading->text, SPT_SPEC_WINDOW);
        word = next_word(&at);
    }
    while (word.length > 0 && status == SEPTUM_OK) {
        uint32_t i = spec->layer_count;

        if (i == SPT_SPEC_LAYERS)
            return spt_fail(err, SEPTUM_EINVAL, "\"%.*s\": more than %d layers", QUOTED,
                            reading->text, SPT_SPEC_LAYERS);
        if (!read_layer(word, &spec->layer[i]))
            return spt_fail(err, SEPTUM_EINVAL,
                            "\"%.*s\" in \"%.*s\": neither a layer, such as conv5-48, "
                            "pool2 or FC-200, nor a preset: default, paper",
                            quoted_length(word), word.at, QUOTED, reading->text);
        reading->word[i] = word;
        spec->layer_count++;
        status = check_numbers(reading, i, err);
        word = next_word(&at);
    }
    return status;
}

/* Work out sides, channels and dilations for `window`.  Returns the first layer that
 * does not fit its input, whose in_side is then set; layer_count when all do. */
static uint32_t
place_layers(struct spt_spec *spec, uint32_t window)
{
    uint32_t side = window, channels = 1, dilation = 1;

    for (uint32_t i = 0; i < spec->layer_count; i++) {
        struct spt_layer *layer = &spec->layer[i];

        layer->in_side = side;
        layer->in_channels = channels;
        layer->dilation = dilation;
        if (spt_layer_has_blocks(layer)) {
            if (side % layer->size != 0)
                return i;
            side /= layer->size;
            dilation *= layer->size;
            layer->out_channels = channels;
        } else {
            if (layer->kind == SPT_LAYER_FC)
                layer->size = side;
            if (layer->size > side)
                return i;
            side -= layer->size - 1;
            channels = layer->out_channels;
        }
        layer->out_side = side;
    }
    spec->window = window;
    spec->stride = dilation;
    return spec->layer_count;
}

/* The first window that fits among `from`, `from` + `step`, ...; 0 when none does. */
static uint32_t
find_window(const struct spt_spec *spec, uint32_t from, int step)
{
    struct spt_spec trial = *spec;

    for (uint32_t window = from; window >= 1 && window <= SPT_SPEC_WINDOW;
         window += (uint32_t)step)
        if (place_layers(&trial, window) == trial.layer_count)
            return window;
    return 0;
}

static enum septum_status
refuse_misfit(const struct reading *reading, uint32_t i, struct septum_error *err)
{
    const struct spt_spec *spec = &reading->spec;
    const struct spt_layer *layer = &spec->layer[i];
    uint32_t below = find_window(spec, spec->window - 1, -1);
    uint32_t above = find_window(spec, spec->window + 1, 1);
    char why[64], remedy[64];

    if (spt_layer_has_blocks(layer))
        snprintf(why, sizeof why, "which %u does not divide", layer->size);
    else
        snprintf(why, sizeof why, "less than its %u", layer->size);
    if (below != 0 && above != 0)
        snprintf(remedy, sizeof remedy, "a window of %u or %u would fit", below, above);
    else if (below != 0 || above != 0)
        snprintf(remedy, sizeof remedy, "a window of %u would fit", below + above);
    else
        snprintf(remedy, sizeof remedy, "no window up to %d fits", SPT_SPEC_WINDOW);
    return spt_fail(err, SEPTUM_EINVAL, LAYER ": its input is %u pixel%s wide, %s; %s",
                    LAYER_OF(reading, i), layer->in_side,
                    layer->in_side == 1 ? "" : "s", why, remedy);
}

/* Give each layer its part of the parameter block.  No sum overflows: sizes and
 * channels are limited, and the total is checked after each layer. */
static enum septum_status
lay_parameters(struct reading *reading, struct septum_error *err)
{
    struct spt_spec *spec = &reading->spec;
    size_t offset = 0;

    for (uint32_t i = 0; i < spec->layer_count; i++) {
        struct spt_layer *layer = &spec->layer[i];

        if (spt_layer_has_blocks(layer))
            continue;
        layer->weights = offset;
        layer->biases = offset + spt_layer_weight_count(layer);
        offset = layer->biases + layer->out_channels;
        if (offset > SPT_SPEC_PARAMETERS)
            return spt_fail(err, SEPTUM_EINVAL,
                            LAYER ": brings the net to %zu parameters, more than the "
                                  "%zu allowed",
                            LAYER_OF(reading, i), offset, SPT_SPEC_PARAMETERS);
        spec->weighted_count++;
    }
    spec->parameter_count = offset;
    return SEPTUM_OK;
}

/* The text that a preset's name stands for, or `text` itself. */
static const char *
resolve_preset(const char *text)
{
    const char *at = text;
    struct span word = next_word(&at);

    if (next_word(&at).length > 0)
        return text;
    for (size_t i = 0; i < COUNT(presets); i++)
        if (word.length == strlen(presets[i].name) &&
            strncasecmp(word.at, presets[i].name, word.length) == 0)
            return presets[i].text;
    return text;
}

enum septum_status
spt_spec_parse(const char *text, struct spt_spec *out, struct septum_error *err)
{
    struct reading reading = {.text = resolve_preset(text)};
    struct spt_spec *spec = &reading.spec;
    enum septum_status status = read_words(&reading, err);
    const struct spt_layer *last;
    uint32_t misfit;

    if (status != SEPTUM_OK)
        return status;
    if (spec->layer_count == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "a net without layers; \"%s\" would do, or a preset: default, "
                        "paper",
                        presets[0].text);
    last = &spec->layer[spec->layer_count - 1];
    if (last->kind != SPT_LAYER_FC || last->out_channels != 1)
        return spt_fail(
            err, SEPTUM_EINVAL, "\"%.*s\": ends in %.*s, where FC-1 must stand", QUOTED,
            reading.text, quoted_length(reading.word[spec->layer_count - 1]),
            reading.word[spec->layer_count - 1].at);
    misfit = place_layers(spec, spec->window);
    if (misfit < spec->layer_count)
        return refuse_misfit(&reading, misfit, err);
    status = lay_parameters(&reading, err);
    if (status == SEPTUM_OK)
        *out = *spec;
    return status;
}

void
spt_spec_format(const struct spt_spec *spec, char *text)
{
    size_t length = 0;

    text[0] = '\0';
    if (spec->window != DEFAULT_WINDOW)
        length = (size_t)snprintf(text, SPT_SPEC_TEXT, "window%u ", spec->window);
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        const struct spt_layer *layer = &spec->layer[i];
        const struct notation *notation = &notations[layer->kind];
        char size[12] = "", channels[12] = "";

        if (notation->has_size)
            snprintf(size, sizeof size, "%u", layer->size);
        if (notation->has_channels)
            snprintf(channels, sizeof channels, "-%u", layer->out_channels);
        length += (size_t)snprintf(text + length, SPT_SPEC_TEXT - length, "%s%s%s%s",
                                   i > 0 ? " " : "", notation->keyword, size, channels);
    }
}

/* The first layer after a mean. */
static uint32_t
after_mean(const struct spt_spec *spec)
{
    return spec->layer[0].kind == SPT_LAYER_MEAN;
}

const struct spt_layer *
spt_spec_weighted(const struct spt_spec *spec, uint32_t n)
{
    const struct spt_layer *layer = spec->layer;

    while (spt_layer_has_blocks(layer) || n-- > 0)
        layer++;
    return layer;
}

uint32_t
spt_spec_common(const struct spt_spec *a, const struct spt_spec *b)
{
    const struct spt_layer *x = a->layer + after_mean(a), *y = b->layer + after_mean(b);
    uint32_t common = 0;

    for (; x < a->layer + a->layer_count && y < b->layer + b->layer_count; x++, y++) {
        if (x->kind != y->kind || x->size != y->size ||
            x->out_channels != y->out_channels)
            break;
        if (!spt_layer_has_blocks(x))
            common++;
    }
    return common;
}

enum septum_status
spt_spec_coarsen(const struct spt_spec *spec, uint32_t times, struct spt_spec *out,
                 struct septum_error *err)
{
    struct spt_spec made = *spec;
    char text[SPT_SPEC_TEXT];

    if (after_mean(spec) == 0) {
        if (spec->layer_count == SPT_SPEC_LAYERS)
            return spt_fail(err, SEPTUM_EINVAL, "a net of %d layers takes no mean",
                            SPT_SPEC_LAYERS);
        memmove(made.layer + 1, made.layer, spec->layer_count * sizeof *made.layer);
        made.layer[0] = (struct spt_layer){.kind = SPT_LAYER_MEAN, .size = 1};
        made.layer_count++;
    }
    made.layer[0].size *= times;
    made.window *= times;
    spt_spec_format(&made, text);
    return spt_spec_parse(text, out, err);
}

uint32_t
spt_spec_every(const struct spt_spec *spec, uint32_t most, uint32_t side)
{
    uint32_t apart = 1, every = 1;

    for (uint32_t i = 0; i < spec->layer_count; i++) {
        if (!spt_layer_has_blocks(&spec->layer[i]))
            continue;
        apart *= spec->layer[i].size;
        if (apart <= most && side % apart == 0)
            every = apart;
    }
    return every;
}
