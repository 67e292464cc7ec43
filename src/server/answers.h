/*
 * answers.h - a request and what is answered to it, apart from any network: routes are
 * functions from the one to the other.
 */
#ifndef SEPTUM_SERVER_ANSWERS_H
#define SEPTUM_SERVER_ANSWERS_H

#include "base/text.h"
#include "server/guard.h"
#include "session/desk.h"

/* What routes work on. */
struct spt_site {
    struct spt_desk *desk;
    struct spt_guard guard;
    const char *name; /* of the project, for the page */
};

/* All text is borrowed; NULL where nothing was sent. */
struct spt_request {
    bool post; /* else GET */
    const char *path;
    const char *host, *origin, *cookie, *type; /* headers */
    const char *token, *model, *after;         /* of the query */
    const char *who;                           /* checked; never NULL */
    const void *body;
    size_t body_bytes;
};

enum spt_keeping {
    SPT_KEEP_NOT, /* never the same again */
    SPT_KEEP_DAY, /* what is behind this address stays, for this session */
};

/* All zero is a valid, empty response. */
struct spt_response {
    unsigned code;
    const char *type; /* static text */
    struct spt_bytes body;
    const unsigned char *fixed; /* bytes that are never freed, in place of `body` */
    size_t fixed_count;
    bool lets_in; /* sets the cookie and sends the browser to "/" */
    enum spt_keeping keeping;
};

void spt_response_clear(struct spt_response *response);

/* Answer with JSON that is taken from `text`, or with why there is none. */
void spt_respond_text(struct spt_response *response, unsigned code,
                      struct spt_text *take_text);

/* Answer {"error": sentence}. */
void
spt_respond_error(struct spt_response *response, unsigned code, const char *sentence);

/* The same for a failure; its code follows from what failed. */
void spt_respond_failure(struct spt_response *response, enum septum_status status,
                         const struct septum_error *err);

/* Answer a request. */
void spt_site_answer(struct spt_site *site, const struct spt_request *request,
                     struct spt_response *response);

/* May this request be answered at all?  Otherwise *response says why not.  To be asked
 * before its body is read. */
bool spt_site_admits(const struct spt_site *site, const struct spt_request *request,
                     struct spt_response *response);

/* ---- what the routes call; `id` is the number in their path -----------------------
 */

void spt_answer_state(struct spt_site *site, const struct spt_request *request,
                      int64_t id, struct spt_response *response);
void spt_answer_abundance(struct spt_site *site, const struct spt_request *request,
                          int64_t id, struct spt_response *response);

void spt_answer_image(struct spt_site *site, const struct spt_request *request,
                      int64_t id, struct spt_response *response);
void spt_answer_probability(struct spt_site *site, const struct spt_request *request,
                            int64_t id, struct spt_response *response);
void spt_answer_labels(struct spt_site *site, const struct spt_request *request,
                       int64_t id, struct spt_response *response);

void spt_answer_ask(struct spt_site *site, const struct spt_request *request,
                    int64_t id, struct spt_response *response);
void spt_answer_free(struct spt_site *site, const struct spt_request *request,
                     int64_t id, struct spt_response *response);
void spt_answer_journal(struct spt_site *site, const struct spt_request *request,
                        int64_t id, struct spt_response *response);
void spt_answer_change(struct spt_site *site, const struct spt_request *request,
                       int64_t id, struct spt_response *response);
void spt_answer_confirm(struct spt_site *site, const struct spt_request *request,
                        int64_t id, struct spt_response *response);
void spt_answer_skip(struct spt_site *site, const struct spt_request *request,
                     int64_t id, struct spt_response *response);
void spt_answer_close(struct spt_site *site, const struct spt_request *request,
                      int64_t id, struct spt_response *response);

/* The place of an image among the project's; their count when there is none. */
size_t spt_site_image(const struct spt_site *site, int64_t id);

/* Add a sheet as JSON, or null when its id is 0; the project is taken. */
enum septum_status
spt_sheet_add_json(struct spt_site *site, struct spt_project *project,
                   const struct spt_sheet *sheet, struct spt_text *text,
                   struct septum_error *err);

#endif
