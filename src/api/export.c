/*
 * export.c - a model as a package for other programs.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/arguments.h"
#include "base/json.h"
#include "net/onnx.h"
#include "package/package.h"
#include "train/model_file.h"

#define NAME_LEAST 5
#define NAME_BEFORE "Septum membrane ConvNet "
#define NAME_DEFAULT 64 /* longer names are warned of */
#define DESCRIPTION                                                                    \
    "A ConvNet that finds cell membranes in grey microscopy images: the probability "  \
    "of each pixel to be membrane."

static bool
is_letter_or_digit(char c)
{
    return isalnum((unsigned char)c) != 0 && (unsigned char)c < 128;
}

/* ---- words: what the format wants of each ---------------------------------------- */

static bool
is_name(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit(text[i]) && strchr("_+- ()", text[i]) == NULL)
            return false;
    return length >= NAME_LEAST && length <= SPT_PACKAGE_NAME;
}

static bool
is_description(const char *text)
{
    size_t characters = 0;

    while (*text != '\0') {
        size_t length = spt_utf8_length(text);

        text += length > 0 ? length : 1;
        characters++;
    }
    return characters >= 1 && characters <= SPT_PACKAGE_DESCRIPTION;
}

static bool
is_person(const char *text)
{
    return *text != '\0' && strpbrk(text, "/\\") == NULL;
}

static bool
is_user(const char *text)
{
    const char *at = text;

    while (is_letter_or_digit(*at) || *at == '-')
        at++;
    return at > text && *at == '\0';
}

static bool
is_license(const char *text)
{
    const char *at = text;

    while (is_letter_or_digit(*at) || (*at != '\0' && strchr("-.+", *at) != NULL))
        at++;
    return at > text && *at == '\0';
}

static bool
is_citation(const char *text)
{
    return *text != '\0';
}

/* 10.NNNN/anything but blanks */
static bool
is_doi(const char *text)
{
    size_t digits = strncmp(text, "10.", 3) == 0 ? strspn(text + 3, "0123456789.") : 0;

    return digits >= 4 && text[3 + digits] == '/' && text[4 + digits] != '\0' &&
           strpbrk(text, " \t\n") == NULL;
}

static enum septum_status
check_words(const struct septum_model_export_options *options, struct septum_error *err)
{
    const struct {
        const char *what, *text;
        bool (*is_one)(const char *text);
        const char *wanted;
    } words[] = {
        {"name", options->name, is_name,
         "5 to 128 letters without accents, digits, blanks, and _ + - ( )"},
        {"description", options->description, is_description, "1 to 1024 characters"},
        {"author", options->author, is_person, "a name without / and \\"},
        {"GitHub user", options->github, is_user, "letters, digits and -"},
        {"license", options->license, is_license,
         "an identifier of the SPDX list, such as CC-BY-4.0"},
        {"citation", options->cite, is_citation, "a text that is not empty"},
        {"DOI", options->doi, is_doi, "such as 10.1000/182"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].text != NULL && !words[i].is_one(words[i].text))
            return spt_fail(err, SEPTUM_EINVAL,
                            "the %s \"%s\" cannot be one; wanted: %s", words[i].what,
                            words[i].text, words[i].wanted);
    if ((options->cite == NULL) != (options->doi == NULL))
        return spt_fail(err, SEPTUM_EINVAL,
                        "a citation takes both its text and its DOI");
    if (options->github != NULL && options->author == NULL)
        return spt_fail(err, SEPTUM_EINVAL,
                        "a GitHub user takes the author's name, too");
    return SEPTUM_OK;
}

/* The file's own name, without its ending, in characters that a name may have. */
static void
make_name(const char *path, char name[NAME_DEFAULT + 1])
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *end = strrchr(base, '.');
    int length = (int)(end != NULL && end > base ? end - base : (int)strlen(base));

    snprintf(name, NAME_DEFAULT + 1, NAME_BEFORE "%.*s", length, base);
    for (char *at = name; *at != '\0'; at++)
        if (!is_letter_or_digit(*at) && strchr("_+- ()", *at) == NULL)
            *at = '-';
}

static enum septum_status
export_file(const struct septum_model_export_options *options,
            const struct spt_package_words *words, struct septum_error *err)
{
    struct spt_bytes file = {0}, package = {0};
    struct spt_model model = {0};
    enum septum_status status =
        spt_file_read(options->model, SPT_MODEL_FILE_BYTES, &file, err);

    if (status == SEPTUM_OK)
        status = spt_onnx_decode(&file, options->model, &model, err);
    if (status == SEPTUM_OK)
        status = spt_package_make(&model, &file, words, &package, err);
    if (status == SEPTUM_OK)
        status = spt_file_write(options->output, package.at, package.count,
                                options->force, err);
    spt_bytes_clear(&package);
    spt_bytes_clear(&file);
    spt_model_clear(&model);
    return status;
}

enum septum_status
septum_model_export(const struct septum_model_export_options *options,
                    struct septum_error *err)
{
    char name[NAME_DEFAULT + 1];
    struct spt_package_words words;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"options", options}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->model", options->model},
                    {"options->output", options->output}) != SEPTUM_OK ||
        check_words(options, err) != SEPTUM_OK ||
        spt_file_spare(options->model, options->output, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    make_name(options->model, name);
    words = (struct spt_package_words){
        .name = options->name != NULL ? options->name : name,
        .description =
            options->description != NULL ? options->description : DESCRIPTION,
        .author = options->author,
        .github = options->github,
        .license = options->license,
        .cite = options->cite,
        .doi = options->doi,
    };
    status = spt_output_check(options->output, options->force, err);
    return status == SEPTUM_OK ? export_file(options, &words, err) : status;
}
