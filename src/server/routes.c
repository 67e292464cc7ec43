/*
 * routes.c - which path is answered by what, and to whom.
 */
#include <string.h>

#include "server/answers.h"
#include "server/page.h"

/* An asterisk stands for a number. */
static const struct route {
    bool post;
    const char *path;
    void (*answer)(struct spt_site *site, const struct spt_request *request, int64_t id,
                   struct spt_response *response);
} routes[] = {
    {false, "/api/state", spt_answer_state},
    {false, "/api/image/*.png", spt_answer_image},
    {false, "/api/probability/*.png", spt_answer_probability},
    {false, "/api/labels/*.png", spt_answer_labels},
    {false, "/api/abundance/*", spt_answer_abundance},
    {false, "/api/sheet/*/journal", spt_answer_journal},
    {true, "/api/sheet/*/change", spt_answer_change},
    {true, "/api/sheet/*/confirm", spt_answer_confirm},
    {true, "/api/sheet/*/skip", spt_answer_skip},
    {true, "/api/sheet/*/close", spt_answer_close},
    {true, "/api/ask", spt_answer_ask},
    {true, "/api/free", spt_answer_free},
};

/* Does the path fit the pattern?  *id becomes the number in it. */
static bool
fits(const char *pattern, const char *path, int64_t *id)
{
    const char *star = strchr(pattern, '*');
    size_t before = star != NULL ? (size_t)(star - pattern) : 0;
    int64_t number = 0;
    size_t digits;

    *id = 0;
    if (star == NULL)
        return strcmp(pattern, path) == 0;
    if (strncmp(pattern, path, before) != 0)
        return false;
    path += before;
    digits = strspn(path, "0123456789");
    if (digits == 0 || digits > 15)
        return false;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (path[i] - '0');
    *id = number;
    return strcmp(star + 1, path + digits) == 0;
}

bool
spt_site_admits(const struct spt_site *site, const struct spt_request *request,
                struct spt_response *response)
{
    const struct spt_guard *guard = &site->guard;

    if (!spt_guard_knows_host(guard, request->host)) {
        spt_respond_error(response, 403, "this server does not go by that name");
        return false;
    }
    /* The door: whoever has the token need not have the cookie. */
    if (!request->post && strcmp(request->path, "/") == 0 && request->token != NULL &&
        spt_guard_knows_token(guard, request->token))
        return true;
    if (!spt_guard_knows_cookie(guard, request->cookie)) {
        spt_respond_error(response, 403,
                          "open the page by the address that septum label printed");
        return false;
    }
    if (!request->post)
        return true;
    if (!spt_guard_knows_origin(guard, request->origin, request->host)) {
        spt_respond_error(response, 403, "another site may not change anything here");
        return false;
    }
    if (request->type == NULL || strncmp(request->type, "application/json", 16) != 0 ||
        (request->type[16] != '\0' && request->type[16] != ';')) {
        spt_respond_error(response, 403, "what is sent must be application/json");
        return false;
    }
    return true;
}

void
spt_site_answer(struct spt_site *site, const struct spt_request *request,
                struct spt_response *response)
{
    const struct spt_page_file *file;
    const char *type;
    bool there = false;
    int64_t id;

    spt_response_clear(response);
    if (!request->post && strcmp(request->path, "/") == 0 && request->token != NULL &&
        spt_guard_knows_token(&site->guard, request->token)) {
        response->code = 303;
        response->lets_in = true;
        return;
    }
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!fits(routes[i].path, request->path, &id))
            continue;
        there = true;
        if (routes[i].post == request->post) {
            routes[i].answer(site, request, id, response);
            return;
        }
    }
    file = spt_page_find(request->path, &type);
    if (file != NULL && !request->post) {
        response->code = 200;
        response->type = type;
        response->fixed = file->bytes;
        response->fixed_count = file->count;
    } else if (there || file != NULL) {
        spt_respond_error(response, 405, "not by this method");
    } else {
        spt_respond_error(response, 404, "there is no such page");
    }
}
