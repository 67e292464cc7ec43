/*
 * sheets.c - asking for work, drawing, confirming: what changes the project.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "server/answers.h"
#include "server/body.h"

/* ---- what goes out --------------------------------------------------------------- */

static void
add_runs(struct spt_text *text, const struct spt_runs *runs)
{
    spt_text_add(text, "[");
    for (size_t i = 0; i < runs->count; i++)
        spt_text_add(text, "%s[%" PRIu64 ",%" PRIu64 ",%d]", i > 0 ? "," : "",
                     runs->run[i].start, runs->run[i].length, (int)runs->run[i].value);
    spt_text_add(text, "]");
}

static void
add_region(const struct spt_lease *lease, struct spt_text *text)
{
    spt_text_add(text,
                 ", \"lease\": %" PRId64 ", \"side\": %" PRIu32
                 ", \"objective\": %.10g, \"uncertainty\": %.10g, \"abundance\": %.10g"
                 ", \"windows\": [",
                 lease->id, lease->side, lease->objective, lease->uncertainty,
                 lease->abundance);
    for (size_t i = 0; i < lease->count; i++)
        spt_text_add(text, "%s[%" PRIu32 ", %" PRIu32 "]", i > 0 ? ", " : "",
                     lease->windows[i].row, lease->windows[i].column);
    spt_text_add(text, "]");
}

enum septum_status
spt_sheet_add_json(struct spt_site *site, struct spt_project *project,
                   const struct spt_sheet *sheet, struct spt_text *text,
                   struct septum_error *err)
{
    struct spt_leases leases = {0};
    enum septum_status status = SEPTUM_OK;

    (void)site;
    if (sheet->id == 0) {
        spt_text_add(text, "null");
        return SEPTUM_OK;
    }
    if (sheet->kind == SPT_SHEET_REGION)
        status = spt_project_lease(project, sheet->lease, &leases, err);
    if (status != SEPTUM_OK)
        return status;
    spt_text_add(text, "{\"id\": %" PRId64 ", \"kind\": \"%s\", \"image\": %" PRId64,
                 sheet->id, sheet->kind == SPT_SHEET_REGION ? "region" : "free",
                 sheet->image);
    spt_text_add(text,
                 ", \"box\": [%" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 "]",
                 sheet->top, sheet->left, sheet->height, sheet->width);
    if (leases.count > 0)
        add_region(&leases.lease[0], text);
    spt_text_add(text,
                 ", \"model\": %" PRId64 ", \"threshold\": %.10g, \"seconds\": %.10g"
                 ", \"last\": %" PRId64 ", \"why\": ",
                 sheet->model, sheet->threshold, sheet->seconds, sheet->last);
    spt_text_add_json(text, sheet->why);
    spt_text_add(text, "}");
    spt_leases_clear(&leases);
    return SEPTUM_OK;
}

/* Answer {NAME: SHEET}, after what is in `text` already, or why not; the project is
 * taken. */
static void
respond_sheet(struct spt_site *site, struct spt_project *project, struct spt_text *text,
              enum septum_status status, struct septum_error *err,
              const struct spt_sheet *sheet, const char *name,
              struct spt_response *response)
{
    spt_text_add(text, "\"%s\": ", name);
    if (status == SEPTUM_OK)
        status = spt_sheet_add_json(site, project, sheet, text, err);
    spt_text_add(text, "}\n");
    if (status == SEPTUM_OK)
        spt_respond_text(response, 200, text);
    else
        spt_respond_failure(response, status, err);
    spt_text_clear(text);
}

/* ---- routes ---------------------------------------------------------------------- */

void
spt_answer_ask(struct spt_site *site, const struct spt_request *request, int64_t id,
               struct spt_response *response)
{
    struct spt_project *project = spt_desk_take(site->desk);
    struct spt_text text = {0};
    struct spt_sheet sheet;
    struct septum_error err;
    enum septum_status status = spt_desk_ask(site->desk, request->who, &sheet, &err);

    (void)id;
    spt_text_add(&text, "{");
    respond_sheet(site, project, &text, status, &err, &sheet, "sheet", response);
    spt_desk_give(site->desk);
    spt_sheet_clear(&sheet);
}

void
spt_answer_free(struct spt_site *site, const struct spt_request *request, int64_t id,
                struct spt_response *response)
{
    struct spt_project *project;
    struct spt_text text = {0};
    struct spt_sheet sheet;
    struct septum_error err;
    struct spt_body body;
    enum septum_status status;

    (void)id;
    if (!spt_body_read(request, &body)) {
        spt_respond_body(response);
        return;
    }
    spt_runs_clear(&body.runs);
    if (spt_site_image(site, body.image) == spt_desk_images(site->desk)->count) {
        spt_respond_error(response, 404, "the project has no such image");
        return;
    }
    project = spt_desk_take(site->desk);
    status = spt_desk_free(site->desk, request->who, body.image, &sheet, &err);
    spt_text_add(&text, "{");
    respond_sheet(site, project, &text, status, &err, &sheet, "sheet", response);
    spt_desk_give(site->desk);
    spt_sheet_clear(&sheet);
}

/* Find the open sheet that a path names; false, and *response says why, when there is
 * none.  The project is taken; the caller clears *out. */
static bool
find_sheet(struct spt_project *project, const struct spt_request *request, int64_t id,
           struct spt_sheet *out, struct spt_response *response)
{
    struct septum_error err;
    enum septum_status status = spt_project_sheet(project, id, request->who, out, &err);

    if (status != SEPTUM_OK)
        spt_respond_failure(response, status, &err);
    else if (out->id == 0)
        spt_respond_error(response, 410,
                          "that work is confirmed, skipped or another's by now");
    return status == SEPTUM_OK && out->id != 0;
}

static enum septum_status
add_change(void *user, const struct spt_change *change, struct septum_error *err)
{
    struct spt_text *text = user;

    (void)err;
    if (text->bytes.at[text->bytes.count - 1] == '}')
        spt_text_add(text, ",\n");
    spt_text_add(text, "{\"number\": %" PRId64 ", \"kind\": \"%s\", ", change->number,
                 spt_change_kinds[change->kind]);
    if (change->of != 0)
        spt_text_add(text, "\"of\": %" PRId64 ", ", change->of);
    spt_text_add(text, "\"tool\": ");
    spt_text_add_json(text, change->tool != NULL ? change->tool : "");
    spt_text_add(text, ", \"runs\": ");
    add_runs(text, &change->runs);
    spt_text_add(text, "}");
    return SEPTUM_OK;
}

void
spt_answer_journal(struct spt_site *site, const struct spt_request *request, int64_t id,
                   struct spt_response *response)
{
    int64_t after = request->after != NULL ? strtoll(request->after, NULL, 10) : 0;
    struct spt_project *project = spt_desk_take(site->desk);
    struct spt_sheet sheet = {0};
    struct spt_runs base = {0};
    struct spt_text text = {0};
    struct septum_error err;
    enum septum_status status = SEPTUM_OK;

    if (!find_sheet(project, request, id, &sheet, response)) {
        spt_desk_give(site->desk);
        return;
    }
    spt_text_add(&text, "{");
    if (after <= 0)
        status = spt_project_base(project, &sheet, &base, &err);
    if (status == SEPTUM_OK && after <= 0) {
        spt_text_add(&text, "\"base\": ");
        add_runs(&text, &base);
        spt_text_add(&text, ",\n");
    }
    spt_text_add(&text, "\"changes\": [");
    if (status == SEPTUM_OK && !text.failed)
        status = spt_project_changes(project, &sheet, after, add_change, &text, &err);
    spt_desk_give(site->desk);
    spt_text_add(&text, "]}\n");
    if (status == SEPTUM_OK)
        spt_respond_text(response, 200, &text);
    else
        spt_respond_failure(response, status, &err);
    spt_text_clear(&text);
    spt_runs_clear(&base);
    spt_sheet_clear(&sheet);
}

static void
respond_behind(struct spt_response *response, int64_t last)
{
    struct spt_text text = {0};

    spt_text_add(&text,
                 "{\"error\": \"this was drawn on in another place, too\", \"last\": "
                 "%" PRId64 "}\n",
                 last);
    spt_respond_text(response, 409, &text);
}

static void
record(struct spt_site *site, struct spt_project *project,
       const struct spt_sheet *sheet, const struct spt_body *body,
       struct spt_response *response)
{
    const struct spt_change change = {
        .number = body->number,
        .kind = body->kind,
        .of = body->of,
        .tool = body->tool,
        .seconds = isnan(body->seconds) ? sheet->seconds : body->seconds,
        .runs = body->runs,
    };
    enum spt_change_outcome outcome;
    struct spt_text text = {0};
    struct septum_error err;
    int64_t last;
    enum septum_status status = spt_project_change(
        project, sheet, &change, spt_desk_until(site->desk), &outcome, &last, &err);

    if (status != SEPTUM_OK) {
        spt_respond_failure(response, status, &err);
    } else if (outcome == SPT_CHANGE_OUTSIDE) {
        spt_respond_error(response, 400, "a pixel lies outside of what is asked about");
    } else if (outcome == SPT_CHANGE_BEHIND) {
        respond_behind(response, last);
    } else {
        spt_text_add(&text, "{\"saved\": %" PRId64 "}\n", last);
        spt_respond_text(response, 200, &text);
    }
}

void
spt_answer_change(struct spt_site *site, const struct spt_request *request, int64_t id,
                  struct spt_response *response)
{
    struct spt_project *project;
    struct spt_sheet sheet = {0};
    struct spt_body body;

    if (!spt_body_read(request, &body)) {
        spt_respond_body(response);
        return;
    }
    project = spt_desk_take(site->desk);
    if (find_sheet(project, request, id, &sheet, response)) {
        if (!body.has_kind || body.number < 1 || !spt_body_fits(&body, &sheet) ||
            (body.kind != SPT_CHANGE_PAINT && body.of == 0) || body.of >= body.number)
            spt_respond_body(response);
        else
            record(site, project, &sheet, &body, response);
    }
    spt_desk_give(site->desk);
    spt_sheet_clear(&sheet);
    spt_runs_clear(&body.runs);
}

/* ---- ends ------------------------------------------------------------------------
 *
 * The answer to a confirm or a skip may be lost on its way, and it is then sent again:
 * the page names the lease, which tells what became of a region that is open no more.
 */

struct given_answer {
    const char *who;
    int64_t lease;
    int64_t answer; /* 0: not found */
};

static enum septum_status
find_answer(void *user, const char *image, const struct spt_answer *answer,
            struct septum_error *err)
{
    struct given_answer *given = user;

    (void)image;
    (void)err;
    if (answer->lease == given->lease && strcmp(answer->origin, "page") == 0 &&
        strcmp(answer->who, given->who) == 0)
        given->answer = answer->id;
    return SEPTUM_OK;
}

/* The answer that an expert gave here to a region; 0 when there is none. */
static int64_t
given_answer(struct spt_project *project, const char *who, int64_t lease)
{
    struct given_answer given = {.who = who, .lease = lease};
    struct septum_error err;

    if (lease == 0 ||
        spt_project_history(project, find_answer, &given, &err) != SEPTUM_OK)
        return 0;
    return given.answer;
}

static bool
was_skipped(struct spt_project *project, const char *who, int64_t lease)
{
    struct spt_leases leases = {0};
    struct septum_error err;
    bool found = false;

    if (spt_project_leases(project, "skipped", &leases, &err) != SEPTUM_OK)
        return false;
    for (size_t i = 0; i < leases.count; i++)
        found = found ||
                (leases.lease[i].id == lease && strcmp(leases.lease[i].who, who) == 0);
    spt_leases_clear(&leases);
    return found;
}

/* Answer that a label is kept, and with the next region, whatever becomes of that; the
 * project is taken. */
static void
respond_confirmed(struct spt_site *site, struct spt_project *project, const char *who,
                  int64_t answer, struct spt_response *response)
{
    struct spt_sheet next = {0};
    struct spt_text text = {0};
    struct septum_error err;

    if (spt_desk_ask(site->desk, who, &next, &err) != SEPTUM_OK)
        next = (struct spt_sheet){0};
    spt_text_add(&text, "{\"answer\": %" PRId64 ", ", answer);
    respond_sheet(site, project, &text, SEPTUM_OK, &err, &next, "next", response);
    spt_sheet_clear(&next);
}

/* Confirm `sheet` and open the next; the project is taken. */
static void
confirm(struct spt_site *site, struct spt_project *project,
        const struct spt_sheet *sheet, const struct spt_request *request,
        const struct spt_body *body, struct spt_response *response)
{
    double seconds = isnan(body->seconds) ? sheet->seconds : body->seconds;
    struct septum_error err;
    bool confirmed = false;
    int64_t answer = 0;
    enum septum_status status = spt_project_confirm(project, sheet, body->number,
                                                    seconds, &confirmed, &answer, &err);

    if (status != SEPTUM_OK)
        spt_respond_failure(response, status, &err);
    else if (!confirmed)
        respond_behind(response, sheet->last);
    else
        respond_confirmed(site, project, request->who, answer, response);
}

void
spt_answer_confirm(struct spt_site *site, const struct spt_request *request, int64_t id,
                   struct spt_response *response)
{
    struct spt_project *project;
    struct spt_sheet sheet = {0};
    struct spt_body body;
    int64_t answer = 0;

    if (!spt_body_read(request, &body)) {
        spt_respond_body(response);
        return;
    }
    spt_runs_clear(&body.runs);
    project = spt_desk_take(site->desk);
    if (find_sheet(project, request, id, &sheet, response))
        confirm(site, project, &sheet, request, &body, response);
    else if (response->code == 410)
        answer = given_answer(project, request->who, body.lease);
    if (answer != 0)
        respond_confirmed(site, project, request->who, answer, response);
    spt_desk_give(site->desk);
    spt_desk_tell(site->desk);
    spt_sheet_clear(&sheet);
}

/* Close a sheet of that kind; after a region comes the next. */
static void
close_sheet(struct spt_site *site, const struct spt_request *request, int64_t id,
            enum spt_sheet_kind kind, struct spt_response *response)
{
    struct spt_project *project;
    struct spt_sheet sheet = {0}, next = {0};
    struct spt_text text = {0};
    struct septum_error err;
    struct spt_body body;
    bool closes; /* or is closed already */
    enum septum_status status = SEPTUM_OK;

    if (!spt_body_read(request, &body)) {
        spt_respond_body(response);
        return;
    }
    spt_runs_clear(&body.runs);
    project = spt_desk_take(site->desk);
    if (find_sheet(project, request, id, &sheet, response)) {
        closes = sheet.kind == kind;
        if (closes)
            status = spt_project_close_sheet(
                project, &sheet, isnan(body.seconds) ? sheet.seconds : body.seconds,
                &err);
        else
            spt_respond_error(response, 400,
                              "regions are skipped, and free sheets closed");
    } else {
        closes = response->code == 410 && kind == SPT_SHEET_REGION &&
                 was_skipped(project, request->who, body.lease);
    }
    if (closes) {
        if (status == SEPTUM_OK && kind == SPT_SHEET_REGION)
            status = spt_desk_ask(site->desk, request->who, &next, &err);
        spt_text_add(&text, "{");
        respond_sheet(site, project, &text, status, &err, &next, "next", response);
    }
    spt_desk_give(site->desk);
    spt_desk_tell(site->desk);
    spt_sheet_clear(&sheet);
    spt_sheet_clear(&next);
}

void
spt_answer_skip(struct spt_site *site, const struct spt_request *request, int64_t id,
                struct spt_response *response)
{
    close_sheet(site, request, id, SPT_SHEET_REGION, response);
}

void
spt_answer_close(struct spt_site *site, const struct spt_request *request, int64_t id,
                 struct spt_response *response)
{
    close_sheet(site, request, id, SPT_SHEET_FREE, response);
}
