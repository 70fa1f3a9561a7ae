#include "io/ranks/launcher.h"

#include <stddef.h>
#include <stdlib.h>

/* The variables are those of Open MPI (FAQ "What environment variables are set"), of PMIx and PMI-1 (MPICH's Hydra,
 * Slurm's plugins), and of srun (its manual, "OUTPUT ENVIRONMENT VARIABLES"). */
static const char *const OF_MPI[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_FD"};
static const char *const COUNT[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};

static int number(const char *name)
{
    const char *text = getenv(name);
    long n = text ? strtol(text, NULL, 10) : 0;
    return n > 0 && n < 1 << 24 ? (int)n : 0;
}

bool launcher_is_mpi(void)
{
    for (size_t i = 0; i < sizeof OF_MPI / sizeof *OF_MPI; i++)
        if (getenv(OF_MPI[i]))
            return true;
    return false;
}

/* Tasks of a step. A batch script's environment has the allocation's SLURM_NTASKS, and no number of a step's tasks. */
static int of_srun(void)
{
    int step = number("SLURM_STEP_NUM_TASKS");
    return step ? step : getenv("SLURM_STEP_ID") ? number("SLURM_NTASKS") : 0;
}

int launcher_count(void)
{
    int most = of_srun();
    for (size_t i = 0; i < sizeof COUNT / sizeof *COUNT; i++)
        if (number(COUNT[i]) > most)
            most = number(COUNT[i]);
    return most > 1 ? most : 1;
}

const char *launcher_name(void)
{
    return of_srun() > 1 ? "srun" : "mpirun";
}
