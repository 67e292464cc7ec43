/*
 * error.h - how a failure is told: a status to return and one sentence for a person.
 *
 * Who notices a failure writes the sentence (what, where, what was found, what would
 * do); who passes it on adds nothing.
 */
#ifndef SEPTUM_BASE_ERROR_H
#define SEPTUM_BASE_ERROR_H

#include "septum.h"

/*
 * Write the sentence into *err (which may be NULL) and return `status`, so that
 * `return spt_fail(...)` is a whole error path.  A text too long is cut; control
 * characters become '?', so that the sentence is one line whatever it quotes.
 */
enum septum_status
spt_fail(struct septum_error *err, enum septum_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The same for a failed system call on `path`: "<path>: <why>", from errno.  Returns
 * SEPTUM_ENOMEM for a full disk or exhausted memory, SEPTUM_EIO otherwise.
 */
enum septum_status spt_fail_errno(struct septum_error *err, const char *path);

/* Memory ran out while asking for `bytes` bytes for `what`.  Inline, so that whoever
 * reads the caller, person or program, sees that it does not return SEPTUM_OK. */
static inline enum septum_status
spt_fail_memory(struct septum_error *err, const char *what, size_t bytes)
{
    spt_fail(err, SEPTUM_ENOMEM, "%s: %zu bytes of memory are not to be had", what,
             bytes);
    return SEPTUM_ENOMEM;
}

#endif
