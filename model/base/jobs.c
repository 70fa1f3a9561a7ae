#include "model/base/jobs.h"

#include <stddef.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* The parts of a list, and how many of them are taken. */
typedef struct {
    const Jobs *jobs;
    int parts, taken;
} Queue;

void jobs_add(Jobs *jobs, Job job)
{
    if (job.parts > 0)
        jobs->job[jobs->n++] = job;
}

static Queue queue_of(const Jobs *jobs)
{
    Queue q = {jobs, 0, 0};
    for (int k = 0; jobs && k < jobs->n; k++)
        q.parts += jobs->job[k].parts;
    return q;
}

static void run_part(const Jobs *jobs, int part)
{
    const Job *job = jobs->job;
    for (; part >= job->parts; job++)
        part -= job->parts;
    job->run(job, part);
}

static void run_all(Queue *q)
{
    for (;;) {
        int part;
#pragma omp atomic capture
        part = q->taken++;
        if (part >= q->parts)
            return;
        run_part(q->jobs, part);
    }
}

static int odd_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num() % 2;
#else
    return 0;
#endif
}

int jobs_threads(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

void jobs_run(Jobs *jobs, Jobs *beside)
{
    Queue own = queue_of(jobs), other = queue_of(beside);
    if (own.parts + other.parts > 0) {
#pragma omp parallel if (own.parts + other.parts > 1)
        {
            int odd = odd_thread();
            run_all(odd ? &other : &own);
            run_all(odd ? &own : &other);
        }
    }
    jobs->n = 0;
    if (beside)
        beside->n = 0;
}

void job_run(Job job)
{
    Jobs jobs = {.n = 0};
    jobs_add(&jobs, job);
    jobs_run(&jobs, NULL);
}
