#include "io/base/child.h"

#include "io/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_LEN = 256, PIECE = 1 << 16 };

struct Child {
    pid_t pid; /* 0: it was waited for */
    int in;    /* a socket to its standard input; sockets can be written without a signal */
    int out;   /* its standard output, and error; -1: closed */
    int errors;
    int status; /* of wait, once pid is 0 */
    char *name;
    char said[SAID_LEN]; /* the beginning of what it wrote to standard error */
    size_t n_said;
};

/* --- start --- */

/* The three streams: [0] is the child's end, [1] ours. And one that tells why exec failed. */
typedef struct {
    int in[2], out[2], errors[2], failure[2];
} Ends;

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
}

static int make_pipe(int pair[2])
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    pair[0] = ends[1];
    pair[1] = ends[0];
    return fcntl(pair[1], F_SETFL, O_NONBLOCK);
}

static int make_ends(Ends *e)
{
    *e = (Ends){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, e->in) || fcntl(e->in[1], F_SETFL, O_NONBLOCK) ||
        make_pipe(e->out) || make_pipe(e->errors) || pipe2(e->failure, O_CLOEXEC))
        return -1;
    return 0;
}

static void close_ends(Ends *e)
{
    close_pair(e->in);
    close_pair(e->out);
    close_pair(e->errors);
    close_pair(e->failure);
}

/* In the child: only what is safe after fork. A group of its own lets all of it be ended; the terminal's signals do not
 * reach that group, so it ends with its parent. */
static _Noreturn void become(const char *const *argv, const Ends *e, pid_t parent)
{
    sigset_t none;
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    dup2(e->in[0], 0);
    dup2(e->out[0], 1);
    dup2(e->errors[0], 2);
    execvp(argv[0], (char *const *)argv);
    int why = errno;
    ssize_t written = write(e->failure[1], &why, sizeof why);
    _exit(written < 0 ? 126 : 127);
}

/* Why exec failed; 0: it has not. */
static int read_failure(int fd)
{
    int why = 0;
    ssize_t n;
    while ((n = read(fd, &why, sizeof why)) < 0 && errno == EINTR)
        ;
    return n == sizeof why ? why : 0;
}

static void reap(Child *c)
{
    while (c->pid && waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
}

/* Gives the child our ends and closes its own. -1 with errno: it did not start. */
static int start(Child *c, const char *const *argv, Ends *e)
{
    pid_t parent = getpid();
    c->pid = fork();
    if (c->pid == 0)
        become(argv, e, parent);
    if (c->pid < 0) {
        c->pid = 0;
        return -1;
    }
    setpgid(c->pid, c->pid); /* it does so too: whoever is first */
    close(e->failure[1]);
    e->failure[1] = -1;
    int why = read_failure(e->failure[0]);
    if (why) {
        reap(c);
        errno = why;
        return -1;
    }
    c->in = e->in[1], c->out = e->out[1], c->errors = e->errors[1];
    e->in[1] = e->out[1] = e->errors[1] = -1;
    return 0;
}

Child *child_start(const char *const *argv, Err *err)
{
    Ends ends;
    Child *c = malloc(sizeof *c);
    if (c)
        *c = (Child){.in = -1, .out = -1, .errors = -1, .name = strdup(argv[0])};
    if (!c || !c->name) {
        err_set(err, "out of memory");
        free(c);
        return NULL;
    }
    int rc = make_ends(&ends) || start(c, argv, &ends);
    if (rc)
        err_set(err, "%s: %s", argv[0], strerror(errno));
    close_ends(&ends);
    if (!rc)
        return c;
    child_stop(c);
    return NULL;
}

/* Kills the program and what it started. A program that has ended keeps its status. */
static void end(Child *c)
{
    if (c->pid)
        kill(-c->pid, SIGKILL);
    reap(c);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void child_stop(Child *c)
{
    if (!c)
        return;
    end(c);
    close_fd(&c->in);
    close_fd(&c->out);
    close_fd(&c->errors);
    free(c->name);
    free(c);
}

/* --- talk --- */

/* How far a talk has come. */
typedef struct {
    ChildTalk *talk;
    size_t sent, got, room;
    int64_t lines;
    double heard; /* when it last read or wrote something */
} Talking;

static bool is_done(const Talking *t)
{
    return t->sent == t->talk->len && t->lines == t->talk->lines;
}

/* Reads what a child says to standard error, and keeps its beginning. */
static void hear_errors(Child *c)
{
    char piece[SAID_LEN];
    ssize_t n = read(c->errors, piece, sizeof piece);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
        close_fd(&c->errors);
        return;
    }
    for (ssize_t i = 0; i < n && c->n_said + 1 < SAID_LEN; i++)
        c->said[c->n_said++] = piece[i];
}

static bool has_ended(const Child *c)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* It has closed its output: says how it ended, after a moment to do so, and what its first words of errors were. */
static int tell_end(Child *c, Err *err)
{
    enum { MOMENT = 2, STEP_MS = 10 }; /* seconds, milliseconds */
    double until = clock_now() + MOMENT;
    for (bool ended = false; !ended && clock_now() < until;) {
        ended = has_ended(c);
        struct pollfd errors = {c->errors, POLLIN, 0};
        while (poll(&errors, 1, ended ? 0 : STEP_MS) > 0 && clock_now() < until) {
            hear_errors(c);
            errors.fd = c->errors;
        }
    }
    end(c);
    c->said[strcspn(c->said, "\r\n")] = '\0';
    const char *colon = *c->said ? ": " : "";
    if (WIFSIGNALED(c->status))
        return err_set(err, "%s was ended by signal %d%s%s", c->name, WTERMSIG(c->status), colon, c->said);
    return err_set(err, "%s ended early, with status %d%s%s", c->name, WEXITSTATUS(c->status), colon, c->said);
}

/* Makes room for a piece and the NUL. */
static int grow(Talking *t, Err *err)
{
    if (t->room - t->got > PIECE)
        return 0;
    size_t room = 2 * t->room + 2 * PIECE;
    char *grown = realloc(t->talk->answer, room);
    if (!grown)
        return err_set(err, "out of memory");
    t->talk->answer = grown;
    t->room = room;
    return 0;
}

static int hear(Talking *t, double now, Err *err)
{
    Child *c = t->talk->child;
    if (grow(t, err))
        return -1;
    char *to = t->talk->answer + t->got;
    ssize_t n = read(c->out, to, PIECE);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n <= 0)
        return tell_end(c, err);
    for (ssize_t i = 0; i < n; i++)
        t->lines += to[i] == '\n';
    t->got += (size_t)n;
    to[n] = '\0';
    t->heard = now;
    if (t->lines > t->talk->lines || (t->lines == t->talk->lines && to[n - 1] != '\n'))
        return err_set(err, "%s answers more than it was asked", c->name);
    return 0;
}

/* The end of its output will show that a child no longer reads. */
static void say(Talking *t, double now)
{
    ssize_t n = send(t->talk->child->in, t->talk->text + t->sent, t->talk->len - t->sent, MSG_NOSIGNAL);
    if (n > 0) {
        t->sent += (size_t)n;
        t->heard = now;
    } else if (n < 0 && errno != EINTR && errno != EAGAIN) {
        close_fd(&t->talk->child->in);
    }
}

enum { STREAMS = 3 };

/* What of a child to wait for. */
static void watch(const Talking *t, struct pollfd fd[STREAMS])
{
    const Child *c = t->talk->child;
    bool done = is_done(t);
    fd[0] = (struct pollfd){!done && t->sent < t->talk->len ? c->in : -1, POLLOUT, 0};
    fd[1] = (struct pollfd){done ? -1 : c->out, POLLIN, 0};
    fd[2] = (struct pollfd){c->errors, POLLIN, 0};
}

static int serve(Talking *t, const struct pollfd fd[STREAMS], double seconds, Err *err)
{
    double now = clock_now();
    if (fd[2].revents)
        hear_errors(t->talk->child);
    if (fd[0].revents)
        say(t, now);
    if (fd[1].revents && hear(t, now, err))
        return -1;
    if (is_done(t) || now - t->heard < seconds)
        return 0;
    return err_set(err, "%s did nothing for %g seconds", t->talk->child->name, seconds);
}

/* Serves all until they are done. */
static int talk_all(Talking *t, struct pollfd *fd, int n, double seconds, Err *err)
{
    for (;;) {
        int left = 0;
        double until = 1e9, now = clock_now();
        for (int i = 0; i < n; i++) {
            watch(&t[i], fd + STREAMS * i);
            if (is_done(&t[i]))
                continue;
            left++;
            until = t[i].heard + seconds - now < until ? t[i].heard + seconds - now : until;
        }
        if (!left)
            return 0;
        until = until < 0 ? 0 : until > 3600 ? 3600 : until;
        if (poll(fd, (nfds_t)(STREAMS * n), (int)(1000 * until) + 1) < 0 && errno != EINTR)
            return err_set(err, "poll: %s", strerror(errno));
        for (int i = 0; i < n; i++)
            if (serve(&t[i], fd + STREAMS * i, seconds, err))
                return -1;
    }
}

int children_talk(ChildTalk *talk, int n, double seconds, Err *err)
{
    Talking *t = calloc((size_t)n + 1, sizeof *t);
    struct pollfd *fd = calloc((size_t)n * STREAMS + 1, sizeof *fd);
    int rc = t && fd ? 0 : err_set(err, "out of memory");
    for (int i = 0; i < n; i++)
        talk[i].answer = NULL;
    for (int i = 0; !rc && i < n; i++) {
        t[i] = (Talking){.talk = &talk[i], .heard = clock_now()};
        rc = grow(&t[i], err);
        if (!rc)
            *talk[i].answer = '\0';
    }
    if (!rc)
        rc = talk_all(t, fd, n, seconds, err);
    free(t);
    free(fd);
    return rc;
}
