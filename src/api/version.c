/*
 * version.c - who we are, and the names of the status codes.
 */
#include "septum.h"

const char *
septum_version(void)
{
    return SEPTUM_VERSION;
}

const char *
septum_status_name(enum septum_status status)
{
    static const char *const names[] = {
        [SEPTUM_OK] = "ok",
        [SEPTUM_ENOMEM] = "out of space",
        [SEPTUM_EIO] = "input/output",
        [SEPTUM_EFORMAT] = "bad file",
        [SEPTUM_EINVAL] = "bad argument",
        [SEPTUM_ENGINE] = "engine failure",
        [SEPTUM_ESTOPPED] = "stopped",
    };

    return (unsigned)status < sizeof names / sizeof names[0] ? names[status]
                                                             : "unknown";
}
