#!/bin/sh
# Threads that wait for each other sleep, unless the environment has it otherwise.  What
# the OpenMP runtime made of it, it says itself: the last of what it says counts.
. "$(dirname "$0")/tap.sh"

spins() { # COUNT
    grep GOMP_SPINCOUNT "$err" | tail -1 | grep -qF "'$1'"
}

export OMP_DISPLAY_ENV=verbose
unset OMP_WAIT_POLICY GOMP_SPINCOUNT

septum --version
if grep -q GOMP_SPINCOUNT "$err"; then
    check "waiting threads sleep" spins 0
    export GOMP_SPINCOUNT=77
    septum --version
    check "a given number of turns is kept" spins 77
    unset GOMP_SPINCOUNT
    export OMP_WAIT_POLICY=passive
    septum --version
    check "the program is not started anew in vain" \
        [ "$(grep -c GOMP_SPINCOUNT "$err")" -eq 1 ]
else
    skip "waiting threads sleep" "the program was built without OpenMP"
fi
finish
