/*
 * options.c - see options.h.
 */
#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

/* ---- values ---------------------------------------------------------------------- */

/* A whole number in decimal digits alone; *end is where they stop. */
static bool
read_digits(const char *text, uint64_t *out, char **end)
{
    if (*text < '0' || *text > '9') /* strtoull would take " -1" */
        return false;
    errno = 0;
    *out = strtoull(text, end, 10);
    return errno == 0;
}

static bool
read_whole(const char *text, uint64_t lowest, uint64_t highest, uint64_t *out)
{
    char *end;

    return read_digits(text, out, &end) && *end == '\0' && *out >= lowest &&
           *out <= highest;
}

static bool
read_real(const char *text, double *out)
{
    char *end;

    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

static bool
read_text(const struct spt_option *option, const char *text, void *out)
{
    (void)option;
    memcpy(out, &text, sizeof text);
    return *text != '\0';
}

static bool
read_choice(const struct spt_option *option, const char *text, void *out)
{
    size_t length = strlen(text);
    int which = 0;

    for (const char *word = option->placeholder; length > 0; which++) {
        size_t end = strcspn(word, "|");

        if (end == length && strncmp(word, text, length) == 0) {
            static_assert(sizeof(enum septum_precision) == sizeof which,
                          "an enum may be the target of a choice");
            memcpy(out, &which, sizeof which);
            return true;
        }
        if (word[end] == '\0')
            break;
        word += end + 1;
    }
    return false;
}

static bool
read_count(const struct spt_option *option, const char *text, void *out)
{
    uint64_t value;
    uint32_t count;

    (void)option;
    if (!read_whole(text, 1, INT32_MAX, &value))
        return false;
    count = (uint32_t)value;
    memcpy(out, &count, sizeof count);
    return true;
}

static bool
read_layers(const struct spt_option *option, const char *text, void *out)
{
    uint64_t value = 0;
    int32_t layers;

    (void)option;
    if (strcmp(text, "all") != 0 && !read_whole(text, 1, INT32_MAX, &value))
        return false;
    layers = (int32_t)value;
    memcpy(out, &layers, sizeof layers);
    return true;
}

static bool
read_seed(const struct spt_option *option, const char *text, void *out)
{
    uint64_t value;

    (void)option;
    if (!read_whole(text, 0, UINT64_MAX, &value))
        return false;
    memcpy(out, &value, sizeof value);
    return true;
}

static bool
read_bytes(const struct spt_option *option, const char *text, void *out)
{
    static const char suffixes[] = "KMG";
    uint64_t value;
    char *end;

    (void)option;
    if (!read_digits(text, &value, &end) || value == 0)
        return false;
    if (*end != '\0') {
        const char *suffix = strchr(suffixes, *end);
        int shift;

        if (suffix == NULL || end[1] != '\0')
            return false;
        shift = 10 * (int)(suffix - suffixes + 1);
        if (value > UINT64_MAX >> shift)
            return false;
        value <<= shift;
    }
    memcpy(out, &value, sizeof value);
    return true;
}

static bool
read_number(const struct spt_option *option, const char *text, void *out)
{
    double value;

    if (!read_real(text, &value) || (option->kind == SPT_OPTION_AMOUNT && value <= 0) ||
        (option->kind == SPT_OPTION_FRACTION && (value < 0 || value > 1)))
        return false;
    memcpy(out, &value, sizeof value);
    return true;
}

/* Flags and sources have no single value, hence no function. */
static const struct {
    bool (*read)(const struct spt_option *option, const char *text, void *out);
    const char *takes; /* for "--name takes ..."; NULL = one of the choices */
} kinds[] = {
    [SPT_OPTION_FLAG] = {NULL, "no value"},
    [SPT_OPTION_TEXT] = {read_text, "a text that is not empty"},
    [SPT_OPTION_CHOICE] = {read_choice, NULL},
    [SPT_OPTION_COUNT] = {read_count, "a whole number from 1"},
    [SPT_OPTION_LAYERS] = {read_layers, "a whole number from 1, or \"all\""},
    [SPT_OPTION_SEED] = {read_seed, "a whole number from 0"},
    [SPT_OPTION_BYTES] = {read_bytes, "a number of bytes such as 500M or 2G"},
    [SPT_OPTION_NUMBER] = {read_number, "a number"},
    [SPT_OPTION_AMOUNT] = {read_number, "a number greater than 0"},
    [SPT_OPTION_FRACTION] = {read_number, "a number from 0 to 1"},
    [SPT_OPTION_SOURCE] = {NULL, "directories or files"},
};

/* ---- reading --------------------------------------------------------------------- */

/* Tables are short enough for a bit an option. */
#define MOST_OPTIONS 64

struct reading {
    const struct spt_usage *usage;
    int argc;
    char **argv;
    int at; /* next argument */
    char *target;
    uint64_t seen; /* bit i: option i was given */
    size_t positionals;
};

static int
find_long(const struct spt_usage *usage, const char *name, size_t length)
{
    for (size_t i = 0; i < usage->option_count; i++) {
        if (strlen(usage->options[i].name) == length &&
            strncmp(usage->options[i].name, name, length) == 0)
            return (int)i;
    }
    return -1;
}

static int
find_short(const struct spt_usage *usage, char letter)
{
    for (size_t i = 0; i < usage->option_count; i++) {
        if (usage->options[i].letter == letter)
            return (int)i;
    }
    return -1;
}

/* True when `argument` is an option of the command: where a value should stand, the
 * value was forgotten.  Any other text that starts with a dash may be a value. */
static bool
names_option(const struct spt_usage *usage, const char *argument)
{
    if (argument[0] != '-' || argument[1] == '\0')
        return false;
    if (argument[1] != '-')
        return argument[2] == '\0' && find_short(usage, argument[1]) >= 0;
    return find_long(usage, argument + 2, strcspn(argument + 2, "=")) >= 0;
}

/* "-" alone and negative numbers are values, not options. */
static bool
is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0' && argument[1] != '.' &&
           (argument[1] < '0' || argument[1] > '9');
}

static bool
complain_of_value(const struct spt_usage *usage, const struct spt_option *option,
                  const char *text)
{
    const char *takes = kinds[option->kind].takes;

    if (takes == NULL)
        spt_options_misuse(usage, "--%s takes one of %s, not \"%s\"", option->name,
                           option->placeholder, text);
    else
        spt_options_misuse(usage, "--%s takes %s, not \"%s\"", option->name, takes,
                           text);
    return false;
}

/* The values of a source: argv up to the next option, the first of them perhaps behind
 * the option's own '='. */
static bool
take_source(struct reading *reading, const struct spt_option *option, char *attached)
{
    struct septum_source source = {0};
    int first = reading->at;

    if (attached != NULL)
        reading->argv[--first] = attached;
    while (reading->at < reading->argc && !is_option(reading->argv[reading->at]))
        reading->at++;
    source.paths = (const char *const *)&reading->argv[first];
    source.count = (size_t)(reading->at - first);
    if (source.count == 0) {
        spt_options_misuse(reading->usage, "--%s wants at least one directory or file",
                           option->name);
        return false;
    }
    memcpy(reading->target + option->target, &source, sizeof source);
    return true;
}

/* Take option number `which`; `attached` is the value written together with it, or
 * NULL. */
static bool
take_option(struct reading *reading, int which, char *attached)
{
    const struct spt_option *option = &reading->usage->options[which];
    const bool yes = true;
    char *value = attached;

    if ((reading->seen >> which & 1) != 0) {
        spt_options_misuse(reading->usage, "--%s is given twice", option->name);
        return false;
    }
    reading->seen |= UINT64_C(1) << which;
    if (option->given != 0)
        memcpy(reading->target + option->given, &yes, sizeof yes);
    if (option->kind == SPT_OPTION_FLAG) {
        if (attached != NULL)
            return complain_of_value(reading->usage, option, attached);
        memcpy(reading->target + option->target, &yes, sizeof yes);
        return true;
    }
    if (option->kind == SPT_OPTION_SOURCE)
        return take_source(reading, option, attached);
    if (value == NULL) {
        if (reading->at >= reading->argc ||
            names_option(reading->usage, reading->argv[reading->at])) {
            spt_options_misuse(reading->usage, "--%s wants a value, %s", option->name,
                               option->placeholder);
            return false;
        }
        value = reading->argv[reading->at++];
    }
    return kinds[option->kind].read(option, value, reading->target + option->target) ||
           complain_of_value(reading->usage, option, value);
}

/* Take an argument that starts with a dash. */
static bool
take_dashed(struct reading *reading, char *argument)
{
    size_t length;
    int which;

    if (argument[1] != '-') {
        which = find_short(reading->usage, argument[1]);
        if (which < 0) {
            spt_options_misuse(reading->usage, "there is no option -%c", argument[1]);
            return false;
        }
        return take_option(reading, which, argument[2] != '\0' ? argument + 2 : NULL);
    }
    length = strcspn(argument + 2, "=");
    which = find_long(reading->usage, argument + 2, length);
    if (which < 0) {
        spt_options_misuse(reading->usage, "there is no option --%.*s", (int)length,
                           argument + 2);
        return false;
    }
    return take_option(reading, which,
                       argument[2 + length] == '=' ? argument + 3 + length : NULL);
}

static bool
complain_of_missing(const struct reading *reading)
{
    const struct spt_usage *usage = reading->usage;

    for (size_t i = 0; i < usage->option_count; i++) {
        if (usage->options[i].required && (reading->seen >> i & 1) == 0) {
            spt_options_misuse(usage, "--%s %s is missing", usage->options[i].name,
                               usage->options[i].placeholder);
            return true;
        }
    }
    if (reading->positionals < usage->least) {
        spt_options_misuse(usage, "%s is missing", usage->positional);
        return true;
    }
    return false;
}

static bool
take_positional(struct reading *reading, char *argument)
{
    if (reading->positionals >= reading->usage->most) {
        spt_options_misuse(reading->usage, "\"%s\" is one argument too many", argument);
        return false;
    }
    reading->argv[1 + reading->positionals++] = argument;
    return true;
}

/* Help is looked for first, so that it answers however wrong the rest is. */
static bool
wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

enum spt_options_outcome
spt_options_read(const struct spt_usage *usage, int argc, char **argv, void *target,
                 size_t *positionals)
{
    struct reading reading = {
        .usage = usage, .argc = argc, .argv = argv, .at = 1, .target = target};
    bool options_ended = false;

    assert(usage->option_count <= MOST_OPTIONS);
    if (wants_help(argc, argv)) {
        spt_options_help(usage);
        return SPT_OPTIONS_HELP;
    }
    while (reading.at < argc) {
        char *argument = argv[reading.at++];
        bool fits;

        if (!options_ended && strcmp(argument, "--") == 0) {
            options_ended = true;
            continue;
        }
        if (!options_ended && is_option(argument))
            fits = take_dashed(&reading, argument);
        else
            fits = take_positional(&reading, argument);
        if (!fits)
            return SPT_OPTIONS_MISUSE;
    }
    if (complain_of_missing(&reading))
        return SPT_OPTIONS_MISUSE;
    *positionals = reading.positionals;
    return SPT_OPTIONS_READ;
}

/* ---- help ------------------------------------------------------------------------ */

static void
print_option(const struct spt_option *option)
{
    char text[80];
    int length;

    length = snprintf(
        text, sizeof text, "  %c%c%s --%s%s%s", option->letter != 0 ? '-' : ' ',
        option->letter != 0 ? option->letter : ' ', option->letter != 0 ? "," : " ",
        option->name, option->placeholder != NULL ? " " : "",
        option->placeholder != NULL ? option->placeholder : "");
    if (length > 30)
        printf("%s\n%32s", text, "");
    else
        printf("%-32s", text);
    puts(option->help);
}

void
spt_options_help(const struct spt_usage *usage)
{
    printf("usage: septum %s %s\n\n%s\n\n", usage->command, usage->synopsis,
           usage->about);
    for (size_t i = 0; i < usage->option_count; i++)
        print_option(&usage->options[i]);
    printf("  %-30s%s\n", "-h, --help", "print this and end");
}

int
spt_options_misuse(const struct spt_usage *usage, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "septum %s: ", usage->command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; see septum %s --help\n", usage->command);
    return SPT_EXIT_MISUSED;
}
