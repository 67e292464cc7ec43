/*
 * body.c - see body.h.
 */
#include "server/body.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/json.h"

#define WHOLE ((int64_t)1 << 53) /* JSON's numbers are exact up to here */
#define SECONDS 2.7e6            /* nobody works on a region for a month */

/* Readers of members: `at` is where the value goes. */

static void
read_whole(struct spt_json *json, void *at)
{
    *(int64_t *)at = spt_json_whole(json, 0, WHOLE);
}

static void
read_seconds(struct spt_json *json, void *at)
{
    double seconds = spt_json_number(json);

    *(double *)at = seconds;
    if (!(seconds >= 0 && seconds < SECONDS))
        json->failed = true;
}

static void
read_kind(struct spt_json *json, void *at)
{
    struct spt_body *body = at;
    char word[16];

    spt_json_text(json, word, sizeof word);
    for (int i = 0; spt_change_kinds[i] != NULL; i++)
        if (strcmp(word, spt_change_kinds[i]) == 0) {
            body->kind = (enum spt_change_kind)i;
            body->has_kind = true;
            return;
        }
    json->failed = true;
}

static void
read_tool(struct spt_json *json, void *at)
{
    spt_json_text(json, at, SPT_BODY_TOOL_BYTES);
}

/* [[start, length, value], ...] */
static void
read_runs(struct spt_json *json, void *at)
{
    struct spt_runs *runs = at;
    bool outer = false;

    while (spt_json_item(json, &outer)) {
        int64_t numbers[3] = {0};
        bool inner = false;
        int count = 0;

        while (spt_json_item(json, &inner)) {
            if (count == 3) {
                json->failed = true;
                return;
            }
            numbers[count] = spt_json_whole(json, count == 1,
                                            count == 2 ? SPT_LABEL_UNKNOWN : WHOLE);
            count++;
        }
        if (json->failed || count != 3 ||
            !spt_runs_add(runs,
                          (struct spt_run){(uint64_t)numbers[0], (uint64_t)numbers[1],
                                           (uint8_t)numbers[2]})) {
            json->failed = true;
            return;
        }
    }
}

#define AT(member) offsetof(struct spt_body, member)

static const struct member {
    const char *name;
    void (*read)(struct spt_json *json, void *at);
    size_t offset; /* of the value in struct spt_body */
} members[] = {
    {"number", read_whole, AT(number)},     {"of", read_whole, AT(of)},
    {"image", read_whole, AT(image)},       {"lease", read_whole, AT(lease)},
    {"seconds", read_seconds, AT(seconds)}, {"kind", read_kind, 0}, /* of two members */
    {"tool", read_tool, AT(tool)},          {"runs", read_runs, AT(runs)},
};

static const struct member *
find_member(const char *name)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

bool
spt_body_read(const struct spt_request *request, struct spt_body *body)
{
    struct spt_json json = spt_json_read(request->body, request->body_bytes);
    char name[16];
    bool started = false;

    *body = (struct spt_body){.seconds = NAN};
    while (!json.failed && spt_json_member(&json, &started, name, sizeof name)) {
        const struct member *member = find_member(name);

        if (member != NULL)
            member->read(&json, (char *)body + member->offset);
        else
            spt_json_skip(&json);
    }
    if (spt_json_ends(&json))
        return true;
    spt_runs_clear(&body->runs);
    return false;
}

void
spt_respond_body(struct spt_response *response)
{
    spt_respond_error(response, 400, "what was sent is not what this takes");
}

bool
spt_body_fits(const struct spt_body *body, const struct spt_sheet *sheet)
{
    const struct spt_runs *runs = &body->runs;
    uint64_t pixels = spt_sheet_pixels(sheet);

    for (size_t i = 0; i < runs->count; i++)
        if (runs->run[i].start >= pixels ||
            runs->run[i].length > pixels - runs->run[i].start)
            return false;
    return true;
}
