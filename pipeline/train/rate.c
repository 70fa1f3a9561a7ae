#include "pipeline/train/rate.h"

#include <math.h>

static bool in_steps(LrSchedule schedule)
{
    return schedule == SCHEDULE_STEP || schedule == SCHEDULE_PLATEAU;
}

double schedule_decay(LrSchedule schedule)
{
    return in_steps(schedule) ? 0.5 : 1.0;
}

int64_t schedule_every(LrSchedule schedule)
{
    return in_steps(schedule) ? 3 : 0;
}

/* A file may lack it. */
static int64_t every_of(const TrainSettings *s)
{
    return s->lr_every > 0 ? s->lr_every : schedule_every((LrSchedule)s->lr_schedule);
}

double rate_factor(const TrainSettings *s, int64_t done, int64_t total)
{
    double factor = 1;
    if (done < s->warmup)
        factor = (double)(done + 1) / (double)s->warmup;
    else if (s->lr_schedule == SCHEDULE_COSINE && total > s->warmup)
        factor = (1 + cos(M_PI * (double)(done - s->warmup) / (double)(total - s->warmup))) / 2;
    return factor;
}

double rate_after_epoch(const TrainSettings *s, double base, int64_t epoch)
{
    if (s->lr_schedule == SCHEDULE_PLATEAU || (s->lr_schedule == SCHEDULE_STEP && epoch % every_of(s)))
        return base;
    return base * s->lr_decay;
}

double rate_after_check(const TrainSettings *s, double base, int64_t stale)
{
    bool flat = s->lr_schedule == SCHEDULE_PLATEAU && stale && stale % every_of(s) == 0;
    return flat ? base * s->lr_decay : base;
}
