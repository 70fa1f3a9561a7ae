/* What the environment says of the launcher that started this process: mpirun (Open MPI, MPICH, Intel MPI) or srun. Any
 * thread. */
#ifndef COCO_IO_RANKS_LAUNCHER_H
#define COCO_IO_RANKS_LAUNCHER_H

#include <stdbool.h>

/* Whether a launcher gave this process what MPI needs to meet others. */
bool launcher_is_mpi(void);
/* How many processes were started together; 1 if nothing says more. A shell in a Slurm allocation, or a batch script,
 * is not a step of srun and counts 1. */
int launcher_count(void);
const char *launcher_name(void); /* "srun", "mpirun" */

#endif
