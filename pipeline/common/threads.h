/* The number of computing threads. OpenMP is entered from the main thread only, because libgomp keeps one team per
 * calling thread. Built without OpenMP there is one thread, and results have the same bits. */
#ifndef COCO_PIPELINE_COMMON_THREADS_H
#define COCO_PIPELINE_COMMON_THREADS_H

int threads_default(void); /* OMP_NUM_THREADS, else the processors that this process may use */
void threads_set(int n);

#endif
