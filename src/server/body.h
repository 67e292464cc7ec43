/*
 * body.h - what the page sends with a request, read from JSON and checked.
 */
#ifndef SEPTUM_SERVER_BODY_H
#define SEPTUM_SERVER_BODY_H

#include "project/sheet.h"
#include "server/answers.h"

#define SPT_BODY_TOOL_BYTES 32

/* The members that a body may have: 0, NaN or empty where one was not sent. */
struct spt_body {
    int64_t number, of, image, lease;
    double seconds; /* NaN: not said */
    enum spt_change_kind kind;
    bool has_kind;
    char tool[SPT_BODY_TOOL_BYTES];
    struct spt_runs runs; /* cleared by the caller */
};

/* False, with nothing to clear, where the request has no such body. */
bool spt_body_read(const struct spt_request *request, struct spt_body *body);

/* Answer a request whose body was refused. */
void spt_respond_body(struct spt_response *response);

/* Do its runs lie within the box of the sheet? */
bool spt_body_fits(const struct spt_body *body, const struct spt_sheet *sheet);

#endif
