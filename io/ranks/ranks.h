/* The ranks of a run: the processes, on one machine or several, that mpirun or srun started together. All of MPI is
 * here.
 *
 *   ranks_mpi.c  MPI's ranks, for the commands in build/mpi/ (make MPI=1)
 *   ranks_one.c  one rank, for all others; started several times by a launcher, it refuses to join
 *
 * Messages go from rank to rank, and a sum is made by whoever receives its terms: no order of arithmetic is left to
 * MPI. A process belongs to one run, so this is one object per process. Main thread. */
#ifndef COCO_IO_RANKS_RANKS_H
#define COCO_IO_RANKS_RANKS_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Meets the other ranks; a process that no launcher started is alone at once. Before any other call. -1: a launcher
 * started several processes that do not find each other: by a build without MPI, or by srun without PMI (Slurm's
 * "mpi_mpi": see srun --mpi=list). */
int ranks_join(Err *err);

int ranks_self(void);             /* 0 .. ranks_count() - 1 */
int ranks_count(void);            /* 1 before ranks_join */
const char *ranks_host(int rank); /* the name of its machine */
void ranks_limit(double seconds); /* how long an exchange waits for another rank */

/* Bytes from or to another rank. Between two ranks, messages arrive in the order in which they were sent. */
typedef struct {
    int rank;
    void *data;
    size_t bytes;
} RankMessage;

/* How a rank waits: gently for others that may still compute, eagerly for bytes that are on their way. */
typedef enum { RANKS_GENTLE, RANKS_EAGER } RanksWait;

/* Sends and receives at the same time; returns when all have arrived. -1: a rank has not answered within the limit:
 * the line names it. */
int ranks_exchange(const RankMessage *in, int n_in, const RankMessage *out, int n_out, RanksWait wait, Err *err);

/* Each rank gets the records of all: all (count,bytes), in the order of the ranks. Waits gently. */
int ranks_gather(const void *mine, size_t bytes, void *all, Err *err);

/* x (n) becomes the sum over all ranks, by MPI's own algorithm and in its order, which the ranks' number changes: what
 * sums of ours are measured against (scripts/bench-ranks). */
int ranks_sum(float *x, size_t n, Err *err);

/* The end of this rank's part; once. With `alone` the others are ended too, at once, and this does not return: mpirun
 * exits with `status`. Otherwise all ranks do so together. */
void ranks_leave(int status, bool alone);

#endif
