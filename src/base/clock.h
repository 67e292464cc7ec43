/*
 * clock.h - time that only moves forward.
 */
#ifndef SEPTUM_BASE_CLOCK_H
#define SEPTUM_BASE_CLOCK_H

/* Seconds since some fixed moment; differences are what has a meaning. */
double spt_clock_seconds(void);

#endif
