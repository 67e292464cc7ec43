/*
 * precision.h - the precision that a user's choice means.
 */
#ifndef SEPTUM_API_PRECISION_H
#define SEPTUM_API_PRECISION_H

#include "net/precision.h"
#include "septum.h"

static inline enum spt_precision
spt_choose_precision(enum septum_precision choice)
{
    return choice == SEPTUM_PRECISION_BF16 ? SPT_PRECISION_BF16 : SPT_PRECISION_F32;
}

#endif
