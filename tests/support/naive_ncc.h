/*
 * naive_ncc.h - the definition of the distance of two windows, shift by shift and pixel
 * by pixel in double precision.
 */
#ifndef SEPTUM_TESTS_NAIVE_NCC_H
#define SEPTUM_TESTS_NAIVE_NCC_H

/* 1 - the largest NCC of windows `a` and `b` of side * side values over all shifts that
 * are multiples of `step` and at most `reach` in y and in x. */
double
naive_ncc_distance(const float *a, const float *b, int side, int reach, int step);

/* The same over shifts that leave at least the share `least` of the pixels. */
double naive_ncc_distance_overlapping(const float *a, const float *b, int side,
                                      int reach, int step, double least);

#endif
