#include "io/hdf5/h5_cage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PACKED_MOST = 1100, SMALL = 1 << 20 };

int64_t cage_most_bytes(const H5 *h5)
{
    return h5->length < INT64_MAX / PACKED_MOST - SMALL ? h5->length * PACKED_MOST + SMALL : INT64_MAX;
}

/* --- messages --- */

int cage_send(int socket, const void *bytes, size_t n)
{
    for (const char *p = bytes; n > 0;) {
        ssize_t sent = send(socket, p, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
        p += sent, n -= (size_t)sent;
    }
    return 0;
}

int cage_receive(int socket, void *bytes, size_t n)
{
    for (char *p = bytes; n > 0;) {
        ssize_t got = recv(socket, p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        p += got, n -= (size_t)got;
    }
    return 0;
}

/* --- the process --- */

/* In the reader: what it inherited is undone. Its opener handles the terminal's signals; if that ends, the socket
 * closes. Words of the C library about its corrupted memory go nowhere. */
static _Noreturn void become_reader(H5 *h5, int socket)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGXFSZ};
    static const int plain[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGXCPU};
    sigset_t none;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        signal(plain[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2 && null >= 0; fd++)
        dup2(null, fd);
    h5_serve(h5, socket);
}

/* Closes what is open, and reaps the reader. */
static void stop_reader(H5 *h5)
{
    int status;
    if (h5->socket >= 0)
        close(h5->socket);
    h5->socket = -1;
    while (h5->reader && waitpid(h5->reader, &status, 0) < 0 && errno == EINTR)
        ;
    h5->reader = 0;
}

static int fork_reader(H5 *h5, Err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return err_set(err, "%s: %s", h5->path, strerror(errno));
    h5->reader = fork();
    if (h5->reader == 0) {
        close(pair[0]);
        become_reader(h5, pair[1]);
    }
    close(pair[1]);
    h5->socket = pair[0];
    if (h5->reader > 0)
        return 0;
    h5->reader = 0;
    return err_set(err, "%s: no process to read it: %s", h5->path, strerror(errno));
}

/* Opens the file itself. A pipe without a writer must not keep us waiting. */
static int open_file(H5 *h5, Err *err)
{
    struct stat st;
    h5->file = open(h5->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (h5->file < 0 || fstat(h5->file, &st))
        return err_set(err, "%s: %s", h5->path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return err_set(err, "%s: %s", h5->path, strerror(EISDIR));
    if (!S_ISREG(st.st_mode))
        return err_set(err, "%s: is not a regular file; HDF5 needs to seek in it", h5->path);
    h5->length = st.st_size;
    return 0;
}

int cage_begin(H5 *h5, Err *err)
{
    const H5Request opened = {.ask = ASK_OPEN};
    H5Reply reply;
    if (open_file(h5, err))
        return -1;
    h5->memory = memfd_create("hdf5", MFD_CLOEXEC);
    if (h5->memory < 0)
        return err_set(err, "%s: no memory to read it: %s", h5->path, strerror(errno));
    return fork_reader(h5, err) ? -1 : cage_ask(h5, &opened, &reply, NULL, err);
}

void cage_end(H5 *h5)
{
    stop_reader(h5);
    if (h5->file >= 0)
        close(h5->file);
    if (h5->memory >= 0)
        close(h5->memory);
    h5_delete(h5);
}

/* --- asking --- */

static int receive_text(H5 *h5, int64_t bytes, char **text, Err *err)
{
    if (bytes < 0 || bytes > cage_most_bytes(h5))
        return err_set(err, "%s: damaged (the HDF5 library answers nonsense)", h5->path);
    char *copy = malloc((size_t)bytes + 1);
    if (!copy)
        return err_set(err, "%s: out of memory", h5->path);
    if (cage_receive(h5->socket, copy, (size_t)bytes)) {
        free(copy);
        return err_set(err, "%s: damaged (the HDF5 library stopped in it)", h5->path);
    }
    copy[bytes] = '\0';
    if (text)
        *text = copy;
    else
        free(copy);
    return 0;
}

int cage_ask(H5 *h5, const H5Request *request, H5Reply *reply, char **text, Err *err)
{
    if (text)
        *text = NULL;
    if (!h5->reader || cage_send(h5->socket, request, sizeof *request) ||
        cage_receive(h5->socket, reply, sizeof *reply)) {
        stop_reader(h5);
        return err_set(err, "%s: damaged (the HDF5 library stopped in it)", h5->path);
    }
    if (reply->text_bytes && receive_text(h5, reply->text_bytes, text, err)) {
        stop_reader(h5);
        return -1;
    }
    reply->err.text[ERR_LEN - 1] = '\0';
    reply->info.type[sizeof reply->info.type - 1] = '\0';
    reply->info.layout[sizeof reply->info.layout - 1] = '\0';
    if (reply->rc < 0)
        return err_set(err, "%s", reply->err.text);
    return reply->rc > 0;
}
