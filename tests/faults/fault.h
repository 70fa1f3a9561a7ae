/* Faults on demand: a library to preload (LD_PRELOAD) that makes the k-th call of one kind fail.
 *
 *   FAULT_KIND   alloc      malloc and its relatives, mmap: ENOMEM
 *                read       read, pread, recv and their relatives: EIO
 *                shortread  the same: about half of what was asked for
 *                write      write, pwrite, send and their relatives, but not to standard error: ENOSPC
 *                shortwrite the same: about half is written
 *                sync       fsync, fdatasync, syncfs: EIO
 *                rename     rename, renameat2, link, mkdir, ftruncate: EACCES
 *                open       whatever makes a descriptor: EMFILE
 *                thread     pthread_create, fork: EAGAIN
 *   FAULT_AT     k, from 1; absent: nothing fails
 *   FAULT_ON     present: all calls from the k-th on fail
 *   FAULT_COUNT  a file of at least 80 bytes that receives native 64-bit numbers: the calls that failed, then the calls
 *                of each kind so far. Processes that are started count on.
 *   FAULT_TRACE  a file that receives a line for each call, or, with FAULT_AT, for the first that fails: its number and
 *                the places that it comes from, innermost first, as OFFSET@OBJECT.
 *
 * Calls count from the constructors on that follow this library's: what libraries do as they are loaded is not a
 * command's work. The C library's streams call its own read and write, which nothing can be put before; so streams
 * here are cookies over ours (fault_stream.c). Not for sanitizers, which have an allocator of their own. */
#ifndef COCO_TESTS_FAULTS_FAULT_H
#define COCO_TESTS_FAULTS_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef enum { ALLOC, READ, SHORT_READ, WRITE, SHORT_WRITE, SYNC, RENAME, OPEN, THREAD, KINDS } Kind;

/* Counts a call. Whether it is to fail. */
bool fault(Kind kind);

/* Calls that may fail, and that the streams use. */
ssize_t fault_read(int fd, void *bytes, size_t n);
ssize_t fault_write(int fd, const void *bytes, size_t n);
int fault_open(int dir, const char *path, int flags, mode_t mode);

/* The standard streams become ours. */
void fault_take_streams(void);

/* The function that would be called without us. */
void *fault_next(const char *name);

#endif
