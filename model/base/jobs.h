/* Several kinds of work, none of which depends on another, in one parallel region: the threads wait for each other once
 * for all of it, and small parts fill the time while the last large ones end. */
#ifndef COCO_MODEL_JOBS_H
#define COCO_MODEL_JOBS_H

typedef struct Job Job;

struct Job {
    int parts;
    void (*run)(const Job *job, int part); /* any thread; each part is run once */
    const void *of;                        /* what `run` works on: borrowed until the jobs are done */
    int which;                             /* of several of the same kind */
};

enum { JOBS_MOST = 64 };

/* Starts zeroed. */
typedef struct {
    Job job[JOBS_MOST];
    int n;
} Jobs;

/* At most JOBS_MOST; a job without parts is not added. */
void jobs_add(Jobs *jobs, Job job);
/* Runs all parts of both lists on all threads, which take them in the lists' order, and empties the lists. Every other
 * thread takes `beside` first: so jobs that wait for memory overlap with those that compute. `beside` may be NULL. Main
 * thread, outside parallel regions. */
void jobs_run(Jobs *jobs, Jobs *beside);
/* One job alone. */
void job_run(Job job);

/* The threads that jobs_run has. */
int jobs_threads(void);

#endif
