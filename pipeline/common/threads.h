/* The number of computing threads. OpenMP is entered from the main thread only, because libgomp keeps one team per
 * calling thread. Built without OpenMP there is one thread, and results have the same bits. */
#ifndef COCO_PIPELINE_COMMON_THREADS_H
#define COCO_PIPELINE_COMMON_THREADS_H

#include "io/base/err.h"

enum { THREADS_MAX = 1024 };

/* OMP_NUM_THREADS, from 1 to THREADS_MAX, the first of a list; else the processors that this process may use, by its
 * affinity and by the CPU quota of its control groups, rounded up. *warning says what is wrong with OMP_NUM_THREADS,
 * which is then taken out of the environment; "": nothing. */
int threads_default(Err *warning);
/* The threads of OpenMP's parallel regions, from now on; n is from 1 to THREADS_MAX. Returns how many there will be:
 * fewer where the process may not start so many, as OpenMP would end it. Main thread. The threads of a Pipe are its
 * own (pipe.h), and built without OpenMP this does nothing. */
int threads_set(int n);

#endif
