#include "io/ranks/ranks.h"

#include "io/base/clock.h"
#include "io/base/libraries.h"
#include "io/ranks/launcher.h"

#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHUNK = 1 << 24, /* bytes of one of MPI's messages, whose length is an int */
    HOST = 64,       /* of a machine's name */
    TAG_DATA = 0,
    TAG_WAITS = 1 /* "I am here, and have waited for too long": without content */
};

static struct {
    bool joined;
    int self, count;
    char (*host)[HOST]; /* (count) */
    double limit;
    MPI_Request *request; /* (room) */
    int *peer;            /* (room): whose it is */
    int n, room;
} me = {.count = 1, .limit = 300};

/* --- the beginning and the end --- */

static int learn_hosts(Err *err)
{
    char host[MPI_MAX_PROCESSOR_NAME + 1] = "", mine[HOST] = ""; /* all of it is sent */
    int n;
    MPI_Get_processor_name(host, &n);
    snprintf(mine, sizeof mine, "%.*s", HOST - 1, host);
    me.host = calloc((size_t)me.count, sizeof *me.host);
    return me.host ? ranks_gather(mine, sizeof mine, me.host, err) : err_set(err, "out of memory");
}

int ranks_join(Err *err)
{
    int level, started = launcher_count();
    if (launcher_is_mpi()) {
        if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level))
            return err_set(err, "MPI does not start");
        me.joined = true;
        MPI_Comm_rank(MPI_COMM_WORLD, &me.self);
        MPI_Comm_size(MPI_COMM_WORLD, &me.count);
    }
    if (me.count == 1 && started > 1)
        return err_set(err,
                       "%s started %d of this command, but each is alone: MPI and the launcher do not know each "
                       "other (srun --mpi=pmix, or mpirun)",
                       launcher_name(), started);
    return me.joined ? learn_hosts(err) : 0;
}

int ranks_self(void)
{
    return me.self;
}

int ranks_count(void)
{
    return me.count;
}

const char *ranks_host(int rank)
{
    return me.host ? me.host[rank] : "this machine";
}

void ranks_limit(double seconds)
{
    me.limit = seconds;
}

void ranks_leave(int status, bool alone)
{
    if (!me.joined)
        return;
    me.joined = false;
    if (alone)
        MPI_Abort(MPI_COMM_WORLD, status);
    MPI_Finalize();
    free(me.host);
    free(me.request);
    free(me.peer);
    me.host = NULL;
    me.request = NULL;
    me.peer = NULL;
}

/* --- messages --- */

static int make_room(const RankMessage *m, int n, int *requests, Err *err)
{
    for (int i = 0; i < n; i++)
        *requests += (int)((m[i].bytes + CHUNK - 1) / CHUNK);
    if (*requests <= me.room)
        return 0;
    MPI_Request *request = realloc(me.request, (size_t)*requests * sizeof *request);
    me.request = request ? request : me.request;
    int *peer = realloc(me.peer, (size_t)*requests * sizeof *peer);
    me.peer = peer ? peer : me.peer;
    if (!request || !peer)
        return err_set(err, "out of memory");
    me.room = *requests;
    return 0;
}

static void begin(const RankMessage *m, bool receive)
{
    for (size_t at = 0; at < m->bytes; at += CHUNK, me.n++) {
        int bytes = (int)(m->bytes - at < CHUNK ? m->bytes - at : CHUNK);
        me.peer[me.n] = m->rank;
        if (receive)
            MPI_Irecv((char *)m->data + at, bytes, MPI_BYTE, m->rank, TAG_DATA, MPI_COMM_WORLD, &me.request[me.n]);
        else
            MPI_Isend((char *)m->data + at, bytes, MPI_BYTE, m->rank, TAG_DATA, MPI_COMM_WORLD, &me.request[me.n]);
    }
}

/* The first rank from or to which something is under way. */
static int missing(void)
{
    for (int i = 0; i < me.n; i++)
        if (me.request[i] != MPI_REQUEST_NULL)
            return me.peer[i];
    return me.self;
}

/* The lowest rank that is not there; `fallback` where all are. */
static int first_absent(const bool *there, int fallback)
{
    for (int r = 0; r < me.count; r++)
        if (!there[r])
            return r;
    return fallback;
}

/* Those that wait say so to all. A rank may have waited for one that itself waits for the rank that hangs, so the one
 * to name is the one that says nothing. Returns once a single rank is left to be it, or `patience` is over. */
static void call_roll(bool *there, double patience)
{
    double began = clock_now();
    int present = 1;
    memset(there, 0, (size_t)me.count * sizeof *there);
    there[me.self] = true;
    for (int r = 0; r < me.count; r++)
        if (r != me.self) {
            MPI_Request never_looked_at; /* this rank ends here, whatever becomes of it */
            MPI_Isend(NULL, 0, MPI_BYTE, r, TAG_WAITS, MPI_COMM_WORLD, &never_looked_at);
        }
    while (present < me.count - 1 && clock_now() - began < patience) {
        int arrived;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_WAITS, MPI_COMM_WORLD, &arrived, &status);
        if (!arrived) {
            sched_yield();
            continue;
        }
        MPI_Recv(NULL, 0, MPI_BYTE, status.MPI_SOURCE, TAG_WAITS, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        present += !there[status.MPI_SOURCE];
        there[status.MPI_SOURCE] = true;
    }
}

/* The lowest rank that is there speaks, and ends the others; they speak only where it does not get to it. */
static int give_up(Err *err)
{
    const double patience = 3;
    const struct timespec while_another_speaks = {4, 0};
    bool *there = malloc((size_t)me.count * sizeof *there);
    if (!there)
        return err_set(err, "out of memory");
    call_roll(there, patience);
    int hangs = there[missing()] ? first_absent(there, missing()) : missing();
    bool another_speaks = false;
    for (int r = 0; r < me.self; r++)
        another_speaks = another_speaks || there[r];
    free(there);
    if (another_speaks)
        nanosleep(&while_another_speaks, NULL);
    return err_set(err, "rank %d on %s has not answered for %.0f s (--mpi-timeout): it hangs, or cannot be reached",
                   hangs, ranks_host(hangs), me.limit);
}

static int await(RanksWait wait, Err *err)
{
    const double busy = 1e-3; /* seconds in which a gentle wait does not sleep yet */
    const struct timespec nap = {0, 50000};
    double began = clock_now();
    for (;;) {
        int done, flag;
        MPI_Testall(me.n, me.request, &done, MPI_STATUSES_IGNORE);
        if (done)
            return 0;
        /* Testall says nothing of single requests. */
        for (int i = 0; i < me.n; i++)
            if (me.request[i] != MPI_REQUEST_NULL)
                MPI_Test(&me.request[i], &flag, MPI_STATUS_IGNORE);
        double waited = clock_now() - began;
        if (waited >= me.limit)
            return give_up(err);
        if (wait == RANKS_GENTLE && waited > busy)
            nanosleep(&nap, NULL);
        else
            sched_yield();
    }
}

int ranks_exchange(const RankMessage *in, int n_in, const RankMessage *out, int n_out, RanksWait wait, Err *err)
{
    int requests = 0;
    if (make_room(in, n_in, &requests, err) || make_room(out, n_out, &requests, err))
        return -1;
    me.n = 0;
    for (int i = 0; i < n_in; i++)
        begin(&in[i], true);
    for (int i = 0; i < n_out; i++)
        begin(&out[i], false);
    return await(wait, err);
}

int ranks_gather(const void *mine, size_t bytes, void *all, Err *err)
{
    size_t others = (size_t)me.count - 1;
    RankMessage *m = malloc((2 * others + 1) * sizeof *m), *in = m, *out = m;
    if (!m)
        return err_set(err, "out of memory");
    out = m + others;
    memmove((char *)all + (size_t)me.self * bytes, mine, bytes);
    for (int r = 0; r < me.count; r++)
        if (r != me.self) {
            *in++ = (RankMessage){r, (char *)all + (size_t)r * bytes, bytes};
            *out++ = (RankMessage){r, (char *)all + (size_t)me.self * bytes, bytes};
        }
    int rc = ranks_exchange(m, (int)others, m + others, (int)others, RANKS_GENTLE, err);
    free(m);
    return rc;
}

void library_mpi(char version[LIBRARY_VERSION])
{
    int major, minor; /* of the standard */
    MPI_Get_version(&major, &minor);
    snprintf(version, LIBRARY_VERSION, "%d.%d", major, minor);
}

int ranks_sum(float *x, size_t n, Err *err)
{
    for (size_t at = 0; at < n; at += CHUNK) {
        int part = (int)(n - at < CHUNK ? n - at : CHUNK);
        if (MPI_Allreduce(MPI_IN_PLACE, x + at, part, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD))
            return err_set(err, "MPI_Allreduce failed");
    }
    return 0;
}
