/*
 * answers.c - see answers.h: what all answers have in common.
 */
#include "server/answers.h"

#include "base/json.h"

#define JSON "application/json; charset=utf-8"

void
spt_response_clear(struct spt_response *response)
{
    spt_bytes_clear(&response->body);
    *response = (struct spt_response){0};
}

void
spt_respond_text(struct spt_response *response, unsigned code,
                 struct spt_text *take_text)
{
    static const unsigned char starved[] =
        "{\"error\": \"the server has no memory left\"}";

    spt_response_clear(response);
    response->type = JSON;
    if (take_text->failed) {
        response->code = 500;
        response->fixed = starved;
        response->fixed_count = sizeof starved - 1;
        spt_text_clear(take_text);
        return;
    }
    response->code = code;
    response->body = take_text->bytes;
    *take_text = (struct spt_text){0};
}

void
spt_respond_error(struct spt_response *response, unsigned code, const char *sentence)
{
    struct spt_text text = {0};

    spt_text_add(&text, "{\"error\": ");
    spt_text_add_json(&text, sentence);
    spt_text_add(&text, "}\n");
    spt_respond_text(response, code, &text);
}

void
spt_respond_failure(struct spt_response *response, enum septum_status status,
                    const struct septum_error *err)
{
    static const struct {
        enum septum_status status;
        unsigned code;
    } codes[] = {
        {SEPTUM_ENOMEM, 507}, /* memory or disk */
        {SEPTUM_EIO, 503},
        {SEPTUM_EINVAL, 409},
    };
    unsigned code = 500;

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].status == status)
            code = codes[i].code;
    spt_respond_error(response, code, err->text);
}

size_t
spt_site_image(const struct spt_site *site, int64_t id)
{
    const struct spt_project_images *images = spt_desk_images(site->desk);
    size_t i = 0;

    while (i < images->count && images->image[i].id != id)
        i++;
    return i;
}
