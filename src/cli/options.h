/*
 * options.h - the arguments of a subcommand: one const table from which they are read
 * and their help is printed.
 *
 * Long options take their value as --name VALUE or --name=VALUE, short ones as -n VALUE
 * or -nVALUE; options and other arguments may be mixed; "--" ends the options.  A
 * source takes all values up to the next option.  No option may be given twice: the
 * user would not know which of the two counted.
 */
#ifndef SEPTUM_CLI_OPTIONS_H
#define SEPTUM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum spt_option_kind {
    SPT_OPTION_FLAG,     /* bool, no value */
    SPT_OPTION_TEXT,     /* const char *, borrowed from argv */
    SPT_OPTION_CHOICE,   /* int or enum: which word of the placeholder,
                            split at '|' */
    SPT_OPTION_COUNT,    /* uint32_t >= 1, small enough for int32_t too */
    SPT_OPTION_LAYERS,   /* int32_t >= 1, or "all" = 0 */
    SPT_OPTION_SEED,     /* uint64_t */
    SPT_OPTION_BYTES,    /* uint64_t >= 1; K, M and G multiply by powers of 1024 */
    SPT_OPTION_NUMBER,   /* double, any finite number */
    SPT_OPTION_AMOUNT,   /* double > 0 */
    SPT_OPTION_FRACTION, /* double in [0, 1] */
    SPT_OPTION_SOURCE,   /* struct septum_source, borrowed from argv */
};

struct spt_option {
    char letter;   /* short name, or 0 */
    bool required; /* the command is misused without it */
    enum spt_option_kind kind;
    const char *name;        /* long name, without the dashes */
    const char *placeholder; /* for its value in the help; NULL for a flag */
    const char *help;        /* a line */
    size_t target;           /* where in the command's struct the value goes */
    size_t given;            /* where a bool goes that says it was given; 0 = nowhere,
                                so that such a bool is never the first member */
};

struct spt_usage {
    const char *command;  /* "model info" */
    const char *synopsis; /* what follows the command in its usage line */
    const char *about;    /* a paragraph, lines of up to 79 characters */
    const struct spt_option *options;
    size_t option_count;
    const char *positional;   /* what the other arguments are, or NULL when there are
                                 none; with any, the synopsis puts them before the
                                 sources, which would take them for their own */
    size_t least, most;       /* how many of them */
    const char *when_stopped; /* what to do after an interruption, or NULL */
};

/* How the reading of arguments ended. */
enum spt_options_outcome {
    SPT_OPTIONS_READ,   /* go on */
    SPT_OPTIONS_HELP,   /* help was asked for and printed: done */
    SPT_OPTIONS_MISUSE, /* said so on standard error */
};

/*
 * Read argv[1..argc) into the command's struct at `target` (all zero before) and the
 * other arguments into argv[1..], whose number goes to *positionals.  argv is reordered
 * and lives as long as the values.
 */
enum spt_options_outcome
spt_options_read(const struct spt_usage *usage, int argc, char **argv, void *target,
                 size_t *positionals);

/* Print the help of a command to standard output. */
void spt_options_help(const struct spt_usage *usage);

/* Tell a misuse that the table cannot know of: one sentence, and where help is.
 * Returns the exit status of misuse. */
int spt_options_misuse(const struct spt_usage *usage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
