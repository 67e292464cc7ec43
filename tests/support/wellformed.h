/*
 * wellformed.h - is a text well-formed XML?  Enough of a parser for figures and
 * reports.
 */
#ifndef SEPTUM_TESTS_WELLFORMED_H
#define SEPTUM_TESTS_WELLFORMED_H

#include <stddef.h>

/*
 * NULL when every element of `text` is closed in order, attributes are quoted, and no
 * bare & or < stands in text or values; else the place where that ends to be so.  A
 * <!DOCTYPE ...> in front is passed over.
 */
const char *wellformed_until(const char *text);

/* How often `part` occurs in `text`. */
size_t count_of(const char *text, const char *part);

#endif
