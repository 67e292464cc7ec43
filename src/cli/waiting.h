/*
 * waiting.h - how the threads of a parallel loop wait for each other.
 */
#ifndef SEPTUM_CLI_WAITING_H
#define SEPTUM_CLI_WAITING_H

/*
 * Let waiting threads sleep, unless the environment says how they are to wait.  They
 * would keep their core busy for a while, which another program, or another Septum,
 * then lacks.  The runtime asks the environment once, when it is loaded: so this starts
 * the program anew, and returns where that is not needed or not possible.
 */
void spt_waiting_sleeps(char **argv);

#endif
