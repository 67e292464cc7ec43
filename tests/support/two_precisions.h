/*
 * two_precisions.h - a training step of some nets in bf16 beside the same in f32.
 */
#ifndef SEPTUM_TESTS_TWO_PRECISIONS_H
#define SEPTUM_TESTS_TWO_PRECISIONS_H

/* Assert that logits and gradients of both forms differ by no more than these shares of
 * their norms. */
void two_precisions_agree(double most_by_logits, double most_by_gradients);

#endif
